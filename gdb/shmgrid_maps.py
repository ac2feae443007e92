"""The memory mappings of a process, from /proc/PID/maps.

    mappings(4121, "/SYSV") -> [Mapping]: those whose line has this text. OSError if it can't be read"""
import collections

# device and inode identify what is mapped; the inode of a System V segment is its shmid. name may be "".
Mapping = collections.namedtuple("Mapping", "start end rights device inode name")


def mappings(pid, having=""):
    with open("/proc/%d/maps" % pid, errors="replace") as maps:
        lines = [line.rstrip("\n").split(None, 5) + [""] for line in maps if having in line]
    return [Mapping(int(start, 16), int(end, 16), w[1], w[3], int(w[4]), w[5])
            for w in lines for start, _, end in [w[0].partition("-")]]


def segments(pid):
    """The System V segments that the process has attached."""
    return [m for m in mappings(pid, "/SYSV") if m.name.startswith("/SYSV")]
