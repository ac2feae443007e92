"""The shared memory that gdb's program has mapped: its address, its size, and the type at its start.

    places() -> all of it;  find() -> the first Place;  at("m", 64) -> the same for an expression;  raise gdb.GdbError
    place.read() -> its bytes;  place.layout() -> the text of its .layout file, "" if the type is unknown"""
import os
import re

import gdb

import shmgrid_host
import shmgrid_layout
import shmgrid_maps
import shmgrid_target
from shmgrid_expression import evaluated

SIZE_DEFAULT = 1024
SIZE_MAX = 1 << 20
NONE = "shm: no shared memory is attached (System V, /dev/shm, memfd): let the program run past its shmat or mmap, or " \
       "give an address: shm-window EXPR [SIZE]"
NO_PROGRAM = "shm: no program is running: `run` it, or `attach` to one"
STRUCTS = (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)


class Place:
    """A part of the memory of gdb's program: `size` bytes at `address`.

    whole: the segment's size; larger than size if that is cut at SIZE_MAX. type: the gdb.Type at its start, or None.
    mapping: of shared memory, else None. pid: of a live process on this machine; None for a core file or a remote
    process."""

    def __init__(self, address, size, title, type_, mapping=None):
        self.address, self.size, self.whole, self.title = address, min(size, SIZE_MAX), size, title
        self.type, self.mapping, self.pid = type_, mapping, shmgrid_target.native_pid()
        self.number = self.among = 1 # which of the program's segments it is
        self.exact = True            # False: the size is that of its pages, because the kernel's is not known

    @property
    def shmid(self):
        """None if it is no System V segment, or if only a core file knows of it."""
        known = self.mapping is not None and self.mapping.device and \
            shmgrid_maps.kind(self.mapping) == shmgrid_maps.SYSV
        return self.mapping.inode if known else None

    def where(self):
        return (shmgrid_target.identity(), self.address, self.size)

    def heading(self, room):
        """As many parts as there is room for: gdb would cut a long title at its front."""
        size = "%d bytes" % self.size if self.size == self.whole else "%d of %d bytes" % (self.size, self.whole)
        size += "" if self.exact else " in pages"
        number = " (%d of %d)" % (self.number, self.among) if self.among > 1 else ""
        parts = [self.title + number, size, "at 0x%x" % self.address]
        while len(parts) > 1 and len(", ".join(parts)) > room:
            parts.pop()
        return ", ".join(parts)[:max(room, 0)]

    def read(self):
        """The bytes. A process on this machine may be running; any other must be stopped."""
        try:
            return shmgrid_target.read(self.address, self.size)
        except (gdb.error, OSError, OverflowError, ValueError):
            if shmgrid_target.remote() and any(t.is_running() for t in gdb.selected_inferior().threads()):
                raise gdb.GdbError("shm: the program is running: over a remote connection its memory can be read only "
                                   "when it stops")
            raise gdb.GdbError("shm: cannot read %d bytes at 0x%x" % (self.size, self.address))

    def layout(self):
        return shmgrid_layout.cached(self.type) if self.type is not None else ""


def printable(text):
    return "".join(c if c.isprintable() else "?" for c in text)


def _mappings():
    """The shared memory that the program has mapped. Of a core file, device and inode are "" and 0: not known."""
    try:
        return shmgrid_maps.shared(shmgrid_maps.parse(shmgrid_target.proc("maps").decode(errors="replace"), True))
    except OSError as why:
        if shmgrid_target.native_pid() is not None:
            raise gdb.GdbError("shm: cannot read /proc/%d/maps: %s" % (shmgrid_target.native_pid(), why.strerror))
    try:
        said = shmgrid_host.said("info proc mappings").decode(errors="replace")
    except gdb.error as why:
        raise gdb.GdbError("shm: this target doesn't say what the program has mapped (%s): give an address: "
                           "shm-window EXPR [SIZE]" % str(why).split("\n")[0])
    rows = re.findall(r"^\s*(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s+0x[0-9a-f]+\s+(0x[0-9a-f]+)\s+([-r][-w][-x][-sp]\s+)?(/.*?) ?$",
                      said, re.M)
    return shmgrid_maps.shared([shmgrid_maps.Mapping(int(a, 16), int(b, 16), rights.strip(), int(offset, 16), "", 0, name)
                                for a, b, offset, rights, name in rows])


def _size(mapping):
    """The size of the mapped object, from the kernel; None if it is not known."""
    pages, kind = mapping.end - mapping.start, shmgrid_maps.kind(mapping)
    if kind == shmgrid_maps.NAMELESS:
        return pages # the kernel knows no other
    try:
        size = _segment_size(mapping.inode) if kind == shmgrid_maps.SYSV else _file_size(mapping) - mapping.offset
    except (OSError, ValueError, IndexError):
        return None
    return min(size, pages) if size > 0 else None


def _segment_size(shmid):
    rows = [line.split() for line in shmgrid_target.file("/proc/sysvipc/shm").decode().split("\n")[1:] if line]
    return next((int(r[3]) for r in rows if r[1] == str(shmid)), 0)


def _file_size(mapping):
    """Of an object that has a name in /dev/shm or that the process still has open. OSError: neither."""
    pid = shmgrid_target.native_pid()
    if pid is None:
        raise OSError("not known")
    fds = "/proc/%d/fd" % pid
    for path in ["/proc/%d/root%s" % (pid, mapping.name)] + [os.path.join(fds, fd) for fd in os.listdir(fds)]:
        try:
            seen = os.stat(path)
        except OSError:
            continue
        if seen.st_ino == mapping.inode and "%02x:%02x" % (os.major(seen.st_dev), os.minor(seen.st_dev)) == mapping.device:
            return seen.st_size
    raise OSError("not known")


def _title(mapping):
    kind, name = shmgrid_maps.kind(mapping), printable(mapping.name.replace(" (deleted)", ""))
    if kind == shmgrid_maps.SYSV:
        return "shmid %d" % mapping.inode if mapping.device else name
    if kind == shmgrid_maps.POSIX:
        return name + (" (removed)" if mapping.name.endswith(" (deleted)") else "")
    return "memfd " + name[len("/memfd:"):] if kind == shmgrid_maps.MEMFD else "shared, without a name"


def _arguments_match(wanted, called):
    """As src/shm_layout.h says: an option by its beginning, other arguments as a whole or after a "="."""
    def one(argument):
        if argument.startswith("--"):
            return any(len(a) > 2 and argument.startswith(a.split("=")[0]) for a in called if a.startswith("--"))
        return any(a == argument or a.endswith("=" + argument) for a in called)
    return all(one(argument) for argument in wanted)


def candidate():
    """The name of the type that the program's SHM_LAYOUT gives for its command line, or None."""
    best, called = None, None
    for entry in shmgrid_target.records().split(b"\0"):
        name, _, when = entry.decode(errors="replace").partition("\t")
        wanted = when.split()
        if wanted and called is None:
            called = shmgrid_target.command_line()
        if name and _arguments_match(wanted, called) and (best is None or len(wanted) > best[0]):
            best = (len(wanted), name)
    return best[1] if best else None


def _type():
    """The type at a segment's start, or None."""
    try:
        name = candidate()
        return gdb.lookup_type(name) if name else None
    except gdb.error:
        return None


def places():
    """All shared memory that the program has mapped, System V segments first; may be empty."""
    if not gdb.selected_inferior().pid:
        raise gdb.GdbError(NO_PROGRAM)
    found = _mappings()
    type_ = _type() if found else None
    each, core = [], shmgrid_target.native_pid() is None and not shmgrid_target.remote()
    for m in found:
        known = _size(m) if m.device else None
        size = known or m.end - m.start
        fits = type_ is not None and (type_.sizeof <= size or shmgrid_maps.kind(m) == shmgrid_maps.SYSV)
        title = _title(m) + (" as it is now" if core and not shmgrid_target.dumped(m.start) else "")
        each.append(Place(m.start, size, title, type_ if fits else None, m))
        each[-1].exact = known is not None
    for i, place in enumerate(each):
        place.number, place.among = i + 1, len(each)
    return each


def find():
    """The first of them."""
    return numbered(1)


def numbered(number):
    found = places()
    if not found:
        raise gdb.GdbError(NONE)
    if not 1 <= number <= len(found):
        raise gdb.GdbError("shm: there is no segment %d: the program has %d (shm-list)" % (number, len(found)))
    return found[number - 1]


def _points_to(value):
    """An address and a type, which may be None."""
    t = value.type.strip_typedefs()
    if t.code in STRUCTS + (gdb.TYPE_CODE_ARRAY,):
        if value.address is None:
            raise ValueError("it is not in the program's memory")
        return int(value.address), value.type
    return int(value) & (1 << 64) - 1, t.target() if t.code == gdb.TYPE_CODE_PTR else None


def at(expression, size):
    """What the expression points to, or its own bytes. size None: that of its type."""
    try:
        with evaluated(expression) as value:
            address, target = _points_to(value)
    except (gdb.error, ValueError, OverflowError) as why:
        raise gdb.GdbError("shm: %s: %s" % (printable(expression), str(why).split("\n")[0]))
    known = target is not None and target.strip_typedefs().code in STRUCTS
    size = size or (target.sizeof if known else 0) or SIZE_DEFAULT
    return Place(address, size, printable(expression), target if known else None)
