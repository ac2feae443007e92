"""bench gdb: what the window of the segment costs inside gdb. src/shmlab/bench.bash makes gdb source it while its program
is stopped.

BENCH_ROUNDS: how often each is done. It measures gdb's own process, with shm-view, which gdb starts for each picture;
not the terminal, which shows the text. The peers are gdb's own commands, run in turn with ours."""
import os
import time

import gdb

import shmgrid_live
import shmgrid_target
import shmgrid_window
from shmgrid_grid import GRID

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "200"))
SIZES = (("80x24", 39, 13), ("100x30", 49, 17), ("200x50", 99, 31)) # the terminal's, and the window's in it


class Screen:
    """In the place of gdb's window: as large, and it only keeps what is written."""

    def __init__(self, width, height):
        self.width, self.height, self.title, self.text = width, height, "", ""

    def is_valid(self):
        return True

    def write(self, text, _full):
        self.text = text


def poke(address, n):
    gdb.selected_inferior().write_memory(address + 600, bytes([n % 255 + 1])) # free bytes of our own server


def took(act):
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def row(what, times, asked=None):
    times = sorted(times)
    median, slow = times[len(times) // 2], times[min(len(times) - 1, len(times) * 95 // 100)]
    target = "-" if asked is None else "under %g: %s" % (asked, "met" if slow < asked else "missed")
    print("%-46s %9.3f %9.3f %9.3f  %s" % (what, median, slow, times[-1], target))


def stop():
    """What a stop does to the window."""
    GRID.stopped()
    GRID.repaint()


def live():
    """What the live look does where another process has written."""
    if not GRID.look():
        raise gdb.GdbError("bench: the change was not seen")
    GRID.repaint()


def main():
    GRID.look()
    if GRID.bytes is None or not GRID.layout:
        raise gdb.GdbError("bench: no segment with a layout: " + GRID.error)
    place = GRID.place
    peers = {"x/1024xb": [], "info registers": []}
    print("%-46s %9s %9s %9s  %s" % ("milliseconds", "median", "95 in 100", "slowest", "asked"))
    for size, width, height in SIZES:
        window = shmgrid_window.Window(Screen(width, height))
        stops, lives = [], []
        for n in range(ROUNDS):
            poke(place.address, 2 * n)
            stops.append(took(stop))
            poke(place.address, 2 * n + 1)
            lives.append(took(live))
            for command, times in peers.items():
                text = command + (" 0x%x" % place.address if command[0] == "x" else "")
                times.append(took(lambda text=text: gdb.execute(text, to_string=True)))
        if "PI is" not in window.tui.text and "00" not in window.tui.text:
            raise gdb.GdbError("bench: nothing was drawn")
        window.close()
        row("a stop, terminal of " + size, stops, 50)
        row("a live repaint, terminal of " + size, lives, 50)
    shown = place.read()
    watched = (shmgrid_target.native_pid(), place.address, place.size, shown)
    row("a live look if nothing has changed", [took(lambda: shmgrid_live.differs(*watched)) for _ in range(ROUNDS)])
    for command, times in peers.items():
        row("gdb's own %s, to a string" % command, times)


main()
