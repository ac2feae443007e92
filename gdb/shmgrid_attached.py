"""Who has shared memory attached, read from /proc. It doesn't attach: shmat would change nattch and the last pid.

    Row(shmid) -> the kernel's row of a segment;  attached(pid, mapping) -> [Attached] by pid, number of unreadable processes"""
import os

import shmgrid_maps
import shmgrid_segment
import shmgrid_target


class Row:
    """A line of /proc/sysvipc/shm. LookupError: there is no such line; OSError: the file can't be read."""

    def __init__(self, shmid):
        table = shmgrid_target.file("/proc/sysvipc/shm").decode().split("\n")
        row = next((r for r in map(str.split, table) if r and r[1] == str(shmid)), None)
        if row is None:
            raise LookupError("the kernel has no segment of that id")
        self.key, self.mode = "0x%08x" % (int(row[0]) & 0xffffffff), "%04o" % (int(row[2], 8) & 0o777)
        self.size, self.creator, self.last, self.count = (int(row[i]) for i in (3, 4, 5, 6))


class Attached:
    def __init__(self, pid, address, rights):
        self.pid, self.address, self.rights = pid, address, rights
        try:
            with open("/proc/%d/comm" % pid, encoding="utf-8", errors="replace") as name:
                self.program = shmgrid_segment.printable(name.read().rstrip("\n"))
        except OSError:
            self.program = "?"


def namespace(pid):
    """The IPC namespace of a process: a shmid is valid only within one. "" if it can't be read."""
    try:
        return os.readlink("/proc/%s/ns/ipc" % pid)
    except OSError:
        return ""


def attached(pid, mapping):
    """All attachments that we can see of what pid has mapped there, and the number of processes that we can't read."""
    here, found, unreadable = namespace(pid), [], 0
    segment = shmgrid_maps.kind(mapping) == shmgrid_maps.SYSV
    for each in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            # the device tells a segment from a file with such a name
            seen = [m for m in shmgrid_maps.shared_of(each)
                    if (m.device, m.inode) == (mapping.device, mapping.inode)]
        except PermissionError:
            unreadable += 1
        except OSError:
            pass # it has just ended
        else:
            if seen and (not segment or namespace(each) == here):
                found += [Attached(each, m.start, m.rights[:3]) for m in seen]
    return found, unreadable
