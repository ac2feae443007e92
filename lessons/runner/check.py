"""Checks a learner's folder for one lesson -> Report (report.py).

check_folder(lesson, folder) builds the programs in a temporary folder, runs the lesson's check.bats in its own IPC
namespace if the kernel allows that, and collects what the tests found. It changes nothing in the learner's folder,
and all processes that it started end.
"""

import atexit
import contextlib
import functools
import math
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from . import build, pointers, tap
from .build import CannotCheck
from .conf import Lesson
from .paths import LAB, programs_folder, scratch_folder
from .report import Report

SHM_PAGES = 65536  # limit of an IPC namespace: 256 MiB for all segments of a check
TMP_MIB = 64  # for all files of a check's tests: a program may write many small files
LIMIT = f"""echo {SHM_PAGES} >/proc/sys/kernel/shmall || exit
[[ ! ${{LAB_TMP-}} ]] || mount -t tmpfs -o size={TMP_MIB}m,nr_inodes=10000,mode=700 none "$LAB_TMP" 2>/dev/null
exec "$@" """
LIMITED = ["bash", "-c", LIMIT, "check"]  # not sh, which does not pass exported functions on to bats
MAP_BACK = ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]
# The first that works is used. Only root of a namespace may set its limits: so a plain user is mapped to root first.
NAMESPACES = (
    ["unshare", "--ipc", "--mount", *LIMITED],
    ["unshare", "--user", "--map-root-user", "--ipc", "--mount", *LIMITED, *MAP_BACK],
    ["unshare", "--user", "--map-current-user", "--ipc"],
)
LEVELS = ("bwrap", "room", "pid", "none")


@dataclass
class Limits:
    """Limits of one check. The programs have more limits: see sandbox."""

    seconds: float = 120  # for all tests together
    build_seconds: float = 30  # for one call of the compiler
    program_seconds: float = 5  # for one run of a program, or one wait for it
    memory: int = 512  # MiB for each program
    processes: int = 64  # for all programs of a test together, besides those that the user has already


class Patience:
    """Counts seconds, but slower where more processes want to run than there are processors: half as fast if there are
    twice as many. So a program is judged by its own time. A whole minute counts three seconds, at least."""

    def __init__(self, seconds: float):
        self.left, self.before, self.began = seconds, time.monotonic(), time.monotonic()
        self.seconds = seconds

    def over(self) -> bool:
        now = time.monotonic()
        self.left -= (now - self.before) / busy()
        self.before = now
        return self.left <= 0

    def was_busy(self) -> bool:
        return self.before - self.began > 2 * (self.seconds - self.left)


def busy() -> float:
    """How many processes there are for each processor: from 1 to 20."""
    words = Path("/proc/loadavg").read_text().split()
    wanted = max(float(words[0]), int(words[3].partition("/")[0]) - 1)
    return min(max(wanted / len(os.sched_getaffinity(0)), 1), 20)


BUSY = ("This machine is too busy to judge it: {load:.0f} processes want each processor. Nothing is lost: try again when it "
        "is quieter.")


def works(command: list) -> bool:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False)
    except OSError:
        return False
    return done.returncode == 0


@functools.lru_cache(maxsize=None)
def own_ipc() -> tuple:
    """The arguments that start a command in its own IPC namespace; none if the kernel doesn't allow it, or if we are
    in one already (SHMLAB_OWN_IPC=1, set by the grader)."""
    for prefix in () if os.environ.get("SHMLAB_OWN_IPC") == "1" else NAMESPACES:
        if works([*prefix, "true"]):
            return tuple(prefix)
    return ()


@functools.lru_cache(maxsize=None)
def sandbox_level() -> str:
    """The best sandbox that this machine allows: see sandbox."""
    if os.environ.get("LAB_SANDBOX"):
        return os.environ["LAB_SANDBOX"]
    done = subprocess.run([*own_ipc(), str(LAB / "sandbox"), "--level"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    level = done.stdout.strip()
    return level if level in LEVELS else "none"


@functools.lru_cache(maxsize=None)
def helpers() -> str:
    """A folder for helpers that check.bash builds once for all checks of this process."""
    folder = tempfile.mkdtemp(prefix="shmlab-helpers.")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def threads_of_user() -> int:
    """How many threads this user has: the limit on processes counts all of them, even the desktop's."""
    count, uid = 0, os.getuid()
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid == uid:
                count += len(os.listdir(f"/proc/{entry.name}/task"))
        except OSError:
            continue  # it has just ended
    return count


def environment(lesson: Lesson, home: Path, limits: Limits, sandbox: str, sanitize: bool) -> dict:
    """The environment of check.bash and the sandbox."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BATS_", "LAB_"))}
    for folder in ("out", "tmp", "bats"):
        (home / folder).mkdir()
    env.update(
        LAB=str(LAB), LAB_BIN=str(programs_folder()), LAB_LESSON=str(lesson.folder), LAB_PROJ=str(lesson.proj),
        LAB_BUILD=str(home / "build"), LAB_HELPERS=helpers(), LAB_OUT=str(home / "out"), LAB_TMP=str(home / "tmp"),
        LAB_OWN_IPC="1" if own_ipc() or os.environ.get("SHMLAB_OWN_IPC") == "1" else "0", LAB_SANDBOX=sandbox,
        LAB_RACE=shlex.join(build.race_words(lesson, home / "build")), LAB_RACE_ARGUMENTS=shlex.join(lesson.race.arguments),
        LAB_SECONDS=str(math.ceil(limits.program_seconds)),
        LAB_MEMORY=str(limits.memory), LAB_PROCESSES=str(limits.processes), LAB_THREADS=str(threads_of_user()),
        LAB_RENDER=os.environ.get("LAB_RENDER", "text"), LAB_TOKEN=secrets.token_hex(16), TMPDIR=str(home / "bats"),
    )
    # if bats runs us, its internal programs come first on the PATH
    env["PATH"] = ":".join(part for part in env.get("PATH", os.defpath).split(":")
                           if not os.path.exists(f"{part}/bats-exec-test"))
    if sanitize:
        env["LAB_SANITIZE"] = "1"
    return env


def strays(token: str) -> list:
    """The processes that have the check's token in their environment: it started them, even if they were detached."""
    mark, found = f"LAB_TOKEN={token}".encode(), []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as stream:
                if mark in stream.read(1 << 20):
                    found.append(int(name))
        except OSError:
            continue  # it has ended, or is not ours
    return found


def end_all(child: subprocess.Popen, token: str):
    """Kills the check's session, and all processes that left it."""
    build.kill_session(child)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        found = strays(token)
        if not found:
            return
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        time.sleep(0.01)


def run_bats(lesson: Lesson, home: Path, env: dict, seconds: float, progress: Optional[Callable]) -> tuple:
    """(TAP so far, bats' own complaints, was it stopped?). progress(TAP so far) is called while it runs."""
    command = [*own_ipc(), "bats", "--tap", str(lesson.folder / "check.bats")]
    stream, complaints = home / "tap", home / "complaints"
    with open(stream, "wb") as out, open(complaints, "wb") as err:
        try:
            child = subprocess.Popen(command, cwd=home, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                     start_new_session=True)
        except FileNotFoundError as error:
            raise CannotCheck(f"{error.filename} is not installed: ./shmlab lesson installs it") from error
    late, patience = False, Patience(seconds)
    try:
        while child.poll() is None and not late:
            try:
                child.wait(0.1 if progress else 1)
            except subprocess.TimeoutExpired:
                late = patience.over()
            if progress:
                progress(tap.read_text(stream))
    finally:
        end_all(child, env["LAB_TOKEN"])
    if late and patience.was_busy():
        (home / "out" / "cannot").write_text(BUSY.format(load=busy()))
    return tap.read_text(stream), tap.read_text(complaints), late


@contextlib.contextmanager
def no_space(home: Path):
    try:
        yield
    except OSError as error:
        if shutil.disk_usage(home).free < build.SPACE_LEAST:
            raise CannotCheck(build.full(home)) from error
        raise


def check_folder(lesson: Lesson, folder, *, cc: Optional[str] = None, cflags=(), sanitize: bool = False,
                 limits: Optional[Limits] = None, sandbox: Optional[str] = None,
                 progress: Optional[Callable] = None) -> Report:
    """Checks the learner's files in folder. Raises CannotCheck if the runner can't work."""
    for needed in (programs_folder() / "shm-probe", lesson.folder / "check.bats"):
        if not needed.exists():
            raise CannotCheck(f"there is no {needed}")
    limits = limits or Limits()
    started = time.monotonic()
    report = Report(lesson.name, "error", sandbox=sandbox or sandbox_level())
    with scratch_folder("shmlab-check.") as home, no_space(home):
        _check(lesson, Path(folder), home, report, limits, progress, dict(cc=cc, cflags=cflags, sanitize=sanitize))
    report.diagnoses = list(dict.fromkeys([*report.diagnoses, *(d for test in report.tests for d in test.diagnoses)]))
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _check(lesson: Lesson, folder: Path, home: Path, report: Report, limits: Limits, progress, flags: dict):
    """Fills the report; home is removed afterwards."""
    env = environment(lesson, home, limits, report.sandbox, flags["sanitize"])
    (home / "build").mkdir()
    (home / "cc").mkdir()
    taken = build.collect(lesson, folder, home / "build")
    report.starter = taken.starter
    if taken.error:
        report.text, report.diagnoses = taken.error, [taken.diagnosis]
        return
    built = build.compile_all(lesson, home / "build", home / "cc", env, seconds=limits.build_seconds, **flags)
    report.build_output = re.sub(re.escape(str(home / "build")) + "/?", "", built.output)
    if not built.ok:
        report.diagnoses = ["does-not-build"]
        report.text = pointers.lines(report.build_output, lesson, failed=built.failed, folder=home / "build")
        return
    said, complaints, late = run_bats(lesson, home, env, limits.seconds, progress)
    report.tests = tap.tests(said, lesson.folder / "check.bats", home / "out",
                             tap.why_not_run(said, complaints, limits.seconds if late else None))
    cannot = tap.read_text(home / "out" / "cannot").strip()
    if cannot:
        report.tests, report.text = [], cannot
        return
    report.status = "pass" if report.tests and report.passed() == len(report.tests) else "fail"
    if report.status == "fail":
        report.text = pointers.lines(report.build_output, lesson, failed=[], folder=home / "build")
    if report.starter and report.status == "fail":
        first = "The files are unchanged: README.md says what to do."
        report.text = f"{first}\n{report.text}".strip()
    report.text = f"{report.text}\n{tap.read_text(home / 'out' / 'remarks')}".strip()
