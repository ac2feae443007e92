"""Repaints the window while gdb waits at its prompt and while the program runs: other processes write, too.

A thread reads the bytes ten times a second and, only if they are others than those shown, asks gdb to repaint: nothing
else of gdb may be touched outside its own thread. It reads /proc/PID/mem, opened read-only, since gdb itself can't
read a running process everywhere. The thread takes no signal, sleeps where there is nothing to watch, and ends first."""
import atexit
import signal
import threading
import time

import gdb

import shmgrid_maps
import shmgrid_segment
from shmgrid_grid import GRID

PERIOD = 0.1      # seconds between two looks
JOIN_SECONDS = 1  # a look takes far less


class Live:
    def __init__(self):
        self.wanted = True
        self.thread = None
        self.watched = None   # (pid, address or None, size, bytes that are shown); None: nothing to watch
        self.asked = False    # gdb has not come to the last request yet
        self.ended = False
        self.wake = threading.Event()

    def why_not(self):
        """Why it can't work just now; "" where it can."""
        inferior = gdb.selected_inferior()
        if not inferior.pid:
            return "no program runs"
        if shmgrid_segment.native_pid() is None:
            return "this is not a living process of this machine"
        return ""

    def watch(self):
        """From gdb's thread, after each look: what the thread is to compare with. None of it waits."""
        pid = shmgrid_segment.native_pid() if self.wanted and any(w.tui.is_valid() for w in GRID.windows) else None
        place = GRID.place
        if pid is None or self.ended:
            self.watched = None
        elif place is not None:
            self.watched = (pid, place.address, place.size, GRID.bytes)
        else:
            # a program that runs and has no segment yet: its mappings tell when it has
            self.watched = (pid, None, 0, None) if GRID.expression is None else None
        if self.watched is not None:
            self.start()
            self.wake.set()

    def start(self):
        if self.thread is not None:
            return
        self.thread = threading.Thread(target=self.run, name="shm-live", daemon=True)
        # The thread inherits the mask: gdb's signals are for gdb's thread.
        old = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self.thread.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, old)

    def stop(self, *_event):
        self.ended, self.watched = True, None
        self.wake.set()
        if self.thread is not None:
            self.thread.join(JOIN_SECONDS)
            self.thread = None

    def run(self):
        while not self.ended:
            watched = self.watched
            if watched is None:
                self.wake.wait()
                self.wake.clear()
                continue
            if not self.asked and differs(*watched) and watched is self.watched:
                self.asked = True
                gdb.post_event(self.repaint)
            time.sleep(PERIOD)

    def repaint(self):
        """In gdb's thread."""
        self.asked = False
        if self.ended or self.watched is None:
            return
        try:
            if GRID.look():
                GRID.repaint()
                gdb.flush() # the cursor goes back into the command window
            self.watch()
        except Exception: # pylint: disable=broad-except
            self.watched = None # until the next stop or prompt


def differs(pid, address, size, shown):
    """Whether a process has other bytes there than those shown; a change that can't be read is one, too."""
    try:
        if address is None:
            return bool(shmgrid_maps.segments(pid))
        return shmgrid_segment.read_process(pid, address, size) != shown
    except OSError:
        return address is not None


LIVE = Live()


class ShmLive(gdb.Command):
    """Repaint the window shm_grid while other processes write: shm-live on|off.

It is on at the start. It also works while the program runs (`continue`, `continue &`). Without a
word: tells whether it is on. It rests by itself where it can't work: for a core file, or where
no program runs."""

    def __init__(self):
        super().__init__("shm-live", gdb.COMMAND_DATA)

    def complete(self, _text, word):
        return [each for each in ("on", "off") if each.startswith(word or "")]

    def invoke(self, text, _from_tty):
        self.dont_repeat()
        setting = text.strip()
        if setting not in ("", "on", "off"):
            raise gdb.GdbError("shm-live: on or off")
        if setting:
            LIVE.wanted = setting == "on"
        LIVE.watch()
        why = LIVE.why_not()
        if LIVE.wanted and why:
            gdb.write("shm-live: on, but it rests: %s\n" % why)
        elif LIVE.wanted and not any(w.tui.is_valid() for w in GRID.windows):
            gdb.write("shm-live: on, and begins with the window: layout shm\n")
        else:
            gdb.write("shm-live: %s\n" % ("on" if LIVE.wanted else "off"))


def install():
    ShmLive()
    if hasattr(gdb.events, "gdb_exiting"):
        gdb.events.gdb_exiting.connect(LIVE.stop)
    atexit.register(LIVE.stop)
