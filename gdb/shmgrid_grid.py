"""What the window shm_grid shows: the place, its bytes, the older bytes that marks compare with, the selected byte.

All windows and commands share one GRID:  GRID.show(Expression("m", 64)), GRID.select("num"), GRID.reset_marks()"""
import gdb

import shmgrid_segment
import shmgrid_target
from shmgrid_view import VIEWER


def running():
    return any(t.is_valid() and t.is_running() for t in gdb.selected_inferior().threads())


class Segment:
    """A choice: shared memory by its number among the program's. The same object stays chosen when others come and go."""

    def __init__(self, number=1, always_first=False):
        self.number, self.always_first = number, always_first
        self.chosen = None # which object it is, and of which process

    def place(self):
        if self.always_first:
            return shmgrid_segment.find()
        process = shmgrid_target.identity()
        if self.chosen is None or self.chosen[0] != process:
            place = shmgrid_segment.numbered(self.number)
            self.chosen = process, place.mapping, place.title
            return place
        was = self.chosen[1]
        same = [p for p in shmgrid_segment.places() if p.mapping[4:6] == was[4:6] and
                (was.device or p.mapping.start == was.start)]
        if not same:
            raise gdb.GdbError("shm: %s, which was chosen, is not attached any more: shm-list, shm-window N" %
                               self.chosen[2])
        return min(same, key=lambda p: p.mapping.start != was.start) # it may be attached twice


class Expression:
    """A choice: what an expression points to. It is evaluated once; the address and the type stay, although the function
    that knows the expression's names may have returned. In another process they mean nothing."""
    always_first = False

    def __init__(self, text, size):
        self.text, self.size = text, size
        self.bound = None # (process, gdb's first object file then, Place)

    def place(self):
        process, files = shmgrid_target.identity(), gdb.objfiles()
        if self.bound is None:
            self.bound = process, files[0] if files else None, shmgrid_segment.at(self.text, self.size)
        if self.bound[0] != process or (self.bound[1] is not None and not self.bound[1].is_valid()):
            if not process[1]:
                raise gdb.GdbError(shmgrid_segment.NO_PROGRAM)
            again = "shm-window %s%s" % (self.text, " %d" % self.size if self.size else "")
            raise gdb.GdbError("shm: %s was chosen in another process. In this one: %s" % (self.text, again))
        return self.bound[2]


class Grid:
    def __init__(self):
        self.choice = Segment(always_first=True) # what show() asked for
        self.at, self.top = "0", 0
        self.place = self.bytes = None     # None: error says why
        self.layout = ""                   # text of the .layout file; "": bytes only
        self.error = ""
        self.halt = None                   # the bytes at the latest stop
        self.was = self.since = None       # what the two levels of marks compare with
        self.windows = []

    def look(self):
        """Finds the place and reads its bytes again. True: the picture has changed. Never raises."""
        before = (self.bytes, self.layout, self.error)
        try:
            place = self.choice.place()
            fresh = place.read()
            self.layout = place.layout()
            if self.place is None or place.where() != self.place.where():
                self.halt = self.was = self.since = fresh # a new segment: nothing in it has changed yet
            self.place, self.bytes, self.error = place, fresh, ""
        except gdb.GdbError as why:
            self.error = str(why)
            self.place = self.bytes = None
        return (self.bytes, self.layout, self.error) != before

    def stopped(self):
        """A stop: marks what has changed since the program went on."""
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

    def show(self, choice):
        """Shows a Segment or an Expression. After a gdb.GdbError all is as before."""
        old = (self.choice, self.at, self.top)
        self.choice, self.at, self.top = choice, "0", 0
        self.look()
        if self.error:
            error = self.error
            self.choice, self.at, self.top = old
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
