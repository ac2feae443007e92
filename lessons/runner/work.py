"""The learner's work folder: finds it, copies a lesson's files into it, and resets a lesson.

No file of the learner is ever overwritten: only missing files are made, and reset moves the old ones away.
"""

import json
import os
import shlex
import shutil
import time
from pathlib import Path
from typing import Optional
from urllib.parse import quote

from .build import FLAGS, command
from .conf import Lesson
from .paths import ROOT, docs_folder

NAME = "lab-work"
MARK = Path(".shmlab") / "progress.json"


def find_work(here: Path) -> Path:
    """SHMLAB_WORK; else the nearest work folder at or above here; else the one in the kit; else ./lab-work."""
    if os.environ.get("SHMLAB_WORK"):
        return Path(os.environ["SHMLAB_WORK"]).absolute()
    for folder in (here, *here.parents):
        for found in (folder, folder / NAME):
            if (found / MARK).is_file():
                return found
    home = ROOT / NAME
    if (home / MARK).is_file() or ROOT == here or ROOT in here.parents:
        return home
    return here / NAME


def here() -> Path:
    """The current folder, as the shell names it: a path may go through links."""
    try:
        real = Path(os.getcwd())
    except FileNotFoundError:
        return Path("/")
    said = os.environ.get("PWD", "")
    return Path(said) if said and os.path.isdir(said) and os.path.samefile(said, real) else real


def shown(path: Path) -> str:
    """A path as the user would type it from here."""
    try:
        near = os.path.relpath(path, here())
    except (OSError, ValueError):
        return str(path)
    return near if not near.startswith("../../..") else str(path)


def lesson_here(work: Path, lessons: list) -> Optional[Lesson]:
    """The lesson in whose folder the user is."""
    try:
        inside = here().resolve().relative_to(work.resolve())
    except (OSError, ValueError):
        return None
    return next((lesson for lesson in lessons if inside.parts and inside.parts[0] == lesson.name), None)


def makefile(lesson: Lesson) -> str:
    """A plain Makefile, as a learner would write it, with the flags that a check uses."""
    names = list(lesson.programs)
    flags = [*FLAGS, *lesson.cflags]
    lines = [f"# Lesson {lesson.label}. `make` builds, `make run-{names[0]}` runs, "
             "`make clean` removes what was built.",
             "CFLAGS = " + " ".join(flags[: len(FLAGS)]).replace(" -D_", " \\\n         -D_", 1), "LDLIBS = -lm", ""]
    if lesson.cflags:
        lines[1] += " \\\n         " + " ".join(shlex.quote(flag) for flag in lesson.cflags)
    lines += ["all: " + " ".join(names), ""]
    for name, files in lesson.programs.items():
        headers = [file for file in start_files(lesson) if file.endswith(".h")]
        lines += [f"{name}: {' '.join([*files, *headers])}", f"\t$(CC) $(CFLAGS) -o $@ {' '.join(files)} $(LDLIBS)", ""]
    for name in names:
        call = f"./{name} {lesson.args.get(name, '')}".rstrip().replace("$", "$$")
        lines += [f"run-{name}: {name}", f"\t{call}", ""]
    lines += ["clean:", f"\trm -f {' '.join(names)}", "",
              ".PHONY: all clean " + " ".join(f"run-{name}" for name in names)]
    return "\n".join(lines) + "\n"


def compile_commands(lesson: Lesson, folder: Path) -> str:
    """For editors that know C (clangd)."""
    entries = [{"directory": str(folder), "file": file, "arguments": command(lesson, name, [file])}
               for name, files in lesson.programs.items() for file in files if file.endswith(".c")]
    return json.dumps(entries, indent=2) + "\n"


def start_files(lesson: Lesson) -> list:
    """The names of the files in start/, relative to it."""
    start = lesson.folder / "start"
    return sorted(str(path.relative_to(start)) for path in start.rglob("*") if path.is_file())


def put(path: Path, data: bytes) -> bool:
    """Makes a file. False, and nothing changed, if the name exists already, even as a dead link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return False
    with os.fdopen(number, "wb") as stream:
        stream.write(data)
    return True


def copy_start(lesson: Lesson, folder: Path) -> tuple:
    """Copies start/, README.md and its pictures, makes a Makefile -> (files made, files that were there already)."""
    files = {name: (lesson.folder / "start" / name).read_bytes() for name in start_files(lesson)}
    files["Makefile"] = makefile(lesson).encode()
    files["compile_commands.json"] = compile_commands(lesson, folder).encode()
    if (lesson.folder / "README.md").is_file():
        files["README.md"] = with_links((lesson.folder / "README.md").read_bytes(), folder)
    for picture in sorted((lesson.folder / "pictures").glob("*.svg")):
        files[f"pictures/{picture.name}"] = picture.read_bytes()
    made = [name for name, data in files.items() if put(folder / name, data)]
    return made, [name for name in files if name not in made]


def with_links(text: bytes, folder: Path) -> bytes:
    """The README with links to the kit's docs that work from the learner's folder, wherever that is."""
    docs = docs_folder()
    if not docs.is_dir() or folder.parent.parent == docs.parent:
        return text
    return text.replace(b"](../../docs/", b"](" + os.fsencode(quote(str(docs))) + b"/")


def set_aside(folder: Path) -> Path:
    """Moves all files of the folder to a new one beside it. The folder itself stays: a shell may be in it."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in range(1, 100):
        backup = folder.with_name(f"{folder.name}.before-{stamp}" + (f"-{number}" if number > 1 else ""))
        try:
            backup.mkdir()
            break
        except FileExistsError:
            continue
    else:
        raise OSError(f"too many backups of {folder} at this second")
    for entry in sorted(os.listdir(folder)):
        os.rename(folder / entry, backup / entry)
    return backup


def copy_new(source: Path, names: list, target: Path) -> tuple:
    """Copies these files from source to target -> (made, already there). If one is there already, none is copied."""
    there = [name for name in names if os.path.lexists(target / name)]
    if there:
        return [], there
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)
    return names, []
