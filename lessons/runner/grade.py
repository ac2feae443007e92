"""shmlab lesson grade [N] DIR [-j JOBS] [--seconds S]: grades the submissions of a class. See docs/grading.md.

main(arguments) -> exit status        grade(asked, ...) -> list of Grade
Each submission is copied, and judged by its own process (grade_job.py) in its own sandbox (grade_sandbox.py).
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from . import conf, grade_files, grade_sandbox, locate, submissions
from .paths import lessons_folder
from .report import Report, Test

ANSWER_MAX = 16 << 20  # bytes of all reports of one submission
JOB_SECONDS = 300  # for one lesson of one submission, in total


@dataclass
class Grade:
    """The result of one submission: reports of lessons, or the reason why there are none."""

    name: str
    reports: list = field(default_factory=list)
    refused: str = ""

    def passed(self) -> bool:
        return bool(self.reports) and all(report.status == "pass" for report in self.reports)


@dataclass
class Asked:
    lessons: list  # to choose from
    one: object  # the only lesson to grade, or None: all that are found in each submission
    folder: Path
    jobs: int
    seconds: float
    anyway: bool = False  # even if nothing keeps the programs from the grader's own processes
    running: set = field(default_factory=set)  # processes of running jobs


def report_of(found: dict) -> Report:
    return Report(**{**found, "tests": [Test(**test) for test in found["tests"]]})


def run_job(command: list, env: dict, seconds: float, running: set) -> tuple:
    """(standard output, standard error, or None if it was stopped). None of its processes is left."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                 start_new_session=True)
        running.add(child)
        try:
            child.wait(seconds)
            late = False
        except subprocess.TimeoutExpired:
            late = True
        finally:
            end_job(child)
            running.discard(child)
        out.seek(0)
        err.seek(max(err.seek(0, os.SEEK_END) - 2000, 0))
        return out.read(ANSWER_MAX), None if late else err.read(2000).decode("utf-8", "replace")


def end_job(child):
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()


def judge(submission, asked: Asked, sandbox) -> Grade:
    grade = Grade(submission.name)
    with tempfile.TemporaryDirectory(prefix="shmlab-grade.", ignore_cleanup_errors=True) as name:
        home = Path(os.path.realpath(name))
        taken, scratch = home / "taken", home / "tmp"
        taken.mkdir()
        scratch.mkdir()
        try:
            submissions.fetch(submission, taken)
        except (locate.Refused, OSError) as error:
            grade.refused = str(error)
            return grade
        lessons = [asked.one] if asked.one else locate.lessons_in(asked.lessons, taken)
        if not lessons:
            grade.refused = "it has no lesson folder (01-..., 02-...)."
            return grade
        job = grade_sandbox.job([str(taken), f"{asked.seconds:g}", *(str(lesson.folder) for lesson in lessons)])
        answer, said = run_job(sandbox.prefix(home) + job, sandbox.environment(scratch), JOB_SECONDS * len(lessons),
                               asked.running)
        sandbox.clean(home)
    take_answer(grade, answer, said)
    return grade


def take_answer(grade: Grade, answer: bytes, said):
    try:
        grade.reports = [report_of(found) for found in json.loads(answer)]
    except (ValueError, TypeError, KeyError):
        grade.refused = "it could not be judged: " + (
            "it took too long." if said is None else said.strip()[-500:] or "the job ended without a message.")


def grade(asked: Asked, found: list, sandboxes: list, progress) -> list:
    """All grades, in the order of the submissions; each sandbox judges one at a time."""
    free, grades = SimpleQueue(), {}
    for sandbox in sandboxes:
        free.put(sandbox)

    def one(submission):
        sandbox = free.get()
        try:
            return judge(submission, asked, sandbox)
        finally:
            free.put(sandbox)

    with ThreadPoolExecutor(max_workers=len(sandboxes)) as pool:
        started = {pool.submit(one, submission): submission.name for submission in found}
        try:
            for future in as_completed(started):
                grades[started[future]] = future.result()
                progress(grades[started[future]], len(grades), len(found))
        except (KeyboardInterrupt, SystemExit):
            pool.shutdown(wait=False, cancel_futures=True)
            for child in list(asked.running):
                end_job(child)
            raise
    return [grades[submission.name] for submission in found]


def on_terminal(grade_: Grade, done: int, count: int):
    if sys.stderr.isatty():
        text = f"{done}/{count}  {grade_files.printable_name(grade_.name)}"
        print(f"\r\x1b[K{text[:78]}", end="\r\x1b[K" if done == count else "", file=sys.stderr, flush=True)


def read_arguments(arguments: list):
    parser = argparse.ArgumentParser(prog="shmlab lesson grade", description="Grades the submissions of a class.")
    parser.add_argument("lesson", nargs="?", metavar="N", help="one lesson; without it, all that each submission has")
    parser.add_argument("folder", metavar="DIR", help="a folder of submissions: folders, .c files, .zip, .tar.gz")
    parser.add_argument("-j", "--jobs", type=int, default=len(os.sched_getaffinity(0)), help="how many at a time")
    parser.add_argument("--seconds", type=float, default=5, help="for one run of a program (5)")
    parser.add_argument("--anyway", action="store_true", help="even if the programs can't run in a sandbox")
    return parser.parse_intermixed_args(arguments)


def prepare(arguments: list) -> Asked:
    """Raises LookupError with a message if the arguments are wrong."""
    read = read_arguments(arguments)
    lessons, errors = conf.load_all(lessons_folder())
    if errors:
        raise LookupError("\n".join(errors))
    folder = Path(read.folder)
    if not folder.is_dir():
        raise LookupError(f"there is no folder {folder}")
    one = conf.find(lessons, read.lesson) if read.lesson else None
    return Asked(lessons, one, folder.resolve(), max(read.jobs, 1), max(read.seconds, 0.1), read.anyway)


UNHELD = """shmlab: programs can't run in a sandbox here: {why}.
  A submission could end all your processes with one line, kill(-1, SIGKILL), and write to your files.
  {mend}grade as root, or on another machine; or, if you trust all submissions: --anyway"""


def unheld_message() -> str:
    if shutil.which("bwrap"):
        return UNHELD.format(why="bubblewrap needs a namespace, but the kernel allows none", mend="You can ")
    return UNHELD.format(why="bubblewrap is not installed, and the kernel allows no namespace",
                         mend="sudo apt-get install bubblewrap; or ")


def main(arguments: list) -> int:
    try:
        asked = prepare(arguments)
        found = submissions.find(asked.folder)
        results = grade_files.new_folder(asked.folder)
    except (LookupError, OSError) as error:
        print(f"shmlab: {error}", file=sys.stderr)
        return 1
    if not found:
        print(f"shmlab: there is no submission in {asked.folder}", file=sys.stderr)
        results.rmdir()
        return 1
    sandboxes = grade_sandbox.sandboxes(min(asked.jobs, len(found)), asked.folder, results)
    if sandboxes[0].unheld() and not asked.anyway:
        print(unheld_message(), file=sys.stderr)
        results.rmdir()
        return 1
    try:
        grades = grade(asked, found, sandboxes, on_terminal)
    except (KeyboardInterrupt, SystemExit) as error:
        print("\nshmlab: stopped; no grades were written.", file=sys.stderr)
        results.rmdir()
        return getattr(error, "code", 130)
    levels = {report.sandbox for each in grades for report in each.reports}
    grade_files.write_all(grades, results, sandboxes[0].how(levels))
    sys.stdout.write((results / "table.txt").read_text(encoding="utf-8"))
    print(f"\nGrades: {results}")
    return 0 if all(each.passed() for each in grades) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
