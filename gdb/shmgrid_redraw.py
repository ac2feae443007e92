"""Redraws gdb's whole screen if the program shares gdb's terminal: gdb can't know what the program prints there.

It does so at the prompt after each stop and after the program's end, while the window shm_grid is shown, with gdb's
command `refresh`, which clears the screen first (as Ctrl-L does). After `continue &` there is no new prompt: then a bit
later. Not at once with gdb.post_event: gdb 13 crashes if it ends while such an event is pending, for example when
`quit` kills the program."""
import os

import gdb

import shmgrid_target
from shmgrid_grid import GRID, running


class Redraw:
    def __init__(self):
        self.shared = False # the program's output goes to gdb's terminal
        self.due = False

    def goes_on(self):
        """Looks now: after the program's end gdb has no pid any more."""
        self.shared = shares_terminal(shmgrid_target.native_pid())

    def stopped(self):
        self.due = self.due or self.shared

    def prompt(self):
        # `refresh` would open a closed TUI; and if the program runs on, its next stop redraws
        if self.due and any(w.tui.is_valid() for w in GRID.windows) and not running():
            gdb.execute("refresh")
            gdb.flush() # puts the cursor back into the command window
        self.due = False


def shares_terminal(pid):
    try:
        ours = os.stat("/proc/self/fd/1").st_rdev # 0: no terminal
        return pid is not None and ours != 0 and any(os.stat("/proc/%d/fd/%d" % (pid, fd)).st_rdev == ours
                                                     for fd in (1, 2))
    except OSError:
        return False # it has closed one, or we can't look


REDRAW = Redraw()
