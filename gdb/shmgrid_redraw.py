"""Draws gdb's whole screen anew where the program shares gdb's terminal: what it prints there, gdb can't know.

At the prompt behind each stop and behind the program's end, while the window shm_grid is shown. gdb's word `refresh`
does it, as Ctrl-L does: it clears the screen first. Not by gdb.post_event: gdb 13 crashes when it is left while such
an event is still to come, as when `quit` kills the program."""
import os

import gdb

import shmgrid_segment
from shmgrid_grid import GRID, running


class Redraw:
    def __init__(self):
        self.shared = False # the program's output goes to gdb's terminal
        self.due = False

    def goes_on(self):
        """Looks while the program is there: at its end, gdb tells no pid any more."""
        self.shared = shares_terminal(shmgrid_segment.native_pid())

    def stopped(self):
        self.due = self.due or self.shared

    def prompt(self):
        # `refresh` opens a TUI that is closed; and behind a program that runs on comes the next stop
        if self.due and any(w.tui.is_valid() for w in GRID.windows) and not running():
            gdb.execute("refresh")
            gdb.flush() # the cursor goes back into the command window
        self.due = False


def shares_terminal(pid):
    try:
        ours = os.stat("/proc/self/fd/1").st_rdev # 0: no terminal
        return pid is not None and ours != 0 and any(os.stat("/proc/%d/fd/%d" % (pid, fd)).st_rdev == ours
                                                     for fd in (1, 2))
    except OSError:
        return False # it has closed one, or we may not look


REDRAW = Redraw()
