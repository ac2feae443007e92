"""A gdb.Type -> the text of a .layout file (docs/layout-format.md).

    cached(gdb.lookup_type("struct message")) -> "shmlab layout 1\n..."

shm-view reads it from the object file (shmgrid_elf.py). If that can't be read, layout_text builds it from gdb's type, by
the rules of src/layout/dwarf_build.c. gdb doesn't know the alignment that a member or a typedef asked for; the holes
between members show it only in part."""
import re

import gdb

import shmgrid_elf
from shmgrid_elf import STRUCTS

SYNC = {"pthread_mutex_t", "pthread_cond_t", "pthread_rwlock_t", "pthread_barrier_t", "pthread_spinlock_t",
        "pthread_once_t", "sem_t", "mtx_t", "cnd_t", "once_flag", "atomic_flag", "mutex", "shared_mutex",
        "recursive_mutex", "condition_variable"}
KIT = {"shm_bell": {"sync", "bell"}, "shm_seqlock": {"sync", "seqlock"}}
CONTAINERS = ("struct", "union", "array")
NODES_MAX = 65536
DEPTH_MAX = 64


class Node:
    """Like struct layout_node in src/layout/layout.h."""

    def __init__(self, name, type_name, offset, **values):
        self.name, self.type, self.offset = name, type_name, offset
        self.kind, self.flags, self.size, self.align, self.count, self.stride = "bytes", set(), 0, 1, 1, 0
        self.bits = self.bit = 0
        self.enumerators, self.members = [], []
        self.__dict__.update(values)


def type_name(t):
    """As C writes it: "char[19]", "struct point *"."""
    name = str(t).replace(" {...}", "").replace(" [", "[")
    name = re.sub(r" __attribute__ \(\(vector_size\((\d+)\)\)\)", r"[\1]", name)
    # gdb shortens the names of integers; shm-view has gcc's long ones.
    name = re.sub(r"\b(unsigned )?(short|long long|long)\b(?! (double|int))",
                  lambda m: m.group(2) + (" unsigned" if m.group(1) else "") + " int", name)
    return re.sub(r"\* (?=\w)", "*", name)


def flags_of(t):
    """The flags that one typedef has, or the type that is not a typedef."""
    name = t.name or t.tag or ""
    if name in KIT:
        return KIT[name]
    after_star = str(t).rpartition("*")[2] if t.code == gdb.TYPE_CODE_PTR else str(t)
    atomic = t.code != gdb.TYPE_CODE_ARRAY and re.search(r"\b_Atomic\b", after_star)
    known = name in SYNC or re.match(r"atomic_\w+$|atomic<|__atomic_base<|__atomic_flag_base", name)
    return {"sync"} if atomic or known else set()


def peel(t):
    """The type without typedefs, and the flags of these."""
    flags = set()
    for _ in range(DEPTH_MAX):
        flags |= flags_of(t)
        if t.code != gdb.TYPE_CODE_TYPEDEF:
            break
        t = t.target()
    return t, flags


def scalar_align(size):
    return min(size & -size, 16) or 1


def scalar(t, node):
    """Sets kind, size and alignment of one element."""
    code = t.code
    node.size = t.sizeof
    node.align = scalar_align(node.size)
    if code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR):
        character = t.name == "char" or re.match(r"char(8|16|32)_t$", t.name or "")
        node.kind = "character" if character else "integer" if t.is_signed else "unsigned"
    elif code == gdb.TYPE_CODE_FLT:
        node.kind = "real"
    elif code == gdb.TYPE_CODE_BOOL:
        node.kind = "boolean"
    elif code == gdb.TYPE_CODE_ENUM:
        node.kind = "enum"
        node.enumerators = [(f.name, f.enumval) for f in t.fields()]
    elif code in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF, gdb.TYPE_CODE_MEMBERPTR,
                  gdb.TYPE_CODE_METHODPTR):
        node.kind = "pointer"
    elif code == gdb.TYPE_CODE_COMPLEX:
        node.align = scalar_align(node.size // 2)
    else:
        node.align = 1
        node.size = 0 if code in (gdb.TYPE_CODE_VOID, gdb.TYPE_CODE_FUNC) else node.size


class Builder:
    def __init__(self):
        self.nodes = 0

    def type(self, t, name, offset, inherited, depth, called=None):
        """The node of a type at this offset. inherited: flags of the types around it."""
        self.nodes += 1
        if self.nodes > NODES_MAX or depth > DEPTH_MAX:
            raise gdb.GdbError("shm: %s has more fields than a layout can have" % t)
        real, flags = peel(t)
        node = Node(name, called or type_name(t), offset, flags=flags | inherited)
        if real.code in STRUCTS:
            return self.struct(real, node, depth)
        if real.code == gdb.TYPE_CODE_ARRAY:
            return self.array(real, node, depth)
        scalar(real, node)
        node.stride = node.size
        return node

    def struct(self, t, node, depth):
        node.kind = "union" if t.code == gdb.TYPE_CODE_UNION else "struct"
        node.size = node.stride = t.sizeof
        for field in t.fields():
            if not hasattr(field, "bitpos") or field.type is None:
                continue # static members of C++
            member = self.type(field.type, field.name or "", field.bitpos // 8, node.flags & {"sync"}, depth + 1)
            if field.bitsize:
                member.kind = "integer" if member.kind == "character" else member.kind
                member.bits, member.bit = field.bitsize, field.bitpos % 8
                member.size = member.stride = (member.bit + member.bits + 7) // 8
            node.members.append(member)
        settle_struct(node, t.alignof)
        return node

    def array(self, t, node, depth):
        counts, vector = [], False
        while t.code == gdb.TYPE_CODE_ARRAY:
            text = str(t)
            vector = vector or "vector_size" in text
            bound = re.search(r"\[(\d*)\]", text)
            if not counts and bound and bound.group(1) == "" and "vector_size" not in text:
                node.flags = node.flags | {"flexible"}
                counts.append(0)
            else:
                low, high = t.range()
                counts.append(max(0, high - low + 1) if t.sizeof or high < low else 0)
            t, flags = peel(t.target())
            node.flags = node.flags | flags
        text = t.code == gdb.TYPE_CODE_INT and t.name in ("char", "char8_t") and not vector and "sync" not in node.flags
        inner = 1
        for count in counts[1:]:
            inner *= count
        if (t.code in STRUCTS and t.sizeof > 0) or (text and inner > 0):
            named = re.search(r"(\[\d*\])*$", node.type).group(0).count("[") == len(counts)
            return self.levels(t, node, counts, 0, named, text, depth)
        if t.code in STRUCTS:
            node.size, node.align = 0, 1
        else:
            scalar(t, node)
        node.stride, node.count = node.size, inner * counts[0]
        node.size *= node.count
        if vector and node.size & (node.size - 1) == 0 and node.size:
            node.align = node.size
        return node

    def levels(self, t, node, counts, level, named, text, depth):
        """One array node for each dimension, then the struct, or the text of the last dimension."""
        node.count = counts[level]
        if text and level == len(counts) - 1:
            node.kind, node.size, node.stride = "text", node.count, 1
            return node
        node.kind = "array"
        called = re.sub(r"\[\d*\](?=(\[\d*\])*$)", "", node.type, count=1) if named else \
            type_name(t) + "".join("[%d]" % n for n in counts[level + 1:])
        inherited = node.flags & {"sync"}
        if level == len(counts) - 1:
            element = self.type(t, "", 0, inherited, depth + 1, called)
        else:
            element = self.levels(t, Node("", called, 0, flags=inherited), counts, level + 1, named, text, depth + 1)
        node.members = [element]
        node.stride, node.align = element.size, element.align
        node.size = node.count * node.stride
        return node


def larger_align(offset, hole, align):
    larger = align
    while larger <= hole:
        larger *= 2
    return larger if offset % larger == 0 else align


def settle_struct(node, said):
    """Finds the struct's alignment, and whether it is packed, from the offsets of its members."""
    end, align, proven, misaligned = 0, 1, 1, False
    union = node.kind == "union"
    for m in node.members:
        if not union and not m.bits and m.offset > end and m.offset - end >= m.align:
            larger = larger_align(m.offset, m.offset - end, m.align)
            m.align = larger if node.size % larger == 0 else m.align
        if not union and not m.bits and m.offset > end and m.offset % m.align == 0:
            proven = max(proven, m.align)
        misaligned = misaligned or (not m.bits and m.size > 0 and m.offset % m.align != 0)
        align = max(align, m.align)
        end = max(end, m.offset + m.size)
    if misaligned or node.size % align != 0:
        node.flags = node.flags | {"packed"}
        node.align = proven if node.size % proven == 0 else 1
        return
    node.align = max(align, said)
    if node.kind == "struct" and 0 < end and node.size - end >= node.align:
        node.align = larger_align(node.size, node.size - end, node.align)


def quoted(text):
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else
                         "".join("\\x%02x" % b for b in c.encode("utf-8", "replace")) for c in text) + '"'


def write(node, out, indent, parent):
    """Writes all attributes, so that the reader has nothing to infer."""
    head = "    " * indent
    if parent is not None and parent.kind != "array":
        head += "%d " % node.offset
    if node.kind == "array":
        head += "array %d " % node.count
    head += quoted(node.type)
    container = node.kind in CONTAINERS
    if node.name or not (container or parent is None or parent.kind == "array"):
        head += " " + quoted(node.name)
    if node.bits:
        head += " : %d" % node.bits
    attributes = ["bit %d" % node.bit] if node.bits else []
    attributes += [] if node.kind == "array" else ["kind " + node.kind]
    attributes += ["size %d" % node.size, "align %d" % node.align]
    attributes += ["count %d" % node.count] if not container and not node.bits else []
    attributes += ["stride %d" % node.stride] if not node.bits and (not container or node.kind == "array") else []
    attributes += [] if container else ["noflags"]
    attributes += sorted(node.flags)
    out.append("%s (%s)" % (head, ", ".join(attributes)))
    if container or node.enumerators:
        out[-1] += " {"
        for member in node.members:
            write(member, out, indent + 1, node)
        for name, value in node.enumerators:
            out.append("%s%s = %d" % ("    " * (indent + 1), quoted(name), value))
        out.append("    " * indent + "}")


def layout_text(t):
    """The layout of a type, built from gdb's own type. gdb.GdbError if it has too many fields."""
    builder = Builder()
    real, _ = peel(t)
    if real.code in STRUCTS:
        root = builder.type(t, "", 0, set(), 0)
    else:
        value = builder.type(t, "value", 0, set(), 1)
        root = Node("", type_name(t), 0, kind="struct", size=value.size, align=value.align, stride=value.size,
                    members=[value])
    last = root.members[-1] if root.kind == "struct" and root.members else None
    if last is not None and last.count == 0 and last.size == 0 and last.stride > 0:
        last.flags = last.flags | {"flexible"} # GNU C's older int v[0]
    out = ["shmlab layout 1"]
    write(root, out, 0, None)
    return "\n".join(out) + "\n"


_TEXTS = {} # layouts: each is built once, not at each stop


def cached(t):
    """The layout of a type as a .layout file. Kept as long as the type's object file is loaded."""
    fields = tuple((f.name, getattr(f, "bitpos", None)) for f in t.strip_typedefs().fields()) \
        if t.strip_typedefs().code in STRUCTS else ()
    key = (t.objfile, str(t), t.sizeof, fields)
    if key not in _TEXTS:
        for old in [k for k in _TEXTS if k[0] is not None and not k[0].is_valid()]:
            del _TEXTS[old]
        _TEXTS[key] = shmgrid_elf.layout(t) or layout_text(t)
    return _TEXTS[key]
