"""ELF files: the bytes of a section, and the layout of a gdb.Type, which shm-view reads from the type's object file.

    section("/usr/bin/x", b"shm_layout") -> bytes;  layout(gdb.lookup_type("struct message")) -> text of a .layout file"""
import re
import struct

import gdb

import shmgrid_host
from shmgrid_view import VIEWER

STRUCTS = (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)
SECTION_MAX = 1 << 16


def section(path, wanted):
    """The bytes of a section of a 64-bit ELF file; b"" if there is none."""
    try:
        with open(path, "rb") as elf:
            head = elf.read(64)
            if head[:6] != b"\x7fELF\x02\x01":
                return b""
            offset, = struct.unpack_from("<Q", head, 40)
            size, count, names = struct.unpack_from("<HHH", head, 58)
            elf.seek(offset)
            table = elf.read(size * count)
            rows = [struct.unpack_from("<IIQQQQ", table, i * size) for i in range(count)]
            elf.seek(rows[names][4])
            strings = elf.read(rows[names][5])
            for row in rows:
                if strings[row[0]:].split(b"\0", 1)[0] == wanted:
                    elf.seek(row[4])
                    return elf.read(min(row[5], SECTION_MAX))
    except (OSError, struct.error, IndexError):
        pass
    return b""


def same_file(path, build_id):
    """Is it the file that gdb has read? A program that was compiled again has the same path but another build-id."""
    return section(path, b".note.gnu.build-id")[16:].hex() == build_id


def object_file(t):
    """The path of the file that gdb has the type from; None if it can't be read. A process keeps its program's file in
    /proc even if the file was deleted or replaced, or is inside a container."""
    objfile, pid = t.objfile, gdb.selected_inferior().pid
    while objfile is not None and objfile.owner is not None:
        objfile = objfile.owner # shm-view finds a separate debug file by itself
    if objfile is None or not objfile.build_id:
        return None
    name = shmgrid_host.name_of(objfile)
    return next((path for path in (name, b"/proc/%d/exe" % pid) if same_file(path, objfile.build_id)), None)


def agrees(text, t):
    """Is it the type that gdb means? Another type may have the same name, for example inside a function."""
    size = re.search(r" \(size (\d+)", text)
    rows = re.findall(r"^    (?:(\d+) )?([^ }].*)", text, re.M)
    fields = [f for f in t.strip_typedefs().fields() if hasattr(f, "bitpos")]
    return size is not None and int(size.group(1)) == t.sizeof and len(rows) == len(fields) and all(
        int(offset or 0) == f.bitpos // 8 and (f.name or "") in row for (offset, row), f in zip(rows, fields))


def layout(t):
    """The text of a .layout file that shm-view makes from the object file; "" if it can't."""
    path = object_file(t) if t.strip_typedefs().code in STRUCTS else None
    if path is None:
        return ""
    try:
        text = VIEWER.run(["--render", "layout", "--type", str(t.unqualified()), "--elf", path])
    except gdb.GdbError:
        return "" # no type has that name, or several do
    return text if agrees(text, t) else ""
