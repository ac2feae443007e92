"""Paths of the kit's parts: the lessons, the sandbox, the programs. In a clone, or installed. And temporary folders."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Optional

LAB = Path(__file__).resolve().parent  # lessons/runner/
ROOT = LAB.parent.parent  # the clone, or share/shmlab


def lessons_folder() -> Path:
    """The folder of all lessons; SHMLAB_LESSONS overrides it."""
    own = os.environ.get("SHMLAB_LESSONS")
    return Path(own).resolve() if own else ROOT / "lessons"


def docs_folder() -> Path:
    """The folder of the documents that a README links to as ../../docs."""
    tree = ROOT / "docs"
    return tree if tree.is_dir() else ROOT.parent / "doc" / ROOT.name / "docs"


def programs_folder() -> Path:
    """The folder of shm-view and shm-probe. `./shmlab` sets SHMLAB_BIN."""
    if os.environ.get("SHMLAB_BIN"):
        return Path(os.environ["SHMLAB_BIN"]).resolve()
    preset = os.environ.get("SHMLAB_PRESET", "dev")
    for folder in (ROOT / "build" / preset / "bin", ROOT.parent.parent / "bin"):
        if (folder / "shm-view").exists():
            return folder
    found = shutil.which("shm-view")
    return Path(found).resolve().parent if found else ROOT / "build" / preset / "bin"


@contextlib.contextmanager
def scratch_folder(prefix: str):
    """A temporary folder, for programs that nobody trusts to write into. Its lock says that its process lives: the next
    call removes what a process that was killed has left."""
    remove_abandoned(prefix)
    name, lock = None, None
    while name is None or not os.path.isdir(name):  # another call may just remove it: it has no lock yet
        name = tempfile.mkdtemp(prefix=prefix)
        lock = lock_folder(name, fcntl.LOCK_SH)  # None: this file system has no locks, and then nobody gets one
    try:
        yield Path(os.path.realpath(name))
    finally:
        remove(name)
        if lock is not None:
            os.close(lock)


def lock_folder(name: str, how: int) -> Optional[int]:
    """The file descriptor that holds the lock; None if the folder is not there, not ours, or another has the lock."""
    try:
        lock = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, how)
        if os.path.isdir(name) and os.fstat(lock).st_uid == os.geteuid():
            return lock
    except OSError:
        pass
    os.close(lock)
    return None


def remove_abandoned(prefix: str):
    for path in Path(tempfile.gettempdir()).glob(prefix + "*"):
        lock = lock_folder(str(path), fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lock is not None:
            remove(str(path))
            os.close(lock)


def remove(name: str):
    """`rm` removes also what is nested deeper than Python can, and `chmod` opens folders that may not be entered."""
    if subprocess.run(["rm", "-rf", "--", name], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        subprocess.run(["chmod", "-R", "u+rwX", "--", name], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["rm", "-rf", "--", name], stderr=subprocess.DEVNULL, check=False)
