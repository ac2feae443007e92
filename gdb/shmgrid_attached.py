"""Who has a System V segment attached, as /proc tells it. Only reads: shmat would make this gdb the last who attached.

    Row(shmid) -> the kernel's row of it;  attached(place) -> [Attached], by pid, and how many processes stay closed"""
import os

import shmgrid_segment


class Row:
    """A line of /proc/sysvipc/shm. LookupError: there is none; OSError: it can't be read."""

    def __init__(self, shmid):
        with open("/proc/sysvipc/shm") as table:
            row = next((r for r in map(str.split, table) if r[1] == str(shmid)), None)
        if row is None:
            raise LookupError("the kernel has no segment of that id")
        self.key, self.mode = "0x%08x" % (int(row[0]) & 0xffffffff), "%04o" % (int(row[2], 8) & 0o777)
        self.size, self.creator, self.last, self.count = (int(row[i]) for i in (3, 4, 5, 6))


class Attached:
    def __init__(self, pid, address, rights):
        self.pid, self.address, self.rights = pid, address, rights
        try:
            with open("/proc/%d/comm" % pid, errors="replace") as name:
                self.program = shmgrid_segment.printable(name.read().rstrip("\n"))
        except OSError:
            self.program = "?"


def namespace(pid):
    """The IPC namespace of a process: a shmid says something only within one. "" where it can't be seen."""
    try:
        return os.readlink("/proc/%s/ns/ipc" % pid)
    except OSError:
        return ""


def mappings(pid):
    """(address, rights, device, inode) of each /SYSV mapping of a process. OSError where it can't be seen."""
    with open("/proc/%d/maps" % pid, errors="replace") as maps:
        lines = [line.split(None, 5) for line in maps if "/SYSV" in line]
    return [(int(w[0].split("-")[0], 16), w[1][:3], w[3], w[4])
            for w in lines if len(w) == 6 and w[5].startswith("/SYSV")]


def attached(pid, shmid):
    """All attachments that may be seen of a segment that the process pid has, and the number of closed processes."""
    here, inode, found, closed = namespace(pid), str(shmid), [], 0
    # a file of that name elsewhere is no segment: its device is another one
    devices = {device for _, _, device, i in mappings(pid) if i == inode}
    for each in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            seen = [(a, rights) for a, rights, device, i in mappings(each) if i == inode and device in devices]
        except PermissionError:
            closed += 1
        except OSError:
            pass # it has ended meanwhile
        else:
            if seen and namespace(each) == here:
                found += [Attached(each, address, rights) for address, rights in seen]
    return found, closed
