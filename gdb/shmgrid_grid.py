"""What the window shm_grid shows: the place, its bytes, the older bytes that marks compare with, the selected byte.

All windows and commands share one GRID:  GRID.show("m", 64), GRID.select("num"), GRID.reset_marks()"""
import gdb

import shmgrid_segment
from shmgrid_view import VIEWER


def running():
    return any(t.is_valid() and t.is_running() for t in gdb.selected_inferior().threads())


class Grid:
    def __init__(self):
        self.expression = self.wish = None # what show() asked for; None: the segment that is attached
        self.at, self.top = "0", 0
        self.place = self.bytes = None     # None: error says why
        self.layout = ""                   # text of the .layout file; "": bytes only
        self.error = ""
        self.halt = None                   # the bytes at the latest stop
        self.was = self.since = None       # what the two levels of marks compare with
        self.windows = []

    def look(self):
        """Finds the place and reads its bytes again. True: the picture has changed. Never raises.

        gdb can't evaluate an expression while the program runs: then the place stays as it was."""
        if self.expression and self.place is not None and running():
            return self.refresh()
        before = (self.bytes, self.layout, self.error)
        try:
            place = shmgrid_segment.at(self.expression, self.wish) if self.expression else shmgrid_segment.find()
            fresh = place.read()
            self.layout = place.layout()
            if self.place is None or place.where() != self.place.where():
                self.halt = self.was = self.since = fresh # a new segment: nothing in it has changed yet
            self.place, self.bytes, self.error = place, fresh, ""
        except gdb.GdbError as why:
            self.error = str(why)
            self.place = self.bytes = None
        return (self.bytes, self.layout, self.error) != before

    def refresh(self):
        """Only reads the bytes of the place again, also while the program runs. True: they have changed."""
        before = self.bytes
        try:
            self.bytes = self.place.read()
        except gdb.GdbError as why:
            self.error = str(why)
            self.place = self.bytes = None
        return self.bytes != before

    def stopped(self):
        """A stop: marks what has changed since the stop before."""
        self.was = self.halt
        self.look()
        self.halt = self.bytes

    def goes_on(self):
        """The program runs: marks what changes from now on."""
        self.was = self.halt

    def reset_marks(self, content=None):
        """Marks what differs from content (of the place's size), or what changes from now on."""
        self.look()
        self.halt = self.was = self.since = self.bytes if content is None else content
        self.repaint()

    def show(self, expression, size):
        """Shows what an expression points to; None: the attached segment. After a gdb.GdbError all is as before."""
        old = (self.expression, self.wish, self.at, self.top)
        self.expression, self.wish, self.at, self.top = expression, size, "0", 0
        self.look()
        if self.error:
            error = self.error
            self.expression, self.wish, self.at, self.top = old
            self.look()
            raise gdb.GdbError(error)
        self.repaint()

    def select(self, text):
        """Inspects a byte: an offset or a field's name. gdb.GdbError if there is no such byte."""
        if self.bytes is None:
            self.look()
        if self.bytes is None:
            raise gdb.GdbError(self.error)
        self.draw(80, 20, text)
        self.at, self.top = text, None # None: scroll until it is visible
        self.repaint()

    def draw(self, cols, rows, at=None):
        """The lines of the picture. gdb.GdbError if shm-view fails."""
        return VIEWER.screen(self.bytes, cols, rows, self.layout, self.at if at is None else at, self.top, self.was,
                             self.since)

    def repaint(self):
        for window in self.windows:
            if window.tui.is_valid():
                window.paint()


GRID = Grid()
