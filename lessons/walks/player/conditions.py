"""Conditions: what `wait` and `expect` ask of the panes and of the segment.

holds(session, action) -> None if it does, else why not: one line for the presenter.
"""

import json
import subprocess
from pathlib import Path

from . import cells
from .segments import ftok, rows
from .walk_file import COLOURS

PROMPTS = ("$", "(gdb)")


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
    """The text is in the pane, and in one of its places all its characters have that colour or attribute."""
    seen = False
    for text, styles in cells.rows(session.screen(action.pane, colours=True)):
        start = text.find(action.text)
        while start >= 0:
            seen = True
            run = styles[start:start + len(action.text)]
            if all(action.value in names(style) for style, sign in zip(run, action.text) if sign != " "):
                return None
            start = text.find(action.text, start + 1)
    if seen:
        return f'"{action.text}" is in the pane {action.pane}, but not {action.value}'
    return f'"{action.text}" is not in the pane {action.pane}'


def names(style) -> set:
    """The names of a style, as a walk has them."""
    colour = {COLOURS[style.ink % 8]} if isinstance(style.ink, int) and style.ink < 16 else set()
    return colour | set(style.attributes)


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
