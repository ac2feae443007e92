"""Judges one submission in its own process, so that it can't affect the others.

FOLDER SECONDS LESSON... -> a JSON array of reports on standard output, which grade.py reads
no arguments -> the best sandbox here: see sandbox
"""

import ctypes
import json
import os
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path

from . import check, conf
from .locate import Refused, locate
from .report import Report

PR_SET_CHILD_SUBREAPER = 36
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "i686": 288, "armv7l": 311}  # the system call's number
KEYCTL_JOIN_SESSION_KEYRING = 1


def limits(seconds: float) -> check.Limits:
    """Lower than in a learner's own check, because many run at the same time."""
    return check.Limits(program_seconds=seconds, build_seconds=20, memory=256, processes=32)


def judge(lesson, folder: Path, seconds: float) -> Report:
    try:
        return check.check_folder(lesson, locate(lesson, folder), limits=limits(seconds))
    except Refused as error:
        return Report(lesson.name, "error", text=f"It can't be graded: {error}", diagnoses=["not-taken"])


def children() -> list:
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return []


def end_orphans():
    """Kills programs that outlived their parents: they are our children now."""
    until = time.monotonic() + 10
    while children() and time.monotonic() < until:
        for pid in children():
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError, PermissionError):
                pass


def leave_keyring():
    """Joins a new session keyring, which is empty: the grader's may have keys to other machines (keyrings(7))."""
    number = KEYCTL.get(os.uname().machine)
    if number:
        ctypes.CDLL(None).syscall(number, KEYCTL_JOIN_SESSION_KEYRING, None)


def main(arguments: list):
    """The exit status, or what is wrong with the runner."""
    try:
        return judge_all(arguments)
    except check.CannotCheck as error:
        return str(error)


def judge_all(arguments: list) -> int:
    if not arguments:
        print(check.sandbox_level())
        return 0
    folder, seconds = Path(arguments[0]), float(arguments[1])
    leave_keyring()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    reports = []
    for lesson in arguments[2:]:
        reports.append(judge(conf.load(lesson), folder, seconds))
        end_orphans()
    json.dump([asdict(report) for report in reports], sys.stdout)
    return 0
