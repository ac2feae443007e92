"""gdb as the host of this code: its character set, Ctrl-C, and whether its output may have colours."""
import contextlib
import os
import signal
import threading
import time

import gdb

CTRL_C_SECONDS = 0.05
SAID_MAX = 1 << 24


@contextlib.contextmanager
def charset(wanted):
    old = gdb.parameter("host-charset")
    gdb.execute("set host-charset " + wanted)
    try:
        yield
    finally:
        gdb.execute("set host-charset %s" % old)


def name_of(file):
    """The name of a gdb.Objfile or gdb.Symtab, in bytes: it may be in no character set, or not in gdb's."""
    with charset("ISO-8859-1"): # each byte is one character
        return file.filename.encode("iso-8859-1")


def said(command):
    """What a command of gdb prints, in bytes: there may be file names in it."""
    try:
        return gdb.execute(command, to_string=True).encode()
    except UnicodeDecodeError: # gdb takes it for UTF-8
        fd = os.memfd_create("shm-said")
        try:
            gdb.execute("pipe %s | cat >/proc/%d/fd/%d" % (command, os.getpid(), fd), to_string=True)
            return os.pread(fd, SAID_MAX, 0)
        finally:
            os.close(fd)


def utf8():
    """In the C locale gdb knows only ASCII, but a C name may have other letters, too: in a file they are UTF-8."""
    ascii_only = "ANSI_X3.4" in gdb.execute("show host-charset", to_string=True) or \
        "ASCII" in gdb.execute("show host-charset", to_string=True)
    return charset("UTF-8") if ascii_only else contextlib.nullcontext()


def thread(act, name):
    """A started thread, which takes no signals. It may call gdb.post_event, but nothing else of gdb."""
    started = threading.Thread(target=act, name=name, daemon=True)
    old = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()) # the thread inherits it
    try:
        started.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
    return started


class CtrlC:
    """A Ctrl-C that came while Python ran is gdb's, which passes it to the program: it is sent again."""

    def __init__(self):
        self.on_its_way = 0 # no more events for gdb until it has taken it

    def again(self):
        self.on_its_way += 1
        thread(self.send, "shm-ctrl-c")

    def send(self):
        time.sleep(CTRL_C_SECONDS)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(CTRL_C_SECONDS)
        self.on_its_way -= 1


CTRL_C = CtrlC()


def undisturbed(act, *args):
    """act(*args), with a Ctrl-C that comes meanwhile only behind it, as KeyboardInterrupt."""
    old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with utf8():
            act(*args)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)


def method(act):
    """A method that gdb calls. Ctrl-C doesn't end it: see CtrlC."""
    def wrapped(*args):
        try:
            undisturbed(act, *args)
        except KeyboardInterrupt:
            CTRL_C.again()
    return wrapped


def event(act):
    """act as a function of one argument, for gdb's events. As with method, and a Ctrl-C that gdb has got, but not handled
    yet, is not lost either: Python raises it at once when gdb calls it, in a function of Python before its first line,
    but in a generator at its `yield`."""
    def guard():
        done = True
        while True:
            try:
                if not done:
                    undisturbed(act, None)
                while True:
                    done = False
                    argument = yield
                    done = True
                    undisturbed(act, argument)
            except KeyboardInterrupt:
                CTRL_C.again()
            except Exception as why: # pylint: disable=broad-except
                gdb.write("shm: %s\n" % str(why).split("\n")[0])
    started = guard()
    next(started)
    return started.send


def styled():
    """gdb's own setting; gdb -batch switches it off."""
    return bool(gdb.parameter("style enabled"))


def coloured_output():
    """May a command's output have colours? Not if it is no terminal, or if gdb's command `pipe` reads it."""
    return styled() and os.isatty(1) and not piped()


def piped():
    """Is a child of gdb waiting for our output? gdb doesn't say so, but then the child's standard input is the other
    end of a pipe of gdb's."""
    ours = set()
    for fd in set(os.listdir("/proc/self/fd")) - {"0"}: # what gdb reads is not its output
        with contextlib.suppress(OSError):
            target = os.readlink("/proc/self/fd/" + fd)
            if target.startswith("pipe:"):
                ours.add(target)
    for task in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError), open("/proc/self/task/%s/children" % task) as children:
            for child in children.read().split():
                with contextlib.suppress(OSError):
                    if os.readlink("/proc/%s/fd/0" % child) in ours:
                        return True
    return False
