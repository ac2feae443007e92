"""Commands that report: shm-fields, shm-map, shm-save, shm-load, shm-diff. None of them writes into the program."""
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


def rows_of(picture, content):
    """(offset, size, type, name, value) of the fields and of the padding between them. picture: JSON of docs/json.md."""
    rows = [(f["offset"], f["size"], f["type"], f["name"], f.get("value", "(past the end)"))
            for f in picture["layout"]["fields"]]
    for cell in picture["cells"]:
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

Each line has a field's offset from the segment's start, its size in bytes, its type, its name and
its current value. Padding between fields has separate lines, with its bytes in hex.
With FIELD, a struct or an array: only its own fields.
The fields are those of the type that the program names with SHM_LAYOUT. For another type:
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
    """Show who has the segment attached: shm-map.

One line for each attachment: the process, its program, the address there and the rights. The same
bytes may have a different address in each process. Creator: who made the segment. Last: who attached
or detached last. It only reads /proc, so nattch doesn't count it.
Compare with `shell ipcs -mp` and `shell cat /proc/PID/maps`."""

    def run(self, _text):
        place = shmgrid_fields.place()
        shmid = place.shmid
        if shmid is None:
            inside = [p for p in shmgrid_segment.places()
                      if p.address <= place.address < p.address + p.whole and p.shmid is not None]
            if not inside:
                raise gdb.GdbError("shm: %s: can't tell who has it: this is not a segment of a live process" %
                                   place.heading(60))
            shmid = inside[0].shmid
        pid = gdb.selected_inferior().pid
        if shmgrid_attached.namespace(pid) != shmgrid_attached.namespace("self"):
            raise gdb.GdbError("shm: pid %d is in another IPC namespace (a container?): run gdb there to see who has "
                               "shmid %d" % (pid, shmid))
        try:
            row = shmgrid_attached.Row(shmid)
        except (LookupError, OSError) as why:
            raise gdb.GdbError("shm: can't tell who has shmid %d: %s" % (shmid, why))
        found, unreadable = shmgrid_attached.attached(pid, shmid)
        print("shmid %d, key %s, %d bytes, mode %s" % (shmid, row.key, row.size, row.mode))
        print("attachments (nattch): %d; creator pid %d, last pid %d" % (row.count, row.creator, row.last))
        print("%8s  %-16s %-14s  rights" % ("pid", "program", "address"))
        for each in found:
            marks = ["creator"] * (each.pid == row.creator) + ["last"] * (each.pid == row.last)
            marks += ["this program"] * (each.pid == pid)
            print("%8d  %-16s 0x%-12x  %s%s" % (each.pid, each.program, each.address, each.rights,
                                                "  " + ", ".join(marks) if marks else ""))
        if row.count > len(found):
            print("and %d more that can't be seen from here%s" % (
                row.count - len(found), ": you may not look into %d processes" % unreadable if unreadable else ""))


def is_file(name):
    return "/" in name or "." in name


def saved(name):
    """The bytes of a snapshot: a name given to shm-save, or a file."""
    if name in SAVED:
        return SAVED[name]
    if not is_file(name):
        raise gdb.GdbError("shm: there is no snapshot %s; there are: %s. The name of a file has a / or a .: ./%s" % (
            shmgrid_segment.printable(name), ", ".join(SAVED) or "none", shmgrid_segment.printable(name)))
    try:
        with open(os.path.expanduser(name), "rb") as file:
            return file.read(shmgrid_segment.SIZE_MAX)
    except OSError as why:
        raise gdb.GdbError("shm: cannot read %s: %s" % (shmgrid_segment.printable(name), why.strerror))


class ShmSave(Command):
    """Save a snapshot of the segment's bytes: shm-save [NAME | FILE].

NAME is kept in this gdb only; without it the name is "saved". FILE, a name with a / or a . in it,
gets the raw bytes: `shm-view --file FILE` shows it. An existing file is never overwritten.
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
            raise gdb.GdbError("shm: %s exists already and was not changed: give another name" %
                               shmgrid_segment.printable(name))
        except OSError as why:
            raise gdb.GdbError("shm: cannot write %s: %s" % (shmgrid_segment.printable(name), why.strerror))
        print("Saved %s: %d bytes of %s" % (shmgrid_segment.printable(name), len(now.bytes), now.place.title))


class ShmLoad(Command):
    """Show a snapshot: shm-load NAME | FILE.

It only shows it, and never writes into the program. NAME was given to shm-save; FILE, a name with a /
or a . in it, holds raw bytes. They are drawn with the fields of the attached segment, if there is
one; marks show where the segment is different now."""

    def run(self, text):
        if not text:
            raise gdb.GdbError("shm-load: which snapshot? Give a name of shm-save (%s), or a file" %
                               (", ".join(SAVED) or "none so far"))
        content = saved(text)
        layout, was = GRID.layout, None
        try:
            now = shmgrid_fields.Now()
            layout = now.layout
            was = now.bytes if len(now.bytes) == len(content) else None
        except gdb.GdbError:
            pass # no process: show the bytes without it
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
    """Show what has changed in the segment: shm-diff [NAME | FILE].

Without a name: since the stop before this one. NAME and FILE are snapshots of shm-save.
It lists each changed field with its old and new value, then each run of changed bytes."""

    def run(self, text):
        now = shmgrid_fields.Now()
        old, since = (saved(text), shmgrid_segment.printable(text)) if text else last_stop(now)
        if len(old) != len(now.bytes):
            raise gdb.GdbError("shm: %s has %d bytes, but now there are %d: they can't be compared" % (
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
    """The bytes at the latest stop and at the one before."""

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
        return STOPS.latest, "this stop, the first one with the segment"
    return STOPS.before, "the last stop"


def install():
    ShmFields("shm-fields")
    ShmMap("shm-map", gdb.COMPLETE_NONE)
    ShmSave("shm-save", gdb.COMPLETE_FILENAME)
    ShmLoad("shm-load", gdb.COMPLETE_FILENAME)
    ShmDiff("shm-diff", gdb.COMPLETE_FILENAME)
    gdb.events.stop.connect(STOPS.stop)
    STOPS.stop(None) # gdb may have a process already
