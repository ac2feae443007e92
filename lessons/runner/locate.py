"""Finds a lesson's files in a submission.

locate(lesson, folder) -> the folder of the lesson's files; raises Refused      lessons_in(lessons, folder)
"""

from pathlib import Path


class Refused(Exception):
    """Why a submission can't be graded: a message."""


def locate(lesson, folder: Path) -> Path:
    """The folder with the lesson's name, else the highest one that has its main file."""
    named = [path for path in sorted(folder.rglob(lesson.name)) if path.is_dir()]
    if named:
        return min(named, key=lambda path: len(path.parts))
    places = sorted(folder.rglob(lesson.main_file), key=lambda path: (len(path.parts), str(path)))
    # not a file of another lesson
    places = [path for path in places if path.is_file() and not other_lesson(path.parent, folder)]
    if not places:
        return only_source(lesson, folder)
    highest = [path for path in places if len(path.parts) == len(places[0].parts)]
    if len(highest) > 1:
        names = " and ".join(str(path.relative_to(folder)) for path in highest[:2])
        raise Refused(f"there are several: {names}.")
    return places[0].parent


def other_lesson(path: Path, top: Path) -> bool:
    parts = path.relative_to(top).parts
    return any(len(part) > 3 and part[:2].isdigit() and part[2] == "-" for part in parts)


def only_source(lesson, folder: Path) -> Path:
    """If there is only one .c file, it is the main file, whatever its name."""
    sources = [path for path in sorted(folder.rglob("*.c")) if not other_lesson(path.parent, folder)]
    if len(sources) != 1 or len(lesson.edit) != 1:
        raise Refused(f"there is no {lesson.main_file} in it.")
    sources[0].rename(sources[0].with_name(lesson.main_file))
    return sources[0].parent


def lessons_in(lessons: list, folder: Path) -> list:
    """The lessons that have a folder with their name."""
    return [lesson for lesson in lessons if any(path.is_dir() for path in folder.rglob(lesson.name))]
