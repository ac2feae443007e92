"""The commands for the window shm_grid: shm-window, shm-grid-select, shm-grid-reset. Installs all commands."""
import gdb

import shmgrid_fields
import shmgrid_once
import shmgrid_report
import shmgrid_watch
from shmgrid_grid import GRID, Expression, Segment
from shmgrid_command import Command
from shmgrid_expression import expression_and_size, segment_number


class ShmWindow(Command):
    """Choose what the window shm_grid shows: shm-window [N | EXPR [SIZE]].

Without an argument: the first segment that the program has attached, with the fields of the type
that the program names with SHM_LAYOUT. N: the segment with this number in shm-list.
EXPR is a pointer, an address or a struct. If it points to a struct, the window shows the struct's
fields. SIZE is a number of bytes. EXPR is evaluated once, and may neither assign a value nor call a
function of the program: the window stays at that address, also when the variable goes away.
`layout shm` opens the window. It is updated at each stop, step and `set var`."""

    def run(self, text):
        number = segment_number(text)
        expression, size = expression_and_size(text)
        if number is not None:
            GRID.show(Segment(number))
        else:
            GRID.show(Expression(expression, size) if expression else Segment(always_first=True))
        shmgrid_report.STOPS.chosen()


class ShmGridSelect(Command):
    """Inspect a byte in the window shm_grid: shm-grid-select OFFSET.

OFFSET counts from the segment's start, such as 20 or 0x14. The name of a field works too."""

    def run(self, text):
        if not text:
            raise gdb.GdbError("shm-grid-select: which byte? Give an offset, such as 20 or 0x14, or a field")
        spot = shmgrid_fields.resolve(shmgrid_fields.place(), text)
        GRID.select(spot.name if spot.type is not None and "@" not in text else str(spot.offset)) # num is message.num


class ShmGridReset(Command):
    """Clear the marks in the window shm_grid: only later changes are marked.

A * marks what changed since the last stop, a dot what changed since this command."""
    takes_arguments = False

    def run(self, _text):
        GRID.reset_marks()


def install():
    ShmWindow("shm-window", gdb.COMPLETE_EXPRESSION)
    ShmGridSelect("shm-grid-select")
    ShmGridReset("shm-grid-reset")
    shmgrid_once.install()
    shmgrid_report.install()
    shmgrid_watch.install()
