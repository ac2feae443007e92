"""Submissions of a class: folders, single files and archives in one folder. Nothing in them is trusted.

find(folder) -> list of Submission        is_archive(path)
main([path, target]) -> exit status       fills target (empty) with one's files, in a process of its own, with limits; an
                                          archive is standard input

A small archive can take gigabytes of memory or hours to read, so the grader reads none itself: see grade.fetch.
"""

import gzip
import os
import resource
import stat
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from .locate import Refused
from .printable import file_name

ARCHIVE_MAX = 8 << 20  # bytes of an archive, packed
TOTAL_MAX = 32 << 20  # bytes of all files in one submission
FILE_MAX = 4 << 20  # bytes of one file; larger ones are left out
FILES_MAX = 2000
DEPTH_MAX = 12
MEMORY = 512 << 20  # bytes, to read one
CPU_SECONDS = 10
REFUSED = 3  # exit status: the reason is on standard output
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
JUNK = ("__MACOSX", ".git", ".svn", ".DS_Store", "node_modules", "CMakeFiles")


class Submission(NamedTuple):
    name: str  # of the submitted file or folder, printable; no two are the same
    path: Path


class Limited:
    """A stream that raises Refused if more than about TOTAL_MAX bytes are read: a small archive can hold gigabytes."""

    def __init__(self, stream):
        self.stream, self.left = stream, TOTAL_MAX + (2 << 20)

    def read(self, size=-1):
        data = self.stream.read(self.left + 1 if size < 0 else min(size, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise Refused(f"it holds more than {TOTAL_MAX >> 20} MiB.")
        return data


def find(folder: Path) -> list:
    """In order of their names, without hidden files and folders."""
    found, used = [], set()
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("."):
            name, number = file_name(path.name), 1
            while name in used:
                number += 1
                name = f"{file_name(path.name)} ({number})"
            used.add(name)
            found.append(Submission(name, path))
    return found


def is_archive(path: Path) -> bool:
    return path.name.lower().endswith(ARCHIVES) and stat.S_ISREG(os.lstat(path).st_mode)


def fetch(path: Path, target: Path):
    """Copies what is no archive: plain files and folders."""
    mode = os.lstat(path).st_mode
    name = path.name.lower()
    if stat.S_ISDIR(mode):
        copy_tree(path, target)
    elif not stat.S_ISREG(mode):
        raise Refused("it is neither a file nor a folder.")
    elif name.endswith(".c"):
        Store(target).put(path.name, path.open("rb"))
    else:
        raise Refused(f"it is not a folder, a .c file or an archive ({', '.join(ARCHIVES)}).")


class Store:
    """Writes unpacked files below a folder and nowhere else, within the limits."""

    def __init__(self, target: Path):
        self.target, self.files, self.left = target, 0, TOTAL_MAX

    def place(self, name: str):
        """The path for a member of that name; None if it is left out."""
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if parts and (parts[0] == "/" or parts[0].endswith(":")):
            parts = parts[1:]
        if not parts or len(parts) > DEPTH_MAX or any(bad_part(part) for part in parts):
            return None
        return self.target.joinpath(*parts)

    def put(self, name: str, stream):
        place = self.place(name)
        self.files += 1
        if self.files > FILES_MAX:
            raise Refused(f"it holds more than {FILES_MAX} files.")
        data = stream.read(FILE_MAX + 1)
        self.left -= len(data)
        if self.left < 0:
            raise Refused(f"it holds more than {TOTAL_MAX >> 20} MiB.")
        if place is None or len(data) > FILE_MAX:
            return
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            pass  # a file and a folder with the same name: keep the first


def bad_part(part: str) -> bool:
    return part == ".." or part in JUNK or part.startswith("._") or "\0" in part or len(os.fsencode(part)) > 200


def unpack(stream, target: Path, zipped: bool):
    """stream: a file that is open for reading bytes."""
    if os.fstat(stream.fileno()).st_size > ARCHIVE_MAX:
        raise Refused(f"the archive is larger than {ARCHIVE_MAX >> 20} MiB.")
    store = Store(target)
    try:
        (unpack_zip if zipped else unpack_tar)(stream, store)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # the libraries raise more kinds than they document
        raise Refused(f"the archive can't be read: {str(error) or type(error).__name__}") from error
    if not any(target.iterdir()):
        raise Refused("the archive has no file that can be used.")


def unpack_zip(stream, store: Store):
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            kind = member.external_attr >> 16 & 0o170000
            if not member.is_dir() and kind in (0, stat.S_IFREG) and store.place(member.filename):
                with archive.open(member) as part:
                    store.put(member.filename, part)


def unpack_tar(raw, store: Store):
    gzipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    stream = Limited(gzip.GzipFile(fileobj=raw) if gzipped else raw)
    with tarfile.open(fileobj=stream, mode="r|", bufsize=1 << 16) as archive:
        for member in archive:
            if member.isreg() and not member.issparse():
                store.put(member.name, archive.extractfile(member))


def copy_tree(source: Path, target: Path):
    """Plain files only; links are not followed, and what is nested too deep is left out."""
    store = Store(target)
    for folder, folders, names in os.walk(source, followlinks=False):
        depth = len(Path(folder).relative_to(source).parts)
        folders[:] = sorted(name for name in folders if not bad_part(name)) if depth < DEPTH_MAX else []
        for name in sorted(names):
            path = Path(folder, name)
            place = str(path.relative_to(source))
            try:
                number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError:
                continue
            with os.fdopen(number, "rb") as stream:
                if stat.S_ISREG(os.fstat(number).st_mode) and store.place(place):
                    store.put(place, stream)


def main(arguments: list) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    path, target = Path(arguments[0]), Path(arguments[1])
    try:
        if stat.S_ISREG(os.fstat(0).st_mode):
            unpack(sys.stdin.buffer, target, zipped=path.name.lower().endswith(".zip"))
        else:
            fetch(path, target)
    except MemoryError:
        print(f"reading it takes more than {MEMORY >> 20} MiB of memory.")
        return REFUSED
    except (Refused, OSError) as error:
        print(error)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
