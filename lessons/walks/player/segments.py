"""Segments: which System V segments a walk's processes made, so that none of them is left behind and none of another's
is ever touched.

A segment is the walk's if its creator is one of the walk's processes (seen while it ran), or if its key is ftok's of a
file in the walk's folder and it was made by this user since the walk began. Source: /proc/sysvipc/shm, proc(5).
"""

import os
import subprocess
import time
from pathlib import Path

TABLE = Path("/proc/sysvipc/shm")


def ftok(path: Path, project: int) -> int:
    """As glibc's ftok: 8 bits of the project, 8 of the device, 16 of the inode."""
    status = os.stat(path)
    return (project & 0xFF) << 24 | (status.st_dev & 0xFF) << 16 | status.st_ino & 0xFFFF


def rows() -> list:
    """Each segment of this machine: a dictionary of numbers, as the kernel's table names them."""
    try:
        head, *lines = TABLE.read_text().splitlines()
    except (OSError, ValueError):
        return []
    names = head.split()
    return [dict(zip(names, map(int, line.split()))) for line in lines]


class Segments:
    def __init__(self, folder: Path):
        self.folder = folder
        self.mark = b"SHMLAB_WALK=" + os.fsencode(folder)
        self.began = int(time.time())
        self.before = {row["shmid"] for row in rows()}
        self.ours = set()  # shmids

    def keys(self) -> set:
        """The lowest 24 bits of the keys of all that lies in the folder."""
        found = set()
        for place, folders, files in os.walk(self.folder):
            for name in [".", *folders, *files]:
                try:
                    found.add(ftok(Path(place, name), 0))
                except OSError:
                    pass
        return found

    def made_here(self, row: dict, keys: set) -> bool:
        if row["shmid"] in self.before or row["cuid"] != os.getuid():
            return False
        if row["key"] and row["key"] & 0xFFFFFF in keys and row["ctime"] >= self.began:
            return True
        try:
            return self.mark in Path("/proc", str(row["cpid"]), "environ").read_bytes().split(b"\0")
        except OSError:
            return False

    def collect(self):
        """Remembers the walk's segments that there are now."""
        fresh = [row for row in rows() if row["shmid"] not in self.ours]
        keys = self.keys() if fresh else set()
        self.ours |= {row["shmid"] for row in fresh if self.made_here(row, keys)}

    def remove(self):
        """Removes those that are left."""
        for row in rows():
            if row["shmid"] in self.ours and row["cuid"] == os.getuid():
                subprocess.run(["ipcrm", "-m", str(row["shmid"])], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        self.ours.clear()
