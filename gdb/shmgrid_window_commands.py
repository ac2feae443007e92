"""The commands for the window shm_grid: shm-window, shm-grid-select, shm-grid-reset. Installs all commands."""
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
EXPR is a pointer, an address or a struct. If it points to a struct, the window shows the struct's
fields. SIZE is a number of bytes.
`layout shm` opens the window. It is updated at each stop, step and `set var`."""

    def run(self, text):
        GRID.show(*expression_and_size(text))


class ShmGridSelect(Command):
    """Inspect a byte in the window shm_grid: shm-grid-select OFFSET.

OFFSET counts from the segment's start, such as 20 or 0x14. The name of a field works too."""

    def run(self, text):
        if not text:
            raise gdb.GdbError("shm-grid-select: which byte? Give an offset, such as 20 or 0x14, or a field")
        if re.fullmatch(r"[A-Za-z_][\w.\[\]]*", text):
            try:
                text = shmgrid_fields.resolve(shmgrid_fields.place(), text).name # num is message.num
            except gdb.GdbError:
                pass # shm-view reports the error
        GRID.select(text)


class ShmGridReset(Command):
    """Clear the marks in the window shm_grid: only later changes are marked.

A * marks what changed since the last stop, a dot what changed since this command."""

    def run(self, _text):
        GRID.reset_marks()


def install():
    ShmWindow("shm-window", gdb.COMPLETE_EXPRESSION)
    ShmGridSelect("shm-grid-select")
    ShmGridReset("shm-grid-reset")
    shmgrid_once.install()
    shmgrid_report.install()
    shmgrid_watch.install()
