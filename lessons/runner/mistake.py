"""shmlab lesson mistake N NAME FOLDER: a program with one mistake in it, for an instructor to show.

command_mistake(context, args) -> exit status. Without NAME it lists the mistakes.
"""

import shlex
import tempfile
from pathlib import Path

from . import patches, work
from .context import Context, Refused


def command_mistake(context: Context, args: list) -> int:
    lesson = context.lesson(*context.only(args, 3)[:1])
    if len(args) < 2:
        return show_all(context, lesson)
    call = f"{context.call} mistake {lesson.number:02d}"
    try:
        patch = patches.find(lesson.folder / "mistakes", args[1])
    except LookupError as error:
        raise Refused(f"{lesson.label} has no mistake '{args[1]}'. All of them: {call}", 2) from error
    if len(args) < 3:
        raise Refused(f"a folder for the program is missing: {call} {patch.name} FOLDER", 2)
    return put_together(context, lesson, patch, Path(args[2]))


def show_all(context: Context, lesson) -> int:
    style = context.style
    style.say(style.paint(lesson.label, "bold") + ": mistakes to show")
    style.say()
    for patch in patches.every(lesson.folder / "mistakes"):
        style.say(f"  {style.paint(patch.name, 'bold')}\n{style.wrap(patch.about, '      ')}")
    style.say()
    style.offers([("one of them, as files:", f"{context.call} mistake {lesson.number:02d} NAME FOLDER")])
    return 0


def put_together(context: Context, lesson, patch, target: Path) -> int:
    try:
        with tempfile.TemporaryDirectory(prefix="shmlab-mistake.") as name:
            patches.apply(patch, lesson, Path(name))
            Path(name, "Makefile").write_text(work.makefile(lesson), encoding="utf-8")
            files = sorted(str(path.relative_to(name)) for path in Path(name).rglob("*") if path.is_file())
            target.mkdir(parents=True, exist_ok=True)
            made, there = work.copy_new(Path(name), files, target)
    except patches.PatchError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"cannot write to {target}: {error.strerror}") from error
    if there:
        raise Refused(f"{target} has {', '.join(there)} already, and nothing is overwritten: give another folder")
    style, place = context.style, work.shown(target.absolute())
    style.say(style.wrap(f"New in {place}: {', '.join(made)}"))
    style.say(style.wrap(f"Mistake: {patch.about}"))
    style.say()
    style.offers([("what a check says:",
                   f"{context.call} check {lesson.number:02d} --format tap {shlex.quote(place)}")])
    return 0
