"""The words for the window shm_grid. Others: shmgrid_report.py, shmgrid_watch.py."""
import re

import gdb

import shmgrid_fields
import shmgrid_once
import shmgrid_report
import shmgrid_watch
from shmgrid_grid import GRID
from shmgrid_command import Command, expression_and_size


class ShmWindow(Command):
    """Choose what the window shm_grid shows: shm-window [EXPR [SIZE]].

Without EXPR: the System V segment that the program has attached, found by its /SYSV... mapping,
with the fields of the type that the program names with SHM_LAYOUT.
EXPR is a pointer, an address, or a struct; where it points to a struct, the struct's fields are
shown. SIZE is a number of bytes.
`layout shm` opens the window; it follows each stop, step and `set var`."""

    def run(self, text):
        GRID.show(*expression_and_size(text))


class ShmGridSelect(Command):
    """Inspect a byte in the window shm_grid: shm-grid-select OFFSET.

OFFSET counts from the segment's start, as 20 or 0x14; the name of a field works, too."""

    def run(self, text):
        if not text:
            raise gdb.GdbError("shm-grid-select: which byte? An offset, as 20 or 0x14, or a field")
        if re.fullmatch(r"[A-Za-z_][\w.\[\]]*", text):
            try:
                text = shmgrid_fields.resolve(shmgrid_fields.place(), text).name # num is message.num
            except gdb.GdbError:
                pass # then shm-view tells what there is
        GRID.select(text)


class ShmGridReset(Command):
    """Forget the marks in the window shm_grid: what changes from now on is marked.

A * marks what changed since the last stop, a dot what changed since this word was given."""

    def run(self, _text):
        GRID.reset_marks()


def install():
    ShmWindow("shm-window", gdb.COMPLETE_EXPRESSION)
    ShmGridSelect("shm-grid-select")
    ShmGridReset("shm-grid-reset")
    shmgrid_once.install()
    shmgrid_report.install()
    shmgrid_watch.install()
