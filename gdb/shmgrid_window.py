"""The window shm_grid and the layout shm of gdb's TUI. It reads the bytes once at each prompt; shm-view draws them.

gdb creates and drops Window objects as it likes, so a Window only shows what GRID (shmgrid_grid.py) holds."""
import functools
import re
import textwrap

import gdb

import shmgrid_host
from shmgrid_grid import GRID
from shmgrid_live import LIVE
from shmgrid_redraw import REDRAW

PLAIN = "\033[0m"


def fit(line, cols):
    """The line cut or padded to cols columns. Each character takes one column, an escape sequence none."""
    out, used = "", 0
    for part in re.findall(r"\033\[[0-9;]*m|[^\033]", line):
        if part[0] == "\033":
            out += part
        elif used < cols:
            out += part
            used += 1
    return out + PLAIN + " " * (cols - used)


class Window:
    def __init__(self, tui):
        self.tui = tui
        self.width = 0 # bytes in a row of the last picture
        self.labels = [] # columns of the header's labels: the second digit of each byte
        self.offsets = [] # of each line's first byte; None: a line without bytes
        self.painted = None # the bytes shown, and whether in colours
        GRID.windows.append(self)
        tui.title = "shm"

    @shmgrid_host.method
    def render(self):
        if GRID.bytes is None and not GRID.error:
            GRID.look()
        self.paint()
        LIVE.watch()

    def paint(self):
        cols, rows = self.tui.width, self.tui.height
        if cols <= 0 or rows <= 0: # gdb has not placed the window yet
            return
        lines, title = [], "shm"
        if GRID.bytes is not None:
            try:
                lines = GRID.draw(cols, rows)
                title = GRID.place.heading(cols - 4)
            except gdb.GdbError as why:
                lines = textwrap.wrap(str(why), cols)
        else:
            lines = textwrap.wrap(GRID.error, cols)
        if self.tui.title != title:
            self.tui.title = title
        self.learn(lines)
        self.painted = GRID.bytes, shmgrid_host.styled()
        lines = (lines + [""] * rows)[:rows]
        self.tui.write("".join(fit(line, cols) for line in lines) + PLAIN, True)

    def outdated(self):
        return self.tui.is_valid() and (self.painted is None or self.painted[0] is not GRID.bytes or
                                        self.painted[1] != shmgrid_host.styled())

    def learn(self, lines):
        """Finds out from the picture where each byte is."""
        plain = [re.sub(r"\033\[[0-9;]*m", "", line) for line in lines]
        starts = [re.match(r" ?([0-9a-f]{4,})\W", line) for line in plain]
        self.offsets = [int(m.group(1), 16) if m else None for m in starts]
        known = [o for o in self.offsets[:3] if o is not None]
        self.width = known[1] - known[0] if len(known) > 1 else 0
        self.labels = [m.end() - 1 for m in re.finditer(r"\b[0-9a-f]{1,2}\b", plain[0])][:self.width] if plain else []
        self.known = known

    @shmgrid_host.method
    def vscroll(self, rows):
        if self.width > 0:
            GRID.top = max(0, self.known[0] + rows * self.width)
            self.paint()

    @shmgrid_host.method
    def click(self, x, y, button):
        if button == 1 and y < len(self.offsets) and self.offsets[y] is not None:
            for i, column in enumerate(self.labels):
                if column - 1 <= x <= column and self.offsets[y] + i < GRID.place.size:
                    GRID.at, GRID.top = str(self.offsets[y] + i), self.known[0]
                    self.paint()

    def close(self):
        if self in GRID.windows:
            GRID.windows.remove(self)


def on_prompt(_event):
    if GRID.windows:
        # nothing was painted while the TUI was disabled
        if GRID.look() or any(w.outdated() for w in GRID.windows):
            GRID.repaint()
        LIVE.late = False
        LIVE.watch()
        REDRAW.prompt()


def on_stop(_event):
    if GRID.windows:
        GRID.stopped()
        GRID.repaint()
        LIVE.watch()
        REDRAW.stopped()
        LIVE.stopped()


def on_cont(_event):
    if GRID.windows:
        GRID.goes_on()
        LIVE.watch()
        REDRAW.goes_on()


def on_exit(_event):
    LIVE.watched = None
    if GRID.windows:
        REDRAW.stopped()
        LIVE.stopped()


def quietly(act):
    """gdb would print a handler's exception as a traceback, at each prompt."""
    def handler(argument):
        try:
            act(argument)
        except Exception as why: # pylint: disable=broad-except
            GRID.error = "shm: " + str(why)
    return shmgrid_host.event(handler)


def install():
    if not hasattr(gdb, "register_window_type"):
        return # a gdb without TUI
    gdb.register_window_type("shm_grid", Window)
    gdb.execute("tui new-layout shm {-horizontal src 1 shm_grid 1} 2 status 0 cmd 1")
    gdb.events.before_prompt.connect(functools.partial(quietly(on_prompt), None)) # gdb gives no argument
    gdb.events.stop.connect(quietly(on_stop))
    gdb.events.cont.connect(quietly(on_cont))
    gdb.events.exited.connect(quietly(on_exit))
