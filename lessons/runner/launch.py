"""The commands view, gdb and race: this process becomes the viewer, the debugger or `shmlab race`."""

import os
import shlex
import sys
from pathlib import Path

from . import build, work
from .context import Context, Refused
from .paths import ROOT, programs_folder


def become(command: list, folder=None):
    """Replaces this process, or raises Refused."""
    sys.stdout.flush()
    try:
        if folder:
            os.chdir(folder)
        os.execv(command[0], [str(argument) for argument in command])
    except OSError as error:
        raise Refused(f"cannot start {command[0]}: {error.strerror}") from error


def command_view(context: Context, args: list) -> int:
    """The segment that the learner's program made in its folder, with the lesson's layout."""
    names = [arg for arg in args[:1] if not arg.startswith("-")]
    options = args[len(names):]
    lesson = context.lesson(*names)
    folder = context.need(lesson)
    command = [str(programs_folder() / "shm-view"), "--path", str(folder), "--proj", str(lesson.proj)]
    if lesson.layout and lesson.layout.kind == "file":
        command += ["--layout", str(lesson.folder / lesson.layout.what)]
    elif lesson.layout:
        program = context.built(lesson, lesson.layout.program)
        if program is None:
            raise Refused(f"the viewer takes the layout from {lesson.layout.program}, which does not build yet")
        command += ["--type", lesson.layout.what, "--elf", str(program)]
    # the program that makes the segment: the one that has the layout; else one that the learner gets finished; else any
    whole = [name for name, files in lesson.programs.items() if not set(files) & set(lesson.edit)]
    name = lesson.layout.program if lesson.layout and lesson.layout.program else [*whole, *lesson.programs][0]
    there = "" if work.shown(folder) == "." else f"-C {shlex.quote(work.shown(folder))} "
    os.environ["SHMLAB_STARTS"] = f"{name}, in another terminal: make {there}run-{name}"
    become([*command, *options])
    return 1


def command_gdb(context: Context, args: list) -> int:
    """gdb [N] [PROGRAM]: if both are given, the lesson comes first."""
    args = context.only(args, 2)
    known = work_names(context)
    if len(args) == 1 and args[0] in known.get(context.lesson().name, ()):
        args = [context.lesson().name, *args]
    lesson = context.lesson(*args[:1])
    name = args[1] if len(args) > 1 else next(iter(lesson.programs))
    if name not in lesson.programs:
        raise Refused(f"{lesson.label} has no program '{name}': {', '.join(lesson.programs)}", 2)
    program = context.built(lesson, name)
    if program is None:
        raise Refused(f"{name} does not build yet: {context.call} check {lesson.number:02d}")
    arguments = shlex.split(lesson.args.get(name, ""))
    shmlab = ROOT / "shmlab"
    if shmlab.is_file():
        become([str(shmlab), "gdb", f"./{name}", *arguments], program.parent)
    os.environ["SHMLAB_VIEW"] = str(programs_folder() / "shm-view")
    become(["/usr/bin/env", "gdb", "-q", "-x", str(ROOT / "gdb" / ".gdbinit"), "--args", f"./{name}", *arguments],
           program.parent)
    return 1


def command_race(context: Context, args: list) -> int:
    """race [N] [OPTION...] [-- ARGUMENT...]: the learner's programs, as lesson.conf's `race` says."""
    names = [arg for arg in args[:1] if not arg.startswith("-")]
    lesson = context.lesson(*names)
    words = [*build.race_words(lesson, Path(work.shown(context.need(lesson)))), *args[len(names):]]
    become([str(ROOT / "shmlab"), "race", *words, *([] if "--" in words else ["--", *lesson.race.arguments])])
    return 1


def work_names(context: Context) -> dict:
    return {lesson.name: list(lesson.programs) for lesson in context.lessons}
