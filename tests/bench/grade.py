"""bench grade: how long a class takes. The class is made of lesson 02's solution, mistakes, right solutions and starter;
each verdict is compared with the right one.

grade.py COUNT          `./shmlab bench grade` calls this
"""

import contextlib
import io
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lessons"))
from runner import conf, grade, lint, patches, paths  # noqa: E402 # after the path is set

LESSON = "02-typed-fields"
TARGET = 180  # seconds for 300 submissions on two cores


def class_make(lesson, folder: Path, scratch: Path, count: int) -> dict:
    """{name of a submission: (its status, its diagnoses) as they must be}"""
    kinds = [("pass", [], lesson.folder / "solution" / lesson.main_file)] * 8
    kinds += [("fail", [lesson.starter], lesson.folder / "start" / lesson.main_file)]
    for patch in patches.every(lesson.folder / "mistakes"):
        patches.apply(patch, lesson, scratch / patch.name)
        kinds += [("fail", [patch.name], scratch / patch.name / lesson.main_file)]
    kinds += [("pass", [], path) for _, path in lint.variants(lint.right_folder(lesson)) if path.is_file()]
    expected = {}
    for number in range(count):
        status, diagnoses, source = kinds[number % len(kinds)]
        name = f"learner{number:03d}"
        (folder / name).mkdir()
        shutil.copyfile(source, folder / name / lesson.main_file)
        expected[name] = (status, diagnoses)
    return expected


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(what: str, figure: str, beside: str, good=None):
    print(f"  {what:34} {figure:>9}     {beside:24} {'' if good is None else 'ok' if good else 'MISSED'}".rstrip())


def main(count: int) -> int:
    lesson = conf.load(paths.lessons_folder() / LESSON)
    with tempfile.TemporaryDirectory(prefix="shmlab-bench.") as home:
        folder = Path(home) / "class"
        folder.mkdir()
        expected = class_make(lesson, folder, Path(home) / "scratch", count)
        started, before = time.monotonic(), cpu()
        with contextlib.redirect_stdout(io.StringIO()):
            grade.main([lesson.name, str(folder)])
        seconds, spent = time.monotonic() - started, cpu() - before
        grades = json.loads((Path(home) / "class.grades" / "grades.json").read_text(encoding="utf-8"))
    actual = {each["name"]: (found["status"], found["diagnoses"]) for each in grades["submissions"]
              for found in each["lessons"].values()}
    right = sum(actual.get(name) == what for name, what in expected.items())
    cores = len(os.sched_getaffinity(0))
    goal = TARGET * count / 300 * 2 / cores
    print(f"grading {count} submissions of lesson {lesson.label}, {cores} at a time")
    print(f"  {grades['held']}")
    row("all of them", f"{seconds:.1f} s", f"target: below {goal:.0f} s", seconds < goal)
    row("processor time of each", f"{spent / count:.2f} s", f"{spent / seconds / cores:.0%} of the cores were ours")
    row("right verdicts", f"{right}", f"target: {count}", right == count)
    for name in [name for name, what in expected.items() if actual.get(name) != what][:10]:
        print(f"    {name}: expected {expected[name]}, got {actual.get(name)}")
    return 0 if right == count else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
