"""The fields of the segment: their table, which shm-view makes, and where a field like a.b[2] lies, by gdb's types.

    Now() -> place, bytes, layout;  table(bytes, layout) -> JSON of docs/json.md;  resolve(place, "num") -> Spot"""
import difflib
import json
import re

import gdb

import shmgrid_layout
import shmgrid_segment
from shmgrid_grid import GRID
from shmgrid_view import VIEWER

STRUCTS = shmgrid_layout.STRUCTS


class Now:
    """What the commands look at: the segment, or what shm-window chose. Read again for each command."""

    def __init__(self):
        self.place = place()
        self.bytes = self.place.read()
        self.layout = self.place.layout()


def place():
    return GRID.choice.place()


def table(content, layout):
    return json.loads(VIEWER.run(VIEWER.source(content, layout) + ["--render", "json"]))


def why_no_type(where):
    """One line: why there are no fields, and what to do."""
    if where.mapping is None:
        return "shm: no fields are known at %s, because that is no struct. Name one: shm-window (struct TYPE *) 0x%x. " \
               "The segment again: shm-window" % (where.title, where.address)
    if where.type is not None:
        return "shm: the type here has no fields: it is %s" % where.type
    name = shmgrid_segment.candidate()
    if name is None:
        return "shm: no fields are known here: the program names no type with SHM_LAYOUT. Name one: " \
               "shm-window (struct TYPE *) ADDRESS"
    if known(name):
        return "shm: no fields are known here: the program names %s, but %s is too small for it" % (
            shmgrid_segment.printable(name), where.title)
    return "shm: no fields are known here: gdb knows no %s (is the program stripped, or compiled without -g?)" % \
        shmgrid_segment.printable(name)


def known(name):
    try:
        return gdb.lookup_type(name) is not None
    except gdb.error:
        return False


class Spot:
    """Bytes of the segment that have a name. expression: the same bytes in gdb's language."""

    def __init__(self, name, offset, size, type_, expression):
        self.name, self.offset, self.size, self.type, self.expression = name, offset, size, type_, expression


def plain(t):
    return t.strip_typedefs()


def members(t):
    """(name, offset in bytes, type) of each member, also of those inside members without a name."""
    for f in plain(t).fields():
        if not hasattr(f, "bitpos") or f.type is None:
            continue
        if f.name:
            yield f.name, f.bitpos // 8, f.type
        elif plain(f.type).code in STRUCTS:
            for name, offset, type_ in members(f.type):
                yield name, f.bitpos // 8 + offset, type_


def names(t, before="", depth=0):
    """Paths of all fields: message, message.num, points[0].x. At most 64 elements of an array."""
    if depth > 8:
        return
    for name, _, type_ in members(t):
        yield before + name
        yield from inside(before + name, type_, depth)


def inside(path, type_, depth):
    real = plain(type_)
    if real.code in STRUCTS:
        yield from names(real, path + ".", depth + 1)
    elif real.code == gdb.TYPE_CODE_ARRAY and plain(real.target()).code in STRUCTS + (gdb.TYPE_CODE_ARRAY,):
        low, high = real.range()
        for i in range(low, min(high, 63) + 1):
            yield "%s[%d]" % (path, i)
            yield from inside("%s[%d]" % (path, i), real.target(), depth + 1)


def full_path(where, path):
    """num -> message.num, if only one field has this last name."""
    head = re.match(r"\w+", path).group(0)
    if any(head == name for name, _, _ in members(where.type)):
        return path
    all_names = list(names(where.type))
    ends = [n for n in all_names if n.rpartition(".")[2] == head]
    if len(ends) == 1:
        return ends[0] + path[len(head):]
    if ends:
        raise gdb.GdbError("shm: %d fields are called %s; choose one: %s" % (len(ends), head, ", ".join(ends[:5])))
    last = {n.rpartition(".")[2]: n for n in all_names}
    near = [last[n] for n in difflib.get_close_matches(head, list(last), 3, 0.5)]
    raise gdb.GdbError("shm: %s has no field %s%s" % (
        where.type, head, "; did you mean %s?" % " or ".join(near) if near else
        "; it has: " + ", ".join(all_names[:8])))


def step(part, type_, so_far):
    """(offset, type) of .name or [i] in a type."""
    real = plain(type_)
    if part[0] == "[":
        if real.code != gdb.TYPE_CODE_ARRAY:
            raise gdb.GdbError("shm: %s is not an array: its type is %s" % (so_far, type_))
        low, high = real.range()
        i = int(part[1:-1])
        if i > high and high >= low:
            raise gdb.GdbError("shm: %s has elements %d to %d, but no %d" % (so_far, low, high, i))
        return i * real.target().sizeof, real.target()
    name = part.lstrip(".")
    if real.code not in STRUCTS:
        raise gdb.GdbError("shm: %s has no fields: its type is %s" % (so_far, type_))
    known = {n: (o, t) for n, o, t in members(real)}
    if name not in known:
        near = difflib.get_close_matches(name, list(known), 3, 0.5) or list(known)[:8]
        raise gdb.GdbError("shm: %s has no field %s; it has: %s" % (so_far, name, ", ".join(near)))
    return known[name]


def resolve(where, text):
    """The bytes of num, a.b[2], text[8]@4 (4 elements), 56 or 0x38 (a byte), 56@8 (8 bytes)."""
    m = re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)(?:@(\d+))?", text)
    if m:
        offset, count = int(m.group(1), 0), counted(m.group(2), text)
        spot = Spot("byte " + text if count == 1 else "bytes " + text, offset, count, None,
                    "*(unsigned char *) 0x%x" % (where.address + offset) if count == 1 else
                    "*(unsigned char (*)[%d]) 0x%x" % (count, where.address + offset))
        return within(where, spot)
    m = re.fullmatch(r"([A-Za-z_]\w*(?:\.\w+|\[\d+\])*)(?:@(\d+))?", text)
    if not m:
        raise gdb.GdbError("shm: %s is not the name of a field: write num, a.b[2], text[8]@4 (4 elements), "
                           "or an offset: 56, 0x38@8 (8 bytes)" % shmgrid_segment.printable(text))
    if where.type is None or plain(where.type).code not in STRUCTS:
        raise gdb.GdbError(why_no_type(where))
    path, offset, type_, so_far = full_path(where, m.group(1)), 0, where.type, str(where.type)
    for part in re.findall(r"\[\d+\]|\.?[A-Za-z_]\w*", path):
        more, type_ = step(part, type_, so_far)
        offset += more
        so_far = part if so_far == str(where.type) else so_far + part
    count = counted(m.group(2), text)
    tail = "@%d" % count if count > 1 else ""
    if plain(where.type).name or where.type.name:
        expression = "((%s *) 0x%x)->%s%s" % (where.type.unqualified(), where.address, path, tail)
    else:
        expression = "*(%s *) 0x%x%s" % (type_.unqualified(), where.address + offset, tail)
    return within(where, Spot(path + tail, offset, type_.sizeof * count, type_, expression))


def counted(count, text):
    """The number behind an @; 1 if there is none."""
    if count is not None and int(count) == 0:
        raise gdb.GdbError("shm: %s has no bytes: after @ comes how many, 1 or more" % text)
    return int(count or 1)


def within(where, spot):
    if spot.offset + spot.size > where.size:
        raise gdb.GdbError("shm: %s ends at byte %d, but there are only %d bytes here" % (
            spot.name, spot.offset + spot.size, where.size))
    return spot


def completions(text, word):
    """For gdb: the possible completions; none if no segment is found."""
    if word is None:
        return []
    try:
        type_ = place().type
        skip = len(text) - len(word)
        known = list(names(type_)) if type_ is not None else []
    except (gdb.error, gdb.GdbError):
        return []
    short = [n.rpartition(".")[2] for n in known]
    known += [s for s in short if short.count(s) == 1 and s not in known]
    return sorted({n[skip:] for n in known if n.startswith(text)})
