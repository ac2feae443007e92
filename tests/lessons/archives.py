"""archives.py FOLDER [traps]: makes archives there that nobody should unpack as they stand. For submissions.bats, and with
traps for class.bats."""

import gzip
import io
import os
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


def pax(kind: bytes, records: bytes) -> bytes:
    """A pax header, of all members (g) or of the next one (x)."""
    info = member("pax", kind, size=len(records))
    return info.tobuf() + records + bytes(-len(records) % 512)


def record(name: str, value: str) -> bytes:
    text, size = f" {name}={value}\n".encode(), 0
    while len(str(size)) + len(text) != size:
        size = len(str(size)) + len(text)
    return str(size).encode() + text


def traps():
    """Each of them ended or held a grader that read it itself."""
    with zipfile.ZipFile(FOLDER / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("writer.c", CODE * 100)
    data = bytearray((FOLDER / "lzma.zip").read_bytes())
    data[60:70] = b"\xff" * 10
    (FOLDER / "lzma.zip").write_bytes(data)
    # every member gets a copy of all headers
    headers = pax(b"g", b"".join(record(f"k{number}", "") for number in range(60_000)))
    members = member("a.c").tobuf() * 2000
    with gzip.open(FOLDER / "memory.tgz", "w") as archive:
        archive.write(headers + members)
    # where Python looks for a name behind any number of digits, at each of them
    with gzip.open(FOLDER / "endless.tgz", "w") as archive:
        archive.write(pax(b"x", b"1" * 1_400_000) + member("a.c").tobuf())
    deep = FOLDER / "deep"
    deep.mkdir()
    (deep / "writer.c").write_bytes(CODE)
    here = os.open(deep, os.O_RDONLY)
    for _ in range(1600):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner


{"traps": traps}.get(sys.argv[2] if len(sys.argv) > 2 else "", lambda: (names(), links(), bombs(), broken()))()
