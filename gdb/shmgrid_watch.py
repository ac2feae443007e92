"""Commands that stop the program at a write to a field: shm-watch, shm-break-field. They write nothing into the
program's memory: either the processor's debug registers watch, at full speed, or gdb steps the program and compares."""
import platform
import re

import gdb

import shmgrid_fields
import shmgrid_host
import shmgrid_maps
import shmgrid_segment
import shmgrid_target
from shmgrid_command import Command
from shmgrid_expression import evaluated

REGISTERS = 4
WATCHES = {} # number of the breakpoint -> Watch


def registers(address, size):
    """How many x86 debug registers these bytes take: each watches 1, 2, 4 or 8 bytes at a multiple of that size."""
    count = 0
    while size > 0:
        part = next(n for n in (8, 4, 2, 1) if n <= size and address % n == 0)
        address, size, count = address + part, size - part, count + 1
    return count


class Watch:
    def __init__(self, spot, point, need):
        self.spot, self.point, self.need, self.pid = spot, point, need, gdb.selected_inferior().pid
        self.value = self.read()

    def read(self):
        return gdb.parse_and_eval(self.spot.expression).format_string()


def live():
    """The watchpoints of this process that are not deleted."""
    for number in [n for n, w in WATCHES.items() if not w.point.is_valid()]:
        del WATCHES[number]
    return [w for w in WATCHES.values() if w.pid == gdb.selected_inferior().pid]


def read_only(where):
    """True if the program can't write there."""
    try:
        maps = shmgrid_maps.parse(shmgrid_target.proc("maps").decode(errors="replace"))
        return any(m.start <= where.address < m.end and m.rights[1] != "w" for m in maps)
    except OSError:
        return False


def steps():
    """Why gdb steps the program instead of using debug registers; None if it uses them."""
    if gdb.parameter("can-use-hw-watchpoints") != 0:
        return None
    why = gdb.convenience_variable("shm_steps")
    return why.string() if why is not None else "set can-use-hw-watchpoints 0"


def check_registers(where, spot):
    """How many debug registers the field takes. gdb.GdbError if they can't watch it."""
    need = registers(where.address + spot.offset, spot.size)
    if platform.machine() != "x86_64":
        return 1
    if need > REGISTERS:
        raise gdb.GdbError("shm: %s has %d bytes, but the processor watches only %d places of at most 8 bytes: watch a "
                           "part of it (shm-watch %d@8), or let gdb step, which is slower: set can-use-hw-watchpoints 0"
                           % (spot.name, spot.size, REGISTERS, spot.offset))
    taken = sum(w.need for w in live())
    if taken + need > REGISTERS:
        raise gdb.GdbError("shm: %s needs %d of the processor's %d debug registers, but %d are in use: delete %s" % (
            spot.name, need, REGISTERS, taken, " or ".join(str(w.point.number) for w in live())))
    return need


def watch(text):
    where = shmgrid_fields.place()
    if where.pid is None and not shmgrid_target.remote():
        raise gdb.GdbError("shm: can't watch: this is not a live process")
    spot = shmgrid_fields.resolve(where, text)
    need = 0 if steps() else check_registers(where, spot)
    point = gdb.Breakpoint(spot.expression, type=gdb.BP_WATCHPOINT, wp_class=gdb.WP_WRITE)
    if need and point.type != gdb.BP_HARDWARE_WATCHPOINT:
        point.delete()
        raise gdb.GdbError("shm: the processor can't watch %s. gdb can, by stepping, which is slower: set "
                           "can-use-hw-watchpoints 0, then shm-watch again" % spot.name)
    WATCHES[point.number] = Watch(spot, point, need)
    if not need:
        print("shm: %s; gdb steps instead, which is slower" % steps())
    if read_only(where):
        print("shm: this program has the segment read-only and can't write to it: attach to a writer "
              "(shm-map shows who has it)")
    return spot, point


def who_wrote():
    """The innermost function with source, and its file and line."""
    frame = gdb.newest_frame()
    inner = frame.name() or "a function without a name"
    while frame is not None:
        sal = frame.find_sal()
        if sal.symtab is not None and frame.function() is not None and frame.function().symtab is not None:
            called = "" if frame.name() == inner else " (in %s)" % inner
            path = shmgrid_host.name_of(sal.symtab).decode(errors="replace")
            return "%s, %s:%d%s" % (frame.name(), path.rpartition("/")[2], sal.line, called)
        frame = frame.older()
    return inner


def on_stop(event):
    for point in getattr(event, "breakpoints", []):
        hit = WATCHES.get(point.number)
        if hit is None:
            continue
        try:
            old, hit.value = hit.value, hit.read()
            if hit.value == old:
                continue # when gdb steps, it names all watchpoints at each stop
            print("shm: %s, %d bytes at offset %d: %s -> %s, written by %s, pid %d" % (
                hit.spot.name, hit.spot.size, hit.spot.offset, old, hit.value, who_wrote(),
                gdb.selected_inferior().pid))
        except gdb.error as why:
            print("shm: %s was written: %s" % (hit.spot.name, why))


class ShmWatch(Command):
    """Stop at each write that changes a field: shm-watch FIELD.

It answers "who wrote this?": after `continue`, gdb stops after the write and shows the field, its old
and new value, and the function and line that wrote it.
FIELD is a name (num, point.x, table[2].key; if only one field has the last name, that is enough),
text[8]@4 (4 elements from there), or an offset: 56, 0x38@8 (8 bytes).
The processor has 4 registers for this, of at most 8 bytes each. After `set can-use-hw-watchpoints 0`
gdb steps the program instead and compares: slower, but without this limit.
Both see only the writes of this process, not those of others, and no write of the same value again.
`info breakpoints` lists the watchpoints, `delete N` removes one."""

    def run(self, text):
        if not text:
            raise gdb.GdbError("shm-watch: which field? shm-fields lists them all")
        watch(text)

    def complete(self, text, word):
        return shmgrid_fields.completions(text, word)


def number_of(text):
    with evaluated(text) as value:
        real = value.type.strip_typedefs().code == gdb.TYPE_CODE_FLT
        try:
            return repr(float(value)) if real else str(int(value))
        except (gdb.error, ValueError, OverflowError):
            raise gdb.GdbError("shm: %s is not a number" % shmgrid_segment.printable(text))


class ShmBreakField(Command):
    """Stop once, at the next write that changes a field: shm-break-field FIELD [OP VALUE].

With OP (== != < <= > >=) and a number: at the first write after which this is true:
  shm-break-field num
  shm-break-field num == 42
It is removed after that stop. To stop each time: shm-watch FIELD. FIELD is as in `help shm-watch`."""

    def run(self, text):
        m = re.fullmatch(r"([^\s=!<>]+)\s*(?:(==|!=|<=|>=|<|>)\s*(.+))?", text)
        if not m:
            raise gdb.GdbError("shm-break-field: which field? For example: shm-break-field num, shm-break-field num == 42")
        number = None
        if m.group(2):
            number = number_of(m.group(3))
        spot, point = watch(m.group(1))
        try:
            if number is not None:
                point.condition = "%s %s %s" % (spot.expression, m.group(2), number)
            gdb.execute("enable delete %d" % point.number)
        except gdb.error as why:
            point.delete()
            raise gdb.GdbError("shm: can't compare %s with %s: %s" % (spot.name, number, why))
        print("Stops once%s." % (", when %s %s %s" % (spot.name, m.group(2), number) if number else ""))

    def complete(self, text, word):
        return shmgrid_fields.completions(text, word)


def install():
    ShmWatch("shm-watch")
    ShmBreakField("shm-break-field")
    gdb.events.stop.connect(shmgrid_host.event(on_stop))
