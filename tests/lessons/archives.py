"""archives.py FOLDER: makes archives there that nobody should unpack as they stand. For submissions.bats."""

import io
import sys
import tarfile
import zipfile
from pathlib import Path

FOLDER = Path(sys.argv[1])
CODE = b"int main(void) { return 0; }\n"
NAMES = ("../escaped.c", "/tmp/shmlab-escaped.c", "a/../../escaped.c", "..\\escaped.c", "C:\\escaped.c",
         "inner/writer.c")


def zipped(name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(FOLDER / name, "w", zipfile.ZIP_DEFLATED)


def member(name: str, kind=tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def names():
    with zipped("names.zip") as archive:
        for name in NAMES:
            archive.writestr(name, CODE)
    with tarfile.open(FOLDER / "names.tar.gz", "w:gz") as archive:
        for name in NAMES:
            archive.addfile(member(name, size=len(CODE)), io.BytesIO(CODE))


def links():
    """A link that leads out, and a file below it; devices and a pipe."""
    with tarfile.open(FOLDER / "links.tar.gz", "w:gz") as archive:
        archive.addfile(member("out", tarfile.SYMTYPE, ".."))
        archive.addfile(member("out/escaped.c", size=len(CODE)), io.BytesIO(CODE))
        archive.addfile(member("hard", tarfile.LNKTYPE, "/etc/passwd"))
        archive.addfile(member("null", tarfile.CHRTYPE))
        archive.addfile(member("pipe", tarfile.FIFOTYPE))
        archive.addfile(member("writer.c", size=len(CODE)), io.BytesIO(CODE))
    with zipped("links.zip") as archive:
        link = zipfile.ZipInfo("out")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "..")
        archive.writestr("out/escaped.c", CODE)
        archive.writestr("writer.c", CODE)


def bombs():
    zeros = bytes(1 << 20)
    with zipped("bomb.zip") as archive:
        for number in range(200):
            with archive.open(f"{number}.c", "w") as stream:
                for _ in range(5):
                    stream.write(zeros)
    with tarfile.open(FOLDER / "bomb.tar.gz", "w:gz") as archive:
        archive.addfile(member("zeros.c", size=300 << 20), io.BufferedReader(Zeros(300 << 20)))
    with zipped("many.zip") as archive:
        for number in range(3000):
            archive.writestr(f"{number}.c", b"")


class Zeros(io.RawIOBase):
    def __init__(self, left: int):
        super().__init__()
        self.left = left

    def readable(self):
        return True

    def readinto(self, buffer):
        count = min(len(buffer), self.left)
        buffer[:count] = bytes(count)
        self.left -= count
        return count


def broken():
    (FOLDER / "cut.zip").write_bytes((FOLDER / "names.zip").read_bytes()[:200])
    (FOLDER / "cut.tar.gz").write_bytes((FOLDER / "names.tar.gz").read_bytes()[:60])
    (FOLDER / "no.zip").write_bytes(b"this is no archive")
    (FOLDER / "no.tar").write_bytes(b"nor is this" * 100)


names()
links()
bombs()
broken()
