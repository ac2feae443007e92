"""ELF files: a section's bytes, and the layout of a gdb.Type, which shm-view reads from the file that gdb has it from.

    section("/usr/bin/x", b"shm_layout") -> bytes;  layout(gdb.lookup_type("struct message")) -> a .layout file's text"""
import re
import struct

import gdb

from shmgrid_view import VIEWER

STRUCTS = (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)
SECTION_MAX = 1 << 16


def section(path, wanted):
    """The bytes of a section of a 64-bit ELF file; b"" where there is none."""
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
    """Is it what gdb has read? A program that was compiled anew has the same path and another build-id."""
    return section(path, b".note.gnu.build-id")[16:].hex() == build_id


def object_file(t):
    """The path of the file that gdb has the type from; None where that can't be read. A living process has its program's
    file also where that was deleted or replaced, or lies in a container."""
    objfile, pid = t.objfile, gdb.selected_inferior().pid
    while objfile is not None and objfile.owner is not None:
        objfile = objfile.owner # of a separate debug file, which shm-view finds by itself
    if objfile is None or not objfile.build_id:
        return None
    return next((path for path in (objfile.filename, "/proc/%d/exe" % pid) if same_file(path, objfile.build_id)), None)


def agrees(text, t):
    """Is it the type that gdb means? Another one may have that name, as inside a function."""
    size = re.search(r" \(size (\d+)", text)
    rows = re.findall(r"^    (?:(\d+) )?([^ }].*)", text, re.M)
    fields = [f for f in t.strip_typedefs().fields() if hasattr(f, "bitpos")]
    return size is not None and int(size.group(1)) == t.sizeof and len(rows) == len(fields) and all(
        int(offset or 0) == f.bitpos // 8 and (f.name or "") in row for (offset, row), f in zip(rows, fields))


def layout(t):
    """The text of a .layout file, as shm-view has it of the object file; "" where it can't be had."""
    path = object_file(t) if t.strip_typedefs().code in STRUCTS else None
    if path is None:
        return ""
    try:
        text = VIEWER.run(["--render", "layout", "--type", str(t.unqualified()), "--elf", path])
    except gdb.GdbError:
        return "" # it has no type of that name, or several
    return text if agrees(text, t) else ""
