"""shmlab lesson grade [N] DIR [-j JOBS] [--seconds S]: grades the submissions of a class. See docs/grading.md.

main(arguments) -> exit status        judge(submission, asked, sandbox) -> Grade
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
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue

from . import check, conf, grade_files, grade_sandbox, locate, submissions
from .paths import lessons_folder, scratch_folder
from .report import Report, Test

ANSWER_MAX = 16 << 20  # bytes of all reports of one submission
JOB_SECONDS = 300  # for one lesson of one submission, in total
FETCH_SECONDS = 60  # to copy or unpack it


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
    resume: bool = False  # the newest grading that was stopped
    running: set = field(default_factory=set)  # processes of running jobs


def report_of(found: dict) -> Report:
    return Report(**{**found, "tests": [Test(**test) for test in found["tests"]]})


def grade_of(found: dict) -> Grade:
    return Grade(found["name"], [report_of(report) for report in found["reports"]], found["refused"])


@dataclass
class Ran:
    status: int  # None: it was stopped, since it took too long
    out: bytes
    err: str  # the end of it


def run_job(command: list, env: dict, seconds: float, running: set, stdin=subprocess.DEVNULL, cwd=None) -> Ran:
    """None of its processes is left."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, cwd=cwd, env=env, stdin=stdin, stdout=out, stderr=err,
                                 start_new_session=True)
        running.add(child)
        late, patience = False, check.Patience(seconds)
        try:
            while child.poll() is None and not late:
                try:
                    child.wait(1)
                except subprocess.TimeoutExpired:
                    late = patience.over()
        finally:
            end_job(child)
            running.discard(child)
        out.seek(0)
        err.seek(max(err.seek(0, os.SEEK_END) - 2000, 0))
        return Ran(None if late else child.returncode, out.read(ANSWER_MAX), err.read(2000).decode("utf-8", "replace"))


def end_job(child):
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()


def fetch(path: Path, taken: Path, env: dict, running: set):
    """Fills taken (empty) with the submission's files, or raises Refused. A process with limits does it, so that no
    submission can end the grader; and what reads an archive can reach nothing else."""
    if submissions.is_archive(path):
        with path.open("rb") as stream:
            ran = run_job(grade_sandbox.unpack(path, taken), {**env, **grade_sandbox.unpack_limits()}, FETCH_SECONDS,
                          running, stream, taken)
    else:
        ran = run_job(grade_sandbox.job("submissions", [path, taken]), env, FETCH_SECONDS, running)
    if ran.status == submissions.REFUSED:
        raise locate.Refused(ran.out.decode("utf-8", "replace").strip())
    if ran.status != 0:
        raise locate.Refused("reading it took too long, or too much memory. " + " ".join(ran.err.split()[-12:]))


def judge(submission, asked: Asked, sandbox) -> Grade:
    grade = Grade(submission.name)
    try:
        with scratch_folder("shmlab-grade.") as home:
            judge_in(home, submission, asked, sandbox, grade)
    except locate.Refused as error:
        grade.refused = str(error)
    except Exception as error:  # whatever it is, the others are graded
        grade.refused = f"it could not be judged: {type(error).__name__}: {error}"
    return grade


def judge_in(home: Path, submission, asked: Asked, sandbox, grade: Grade):
    taken, scratch = home / "taken", home / "tmp"
    taken.mkdir()
    scratch.mkdir()
    env = sandbox.environment(scratch)
    fetch(submission.path, taken, env, asked.running)
    lessons = [asked.one] if asked.one else locate.lessons_in(asked.lessons, taken)
    if not lessons:
        raise locate.Refused("it has no lesson folder (01-..., 02-...).")
    job = grade_sandbox.job("grade_job", [taken, f"{asked.seconds:g}", *(lesson.folder for lesson in lessons)])
    take_answer(grade, run_job(sandbox.prefix(home) + job, env, JOB_SECONDS * len(lessons), asked.running))


def take_answer(grade: Grade, ran: Ran):
    try:
        grade.reports = [report_of(found) for found in json.loads(ran.out)]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise locate.Refused("it could not be judged: " + (
            "it took too long." if ran.status is None else
            ran.err.strip()[-500:] or "the job ended without a message.")) from None


def grade(asked: Asked, found: list, sandboxes: list, one_done):
    """Calls one_done(Grade) for each submission as soon as it is judged; each sandbox judges one at a time."""
    free = SimpleQueue()
    for sandbox in sandboxes:
        free.put(sandbox)

    def one(submission):
        sandbox = free.get()
        try:
            return judge(submission, asked, sandbox)
        finally:
            free.put(sandbox)

    with ThreadPoolExecutor(max_workers=len(sandboxes)) as pool:
        started = [pool.submit(one, submission) for submission in found]
        try:
            for future in as_completed(started):
                one_done(future.result())
        except (KeyboardInterrupt, SystemExit):
            pool.shutdown(wait=False, cancel_futures=True)
            for child in list(asked.running):
                end_job(child)
            raise


def on_terminal(grade_: Grade, done: int, count: int):
    if sys.stderr.isatty():
        text = f"{done}/{count}  {grade_.name}"
        print(f"\r\x1b[K{text[:78]}", end="\r\x1b[K" if done == count else "", file=sys.stderr, flush=True)


def read_arguments(arguments: list):
    parser = argparse.ArgumentParser(prog="shmlab lesson grade", description="Grades the submissions of a class.")
    parser.add_argument("lesson", nargs="?", metavar="N", help="one lesson; without it, all that each submission has")
    parser.add_argument("folder", metavar="DIR", help="a folder of submissions: folders, .c files, .zip, .tar.gz")
    parser.add_argument("-j", "--jobs", type=int, default=len(os.sched_getaffinity(0)), help="how many at a time")
    parser.add_argument("--seconds", type=float, default=5, help="for one run of a program (5)")
    parser.add_argument("--resume", action="store_true", help="go on with a grading that was stopped")
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
    if "\n" in str(folder.resolve()):
        raise LookupError("the path of the folder has a newline in it: give the folder another name")
    one = conf.find(lessons, read.lesson) if read.lesson else None
    return Asked(lessons, one, folder.resolve(), max(read.jobs, 1), max(read.seconds, 0.1), read.anyway,
                 read.resume)


UNHELD = """programs can't run in a sandbox here: {why}.
  A submission could end all your processes with one line, kill(-1, SIGKILL), and write to your files.
  {mend}grade as root, or on another machine; or, if you trust all submissions: --anyway"""


def unheld_message() -> str:
    if shutil.which("bwrap"):
        return UNHELD.format(why="bubblewrap needs a namespace, but the kernel allows none", mend="You can ")
    return UNHELD.format(why="bubblewrap is not installed, and the kernel allows no namespace",
                         mend="sudo apt-get install bubblewrap; or ")


def grade_all(asked: Asked, found: list, results: Path) -> int:
    """Writes all grades to results; those of before, if it was stopped, are in there."""
    hidden = [asked.folder, *grade_files.old_folders(asked.folder)]
    sandboxes = grade_sandbox.sandboxes(min(asked.jobs, len(found)), hidden)
    if sandboxes[0].unheld() and not asked.anyway:
        raise LookupError(unheld_message())
    unfinished = grade_files.Unfinished(results, {"lesson": asked.one and asked.one.name, "seconds": asked.seconds})
    done = {each["name"]: grade_of(each) for each in unfinished.grades if each}
    rest = [submission for submission in found if submission.name not in done]

    def one_done(each: Grade):
        done[each.name] = each
        unfinished.add(asdict(each))
        on_terminal(each, len(done), len(found))

    stopped = None
    try:
        grade(asked, rest, sandboxes, one_done)
    except (KeyboardInterrupt, SystemExit) as error:
        stopped = error
    grades = [done[submission.name] for submission in found if submission.name in done]
    levels = {report.sandbox for each in grades for report in each.reports}
    grade_files.write_all(grades, results, sandboxes[0].how(levels), len(found) - len(grades))
    if stopped:
        unfinished.stream.close()
        print(f"\nshmlab: stopped. The grades so far, {len(grades)} of {len(found)}: {results}\n"
              "  go on: the same command, with --resume", file=sys.stderr)
        return getattr(stopped, "code", 130)
    unfinished.end()
    sys.stdout.write((results / "table.txt").read_text(encoding="utf-8"))
    print(f"\nGrades: {results}")
    return 0 if all(each.passed() for each in grades) else 1


def main(arguments: list) -> int:
    results = None
    try:
        asked = prepare(arguments)
        found = submissions.find(asked.folder)
        if not found:
            raise LookupError(f"there is no submission in {asked.folder}")
        results = grade_files.unfinished_folder(asked.folder) if asked.resume else grade_files.new_folder(asked.folder)
        return grade_all(asked, found, results)
    except (LookupError, OSError) as error:
        print(f"shmlab: {error}", file=sys.stderr)
        if results and not any(results.iterdir()):
            results.rmdir()
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
