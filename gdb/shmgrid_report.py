"""Words that tell: shm-fields, shm-map, shm-save, shm-load, shm-diff. None of them writes into the program."""
import os
import re

import gdb

import shmgrid_attached
import shmgrid_fields
import shmgrid_segment
from shmgrid_grid import GRID
from shmgrid_view import VIEWER
from shmgrid_command import Command

SAVED = {} # name -> bytes


def quoted_bytes(content, most=16):
    return content[:most].hex(" ") + (" ..." if len(content) > most else "")


def rows_of(told, content):
    """(offset, size, type, name, value) of fields and of the padding between them."""
    rows = [(f["offset"], f["size"], f["type"], f["name"], f.get("value", "(past the end)"))
            for f in told["layout"]["fields"]]
    for cell in told["cells"]:
        if cell["role"] in ("padding", "tail"):
            name = "(padding before %s)" if cell["role"] == "padding" else "(padding at the end of %s)"
            part = content[cell["offset"]:cell["offset"] + cell["size"]]
            rows.append((cell["offset"], cell["size"], "", name % (cell.get("field") or "the struct"),
                         quoted_bytes(part)))
    return sorted(rows, key=lambda row: row[0])


def is_part(name, path):
    return name == path or name.startswith((path + ".", path + "["))


class ShmFields(Command):
    """List the fields in the segment: shm-fields [FIELD].

Each line has a field's offset from the segment's start and its size, both in bytes, its type, its
name and its value now. Padding between the fields has lines of its own, with its bytes in hex.
With FIELD (a struct or an array): only what lies in it.
The fields are those of the type that the program names with SHM_LAYOUT; for another:
shm-window (struct TYPE *) ADDRESS."""

    def run(self, text):
        now = shmgrid_fields.Now()
        if not now.layout:
            raise gdb.GdbError(shmgrid_fields.why_no_type())
        rows = rows_of(shmgrid_fields.table(now.bytes, now.layout), now.bytes)
        if text:
            spot = shmgrid_fields.resolve(now.place, text)
            path = spot.name
            rows = [r for r in rows if is_part(r[3], path)] or \
                [(spot.offset, spot.size, str(spot.type), path, str(gdb.parse_and_eval(spot.expression)))]
        print("%s at 0x%x, %s" % (now.place.type, now.place.address, now.place.title))
        types, names = (max([4] + [len(r[i]) for r in rows]) for i in (2, 3))
        print("%6s %5s  %-*s  %-*s  %s" % ("offset", "size", types, "type", names, "name", "value"))
        for offset, size, type_, name, value in rows:
            print("%6d %5d  %-*s  %-*s  %s" % (offset, size, types, type_, names, name, value))

    def complete(self, text, word):
        return shmgrid_fields.completions(text, word)


class ShmMap(Command):
    """Tell who has the segment attached: shm-map.

One line for each place: the process, its program, the address there and the rights. The same bytes
may have another address in each process. Creator: who made the segment. Last: who attached or
detached last. It only reads /proc, so it is not counted itself.
Compare with `shell ipcs -mp` and `shell cat /proc/PID/maps`."""

    def run(self, _text):
        place = shmgrid_fields.place()
        shmid = place.shmid
        if shmid is None:
            inside = [p for p in shmgrid_segment.places()
                      if p.address <= place.address < p.address + p.whole and p.shmid is not None]
            if not inside:
                raise gdb.GdbError("shm: %s: nobody can be told: this is no segment of a living process" %
                                   place.heading(60))
            shmid = inside[0].shmid
        pid = gdb.selected_inferior().pid
        if shmgrid_attached.namespace(pid) != shmgrid_attached.namespace("self"):
            raise gdb.GdbError("shm: pid %d lives in another IPC namespace (a container?): run gdb in that one to be told "
                               "about shmid %d" % (pid, shmid))
        try:
            row = shmgrid_attached.Row(shmid)
        except (LookupError, OSError) as why:
            raise gdb.GdbError("shm: nobody can be told about shmid %d: %s" % (shmid, why))
        found, closed = shmgrid_attached.attached(pid, shmid)
        print("shmid %d, key %s, %d bytes, mode %s" % (shmid, row.key, row.size, row.mode))
        print("attachments (nattch): %d; creator pid %d, last pid %d" % (row.count, row.creator, row.last))
        print("%8s  %-16s %-14s  rights" % ("pid", "program", "address"))
        for each in found:
            marks = ["creator"] * (each.pid == row.creator) + ["last"] * (each.pid == row.last)
            marks += ["this program"] * (each.pid == pid)
            print("%8d  %-16s 0x%-12x  %s%s" % (each.pid, each.program, each.address, each.rights,
                                                "  " + ", ".join(marks) if marks else ""))
        if row.count > len(found):
            print("and %d more, not to be seen from here%s" % (
                row.count - len(found), ": %d processes may not be looked into" % closed if closed else ""))


def is_file(name):
    return "/" in name or "." in name


def saved(name):
    """The bytes of a snapshot: a name that shm-save was given, or a file."""
    if name in SAVED:
        return SAVED[name]
    if not is_file(name):
        raise gdb.GdbError("shm: there is no snapshot %s; there are: %s. A file has a / or a . in its name: ./%s" % (
            shmgrid_segment.printable(name), ", ".join(SAVED) or "none", shmgrid_segment.printable(name)))
    try:
        with open(os.path.expanduser(name), "rb") as file:
            return file.read(shmgrid_segment.SIZE_MAX)
    except OSError as why:
        raise gdb.GdbError("shm: cannot read %s: %s" % (shmgrid_segment.printable(name), why.strerror))


class ShmSave(Command):
    """Keep the segment's bytes as they are now: shm-save [NAME | FILE].

NAME is kept in this gdb only (without it: saved). FILE, a name with a / or a . in it, is written with
the raw bytes, nothing else: `shm-view --file FILE` shows it. A file that is there already is never
written over.
See what has changed since: shm-diff NAME. Show it: shm-load NAME."""

    def run(self, text):
        name = text or "saved"
        now = shmgrid_fields.Now()
        if not is_file(name):
            print("%s %s: %d bytes of %s" % ("Replaced" if name in SAVED else "Saved",
                                             shmgrid_segment.printable(name), len(now.bytes), now.place.title))
            SAVED[name] = now.bytes
            return
        try:
            with open(os.path.expanduser(name), "xb") as file:
                file.write(now.bytes)
        except FileExistsError:
            raise gdb.GdbError("shm: %s is there already, and stays as it is: give another name" %
                               shmgrid_segment.printable(name))
        except OSError as why:
            raise gdb.GdbError("shm: cannot write %s: %s" % (shmgrid_segment.printable(name), why.strerror))
        print("Saved %s: %d bytes of %s" % (shmgrid_segment.printable(name), len(now.bytes), now.place.title))


class ShmLoad(Command):
    """Show a snapshot: shm-load NAME | FILE.

It only shows: nothing is ever written into the program. NAME is one of shm-save; FILE, a name with a
/ or a . in it, holds raw bytes. They are drawn with the fields of the segment, where one is attached,
and marked is what is otherwise there now."""

    def run(self, text):
        if not text:
            raise gdb.GdbError("shm-load: which snapshot? A name that shm-save was given (%s), or a file" %
                               (", ".join(SAVED) or "none so far"))
        content = saved(text)
        layout, was = GRID.layout, None
        try:
            now = shmgrid_fields.Now()
            layout = now.layout
            was = now.bytes if len(now.bytes) == len(content) else None
        except gdb.GdbError:
            pass # no process: the bytes are shown all the same
        arguments = VIEWER.source(content, layout) + ["--render", "text"]
        arguments += ["--was", VIEWER.file("was", was)] if was is not None else []
        picture = re.sub(r"(?m)^layout: \d+$", "layout: that of the program", VIEWER.run(arguments)).split("\n", 1)
        print("snapshot %s, %d bytes (shown only, nothing is written into the program)\n%s" % (
            shmgrid_segment.printable(text), len(content), picture[-1].rstrip("\n")))


def runs(old, new):
    """(start, end) of bytes that differ."""
    start = None
    for i in range(len(old) + 1):
        differs = i < len(old) and old[i] != new[i]
        if differs and start is None:
            start = i
        elif not differs and start is not None:
            yield start, i
            start = None


class ShmDiff(Command):
    """Tell what has changed in the segment: shm-diff [NAME | FILE].

Without a name: since the last stop before this one. NAME and FILE are snapshots of shm-save.
Each field that has changed is told with its value before and now, then each run of bytes that has."""

    def run(self, text):
        now = shmgrid_fields.Now()
        old, since = (saved(text), shmgrid_segment.printable(text)) if text else last_stop(now)
        if len(old) != len(now.bytes):
            raise gdb.GdbError("shm: %s has %d bytes, and there are %d now: they cannot be compared" % (
                since, len(old), len(now.bytes)))
        changed = list(runs(old, now.bytes))
        print("since %s: %d of %d bytes have changed" % (since, sum(b - a for a, b in changed), len(old)))
        if changed and now.layout:
            before = rows_of(shmgrid_fields.table(old, now.layout), old)
            after = rows_of(shmgrid_fields.table(now.bytes, now.layout), now.bytes)
            for (offset, size, _, name, was), (_, _, _, _, value) in zip(before, after):
                if any(a < offset + size and offset < b for a, b in changed):
                    print("  %s, %d bytes at %d: %s -> %s" % (name, size, offset, was, value))
        for a, b in changed[:32]:
            print("  bytes %d to %d: %s -> %s" % (a, b - 1, quoted_bytes(old[a:b]), quoted_bytes(now.bytes[a:b])))
        if len(changed) > 32:
            print("  and %d more runs of bytes" % (len(changed) - 32))


class Stops:
    """The bytes at the latest stop and at the one before it."""

    def __init__(self):
        self.where = self.latest = self.before = None

    def stop(self, _event):
        try:
            now = shmgrid_fields.Now()
        except Exception: # pylint: disable=broad-except
            self.where = self.latest = self.before = None
            return
        self.before = self.latest if now.place.where() == self.where else None
        self.where, self.latest = now.place.where(), now.bytes


STOPS = Stops()


def last_stop(now):
    if STOPS.where != now.place.where() or STOPS.latest is None:
        raise gdb.GdbError("shm: gdb has not stopped yet with this segment attached: there is nothing to compare with")
    if STOPS.before is None:
        return STOPS.latest, "this stop, the first one that saw the segment"
    return STOPS.before, "the last stop"


def install():
    ShmFields("shm-fields")
    ShmMap("shm-map", gdb.COMPLETE_NONE)
    ShmSave("shm-save", gdb.COMPLETE_FILENAME)
    ShmLoad("shm-load", gdb.COMPLETE_FILENAME)
    ShmDiff("shm-diff", gdb.COMPLETE_FILENAME)
    gdb.events.stop.connect(STOPS.stop)
    STOPS.stop(None) # a process that gdb has already
