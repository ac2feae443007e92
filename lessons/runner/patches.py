"""A lesson's programs that are patches: mistakes/NAME.patch, wrong/NAME.patch. docs/lesson-format.md is the contract.

every(folder) -> the patches in it, in order       find(folder, name) -> one, or LookupError with a message
apply(patch, lesson, folder)                       copies the files that the patch starts from, and patches them
PatchError has a message that begins with the patch's name.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

BASES = ("solution", "start")  # the folders that a patch may start from
FIRST = {"mistakes": "Mistake", "wrong": "Wrong"}  # the label of its first line, by folder


class PatchError(Exception):
    pass


class Fails(NamedTuple):
    test: str  # the name of a test that must fail
    text: str  # a part of what it must say


class Patch(NamedTuple):
    path: Path
    about: str  # its first line, after the label; empty if there is no such line
    fails: list  # of Fails: its lines "Fails:" and "Says:"
    sources: list  # the files that it changes: solution/FILE

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def shown(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def base(self) -> str:
        """The folder that it starts from; "" if it names none, or several."""
        bases = {source.partition("/")[0] for source in self.sources}
        return bases.pop() if len(bases) == 1 and bases <= set(BASES) else ""

    @property
    def files(self) -> list:
        return [source.partition("/")[2] for source in self.sources]


def read(path: Path) -> Patch:
    text = path.read_text(encoding="utf-8", errors="replace")
    first = re.match(FIRST[path.parent.name] + r": +(\S.*)$", text, re.M)
    fails = [Fails(*pair) for pair in re.findall(r"^Fails: +(.*)\nSays: +(.*)$", text, re.M)]
    sources = re.findall(r"^--- ([^\t\n]+).*\n\+\+\+ ", text, re.M)
    return Patch(path, first.group(1).strip() if first else "", fails, sources)


def every(folder: Path) -> list:
    return [read(path) for path in sorted(folder.glob("*.patch"))]


def find(folder: Path, name: str) -> Patch:
    for patch in every(folder):
        if patch.name == name:
            return patch
    raise LookupError(f"there is no {folder.name}/{name}.patch")


def apply(patch: Patch, lesson, folder: Path):
    """Fills the folder (empty, or not there yet) with the patched program."""
    if not patch.base:
        raise PatchError(f"{patch.shown}: in all its lines '--- FOLDER/FILE', FOLDER must be the same: "
                         f"{' or '.join(BASES)}")
    shutil.copytree(lesson.folder / patch.base, folder, dirs_exist_ok=True)
    command = ["patch", "--strip=1", "--fuzz=0", "--force", "--silent", "--no-backup-if-mismatch", "--reject-file=-",
               f"--directory={folder}", f"--input={patch.path}"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "LC_ALL": "C"}, text=True, errors="replace", check=False)
    except FileNotFoundError as error:
        raise PatchError(f"{patch.shown}: the program patch is not installed: sudo apt-get install patch") from error
    if done.returncode:
        raise PatchError(f"{patch.shown} does not fit {patch.base}/: {said(done.stdout)}")


def said(output: str) -> str:
    """The most useful line of patch(1)'s output."""
    lines = [line for line in output.splitlines() if line.strip()]
    return next((line for line in lines if "FAILED" in line), lines[-1] if lines else "patch(1) did not say why")
