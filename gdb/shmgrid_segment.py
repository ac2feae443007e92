"""The segment that gdb's program has attached: its address, its size, and the type at its start.

    find() -> Place;  at("m", 64) -> the same for an expression;  places() -> all segments;  raise gdb.GdbError
    place.read() -> its bytes;  place.layout() -> the text of its .layout file, "" if the type is unknown"""
import os
import re

import gdb

import shmgrid_elf
import shmgrid_layout
import shmgrid_maps

SIZE_DEFAULT = 1024
SIZE_MAX = 1 << 20


class Place:
    """A part of the memory of gdb's program: `size` bytes at `address`.

    whole: the segment's size; larger than size if that is cut at SIZE_MAX. type: the gdb.Type at its start, or None.
    shmid: None if unknown. pid: of a live process on this machine; None for a core file or a remote process."""

    def __init__(self, address, size, title, type_, shmid=None):
        self.address, self.size, self.whole, self.title = address, min(size, SIZE_MAX), size, title
        self.type, self.shmid, self.pid = type_, shmid, native_pid()

    def where(self):
        return (self.pid, self.address, self.size)

    def heading(self, room):
        """As many parts as there is room for: gdb would cut a long title at its front."""
        size = "%d bytes" % self.size if self.size == self.whole else "%d of %d bytes" % (self.size, self.whole)
        parts = [self.title, size, "at 0x%x" % self.address]
        while len(parts) > 1 and len(", ".join(parts)) > room:
            parts.pop()
        return ", ".join(parts)[:max(room, 0)]

    def read(self):
        """The bytes. A process on this machine may be running; any other must be stopped."""
        try:
            if self.pid is not None:
                return read_process(self.pid, self.address, self.size)
            return bytes(gdb.selected_inferior().read_memory(self.address, self.size))
        except (gdb.error, OSError, OverflowError, ValueError):
            raise gdb.GdbError("shm: cannot read %d bytes at 0x%x" % (self.size, self.address))

    def layout(self):
        return shmgrid_layout.cached(self.type) if self.type is not None else ""


def read_process(pid, address, size):
    """Reads the memory of a process, also while it runs. OSError if that isn't possible."""
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        found = os.pread(memory.fileno(), size, address)
    if len(found) != size:
        raise OSError("only %d bytes" % len(found))
    return found


def native_pid():
    """The pid of gdb's process if it runs on this machine, else None."""
    inferior = gdb.selected_inferior()
    connection = getattr(inferior, "connection", None)
    native = connection is not None and connection.type == "native"
    return inferior.pid if inferior.pid and native else None


def printable(text):
    return "".join(c if c.isprintable() else "?" for c in text)


def _mappings(pid):
    """(start, end, shmid, name) of each attached segment; shmid is None for a core file."""
    if native_pid() is not None:
        try:
            return [(m.start, m.end, m.inode, m.name.split()[0]) for m in shmgrid_maps.segments(pid)]
        except OSError as why:
            raise gdb.GdbError("shm: cannot read /proc/%d/maps: %s" % (pid, why.strerror))
    try:
        said = gdb.execute("info proc mappings", to_string=True)
    except gdb.error as why:
        raise gdb.GdbError("shm: %s" % why)
    found = re.findall(r"^\s*(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s.*(/SYSV[0-9a-f]+)", said, re.M)
    return [(int(a, 16), int(b, 16), None, name) for a, b, name in found]


def _size_of(shmid):
    """The kernel's size of the segment; None if unknown."""
    try:
        with open("/proc/sysvipc/shm") as table:
            rows = [line.split() for line in table]
    except OSError:
        return None
    return next((int(r[3]) for r in rows[1:] if r[1] == str(shmid)), None)


def _arguments_match(wanted, called):
    """As src/shm_layout.h says: an option by its beginning, other arguments as a whole or after a "="."""
    def one(argument):
        if argument.startswith("--"):
            return any(len(a) > 2 and argument.startswith(a.split("=")[0]) for a in called if a.startswith("--"))
        return any(a == argument or a.endswith("=" + argument) for a in called)
    return all(one(argument) for argument in wanted)


def _command_line():
    pid = native_pid()
    if pid is None:
        said = re.search(r"^cmdline = '(.*)'", gdb.execute("info proc", to_string=True), re.M)
        return said.group(1).split()[1:] if said else []
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as line:
            return line.read().decode(errors="replace").split("\0")[1:]
    except OSError:
        return []


def candidate(path, called):
    """The name of the type that the program's SHM_LAYOUT gives for this command line, or None."""
    best = None
    for entry in shmgrid_elf.section(path, b"shm_layout").split(b"\0"):
        name, _, when = entry.decode(errors="replace").partition("\t")
        wanted = when.split()
        if name and _arguments_match(wanted, called) and (best is None or len(wanted) > best[0]):
            best = (len(wanted), name)
    return best[1] if best else None


def program():
    """The path of the program's file. gdb says "target:..." if the process has another root, as in a container."""
    name, pid = gdb.current_progspace().filename or "", native_pid()
    return "/proc/%d/exe" % pid if name.startswith("target:") and pid is not None else name


def _type():
    """The type at a segment's start, or None."""
    try:
        name = candidate(program(), _command_line())
        return gdb.lookup_type(name) if name else None
    except gdb.error:
        return None


def places():
    """All attached System V segments, by address; may be empty."""
    pid = gdb.selected_inferior().pid
    if not pid:
        raise gdb.GdbError("shm: no program is running: `run` it, or `attach` to one")
    found, type_ = _mappings(pid), None
    if found:
        type_ = _type()
    each = []
    for start, end, shmid, name in found:
        size = (_size_of(shmid) if shmid is not None else None) or end - start
        title = "shmid %d" % shmid if shmid is not None else name
        each.append(Place(start, min(size, end - start), title, type_, shmid))
    return each


def find():
    """The first attached System V segment."""
    found = places()
    if not found:
        raise gdb.GdbError("shm: no System V segment is attached (no /SYSV... mapping): let the program run past its "
                           "shmat, or give an address: shm-window EXPR [SIZE]")
    return found[0]


def at(expression, size):
    """What the expression points to, or its own bytes. size None: that of its type."""
    try:
        value = gdb.parse_and_eval(expression)
        t = value.type.strip_typedefs()
        if t.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_ARRAY) and value.address is not None:
            address, target = int(value.address), value.type
        else:
            address = int(value) & (1 << 64) - 1
            target = t.target() if t.code == gdb.TYPE_CODE_PTR else None
    except (gdb.error, ValueError, OverflowError) as why:
        raise gdb.GdbError("shm: %s: %s" % (printable(expression), str(why).split("\n")[0]))
    known = target is not None and target.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)
    size = size or (target.sizeof if known else 0) or SIZE_DEFAULT
    return Place(address, size, printable(expression), target if known else None)
