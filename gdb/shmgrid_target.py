"""What gdb's program is: a process of this machine, one on another machine (gdbserver), or a core file; its files in /proc.

    native_pid() -> pid or None;  proc("maps") -> bytes of /proc/PID/maps, of the other machine's too;  records()"""
import os
import re

import gdb

import shmgrid_host

READ_MAX = 1 << 24


def native_pid():
    """The pid of gdb's process if it runs on this machine, else None."""
    inferior = gdb.selected_inferior()
    connection = getattr(inferior, "connection", None)
    native = connection is not None and connection.type == "native"
    return inferior.pid if inferior.pid and native else None


def remote():
    """Is the process reached over a connection, perhaps on another machine?"""
    inferior = gdb.selected_inferior()
    connection = getattr(inferior, "connection", None)
    return bool(inferior.pid) and connection is not None and connection.type in ("remote", "extended-remote")


def identity():
    """Changes when gdb has another process."""
    inferior = gdb.selected_inferior()
    return inferior.num, inferior.pid


def file(path):
    """The bytes of a file on the machine where the process is. OSError if that is not possible."""
    if not remote():
        with open(path, "rb") as here:
            return here.read(READ_MAX)
    fd = os.memfd_create("shm-remote")
    try:
        gdb.execute("remote get %s /proc/%d/fd/%d" % (path, os.getpid(), fd), to_string=True)
        return os.pread(fd, READ_MAX, 0)
    except gdb.error as why: # it may run just now, or not be Linux
        raise OSError("%s: %s" % (path, str(why).split("\n")[0]))
    finally:
        os.close(fd)


def proc(name):
    """The bytes of /proc/PID/name. OSError for a core file, too."""
    if not remote() and native_pid() is None:
        raise OSError("a core file has no /proc")
    return file("/proc/%d/%s" % (gdb.selected_inferior().pid, name))


def read(address, size):
    """size bytes of the program's memory. gdb.error or OSError if that isn't possible."""
    pid = native_pid()
    if pid is None:
        return bytes(gdb.selected_inferior().read_memory(address, size))
    return read_process(pid, address, size)


def read_process(pid, address, size):
    """Reads the memory of a process on this machine, also while it runs. OSError if that isn't possible."""
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        found = os.pread(memory.fileno(), size, address)
    if len(found) != size:
        raise OSError("only %d bytes" % len(found))
    return found


def command_line():
    """The program's arguments; [] if they are unknown."""
    try:
        return proc("cmdline").decode(errors="replace").split("\0")[1:]
    except OSError:
        pass
    try:
        said = re.search(rb"^cmdline = '(.*)'", shmgrid_host.said("info proc"), re.M)
    except gdb.error:
        return []
    return said.group(1).decode(errors="replace").split()[1:] if said else []


def dumped(address):
    """Has the core file the bytes there? If not, gdb reads them from the mapped file, as it is now."""
    return any(int(start, 16) <= address < int(end, 16) for start, end in re.findall(
        rb"^\s*(0x[0-9a-f]+) - (0x[0-9a-f]+) is load", shmgrid_host.said("info files"), re.M))


_RECORDS = {} # identity and first object file -> bytes; only of the latest process


def records():
    """What the program's SHM_LAYOUT records (src/shm_layout.h), from its memory: bytes; b"" if there is nothing."""
    files = gdb.objfiles()
    key = identity(), files[0] if files else None
    if key not in _RECORDS:
        found = _read_records()
        if found is None:
            return b""
        _RECORDS.clear()
        _RECORDS[key] = found
    return _RECORDS[key]


def _read_records():
    """None: they can't be read now. Only the program's own: a library's section has `in` and its path behind the name."""
    said = shmgrid_host.said("info files")
    section = re.search(rb"^\s*(0x[0-9a-f]+) - (0x[0-9a-f]+) is shm_layout$", said, re.M)
    if section is None:
        return b""
    start, end = (int(each, 16) for each in section.groups())
    try:
        return read(start, end - start)
    except (gdb.error, OSError):
        return None
