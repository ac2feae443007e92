"""Paths of the kit's parts: the lessons, the sandbox, the programs. In a clone, or installed. And temporary folders."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

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
    """A temporary folder, for programs that nobody trusts to write into: `rm` removes also what is nested deeper than
    Python can, and folders that may not be entered."""
    name = tempfile.mkdtemp(prefix=prefix)
    try:
        yield Path(os.path.realpath(name))
    finally:
        if subprocess.run(["rm", "-rf", "--", name], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            subprocess.run(["chmod", "-R", "u+rwX", "--", name], stderr=subprocess.DEVNULL, check=False)
            subprocess.run(["rm", "-rf", "--", name], stderr=subprocess.DEVNULL, check=False)
