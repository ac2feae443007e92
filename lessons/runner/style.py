"""Text for this terminal: colours, and lines wrapped or cut at its width.

Colour is never the only sign of something. With NO_COLOR or TERM=dumb, or in a pipe, there is none.
"""

import os
import re
import shutil
import sys
import textwrap
import unicodedata
from typing import Optional

ANSI = re.compile(r"(\x1b\[[0-9;]*m)")
CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def utf8_locale() -> bool:
    """Does the terminal use UTF-8? The first of these that is set decides, as in C."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if os.environ.get(name):
            return "UTF-8" in os.environ[name].upper().replace("UTF8", "UTF-8")
    return False


class Style:
    """A stream, and how to show text on it."""

    def __init__(self, stream=None, columns: Optional[int] = None, colour: Optional[bool] = None):
        self.stream = stream or sys.stdout
        self.terminal = self.stream.isatty()
        self.utf8 = utf8_locale()
        if hasattr(self.stream, "reconfigure"):
            self.stream.reconfigure(encoding="utf-8" if self.utf8 else "ascii", errors="replace")
        if colour is None:
            colour = self.terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
        self.colour = colour
        self.columns = max(20, columns or (shutil.get_terminal_size((80, 24)).columns if self.terminal else 80))

    def paint(self, text: str, *how: str) -> str:
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(CODES[name] for name in how)}m{text}\x1b[0m"

    def say(self, text: str = ""):
        print(text, file=self.stream)

    def wrap(self, text: str, indent: str = "", first: Optional[str] = None) -> str:
        """The text's lines, each wrapped at the terminal's width. Blanks at the start of a line stay."""
        lines, lead = [], indent if first is None else first
        for line in text.splitlines() or [""]:
            own = line[: len(line) - len(line.lstrip())]
            wrapped = textwrap.wrap(line.strip(), self.width, initial_indent=lead + own, subsequent_indent=indent + own,
                                    break_on_hyphens=False, break_long_words=True)
            lines.extend(wrapped or [lead.rstrip()])
            lead = indent
        return "\n".join(lines)

    def offers(self, pairs: list):
        """Commands to type next: label and command on a line. A command is never wrapped."""
        room = max(len(label) for label, _ in pairs) + 2
        for label, command in pairs:
            if room + len(command) + 2 <= self.columns:
                self.say(f"  {label:{room}}{command}")
            else:
                self.say(f"  {label}\n    {command}")

    @property
    def width(self) -> int:
        """The width of text: lines of more than 100 columns are hard to read."""
        return min(self.columns, 100)

    def clip(self, line: str) -> str:
        """The line, cut at the terminal's width: for grids, which must not be wrapped. Colours take no column."""
        kept, room, cut = [], self.columns, False
        for part in ANSI.split(line):
            if part.startswith("\x1b"):
                kept.append(part)
                continue
            for letter in part:
                room -= letter_width(letter)
                cut = cut or room < 0
                if not cut:
                    kept.append(letter)
        text = "".join(kept)
        return text if self.colour else ANSI.sub("", text)

    def rule(self, title: str = "", *how: str) -> str:
        """A horizontal line, with a title in it."""
        sign = "─" if self.utf8 else "-"
        width = min(self.columns, 80)
        if not title:
            return self.paint(sign * width, "dim")
        shown = title if len(title) + 6 <= width else title[: max(1, width - 9)] + "..."
        rest = max(0, width - len(shown) - 4)
        title = self.paint(shown, *(how or ("bold",)))
        return f"{self.paint(sign * 2, 'dim')} {title} {self.paint(sign * rest, 'dim')}"


def letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def complain(text: str):
    """An error message."""
    sys.stdout.flush()
    print(f"shmlab: {text}", file=sys.stderr)
