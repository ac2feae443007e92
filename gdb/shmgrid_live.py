"""Repaints the window while gdb waits at its prompt and while the program runs, because other processes write too.

A thread reads the bytes ten times a second and, if they have changed, asks gdb to repaint: no other function of gdb may
be called from a second thread. It reads /proc/PID/mem, opened read-only, because not every gdb can read a running
process. The thread takes no signals, sleeps while there is nothing to watch, and ends before gdb does."""
import atexit
import functools
import threading
import time

import gdb

import shmgrid_host
import shmgrid_maps
import shmgrid_target
from shmgrid_grid import GRID
from shmgrid_redraw import REDRAW

PERIOD = 0.1        # seconds between two reads
PROMPT_PERIODS = 2  # after a stop gdb shows its prompt, and redraws, before
JOIN_SECONDS = 1    # a read takes far less


class Live:
    def __init__(self):
        self.wanted = True
        self.thread = None
        self.watched = None   # (pid, address or None, size, the bytes shown); None: nothing to watch
        self.asked = False    # gdb has not handled the last request yet
        self.late = False     # no prompt since the program has stopped
        self.ended = False
        self.wake = threading.Event()
        self.event = functools.partial(shmgrid_host.event(self.repaint), None)

    def why_not(self):
        """Why it can't work now; "" if it can."""
        inferior = gdb.selected_inferior()
        if not inferior.pid:
            return "no program is running"
        if shmgrid_target.remote():
            return "over a remote connection the memory can be read only when the program stops"
        if shmgrid_target.native_pid() is None:
            return "this is not a live process on this machine"
        return ""

    def watch(self):
        """gdb's thread calls it after each read: sets what the other thread compares with. Never waits."""
        pid = shmgrid_target.native_pid() if self.wanted and any(w.tui.is_valid() for w in GRID.windows) else None
        place = GRID.place
        if pid is None or self.ended:
            self.watched = None
        elif place is not None:
            self.watched = (pid, place.address, place.size, GRID.bytes)
        else:
            # a program without a segment yet: watch its mappings for one
            self.watched = (pid, None, 0, None) if GRID.choice.always_first else None
        if self.watched is not None:
            self.start()
            self.wake.set()

    def start(self):
        if self.thread is not None:
            return
        self.thread = shmgrid_host.thread(self.run, "shm-live")

    def stop(self, *_event):
        self.ended, self.watched = True, None
        self.wake.set()
        if self.thread is not None:
            self.thread.join(JOIN_SECONDS)
            self.thread = None

    def stopped(self):
        """After `continue &` gdb shows no new prompt when the program stops or ends: this shows the end, then."""
        if not self.ended:
            self.late = True # until the next prompt
            self.start()
            self.wake.set()

    def run(self):
        waited = 0 # for a prompt
        while not self.ended:
            watched = self.watched
            if watched is None and not self.late:
                self.wake.wait()
                self.wake.clear()
                continue
            waited = waited + 1 if self.late else 0
            if not self.asked and not shmgrid_host.CTRL_C.on_its_way and \
                    (waited > PROMPT_PERIODS or (watched and differs(*watched) and watched is self.watched)):
                self.asked = True
                gdb.post_event(self.event)
            time.sleep(PERIOD)

    def repaint(self, _event):
        """In gdb's thread."""
        try:
            if not self.ended and (self.watched is not None or self.late):
                if GRID.look():
                    GRID.repaint()
                    gdb.flush() # puts the cursor back into the command window
                self.watch()
                if self.late:
                    self.late = False
                    REDRAW.prompt()
        except Exception: # pylint: disable=broad-except
            self.watched = None # until the next stop or prompt
        finally:
            self.asked = False # not before: the thread leaves gdb some time for others


def differs(pid, address, size, shown):
    """Has the process other bytes there than those shown? Bytes that can't be read any more count as a change."""
    try:
        if address is None:
            return bool(shmgrid_maps.shared_of(pid))
        return shmgrid_target.read_process(pid, address, size) != shown
    except OSError:
        return address is not None


LIVE = Live()


class ShmLive(gdb.Command):
    """Repaint the window shm_grid while other processes write: shm-live on|off.

It is on at the start, and works while the program runs too (`continue`, `continue &`). Without an
argument it says whether it is on. It pauses by itself when it can't work: with a core file, or when
no program is running."""

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
            gdb.write("shm-live: on, but paused: %s\n" % why)
        elif LIVE.wanted and not any(w.tui.is_valid() for w in GRID.windows):
            gdb.write("shm-live: on, and starts with the window: layout shm\n")
        else:
            gdb.write("shm-live: %s\n" % ("on" if LIVE.wanted else "off"))


def install():
    ShmLive()
    if hasattr(gdb.events, "gdb_exiting"):
        gdb.events.gdb_exiting.connect(LIVE.stop)
    atexit.register(LIVE.stop)
