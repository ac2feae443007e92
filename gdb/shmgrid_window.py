"""The window shm_grid and the layout shm of gdb's TUI. The bytes are read once a prompt; shm-view draws them.

One Grid holds what is shown; a Window, which gdb makes and drops as it likes, only shows it."""
import atexit
import os
import re
import shutil
import subprocess
import tempfile
import textwrap

import gdb

import shmgrid_layout
import shmgrid_segment

HERE = os.environ.get("SHMLAB_GDB") or os.path.dirname(os.path.abspath(__file__))
SIZE_MAX = 1 << 20
PLAIN = "\033[0m"


def viewer():
    """The path of shm-view: what SHMLAB_VIEW says, this tree's, the installed one beside us, or any on the PATH."""
    for path in (os.environ.get("SHMLAB_VIEW", ""), HERE + "/../build/%s/bin/shm-view" % os.environ.get(
            "SHMLAB_PRESET", "dev"), HERE + "/../build/release/bin/shm-view", HERE + "/../../../bin/shm-view"):
        if os.access(path, os.X_OK):
            return path
    found = shutil.which("shm-view")
    if found is None:
        raise gdb.GdbError("shm: cannot find shm-view: build it with ./shmlab setup, or set SHMLAB_VIEW to where it is")
    return found


class Grid:
    def __init__(self):
        self.expression = self.wish = None # what shm-window asked for
        self.at, self.top = "0", 0
        self.place = self.bytes = self.was = self.since = None
        self.layout = ""                   # text of the .layout file; "": bytes only
        self.error = ""
        self.windows = []
        self.folder = tempfile.mkdtemp(prefix="shmlab-gdb.")
        atexit.register(shutil.rmtree, self.folder, True)

    def look(self):
        """Reads the bytes anew. True: something else is to be shown."""
        before = (self.bytes, self.layout, self.error)
        try:
            place = shmgrid_segment.at(self.expression, self.wish) if self.expression else shmgrid_segment.find()
            if place.size > SIZE_MAX:
                place.size = SIZE_MAX
            fresh = place.read()
            self.layout = shmgrid_layout.layout_text(place.type) if place.type is not None else ""
            if self.place is None or (place.address, place.size) != (self.place.address, self.place.size):
                self.was = self.since = fresh # another segment: nothing in it has changed
            self.place, self.bytes, self.error = place, fresh, ""
        except gdb.GdbError as why:
            self.error = str(why)
            self.place = self.bytes = None
        return (self.bytes, self.layout, self.error) != before

    def stopped(self):
        """What changes from here on has changed since the last stop."""
        self.was = self.bytes

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as out:
            out.write(content)
        return path

    def draw(self, cols, rows, at=None):
        """The lines of the viewer's screen between its title and its last row."""
        words = [viewer(), "--file", self.file("now", self.bytes), "--render", "ansi",
                 "--screen", "%dx%d" % (min(max(cols, 20), 500), min(max(rows + 2, 6), 200)),
                 "--at", at if at is not None else self.at, "--top", str(self.top)]
        words += ["--layout", self.file("layout", self.layout.encode())] if self.layout else ["--no-layout"]
        words += ["--since", self.file("since", self.since)] if self.since is not None else []
        words += ["--was", self.file("was", self.was)] if self.was is not None else []
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=10)
        if done.returncode != 0:
            raise gdb.GdbError("shm: " + done.stderr.decode(errors="replace").strip().split("\n")[0])
        return done.stdout.decode(errors="replace").split("\n")[1:-2]

    def repaint(self):
        for window in self.windows:
            if window.tui.is_valid():
                window.paint()


GRID = Grid()


def fit(line, cols):
    """The line cut or filled to cols columns; each character takes one, escapes none."""
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
        self.width = 0 # bytes a row of the last picture
        self.labels = [] # columns of the header's labels: the second digit of each byte
        self.offsets = [] # of the first byte of each line; None: another line
        GRID.windows.append(self)
        tui.title = "shm"

    def render(self):
        if GRID.bytes is None and not GRID.error:
            GRID.look()
        self.paint()

    def paint(self):
        cols, rows = self.tui.width, self.tui.height
        if cols <= 0 or rows <= 0: # so it is in the factory
            return
        lines, title = [], "shm"
        if GRID.bytes is not None:
            try:
                lines = GRID.draw(cols, rows)
                title = GRID.place.heading(cols - 4)
            except (gdb.GdbError, OSError, subprocess.SubprocessError) as why:
                lines = textwrap.wrap(str(why), cols)
        else:
            lines = textwrap.wrap(GRID.error, cols)
        if self.tui.title != title:
            self.tui.title = title
        self.learn(lines)
        lines = (lines + [""] * rows)[:rows]
        self.tui.write("".join(fit(line, cols) for line in lines) + PLAIN, True)

    def learn(self, lines):
        """Where which byte stands, from the picture itself."""
        plain = [re.sub(r"\033\[[0-9;]*m", "", line) for line in lines]
        starts = [re.match(r" ?([0-9a-f]{4,})\W", line) for line in plain]
        self.offsets = [int(m.group(1), 16) if m else None for m in starts]
        known = [o for o in self.offsets[:3] if o is not None]
        self.width = known[1] - known[0] if len(known) > 1 else 0
        self.labels = [m.end() - 1 for m in re.finditer(r"\b[0-9a-f]{1,2}\b", plain[0])][:self.width] if plain else []
        self.known = known

    def vscroll(self, rows):
        if self.width > 0:
            GRID.top = max(0, self.known[0] + rows * self.width)
            self.paint()

    def click(self, x, y, button):
        if button == 1 and y < len(self.offsets) and self.offsets[y] is not None:
            for i, column in enumerate(self.labels):
                if column - 1 <= x <= column and self.offsets[y] + i < GRID.place.size:
                    GRID.at, GRID.top = str(self.offsets[y] + i), self.known[0]
                    self.paint()

    def close(self):
        if self in GRID.windows:
            GRID.windows.remove(self)


def on_prompt():
    if GRID.windows and GRID.look():
        GRID.repaint()


def on_stop(_event):
    if GRID.windows:
        GRID.stopped()
        GRID.look()
        GRID.repaint()


def quietly(act):
    """gdb prints a handler's exception as a traceback, at each prompt."""
    def handler(*words):
        try:
            act(*words)
        except Exception as why: # pylint: disable=broad-except
            GRID.error = "shm: " + str(why)
    return handler


def install():
    if not hasattr(gdb, "register_window_type"):
        return # a gdb without TUI
    gdb.register_window_type("shm_grid", Window)
    gdb.execute("tui new-layout shm {-horizontal src 1 shm_grid 1} 2 status 0 cmd 1")
    gdb.events.before_prompt.connect(quietly(on_prompt))
    gdb.events.stop.connect(quietly(on_stop))
