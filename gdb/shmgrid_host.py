"""gdb as the host of this code: its character set, and whether its output may have colours."""
import contextlib
import os

import gdb

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
    for fd in os.listdir("/proc/self/fd"):
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
