"""The output of bats and the files of check.bash -> the tests of a report.

tests(stream, check.bats, folder of verdicts, why) -> list of Test, one for each @test, even if bats died
"""

import re
from pathlib import Path

from .printable import printable
from .report import Test

SIZE_MAX = 64 << 10  # bytes of the stream, or of one file of a verdict
LINE = re.compile(r"(ok|not ok) (\d+) (.*)")
SKIP = re.compile(r" # skip ?(.*)\Z")
NAME = re.compile(r"""^[ \t]*@test[ \t]+(?:"((?:\\.|[^"\\])*)"|'([^']*)'|(\S.*?))[ \t]*\{[ \t]*(?:#.*)?$""", re.M)


def read_text(path: Path) -> str:
    """The text of a file, which may be missing, broken or endless; its control characters are made harmless."""
    return printable(_read(path))


def _read(path: Path) -> str:
    try:
        with open(path, "rb") as stream:
            return stream.read(SIZE_MAX).decode("utf-8", "replace")
    except OSError:
        return ""


def names(check: Path) -> list:
    """The names of all @tests, from the file itself: bats may have died before it printed them."""
    text = check.read_text(encoding="utf-8", errors="replace")
    return [re.sub(r"\\(.)", r"\1", m.group(1)) if m.group(1) is not None else (m.group(2) or m.group(3))
            for m in NAME.finditer(text)]


def grid_of(text: str) -> str:
    """A grid with the colours that shm-view gave it, but without other control characters."""
    kept = re.split(r"(\x1b\[[0-9;]*m)", text)
    return "".join(part if part.startswith("\x1b[") else printable(part) for part in kept)


def why_not_run(stream: str, complaints: str, late) -> str:
    """The text for tests that have no result."""
    if late is not None:
        return f"It did not run: the whole check was stopped after {late:.0f} seconds."
    said = [line.lstrip("# ") for line in stream.splitlines() if line.startswith("#")]
    said += [line for line in complaints.splitlines() if line.strip()]
    lines = "".join(f"\n  {line}" for line in said[-6:])
    return "It did not run: the check ended before it." + lines


def results(stream: str) -> dict:
    """{number: (status, name, reason of a skip, lines of bats)}"""
    found, last = {}, None
    for line in stream.splitlines():
        match = LINE.match(line)
        if match:
            last, name = int(match.group(2)), match.group(3)
            skip = SKIP.search(name)
            status = "skip" if skip else ("pass" if match.group(1) == "ok" else "fail")
            found[last] = (status, SKIP.sub("", name), skip.group(1) if skip else "", [])
        elif line.startswith("#") and last is not None:
            found[last][3].append(line[1:].strip())
    return found


def tests(stream: str, check: Path, out: Path, why: str) -> list:
    known, found, listed = names(check), results(stream), []
    plan = re.search(r"^1\.\.(\d+)$", stream, re.M)
    count = max([len(known), int(plan.group(1)) if plan else 0])
    for number in range(1, count + 1):
        name = known[number - 1] if number <= len(known) else f"test {number}"
        if number not in found or found[number][1] == "setup_file failed":
            listed.append(Test(name, "fail", text=why))
            continue
        status, said_name, reason, said = found[number]
        test = Test(said_name, status, text=reason)
        if status == "fail":
            test.diagnoses = read_text(out / f"{number}.diagnosis").split()
            test.text = read_text(out / f"{number}.text").strip() or unexplained(said)
            line = read_text(out / f"{number}.line").strip()
            test.line = int(line) if line.isdecimal() else 0
            test.grid = grid_of(_read(out / f"{number}.grid")).rstrip("\n")
            test.output = read_text(out / f"{number}.output").rstrip()
        listed.append(test)
    return listed


def unexplained(said: list) -> str:
    """The text for a test that failed without its own message: the lines of bats."""
    return "\n".join(["The check stopped here:", *(f"  {line}" for line in said[:8])]) if said else ""
