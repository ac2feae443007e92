"""Where in a submission does a lesson lie?

locate(lesson, folder) -> the folder that holds the lesson's files, or Refused      lessons_in(lessons, folder)
"""

from pathlib import Path


class Refused(Exception):
    """Why a submission can't be graded: a plain sentence."""


def locate(lesson, folder: Path) -> Path:
    """The folder of that lesson: the one named like it, else the one with its main file that lies highest."""
    named = [path for path in sorted(folder.rglob(lesson.name)) if path.is_dir()]
    if named:
        return min(named, key=lambda path: len(path.parts))
    places = sorted(folder.rglob(lesson.main_file), key=lambda path: (len(path.parts), str(path)))
    # what belongs to another lesson is not this one's
    places = [path for path in places if path.is_file() and not other_lesson(path.parent, folder)]
    if not places:
        return only_source(lesson, folder)
    highest = [path for path in places if len(path.parts) == len(places[0].parts)]
    if len(highest) > 1:
        names = " and ".join(str(path.relative_to(folder)) for path in highest[:2])
        raise Refused(f"which one is meant: {names}?")
    return places[0].parent


def other_lesson(path: Path, top: Path) -> bool:
    parts = path.relative_to(top).parts
    return any(len(part) > 3 and part[:2].isdigit() and part[2] == "-" for part in parts)


def only_source(lesson, folder: Path) -> Path:
    """A single .c file of whatever name is the main file."""
    sources = [path for path in sorted(folder.rglob("*.c")) if not other_lesson(path.parent, folder)]
    if len(sources) != 1 or len(lesson.edit) != 1:
        raise Refused(f"there is no {lesson.main_file} in it.")
    sources[0].rename(sources[0].with_name(lesson.main_file))
    return sources[0].parent


def lessons_in(lessons: list, folder: Path) -> list:
    """Those whose folders are there, by their names."""
    return [lesson for lesson in lessons if any(path.is_dir() for path in folder.rglob(lesson.name))]
