"""Checks a lesson's README.md: has it the form of docs/lesson-format.md, do its links and its commands work?

lint(lesson) -> list of messages          commands(text) -> the commands that can be run
run_commands(lesson, work, ...) -> list of messages; the commands run one after the other in one bash
"""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from . import build
from .paths import ROOT, docs_folder
from .printable import printable

SECTIONS = ("The idea", "Do", "Look", "The exercise", "Think", "Read on")
FENCE = re.compile(r"^(```+|~~~+)[ \t]*(\w*)[^\n]*\n(.*?)^\1[ \t]*$", re.M | re.S)
LINK = re.compile(r"(!?)\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
BY_HAND = re.compile(r"#\s*by hand\s*$")
FAILS = re.compile(r"#\s*fails\s*$")
ADDRESS = re.compile(r"(?<=\])\([^)\s]*\)|<[a-z]+:[^>\s]*>")  # of a link: it can't be wrapped
COLUMNS = 80  # of a learner's terminal


class Command(NamedTuple):
    line: int
    text: str
    fails: bool  # it must fail: its exit status is not 0


def lint(lesson) -> list:
    try:
        text = (lesson.folder / "README.md").read_text(encoding="utf-8")
    except OSError:
        return []  # lint.lint reports that it is missing
    except UnicodeDecodeError:
        return ["README.md is not UTF-8 text"]
    prose = FENCE.sub("", text)
    return [*lint_head(lesson, prose), *lint_sections(prose), *lint_links(lesson.folder, prose),
            *lint_fences(text), *lint_columns("README.md", text, ADDRESS)]


def lint_head(lesson, prose: str) -> list:
    lines = [line for line in prose.splitlines() if line.strip()]
    head = f"# {lesson.label}"
    if not lines or lines[0].strip() != head:
        return [f"README.md does not begin with '{head}'"]
    if len(lines) < 2 or lines[1].startswith("#"):
        return ["README.md: the goal is missing under its title"]
    return []


def lint_sections(prose: str) -> list:
    heads = [head.strip() for head in re.findall(r"^## +(.*)$", prose, re.M)]
    known = [head for head in heads if head in SECTIONS]
    found = [f"README.md has no part '## {section}'" for section in SECTIONS if section not in heads]
    if known != [section for section in SECTIONS if section in known]:
        found.append(f"README.md: its parts must be {', '.join(SECTIONS)}, in this order")
    idea = re.search(r"^## +The idea[ \t]*\n(.*?)(?=^## |\Z)", prose, re.M | re.S)
    if idea and not any(mark for mark, _ in LINK.findall(idea.group(1))):
        found.append("README.md: there is no picture in 'The idea'")
    return found


def anchors(prose: str) -> set:
    """The anchors that GitHub makes from the headings."""
    heads = re.findall(r"^#+ +(.*?)\s*$", prose, re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def lint_links(folder: Path, prose: str) -> list:
    found = []
    for _, target in LINK.findall(prose):
        if re.match(r"[a-z]+:", target):
            continue  # pages on the web are not checked
        name, _, anchor = target.partition("#")
        path = folder / name if name else folder / "README.md"
        if name.startswith("../../docs/"):
            path = docs_folder() / name[len("../../docs/"):] if ROOT in folder.parents else path
        if not path.exists():
            found.append(f"README.md: the link {target} leads nowhere")
        elif anchor and path.suffix == ".md" and anchor not in anchors(path.read_text(encoding="utf-8")):
            found.append(f"README.md: the link {target} leads to a heading that doesn't exist")
    return found


def lint_fences(text: str) -> list:
    found = []
    if len(re.findall(r"^(```|~~~)", text, re.M)) % 2:
        found.append("README.md: a fenced block is not closed")
    for _, language, body in FENCE.findall(text):
        if language in ("sh", "bash", "shell", "text", "") and re.search(r"^\$ ", body, re.M):
            found.append(f"README.md: a block with commands ('{first_command(body)}') is not marked as console")
    if not commands(text):
        found.append("README.md has no command that can be run, in a block marked as console")
    return found


def lint_columns(name: str, text: str, apart: re.Pattern = None) -> list:
    """Lines that are too wide for a learner's terminal. What matches apart doesn't count."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        columns = len((apart.sub("", line) if apart else line).expandtabs(8))
        if columns > COLUMNS:
            found.append(f"{name}:{number}: the line has {columns} columns; the maximum is {COLUMNS}")
    return found


def first_command(body: str) -> str:
    return re.search(r"^\$ (.*)$", body, re.M).group(1)


def commands(text: str) -> list:
    """The commands of all console blocks, in order, except those to do by hand. A line `> ...` continues a command."""
    found = []
    for block in FENCE.finditer(text):
        if block.group(2) != "console":
            continue
        first = text.count("\n", 0, block.start(3)) + 1
        for match in re.finditer(r"^\$ (.*(?:\n> .*)*)$", block.group(3), re.M):
            command = re.sub(r"^> ", "", match.group(1), flags=re.M)
            if not BY_HAND.search(command):
                line = first + block.group(3).count("\n", 0, match.start())
                found.append(Command(line, command, bool(FAILS.search(command))))
    return found


# One bash runs all commands, so that `cd`, variables and jobs have effect. The log gets a command's line before it
# runs, and its status after it.
STEP = """printf '%s\\n' '{line}' >>"$LINT_LOG"
eval {text}
printf '%s\\n' "{line} $?" >>"$LINT_LOG"
"""


def run_commands(lesson, work: Path, scratch: Path, prefix: list, env: dict, seconds: float) -> list:
    """Runs README.md's commands in the folder work. prefix: a command that runs bash; scratch: for their output."""
    todo = commands((lesson.folder / "README.md").read_text(encoding="utf-8"))
    log, said = scratch / "lint.log", scratch / "lint.said"
    script = "".join(STEP.format(line=command.line, text=quote(command.text)) for command in todo)
    env = {**env, "LINT_LOG": str(log), "BASH_ENV": "", "PS1": "", "NO_COLOR": "1", "TERM": "dumb"}
    log.touch()
    with open(said, "wb") as out:
        child = subprocess.Popen([*prefix, "bash", "-c", script], cwd=work, env=env, stdin=subprocess.DEVNULL,
                                 stdout=out, stderr=out, start_new_session=True)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            build.kill_session(child)
    return judge(todo, dict(line.split() for line in log.read_text().splitlines() if " " in line), said, seconds)


def judge(todo: list, statuses: dict, said: Path, seconds: float) -> list:
    found = []
    for command in todo:
        status = statuses.get(str(command.line))
        if status is None:
            found.append(f"README.md:{command.line}: it did not end within {seconds:.0f} s: {command.text}")
            break
        if (status != "0") != command.fails:
            found.append(f"README.md:{command.line}: its exit status is {status}: {command.text}")
    if found:
        lines = printable(said.read_text(encoding="utf-8", errors="replace")).strip().splitlines()[-8:]
        found[-1] += "".join(f"\n  {line}" for line in lines)
    return found


def quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
