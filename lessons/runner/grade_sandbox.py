"""Sandboxes for the grader's jobs. As root, each has its own user, processes, files and segments, and no network.

sandbox_unshare does that. A plain user's jobs run as that user; only each program runs in a sandbox (sandbox).
sandboxes(count, hidden folders) -> list of Sandbox     sandbox.prefix(home) -> what stands before the command
"""

import compileall
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from . import check, submissions
from .paths import LAB, ROOT, lessons_folder, programs_folder, scratch_folder

UID_HIGH = 1_900_000_000  # above the uids that systemd gives to containers; no user has these
UID_LOW = 61_184  # if a container has no such high uids: those of systemd's dynamic users
UNSHARE = ["unshare", "--mount", "--pid", "--ipc", "--net", "--fork", "--kill-child", "--mount-proc"]
LEVELS = {"bwrap": "bubblewrap", "room": "namespaces", "pid": "a PID namespace", "none": "limits only"}
HIDDEN = ("/tmp", "/var/tmp", "/dev/shm", "/root", "/home", "/srv", "/mnt", "/media")


def first_uid(count: int) -> int:
    """The first of count uids that no user has. It is random, so that two graders don't share any."""
    size = sum(int(line.split()[2]) for line in Path("/proc/self/uid_map").read_text().splitlines())
    if size > UID_HIGH + (1 << 20):
        return UID_HIGH + random.SystemRandom().randrange(1 << 20)
    return UID_LOW + random.SystemRandom().randrange(4000 - count)


class Sandbox:
    def __init__(self, hide: list, uid: int = 0, whole: bool = False):
        self.hide, self.uid, self.whole = hide, uid, whole
        self.level = ""  # the sandbox of its programs: see LEVELS; empty: each job finds out

    def unheld(self) -> bool:
        """Do the programs run as the grader's user, and could write to the grader's files?"""
        return not self.uid and self.level not in ("bwrap", "room")

    def prefix(self, home: Path) -> list:
        if not self.uid:
            return []
        os.chown(home, -1, self.uid)  # it stays the grader's: remove_abandoned takes no folder that is another's
        home.chmod(0o710)
        for path in home.rglob("*"):
            os.chown(path, self.uid, self.uid, follow_symlinks=False)
        if not self.whole:
            return ["setpriv", "--reuid", str(self.uid), "--regid", str(self.uid), "--clear-groups", "--"]
        prefix = [*UNSHARE, "--", str(LAB / "sandbox_unshare"), "--shm", str(check.SHM_PAGES)]
        for folder in filter(needed, HIDDEN):
            prefix += ["--hide", folder]
        for folder in kept():
            prefix += ["--read", str(folder)]
        for folder in self.hide:
            prefix += ["--hide", str(folder)]
        prefix += ["--write", str(home)]
        prefix += ["--scratch", str(home / "tmp")] if (home / "tmp").is_dir() else []
        return [*prefix, "--as", str(self.uid), str(self.uid), "--"]

    def environment(self, scratch: Path) -> dict:
        env = {**os.environ, "PYTHONPATH": str(LAB.parent), "TMPDIR": str(scratch), "LC_ALL": "C.UTF-8",
               "LAB_RENDER": "text", "SHMLAB_BIN": str(programs_folder()), "SHMLAB_LESSONS": str(lessons_folder()),
               "SHMLAB_HIDE": "\n".join(str(folder) for folder in self.hide)}
        env.update({"LAB_SANDBOX": self.level} if self.level else {})
        env.pop("SHMLAB_OWN_IPC", None)
        if self.whole:
            env["SHMLAB_OWN_IPC"] = "1"
        return env

    def how(self, levels: set) -> str:
        """One line for the table. levels: the sandboxes that the jobs used; "" if a job ran nothing."""
        held = "each program held by " + (" or ".join(LEVELS[level] for level in sorted(levels - {""})) or "nothing")
        if self.whole:
            return f"{held}; each submission in namespaces of its own, as a user of its own"
        return f"{held}; each submission as a user of its own" if self.uid else held


def kept() -> list:
    """The folders that a job needs to read. Outer folders come first."""
    folders = {ROOT, lessons_folder(), programs_folder(), Path(sys.executable).resolve().parent.parent}
    folders = {folder for folder in folders if folder.exists() and folder != Path("/usr")}
    return sorted(folder for folder in folders if not folders & set(folder.parents))


def needed(folder: str) -> bool:
    """Must the folder be hidden? Not if it is empty and nobody else may write to it."""
    try:
        return os.stat(folder).st_mode & 0o002 != 0 or bool(os.listdir(folder))
    except OSError:
        return False


def job(module: str, arguments: list) -> list:
    """The command that runs a module of the runner, without site packages: loading them would take longer than
    judging."""
    code = (f"import sys; sys.path.insert(0, {str(LAB.parent)!r}); from runner import {module}; "
            f"sys.exit({module}.main(sys.argv[1:]))")
    return [sys.executable, "-I", "-S", "-B", "-c", code, *map(str, arguments)]


def unpack(path: Path, target: Path) -> list:
    """The command that unpacks an archive, its standard input, into target. It can reach nothing else."""
    shown = [option for folder in kept() for option in ("--read", str(folder))]
    return [str(LAB / "sandbox"), "--write", str(target), *shown, *job("submissions", [path, target])]


def unpack_limits() -> dict:
    """The environment of that command."""
    return {"LAB_SANDBOX": check.sandbox_level(), "LAB_CPU": str(submissions.CPU_SECONDS),
            "LAB_MEMORY": str(submissions.MEMORY >> 20), "LAB_FILE": str(submissions.FILE_MAX >> 10),
            "LAB_THREADS": str(check.threads_of_user())}


def level_in(sandbox: Sandbox) -> str:
    """The level that a job finds in that sandbox; empty if the sandbox does not work."""
    with scratch_folder("shmlab-grade.") as home:
        scratch = home / "tmp"
        scratch.mkdir()
        done = subprocess.run([*sandbox.prefix(home), *job("grade_job", [])], env=sandbox.environment(scratch),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def sockets() -> list:
    """Sockets outside of the hidden folders that somebody listens on: a program could ask a service for anything."""
    found = set()
    for line in Path("/proc/net/unix").read_text(errors="surrogateescape").splitlines()[1:]:
        path = Path(*line.split(maxsplit=7)[7:])
        if path.is_absolute() and not set(path.parents) & set(map(Path, (*HIDDEN, "/run", "/var/run"))):
            try:
                if path.is_socket():
                    found.add(path.resolve())
            except OSError:
                pass  # nor can a program reach it
    return sorted(found)


def sandboxes(count: int, hidden: list) -> list:
    """hidden: folders that no program may see."""
    compileall.compile_dir(str(LAB), quiet=2)  # so that jobs start faster; it may fail
    # a kit inside the folder of submissions must stay visible
    hide = sockets() + [folder for folder in hidden if folder not in ROOT.parents and folder != ROOT]
    kinds = [(0, False)]
    if os.geteuid() == 0 and shutil.which("setpriv"):
        first = first_uid(count)
        kinds = [(first, True), (first, False), (0, False)]
    for uid, whole in kinds:
        made = [Sandbox(hide, uid + number if uid else 0, whole) for number in range(count)]
        level = level_in(made[0])
        if level:
            break
    for sandbox in made:
        sandbox.level = level
    return made
