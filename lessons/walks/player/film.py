"""Film: a walk as it was played, as an asciinema cast (version 2) or an animated SVG.

Film(session, path, columns, rows) -> start() ... mark(name) ... finish(), which writes the file. A second tmux, with
the walk's tmux in its only pane, is what looks: its screen is taken 20 times a second, with the presenter's line.
"""

import html
import json
import re
import subprocess
import threading
import time
from pathlib import Path

from . import cells

GAP = 0.05  # seconds between two looks
END = 3.0  # seconds for which the last picture stands
PALETTE = ("#1c1f26", "#e06c75", "#98c379", "#d7a65f", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
           "#5c6370", "#ff8f98", "#b5e890", "#ffd08a", "#8ccbff", "#e29bff", "#7fdfe8", "#ffffff")
INK, GROUND = PALETTE[7], PALETTE[0]
WORDS = re.compile(r"\S+(?: \S+)*")
WIDTH, HEIGHT = 8.4, 17  # of a cell, in the unit of the picture


class Film(threading.Thread):
    def __init__(self, session, path: Path, columns: int, rows: int):
        super().__init__(daemon=True)
        self.session, self.path, self.columns, self.rows = session, path, columns, rows
        self.frames = []  # (seconds, lines with SGR sequences), each different from the one before
        self.marks = []  # (seconds, name)
        self.ended = threading.Event()
        self.began = time.monotonic()

    def command(self, *arguments) -> list:
        return ["tmux", "-u", "-S", str(self.session.folder / "film"), "-f", "/dev/null", *arguments]

    def call(self, *arguments) -> str:
        done = subprocess.run(self.command(*arguments), env=self.session.environment(), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return done.stdout[:-1]

    def start(self):
        self.call("new-session", "-d", "-x", str(self.columns), "-y", str(self.rows), ";", "set", "-g", "status", "off",
                  ";", "set", "-g", "default-terminal", "screen-256color", ";", "respawn-pane", "-k",
                  *self.session.command("attach", "-r", "-t", "walk"))
        self.began = time.monotonic()
        super().start()

    def run(self):
        while not self.ended.wait(GAP):
            lines = self.call("capture-pane", "-p", "-e").split("\n")
            if lines and any(lines) and (not self.frames or self.frames[-1][1] != lines):
                self.frames.append((time.monotonic() - self.began, lines))

    def mark(self, name: str):
        self.marks.append((time.monotonic() - self.began, name))

    def finish(self):
        """Raises OSError."""
        self.ended.set()
        self.join()
        self.frames = [(when, cells.alone(lines)) for when, lines in self.frames]
        length = time.monotonic() - self.began
        self.path.write_text(self.svg(length) if self.path.suffix == ".svg" else self.cast(length), encoding="utf-8")

    # ---- cast: https://docs.asciinema.org/manual/asciicast/v2/ ----

    def cast(self, length: float) -> str:
        head = {"version": 2, "width": self.columns, "height": self.rows, "timestamp": int(time.time() - length),
                "title": self.session.walk.title, "env": {"TERM": "xterm-256color", "SHELL": "/bin/bash"}}
        events, before = [(when, "m", name) for when, name in self.marks], []
        for when, lines in self.frames:
            text = "" if before else "\x1b[?25l\x1b[2J"
            for row, line in enumerate(lines):
                if row >= len(before) or before[row] != line:
                    text += f"\x1b[{row + 1};1H\x1b[0m\x1b[2K{line}"
            events.append((when, "o", text))
            before = lines
        events.append((length, "o", "\x1b[?25h"))
        events.sort(key=lambda event: event[0])
        return "\n".join(json.dumps(line) for line in
                         [head, *([round(when, 3), kind, text] for when, kind, text in events)]) + "\n"

    # ---- SVG ----

    def svg(self, length: float) -> str:
        """Each line that is shown stands once in <defs>; a frame is a group of them, visible for its time."""
        total, known, frames = length + END, {}, []
        for number, (when, lines) in enumerate(self.frames):
            after = self.frames[number + 1][0] if number + 1 < len(self.frames) else total
            uses = "".join(f'<use href="#r{known.setdefault(line, len(known))}" y="{row * HEIGHT}"/>'
                           for row, line in enumerate(lines) if cells_used(line))
            frames.append((0 if number == 0 else when, after, uses))
        width, height = self.columns * WIDTH + 2 * WIDTH, (self.rows + 1) * HEIGHT
        defs = "".join(f'<g id="r{number}">{row_svg(line)}</g>\n' for line, number in known.items())
        body = "".join(f'<g visibility="hidden">{uses}<animate attributeName="visibility" dur="{total:.2f}s" '
                       f'repeatCount="indefinite" calcMode="discrete" {times(start, end, total)}/></g>\n'
                       for start, end, uses in frames)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
                f'height="{height:g}" role="img">\n<title>{html.escape(self.session.walk.title)}</title>\n'
                f'<rect width="100%" height="100%" rx="6" fill="{GROUND}"/>\n<defs>\n{defs}</defs>\n'
                f'<g transform="translate({WIDTH:g} {HEIGHT / 2:g})" font-family="DejaVu Sans Mono, Menlo, Consolas, '
                f'monospace" font-size="14" fill="{INK}">\n{body}</g>\n</svg>\n')


def times(start: float, end: float, total: float) -> str:
    """keyTimes and values of a frame that is visible from start to end."""
    keys, values = [0.0], ["visible" if start == 0 else "hidden"]
    if start > 0:
        keys, values = keys + [start / total], values + ["visible"]
    if end < total:
        keys, values = keys + [end / total], values + ["hidden"]
    return f'keyTimes="{";".join(f"{key:.5f}" for key in keys)}" values="{";".join(values)}"'


def cells_used(line: str) -> int:
    return len(cells.row(line)[0].rstrip())


def row_svg(line: str) -> str:
    """One line of the screen: its grounds, then its runs of text, each as wide as its cells."""
    text, styles, _ = cells.row(line)
    grounds, texts, start = "", "", 0
    while start < len(text):
        end = start + 1
        while end < len(text) and styles[end] == styles[start]:
            end += 1
        ink, ground, dim = shown(styles[start])
        if ground != GROUND:
            grounds += f'<rect x="{start * WIDTH:g}" width="{(end - start) * WIDTH:g}" height="{HEIGHT}" fill="{ground}"/>'
        look = (f' fill="{ink}"' if ink != INK else "") + (' opacity=".6"' if dim else "")
        look += ' font-weight="bold"' if "bold" in styles[start].attributes else ""
        for words in WORDS.finditer(text, start, end):  # apart, because SVG makes one space of several
            texts += (f'<text x="{words.start() * WIDTH:g}" y="{HEIGHT - 4}" textLength="'
                      f'{len(words.group()) * WIDTH:g}"{look}>{html.escape(words.group())}</text>')
        start = end
    return grounds + texts


def shown(style) -> tuple:
    """(ink, ground, dim) as SVG has them."""
    ink, ground = hue(style.ink, INK), hue(style.ground, GROUND)
    if "reverse" in style.attributes:
        ink, ground = ground, ink
    return ink, ground, "dim" in style.attributes


def hue(value, default: str) -> str:
    """A colour of xterm's table of 256, or a direct one."""
    if value is None:
        return default
    if isinstance(value, tuple):
        return "#%02x%02x%02x" % value
    if value < 16:
        return PALETTE[value]
    if value >= 232:
        return "#" + "%02x" % (8 + 10 * (value - 232)) * 3
    steps = (0, 95, 135, 175, 215, 255)
    value -= 16
    return "#%02x%02x%02x" % (steps[value // 36], steps[value // 6 % 6], steps[value % 6])
