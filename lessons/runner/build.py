"""Builds the programs from a learner's folder, in a folder of our own.

collect(lesson, folder, build) -> Taken: the files of start/, replaced by the learner's
compile_all(lesson, build, ...) -> Built
race_words(lesson, folder) -> what `shmlab race` is to build and search
Nothing in the learner's folder is trusted: links that lead out, pipes, huge files and binary files are refused.
"""

import os
import re
import shlex
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from .conf import Lesson
from .paths import LAB
from .printable import printable

FLAGS = "-std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -g -O0 -Wall -Wextra -Wshadow".split()
SANITIZE = "-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined".split()
FILE_MAX = 1 << 20  # bytes of one file of the learner's
SPACE_LEAST = 1 << 20  # bytes that a program needs, about
OUTPUT_MAX = 20_000  # characters kept of what the compiler says


class CannotCheck(Exception):
    """The runner can't work here: no compiler or bats, no space. This says nothing about the learner's files."""


@dataclass
class Taken:
    """What collect found: an error ends the check."""

    error: str = ""  # a message; empty: all files are there
    diagnosis: str = ""
    starter: bool = False  # the same as start/, except for white space


@dataclass
class Built:
    ok: bool = True
    output: str = ""  # what the compiler printed
    failed: list = field(default_factory=list)  # names of programs that don't build


def read_file(folder: Path, name: str) -> tuple:
    """(bytes, "") or (None, reason). It must be a plain file in the folder, and not too large."""
    real = Path(os.path.realpath(folder / name))
    home = Path(os.path.realpath(folder))
    if home not in real.parents:
        return None, f"{name} is a link that leads out of the folder: a check does not follow it."
    try:
        number = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"Cannot read {name}: {error.strerror}."
    with os.fdopen(number, "rb") as stream:
        facts = os.fstat(number)
        if not stat.S_ISREG(facts.st_mode):
            return None, f"{name} is not a plain file."
        if facts.st_size > FILE_MAX:
            return None, f"{name} has {facts.st_size:,} bytes: a check takes files of up to {FILE_MAX:,}."
        try:
            return stream.read(FILE_MAX), ""
        except OSError as error:
            return None, f"Cannot read {name}: {error.strerror}."


def has_code(text: str) -> bool:
    """Is there anything except comments, white space and lines for the preprocessor?"""
    text = re.sub(r"\\\r?\n", "", text)
    text = re.sub(r'/\*.*?(\*/|\Z)|//[^\n]*|("(?:\\.|[^"\\\n])*")', lambda m: m.group(2) or " ", text, flags=re.S)
    return bool(re.sub(r"^\s*#[^\n]*", "", text, flags=re.M).strip())


def same_text(one: bytes, other: bytes) -> bool:
    return one == other or b" ".join(one.split()) == b" ".join(other.split())


def collect(lesson: Lesson, folder: Path, build: Path) -> Taken:
    """Fills build/ (empty) with the files of start/, and replaces those in `edit` by the learner's."""
    shutil.copytree(lesson.folder / "start", build, dirs_exist_ok=True)
    untouched = True
    for name in lesson.edit:
        data, reason = read_file(folder, name)
        if reason:
            return Taken(reason, "does-not-build")
        if data is None:
            if name == lesson.main_file:
                return Taken(f"There is no {name} in {folder}.", "empty")
            continue
        if b"\0" in data:
            return Taken(f"{name} is not a text file: it has NUL bytes in it.", "does-not-build")
        if name == lesson.main_file and not has_code(data.decode("utf-8", "replace")):
            return Taken(f"{name} is empty: there is no code in it.", "empty")
        untouched = untouched and same_text(data, (build / name).read_bytes())
        (build / name).unlink(missing_ok=True)
        (build / name).write_bytes(data)
    return Taken(starter=untouched)


def command(lesson: Lesson, name: str, files: list, cc: Optional[str] = None, cflags=(), sanitize=False) -> list:
    """The compiler's command line for one program. Later flags override: lesson.conf's, then the caller's."""
    compiler = shlex.split(cc or os.environ.get("SHMLAB_CC", "")) or ["cc"]
    flags = [*FLAGS, *lesson.cflags, *shlex.split(os.environ.get("SHMLAB_CFLAGS", "")), *cflags]
    return [*compiler, *flags, *(SANITIZE if sanitize else ()), "-o", name, *files, "-lm"]


def race_words(lesson: Lesson, folder: Path) -> list:
    """The arguments of `shmlab race` for the programs whose files are in folder; those of the programs themselves are
    lesson.race.arguments."""
    files = []
    for name in lesson.race.programs or lesson.programs:
        main, *parts = lesson.programs[name]
        files += [main, *(part for part in parts if part not in files)]
    kind = ["--type", lesson.layout.what] if lesson.layout and lesson.layout.kind == "type" else []
    return [*(str(folder / file) for file in files), "--cflags", shlex.join([*FLAGS, *lesson.cflags]), *kind,
            *lesson.race.options]


def compile_one(command_line: list, build: Path, scratch: Path, env: dict, seconds: float) -> tuple:
    """(exit status, output). In the sandbox, because the learner's file may include any other file."""
    call = [str(LAB / "sandbox"), "--write", str(build), "--write", str(scratch), *command_line]
    # English, as pointers.py looks for the compiler's messages; and larger limits than a program gets when it runs
    env = {**env, "LC_ALL": "C", "TMPDIR": str(scratch), "LAB_CPU": str(int(seconds)), "LAB_MEMORY": "4096",
           "LAB_FILE": "65536", "LAB_SANITIZE": ""}
    said = scratch / "said"
    with open(said, "wb") as out:
        child = subprocess.Popen(call, cwd=build, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                 start_new_session=True)
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            kill_session(child)
    with open(said, "rb") as stream:
        text = printable(stream.read(4 * OUTPUT_MAX).decode("utf-8", "replace"))
    if status is None:
        text += f"\nThe compiler was stopped after {seconds:.0f} seconds.\n"
    return status, cut(text)


def kill_session(child: subprocess.Popen):
    """Kills a child that leads its own session, and its whole process group."""
    try:
        os.killpg(child.pid, 9)
    except ProcessLookupError:
        pass
    child.wait()


def cut(text: str) -> str:
    """At most OUTPUT_MAX characters, in whole lines."""
    if len(text) <= OUTPUT_MAX:
        return text
    return text[:OUTPUT_MAX].rpartition("\n")[0] + "\n(and more)\n"


def full(folder: Path) -> str:
    return f"the file system of {folder} is full: free some space, or set TMPDIR to a folder elsewhere"


def compile_all(lesson: Lesson, build: Path, scratch: Path, env: dict, *, cc=None, cflags=(), sanitize=False,
                seconds: float = 30) -> Built:
    """Builds each program of the lesson in build/. If one fails, the others are built all the same."""
    built, said = Built(), []
    for name, files in lesson.programs.items():
        line = command(lesson, name, files, cc, cflags, sanitize)
        if not shutil.which(line[0], path=env.get("PATH")):
            raise CannotCheck(f"there is no compiler {line[0]} here: sudo apt-get install gcc libc6-dev")
        status, text = compile_one(line, build, scratch, env, seconds)
        if status != 0 and shutil.disk_usage(build).free < SPACE_LEAST:
            raise CannotCheck(full(build))
        if status != 0 and re.search(r"(fork|spawnp?): .*Resource temporarily unavailable", text):
            raise CannotCheck("this machine lets you start no more processes at the moment. Nothing is lost: try again when "
                              "fewer run")
        if text not in said:  # two programs with the same source give the same messages
            said.append(text)
        if status != 0 or not (build / name).is_file():
            built.failed.append(name)
    built.ok = not built.failed
    built.output = cut("".join(said))
    return built
