"""Commands that report: shm-fields, shm-map, shm-list, shm-save, shm-load, shm-diff. None of them writes into the program."""
import errno
import os
import re
import stat

import gdb

import shmgrid_attached
import shmgrid_fields
import shmgrid_host
import shmgrid_segment
import shmgrid_target
from shmgrid_grid import GRID
from shmgrid_view import VIEWER
from shmgrid_command import Command

SAVED = {} # name -> bytes
PLACES_MAX = 8 # whose bytes are read at each stop


def quoted_bytes(content, most=16):
    return content[:most].hex(" ") + (" ..." if len(content) > most else "")


def rows_of(picture, content):
    """(offset, size, type, name, value) of the fields and of the padding between them. picture: JSON of docs/json.md."""
    rows = [(f["offset"], f["size"], f["type"], f["name"], f.get("value", "(past the end)"))
            for f in picture["layout"]["fields"]]
    for cell in picture["cells"]:
        if cell["role"] in ("padding", "tail"):
            name = "before " + cell["field"] if cell["role"] == "padding" else \
                "at the end of " + (cell["end_of"] or "the whole struct")
            part = content[cell["offset"]:cell["offset"] + cell["size"]]
            rows.append((cell["offset"], cell["size"], "", "(padding %s)" % name, quoted_bytes(part)))
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
            raise gdb.GdbError(shmgrid_fields.why_no_type(now.place))
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

    takes_arguments = False

    def run(self, _text):
        place = shmgrid_fields.place()
        if place.mapping is None:
            place = next((p for p in shmgrid_segment.places() if p.address <= place.address < p.address + p.whole), place)
        if place.mapping is None or not place.mapping.device:
            raise gdb.GdbError("shm: %s: can't tell who has it: this is not a segment of a live process" %
                               place.heading(60))
        row = self.segment(place) if place.shmid is not None else None
        if shmgrid_target.remote():
            print("who they are can't be seen over a remote connection")
            return
        found, unreadable = shmgrid_attached.attached(place.pid, place.mapping)
        if row is None:
            print("%s, %d bytes" % (place.title, place.whole))
        print("%8s  %-16s %-14s  rights" % ("pid", "program", "address"))
        for each in found:
            marks = ["creator"] * (row is not None and each.pid == row.creator)
            marks += ["last"] * (row is not None and each.pid == row.last)
            marks += ["this program"] * (each.pid == place.pid)
            print("%8d  %-16s 0x%-12x  %s%s" % (each.pid, each.program, each.address, each.rights,
                                                "  " + ", ".join(marks) if marks else ""))
        why = ": you may not look into %d processes" % unreadable if unreadable else ""
        if row is None:
            print("perhaps more that can't be seen from here: the kernel doesn't count them%s" % why)
        elif row.count > len(found):
            print("and %d more that can't be seen from here%s" % (row.count - len(found), why))

    @staticmethod
    def segment(place):
        """Prints what the kernel knows of it."""
        pid = gdb.selected_inferior().pid
        if place.pid is not None and shmgrid_attached.namespace(pid) != shmgrid_attached.namespace("self"):
            raise gdb.GdbError("shm: pid %d is in another IPC namespace (a container?): run gdb there to see who has "
                               "shmid %d" % (pid, place.shmid))
        try:
            row = shmgrid_attached.Row(place.shmid)
        except (LookupError, OSError) as why:
            raise gdb.GdbError("shm: can't tell who has shmid %d: %s" % (place.shmid, why))
        print("shmid %d, key %s, %d bytes, mode %s" % (place.shmid, row.key, row.size, row.mode))
        print("attachments (nattch): %d; creator pid %d, last pid %d" % (row.count, row.creator, row.last))
        return row


class ShmList(Command):
    """List the shared memory that the program has attached: shm-list.

System V segments, POSIX shared memory (/dev/shm), memfds, and shared memory without a name. A > marks
what the window and the commands show; shm-window N shows another one."""
    takes_arguments = False

    def run(self, _text):
        places = shmgrid_segment.places()
        if not places:
            raise gdb.GdbError(shmgrid_segment.NONE)
        try:
            shown = shmgrid_fields.place().address
        except gdb.GdbError:
            shown = None
        print("   N  %-14s %10s  may  what" % ("address", "bytes"))
        for each in places:
            print("%s %2d  0x%-12x %10d  %-3s  %s" % (">" if each.address == shown else " ", each.number, each.address,
                                                     each.whole, each.mapping.rights[:3] or "?",
                                                     each.title + ("" if each.exact else ", whole pages")))


def is_file(name):
    return "/" in name or "." in name


def regular_size(path):
    """OSError for anything else than a file: a device may have no end, and a fifo would wait."""
    seen = os.stat(path)
    if not stat.S_ISREG(seen.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    return seen.st_size


def saved(name):
    """The bytes of a snapshot: a name given to shm-save, or a file."""
    if name in SAVED:
        return SAVED[name]
    if not is_file(name):
        raise gdb.GdbError("shm: there is no snapshot %s; there are: %s. The name of a file has a / or a .: ./%s" % (
            shmgrid_segment.printable(name), ", ".join(SAVED) or "none", shmgrid_segment.printable(name)))
    try:
        size = regular_size(os.path.expanduser(name))
        if size > shmgrid_segment.SIZE_MAX:
            raise gdb.GdbError("shm: %s has %d bytes, and here at most %d are shown: shm-view --file shows them all" % (
                shmgrid_segment.printable(name), size, shmgrid_segment.SIZE_MAX))
        with open(os.path.expanduser(name), "rb") as file:
            return file.read()
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
    """The bytes at the latest stop and at the one before, of each place that was looked at."""

    def __init__(self):
        self.seen = {} # Place.where() -> [place, older (when, bytes) or None, newer (when, bytes)], the latest last

    def take(self, place, when):
        """The place's bytes now."""
        old = self.seen.pop(place.where(), None)
        try:
            fresh = place.read()
        except gdb.GdbError:
            return # it is gone
        self.seen[place.where()] = [place, old[2] if old else None, (when, fresh)]

    def stop(self, _event=None):
        here = shmgrid_target.identity()
        for where, (place, _, _) in list(self.seen.items())[-PLACES_MAX:]:
            if where[0] == here:
                self.take(place, "the last stop")
        self.seen = {where: entry for where, entry in self.seen.items() if where[0] == here}
        self.chosen("the last stop")

    def chosen(self, when="shm-window chose it"):
        """Remembers the place that the commands look at, unless it is known already."""
        try:
            place = shmgrid_fields.place()
        except Exception: # pylint: disable=broad-except
            return
        if place.where() not in self.seen:
            self.take(place, when)


STOPS = Stops()


def last_stop(now):
    entry = STOPS.seen.get(now.place.where())
    if entry is None:
        raise gdb.GdbError("shm: gdb has not stopped yet with this segment attached: there is nothing to compare with")
    _, older, newer = entry
    if older is not None:
        return older[1], older[0]
    return newer[1], "this stop, the first one with the segment" if newer[0] == "the last stop" else newer[0]


def install():
    ShmFields("shm-fields")
    ShmMap("shm-map", gdb.COMPLETE_NONE)
    ShmList("shm-list", gdb.COMPLETE_NONE)
    ShmSave("shm-save", gdb.COMPLETE_FILENAME)
    ShmLoad("shm-load", gdb.COMPLETE_FILENAME)
    ShmDiff("shm-diff", gdb.COMPLETE_FILENAME)
    gdb.events.stop.connect(shmgrid_host.event(STOPS.stop))
    STOPS.stop() # gdb may have a process already
