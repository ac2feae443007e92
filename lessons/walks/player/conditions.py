"""Conditions: what `wait` and `expect` ask of the panes and of the segment.

holds(session, action) -> None if it does, else why not: one line for the presenter.
"""

import json
import re
import subprocess
from pathlib import Path

from .segments import ftok, rows
from .walk_file import ATTRIBUTES, COLOURS

PROMPTS = ("$", "(gdb)")
SGR = re.compile(r"\x1b\[([0-9;]*)m")
ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][AB0]|[=>78]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x0e\x0f])|[\x0e\x0f]")


def holds(session, action):
    return CHECKS[action.kind](session, action)


# ---- panes ----

def text_there(session, action):
    if action.text in session.screen(action.pane):
        return None
    return f'"{action.text}" is not in the pane {action.pane}'


def text_gone(session, action):
    if action.text not in session.screen(action.pane):
        return None
    return f'"{action.text}" is still in the pane {action.pane}'


def prompt_there(session, action):
    """The shell or gdb waits for a command: the last line that is not empty is its prompt, and nothing more."""
    lines = [line for line in session.screen(action.pane).split("\n") if line.strip()]
    if lines and lines[-1].rstrip() in PROMPTS:
        return None
    return f"the command in the pane {action.pane} has not ended"


def color_there(session, action):
    """The text is on the pane, and each place where it stands... one is enough: has that colour or attribute."""
    seen = False
    for text, styles in cells(session.screen(action.pane, colours=True)):
        start = text.find(action.text)
        while start >= 0:
            seen = True
            run = styles[start:start + len(action.text)]
            if all(action.value in style for style, sign in zip(run, action.text) if sign != " "):
                return None
            start = text.find(action.text, start + 1)
    if seen:
        return f'"{action.text}" is in the pane {action.pane}, but not {action.value}'
    return f'"{action.text}" is not in the pane {action.pane}'


def cells(screen: str) -> list:
    """Each line as (text, styles): a set of names for each character."""
    lines, style = [], frozenset()
    for line in screen.split("\n"):
        text, styles, place = "", [], 0
        for match in re.finditer(ESCAPE, line):
            run = line[place:match.start()]
            text, place = text + run, match.end()
            styles += [style] * len(run)
            sgr = SGR.fullmatch(match.group())
            if sgr:
                style = style_after(style, sgr.group(1))
        text += line[place:]
        styles += [style] * (len(line) - place)
        lines.append((text, styles))
    return lines


def style_after(style: frozenset, codes: str) -> frozenset:
    """The style after a sequence SGR (ECMA-48, and 256 colours as xterm has them)."""
    names, numbers = set(style), [int(code or 0) for code in codes.split(";")]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            names = set()
        elif code in (1, 2, 4, 7):
            names.add({1: "bold", 2: "dim", 4: "underline", 7: "reverse"}[code])
        elif code in (22, 24, 27):
            names -= {22: {"bold", "dim"}, 24: {"underline"}, 27: {"reverse"}}[code]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            names = names - set(COLOURS) | {COLOURS[code % 10]}
        elif code == 39:
            names -= set(COLOURS)
        elif code in (38, 48):
            rest = numbers[:2] if numbers[:1] == [5] else numbers[:4]
            del numbers[:len(rest)]
            if code == 38:
                names -= set(COLOURS)
                if rest[0] == 5 and rest[1] < 16:
                    names.add(COLOURS[rest[1] % 8])
    assert names <= set(COLOURS + ATTRIBUTES)
    return frozenset(names)


# ---- the segment ----

def segment_path(session) -> Path:
    path = session.walk.segment[0]
    return session.place / path if path else session.folder / "bin"


def segment_key(session) -> int:
    return ftok(segment_path(session), session.walk.segment[1])


def segment_exists(session) -> bool:
    try:
        key = segment_key(session)
    except OSError:
        return False
    return any(row["key"] & 0xFFFFFFFF == key for row in rows())


def segment_there(session, _):
    return None if segment_exists(session) else "there is no segment"


def segment_gone(session, _):
    return "the segment is still there" if segment_exists(session) else None


def picture(session):
    """What shm-view says of the segment: docs/json.md. None: there is none, or it can't be read."""
    done = subprocess.run([str(session.folder / "bin" / "shm-view"), "--path", str(segment_path(session)), "--proj",
                           str(session.walk.segment[1]), "--render", "json"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout) if done.returncode == 0 else None


def field_has(session, action):
    if not segment_exists(session):
        return "there is no segment"
    shown = picture(session)
    if shown is None:
        return "the segment can't be read"
    for field in shown["layout"]["fields"]:
        if field["name"] == action.text:
            value = field.get("value", "")
            if action.value in (value, value.strip("\"'")):
                return None
            return f"{action.text} is {value}, not {action.value}"
    return f"the segment's layout has no field '{action.text}'"


CHECKS = {
    "text": text_there,
    "no-text": text_gone,
    "color": color_there,
    "prompt": prompt_there,
    "field": field_has,
    "segment": segment_there,
    "no-segment": segment_gone,
}
