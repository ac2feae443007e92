"""shmlab lesson verify [NN...] [--quick | --part ID] [-j N] [--rounds N]: proves that lessons do what
docs/lesson-format.md says.

main(arguments) -> exit status        verify(lessons, ...) -> results, one for each trial
A trial is one check of one program (or the lint), and its expected result.
"""

import argparse
import os
import shutil
import sys
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from . import check, conf, lint, lint_run, patches
from .paths import lessons_folder
from .printable import printable

KINDS = ("start", "solution", "mistakes", "wrong", "right", "lint")  # the columns of the table
ROUTES = ("gcc -O0", "gcc -O2", "clang -O0", "clang -O2", "gcc -O0 sanitized")  # how a solution is built
THIRD = 3
SAID_MAX = 12  # lines of each part of a report that are shown


@dataclass
class Trial:
    lesson: object
    kind: str
    name: str  # of the mistake, the right solution, the compiler
    files: Path = None  # copied over the solution: a folder, or a file in place of the main file
    patch: patches.Patch = None  # instead of files
    expected: list = None  # the diagnoses; None: it must pass, or fail as its patch says
    route: str = ""

    @property
    def label(self) -> str:
        return f"{self.lesson.name}: {self.kind} {self.name}".rstrip()


@dataclass
class Result:
    trial: Trial
    wrong: list = field(default_factory=list)  # messages; empty: the result is as expected
    report: object = None


def choice(lesson, part: str, count: int) -> int:
    """A number below count that part, a text such as a commit's id, chooses for this lesson."""
    return (zlib.crc32(part.encode()) + lesson.number) % count


def routes(lesson, quick: bool, part) -> list:
    """The builds of the lesson's solution; with a part the first and one more."""
    known = [route for route in ROUTES if "sanitized" not in route or not lesson.no_sanitize]
    if quick:
        return known[:1]
    if part is None:
        return known
    others = known[1:]
    return [known[0], others[choice(lesson, part, len(others))]]


def mistakes(lesson, part) -> list:
    """The patches of mistakes; with a part every third. What is in wrong/ is always tried: the score needs all of it."""
    found = patches.every(lesson.folder / "mistakes")
    return found if part is None else found[choice(lesson, part, THIRD)::THIRD]


def trials(lesson, quick: bool, part=None) -> list:
    found = [Trial(lesson, "lint", ""),
             Trial(lesson, "start", "", lesson.folder / "start", expected=[lesson.starter])]
    found += [Trial(lesson, "solution", route, route=route) for route in routes(lesson, quick, part)]
    found += [Trial(lesson, "mistakes", patch.name, patch=patch, expected=[patch.name])
              for patch in mistakes(lesson, part)]
    found += [Trial(lesson, "wrong", patch.name, patch=patch) for patch in patches.every(lesson.folder / "wrong")]
    found += [Trial(lesson, "right", name, path) for name, path in lint.variants(lint.right_folder(lesson))]
    return found


def lay(trial: Trial, folder: Path):
    """Fills the folder with the solution and copies the trial's files over it; or with the patched program."""
    if trial.patch:
        patches.apply(trial.patch, trial.lesson, folder)
        return
    shutil.copytree(trial.lesson.folder / "solution", folder, dirs_exist_ok=True)
    if trial.files is None:
        return
    if trial.files.is_dir():
        shutil.copytree(trial.files, folder, dirs_exist_ok=True)
    else:
        shutil.copyfile(trial.files, folder / trial.lesson.main_file)


def run(trial: Trial, quick: bool) -> Result:
    if trial.kind == "lint":
        return Result(trial, lint.lint(trial.lesson) + ([] if quick else lint_run.run(trial.lesson)))
    compiler, _, more = trial.route.partition(" ")
    sanitize = "sanitized" in more
    flags = [flag for flag in more.split() if flag.startswith("-")]
    if compiler and not shutil.which(compiler):
        return Result(trial, [f"{compiler} is not installed"])
    with tempfile.TemporaryDirectory(prefix="shmlab-verify.") as folder:
        try:
            lay(trial, Path(folder))
        except patches.PatchError as error:
            return Result(trial, [str(error)])
        report = check.check_folder(trial.lesson, folder, cc=compiler or None, cflags=flags, sanitize=sanitize)
    return Result(trial, judge(trial, report), report)


def judge(trial: Trial, report) -> list:
    if trial.kind == "wrong":
        return judge_wrong(trial.patch, report)
    if trial.expected is None:
        wrong = [] if report.status == "pass" else ["it must pass, but fails"]
        if trial.kind == "solution" and report.build_output.strip():
            wrong.append("it must build without a warning")
        return wrong
    if report.status == "pass":
        return [f"it must fail with the diagnosis '{trial.expected[0]}', but passes"]
    if trial.kind == "start" and not report.starter:
        return ["it is not recognized as the unchanged starter"]
    if report.diagnoses != trial.expected:
        found = ", ".join(report.diagnoses) or "none"
        return [f"its diagnosis must be '{trial.expected[0]}', but is: {found}"]
    return []


def judge_wrong(patch, report) -> list:
    """It must have no diagnosis, and fail in exactly the tests that the patch names, each with its text."""
    found = []
    if report.diagnoses:
        found.append(f"it must fail without a diagnosis, but has: {', '.join(report.diagnoses)}")
    failed = {test.name: test.text for test in report.tests if test.status == "fail"}
    for fails in patch.fails:
        text = failed.pop(fails.test, None)
        if text is None:
            found.append(f"this test must fail, but passes: {fails.test}")
        elif fails.text not in text:
            found.append(f"the test '{fails.test}' must say: {fails.text}")
    return found + [f"its patch does not say that this test fails: {name}" for name in failed]


def plain_score(lesson, results: list) -> tuple:
    """(lines of check.bats with a verdict without a diagnosis, those of them that no program of wrong/ causes)"""
    lines = lint.plain_verdicts(lint.read(lesson.folder / "check.bats"))
    stops = [test.line for result in results if result.trial.lesson is lesson and result.trial.kind == "wrong"
             and result.report and not result.wrong for test in result.report.tests if test.status == "fail"]
    # for a command on several lines, bash reports only one of them
    proved = {max((line for line in lines if line <= stop), default=0) for stop in stops}
    return lines, [line for line in lines if line not in proved]


def verify(lessons: list, quick: bool, part, jobs: int, rounds: int, progress) -> list:
    """All results, in the order of the trials. progress(result, done, count) is called after each."""
    check.sandbox_level()  # looked up once, not by each thread
    todo = [trial for lesson in lessons for trial in trials(lesson, quick, part)]
    todo = [(number, trial) for number in range(rounds) for trial in todo if number == 0 or trial.kind != "lint"]
    results = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        started = {pool.submit(run, trial, quick): (number, trial) for number, trial in todo}
        for future in as_completed(started):
            key = started[future]
            try:
                results[id(key[1]), key[0]] = future.result()
            except check.CannotCheck:
                pool.shutdown(cancel_futures=True)
                raise
            progress(results[id(key[1]), key[0]], len(results), len(todo))
    return [results[id(trial), number] for number, trial in todo]


# ---- what is printed ----


def said(report) -> list:
    """The lines of a report that explain a result."""
    lines = [f"checked: {report.status}, {report.passed()} of {len(report.tests)} tests passed"]
    if report.text:
        lines += printable(report.text).strip().splitlines()
    if report.build_output.strip():
        lines += printable(report.build_output).strip().splitlines()[:SAID_MAX]
    for test in report.tests:
        if test.status == "fail":
            diagnoses = f" [{', '.join(test.diagnoses)}]" if test.diagnoses else ""
            lines.append(f"{test.name}{diagnoses}")
            parts = printable("\n".join((test.text, test.grid, test.output))).splitlines()
            lines += [f"  {line}" for line in parts if line.strip()][:SAID_MAX]
    return lines


def show_wrong(result: Result):
    for sentence in result.wrong:
        print(f"{result.trial.label}: {sentence}")
    if result.report:
        for line in said(result.report):
            print(f"    {line}".rstrip())


def cell(results: list, kind: str) -> str:
    mine = [result for result in results if result.trial.kind == kind]
    good = sum(not result.wrong for result in mine)
    if kind in ("start", "lint") and len(mine) == 1:
        return "ok" if good else "wrong"
    return f"{good}/{len(mine)}" if mine else "-"


def kill_score(results: list) -> tuple:
    """(mistakes diagnosed by name in every round, all of them)"""
    named = {}
    for result in results:
        if result.trial.kind == "mistakes":
            named.setdefault(result.trial.label, []).append(not result.wrong)
    return sum(all(each) for each in named.values()), len(named)


def show_table(results: list, part):
    lessons = {result.trial.lesson.name: result.trial.lesson for result in results}
    width = max(len(name) for name in [*lessons, "lesson"])
    print(f"{'lesson':{width}}  " + "  ".join(f"{kind:8}" for kind in KINDS).rstrip())
    for name in lessons:
        mine = [result for result in results if result.trial.lesson.name == name]
        print(f"{name:{width}}  " + "  ".join(f"{cell(mine, kind):8}" for kind in KINDS).rstrip())
    scores = [plain_score(lesson, results) for lesson in lessons.values()]
    plain, left = (sum(len(part) for part in column) for column in zip(*scores))
    print("kill score: {} of {} mistakes diagnosed by name, ".format(*kill_score(results))
          + f"{plain - left} of {plain} verdicts without a diagnosis proved")
    if part is not None:
        print(f"by --part {part} a third of the mistakes, and solutions built with {ROUTES[0]} and: "
              + ", ".join(f"{lesson.number:02d} {routes(lesson, False, part)[1]}" for lesson in lessons.values()))
    for lesson in lessons.values():
        if lesson.no_sanitize:
            print(f"{lesson.name}: without AddressSanitizer: {lesson.no_sanitize}")


def on_terminal(result: Result, done: int, count: int):
    """A line that shows the progress, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{done}/{count}  {result.trial.label}"[:79], end="", file=sys.stderr, flush=True)
        if done == count:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def read_arguments(arguments: list):
    parser = argparse.ArgumentParser(prog="shmlab lesson verify", description="Proves that lessons do what they must.")
    parser.add_argument("lessons", nargs="*", metavar="NN", help="a lesson's number, name or folder; without it all")
    parser.add_argument("--quick", action="store_true", help="the solution with gcc -O0 alone, no README.md commands")
    parser.add_argument("--part", metavar="ID", help="a third of the mistakes, the solution with gcc -O0 and one more build: ID chooses")
    # more than there are cores, because a trial also waits for programs
    parser.add_argument("-j", "--jobs", type=int, default=len(os.sched_getaffinity(0)) * 3 // 2,
                        help="how many at a time")
    parser.add_argument("--rounds", type=int, default=1, help="how many times, each with new random values")
    return parser.parse_args(arguments)


def chosen(names: list) -> tuple:
    """(lessons, error messages about those that can't be read)"""
    lessons, errors = conf.load_all(lessons_folder())
    if not names:
        return lessons, errors
    found = []
    for name in names:
        if Path(name, "lesson.conf").is_file():  # the folder of a lesson
            found.append(conf.load(name))
            continue
        try:
            found.append(conf.find(lessons, name))
        except LookupError as error:
            # its lesson.conf can't be read
            mine = [line for line in errors if name.zfill(2) in line.split("/")[0]]
            raise LookupError("\n".join(mine) or str(error)) from error
    return found, []


def main(arguments: list) -> int:
    asked = read_arguments(arguments)
    part = None if asked.quick else asked.part
    try:
        lessons, errors = chosen(asked.lessons)
    except (LookupError, conf.ConfError) as error:
        print(f"shmlab: {error}", file=sys.stderr)
        return 1
    if not lessons and not errors:
        print(f"shmlab: there is no lesson in {lessons_folder()}", file=sys.stderr)
        return 1
    try:
        results = verify(lessons, asked.quick, part, max(asked.jobs, 1), max(asked.rounds, 1), on_terminal)
    except check.CannotCheck as error:
        print(f"shmlab: {error}", file=sys.stderr)
        return 1
    wrong = [result for result in results if result.wrong]
    errors += [f"{lesson.name}: check.bats:{line}: no program in wrong/ causes this verdict"
               for lesson in lessons for line in plain_score(lesson, results)[1]]
    for line in errors:
        print(line)
    for result in wrong:
        show_wrong(result)
    if wrong or errors:
        print()
    if results:
        show_table(results, part)
    return 1 if wrong or errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
