"""The files that a grading writes: a table for people, the same for programs, and feedback for each learner.

new_folder(DIR) -> DIR.grades, or DIR.grades.2, ...: never an existing one      write_all(grades, folder, how)
unfinished_folder(DIR) -> the newest of them whose grading was stopped

While a grading runs, its folder has only `unfinished`: a line of JSON for what is graded, then one for each grade. So a
stopped one can go on.
"""

import csv
import datetime
import fcntl
import io
import json
import re
from pathlib import Path

from . import formats
from .printable import one_line, printable
from .report import Report

UNFINISHED = "unfinished"
NAME_MAX = 40  # characters of a submission's name in the table


def new_folder(folder: Path) -> Path:
    """Makes the folder beside that of the submissions."""
    for number in range(1, 10_000):
        path = folder.with_name(folder.name + (".grades" if number == 1 else f".grades.{number}"))
        try:
            path.mkdir()
            return path
        except FileExistsError:
            continue
    raise OSError(f"there are too many {folder.name}.grades")


def old_folders(folder: Path) -> list:
    """In the order in which they were made."""
    name = re.compile(re.escape(folder.name) + r"\.grades(?:\.(\d+))?")
    found = ((name.fullmatch(path.name), path) for path in folder.parent.iterdir())
    return [path for _, path in sorted((int(match[1] or 1), path) for match, path in found if match and path.is_dir())]


def unfinished_folder(folder: Path) -> Path:
    found = [path for path in old_folders(folder) if (path / UNFINISHED).is_file()]
    if not found:
        raise LookupError(f"no grading of {folder} was stopped: without --resume a new one begins")
    return found[-1]


class Unfinished:
    """The grades of a grading that runs, or was stopped."""

    def __init__(self, folder: Path, asked: dict):
        """asked: what is graded; it must be the same if a stopped one goes on. Raises LookupError."""
        self.path = folder / UNFINISHED
        self.stream = open(self.path, "a+", encoding="ascii")
        try:
            fcntl.flock(self.stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LookupError(f"another grading is writing to {folder}") from error
        self.stream.seek(0)
        before, *self.grades = [*map(line_read, self.stream)] or [None]
        if before is None:
            self.add(asked)
        elif before != asked:
            raise LookupError(f"the grading in {folder} was asked for other lessons or seconds: give the same")

    def add(self, value: dict):
        self.stream.write(json.dumps(value) + "\n")
        self.stream.flush()

    def end(self):
        self.path.unlink()
        self.stream.close()


def line_read(line: str):
    """None for a line that was cut off, as the last one can be."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def write_all(grades: list, folder: Path, how: str, missing: int):
    """missing: how many are not graded yet."""
    rows = [row for grade in grades for row in rows_of(grade)]
    if missing:
        how = f"not finished: {missing} are not graded yet\n{how}"
    write(folder / "table.txt", table(rows, how))
    write(folder / "table.csv", table_csv(rows))
    write(folder / "junit.xml", junit(grades))
    write(folder / "grades.json", document(grades, how, missing))
    feedback = folder / "feedback"
    feedback.mkdir(exist_ok=True)
    used = set()
    for grade in grades:
        write(feedback / f"{file_name(grade.name, used)}.txt", feedback_text(grade))


def write(path: Path, text: str):
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def file_name(name: str, used: set) -> str:
    """A file name made from a submission's name; with a number if another submission has it already."""
    plain = re.sub(r"[^\w.@ +-]", "_", name).lstrip(".") or "_"
    found, number = plain[:100], 1
    while found.casefold() in used:
        number += 1
        found = f"{plain[:100]}.{number}"
    used.add(found.casefold())
    return found


def rows_of(grade) -> list:
    """(submission, lesson, result, points, of, diagnoses, remark), a row for each lesson."""
    name = grade.name
    if grade.refused:
        return [(name, "", "error", 0, 0, "", one_line(grade.refused))]
    return [(name, report.lesson, report.status, formats.points(report), len(report.tests),
             " ".join(report.diagnoses), remark(report)) for report in grade.reports]


def remark(report) -> str:
    if report.starter:
        return "untouched starter"
    return one_line(report.text.splitlines()[0]) if report.status == "error" and report.text else ""


def table(rows: list, how: str) -> str:
    head = ("submission", "lesson", "result", "points", "what")
    lines = [head]
    for name, lesson, result, points, of, diagnoses, more in rows:
        short = name if len(name) <= NAME_MAX else name[: NAME_MAX - 3] + "..."
        what = ", ".join(part for part in (", ".join(diagnoses.split()), more) if part)
        lines.append((short, lesson, result, f"{points}/{of}" if of else "", what[:100]))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    text = "".join("  ".join([*(f"{line[column]:{widths[column]}}" for column in range(4)), line[4]]).rstrip() + "\n"
                   for line in lines)
    count = {result: sum(row[2] == result for row in rows) for result in ("pass", "fail", "error")}
    return f"{text}\n{count['pass']} pass, {count['fail']} fail, {count['error']} could not be judged\n{how}\n"


def table_csv(rows: list) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("submission", "lesson", "result", "points", "of", "diagnoses", "remark"))
    # a spreadsheet would run a cell that begins like a formula
    writer.writerows([f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t" and cell else cell for cell in row]
                     for row in rows)
    return stream.getvalue()


def junit(grades: list) -> str:
    stream = io.StringIO()
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
    for grade in grades:
        for report in grade.reports or [refused_report(grade)]:
            name = " ".join(part for part in (grade.name, report.lesson) if part)
            formats.junit_suite(report, name, stream)
    stream.write("</testsuites>\n")
    return stream.getvalue()


def refused_report(grade):
    return Report("", "error", text=grade.refused)


def document(grades: list, how: str, missing: int) -> str:
    listed = []
    for grade in grades:
        lessons = {}
        for report in grade.reports:
            lessons[report.lesson] = {**formats.results(report), "points": formats.points(report),
                                      "of": len(report.tests), "seconds": report.seconds, "held": report.sandbox,
                                      "starter": report.starter, "diagnoses": report.diagnoses}
        listed.append({"name": grade.name, "status": "pass" if grade.passed() else "fail",
                       "message": printable(grade.refused) or None, "lessons": lessons})
    when = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    whole = {"version": 1, "graded": when, "held": how, "missing": missing, "submissions": listed}
    return json.dumps(whole, indent=1) + "\n"


# ---- feedback ----


def feedback_text(grade) -> str:
    lines = [grade.name, ""]
    if grade.refused:
        lines.append(f"This could not be graded: {printable(grade.refused)}")
    for report in grade.reports:
        lines += [f"{report.lesson}: {formats.points(report)} of {len(report.tests)} tests passed", ""]
        if report.status == "error" or report.text:
            lines += [*formats.whole(report).splitlines(), ""]
        for test in report.tests:
            mark = {"pass": "passed ", "fail": "FAILED ", "skip": "skipped"}[test.status]
            lines.append(f"  {mark} {one_line(test.name)}")
            if test.status != "pass":
                lines += [f"            {line}".rstrip() for line in formats.details(test).splitlines()]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
