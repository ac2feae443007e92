"""The memory mappings of a process, from /proc/PID/maps, and which of them are shared memory.

    parse(text) -> [Mapping];  shared(mappings) -> [Mapping]: one for each object, by kind and address;  shared_of(pid)"""
import collections
import re

# device and inode identify what is mapped; the inode of a System V segment is its shmid. name may be "".
Mapping = collections.namedtuple("Mapping", "start end rights offset device inode name")

SYSV, POSIX, MEMFD, NAMELESS = "System V", "POSIX", "memfd", "without a name"
# how the kernel names them; files in other places may have such a name at their end only
KINDS = ((SYSV, re.compile(r"/SYSV[0-9a-f]{8}(?: |$)")), (POSIX, re.compile(r"/dev/shm/")),
         (MEMFD, re.compile(r"/memfd:")), (NAMELESS, re.compile(r"/dev/zero \(deleted\)$")))


def parse(text, perhaps_shared=False):
    """perhaps_shared: without most of those that shared() leaves out, which is faster."""
    lines = [line.split(None, 5) + [""] for line in text.split("\n")
             if line and (not perhaps_shared or "/SYSV" in line or "/dev/" in line or "/memfd:" in line)]
    return [Mapping(int(start, 16), int(end, 16), w[1], int(w[2], 16), w[3], int(w[4]), w[5])
            for w in lines for start, _, end in [w[0].partition("-")]]


def kind(mapping):
    """None: it is not shared memory. A core file doesn't say which mappings are shared."""
    if mapping.rights[3:4] == "p":
        return None
    return next((name for name, pattern in KINDS if pattern.match(mapping.name)), None)


def shared(all_mappings):
    """The shared memory among the mappings. A mapping whose parts have different rights is one."""
    found = []
    for m in all_mappings:
        last = found[-1] if found else None
        if kind(m) is None:
            continue
        if last is not None and (last.end, last.device, last.inode, last.name) == (m.start, m.device, m.inode, m.name) \
                and last.offset + last.end - last.start == m.offset:
            found[-1] = last._replace(end=m.end)
        else:
            found.append(m)
    order = [name for name, _ in KINDS]
    return sorted(found, key=lambda m: (order.index(kind(m)), m.start))


def shared_of(pid):
    """Of a process on this machine. OSError if it can't be read."""
    with open("/proc/%d/maps" % pid, encoding="utf-8", errors="replace") as maps:
        return shared(parse(maps.read(), perhaps_shared=True))
