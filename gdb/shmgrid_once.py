"""The command shm-grid for a gdb with Python: draws what the plain one of .gdbinit draws, but has completion and takes
an EXPR with blanks."""
import re

import gdb

import shmgrid_host
import shmgrid_segment
from shmgrid_view import VIEWER
from shmgrid_command import Command
from shmgrid_expression import expression_and_size, segment_number


def columns():
    return min(max(gdb.parameter("width") or 80, 40), 500)


class ShmGrid(Command):
    """Show memory as the picture that shm-view draws: shm-grid [N | EXPR [SIZE]].

Without EXPR: the whole segment that the program has attached (see shm-find), with the fields that
the program says lie there. N: the segment with this number in shm-list.
EXPR is an address: a pointer, a number, &variable. If it points to a struct, the struct's fields
are shown. SIZE is a number of bytes. Without it: the size of what EXPR points to; 1024 if that is
void or char.
Examples:
  shm-grid
  shm-grid m
  shm-grid $sp 128
  shm-grid (struct message *) base
The window of `layout shm` shows the same, and is updated at each stop."""

    def run(self, text):
        expression, size = expression_and_size(text)
        number = segment_number(text)
        if number is not None:
            place = shmgrid_segment.numbered(number)
        else:
            place = shmgrid_segment.at(expression, size) if expression else self.first()
        layout = place.layout()
        style = "ansi" if shmgrid_host.coloured_output() else "text"
        arguments = VIEWER.source(place.read(), layout) + ["--render", style, "--cols", str(columns())]
        heading = "0x%x%s" % (place.address, " of process %d" % place.pid if place.pid is not None else "")
        lines = VIEWER.run(arguments).split("\n")
        lines[0] = re.sub(r"file (/proc/self/fd/)?\d+", heading, lines[0])
        layout_name = "%s, as gdb knows it" % place.type if place.mapping is None else "that of the program"
        gdb.write(re.sub(r"(?m)^((?:\033\[[0-9;]*m)*layout: )\d+", r"\g<1>" + layout_name, "\n".join(lines)))

    @staticmethod
    def first():
        places = shmgrid_segment.places()
        if len(places) > 1:
            print("Several segments are attached; this is the first. The others: shm-grid N")
            for each in places:
                print("  %d  0x%x %d bytes  %s" % (each.number, each.address, each.whole, each.title))
        return places[0] if places else shmgrid_segment.find()


def install():
    ShmGrid("shm-grid", gdb.COMPLETE_EXPRESSION)
