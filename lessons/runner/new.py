"""shmlab lesson new NN-name: a new lesson, copied from lessons/template.

main(arguments) -> exit status
"""

import argparse
import os
import re
import shutil
import sys

from . import conf
from .paths import ROOT, lessons_folder


def main(arguments: list) -> int:
    parser = argparse.ArgumentParser(prog="shmlab lesson new", description="Copies lessons/template to a new lesson.")
    parser.add_argument("name", metavar="NN-name", help="its number and name: 18-my-topic")
    name = parser.parse_args(arguments).name
    match = conf.FOLDER_NAME.match(name)
    if not match:
        return refuse(f"a lesson's name is NN-name, with lower-case letters, digits and '-'; this is '{name}'.", 2)
    lessons = lessons_folder()
    taken = [path.name for path in lessons.glob(f"{match.group(1)}-*")]
    if taken:
        return refuse(f"there is a lesson {match.group(1)} already: {taken[0]}.")
    try:
        copy(lessons, name, match.group(1))
    except OSError as error:
        return refuse(f"cannot make {lessons / name}: {error.strerror}.")
    print(f"{lessons / name} is there. Read its lesson.conf first, and docs/lesson-format.md; then:\n"
          f"  {os.environ.get('SHMLAB_CALL', './shmlab')} lesson verify {match.group(1)}")
    return 0


def copy(lessons, name: str, number: str):
    """Copies the template with the new number in it, and its right solutions."""
    shutil.copytree(ROOT / "lessons" / "template", lessons / name)
    for part in ("README.md", "INSTRUCTOR.md", "check.bats"):
        path = lessons / name / part
        path.write_text(re.sub(r"^# (00|template)\b", f"# {number}", path.read_text(encoding="utf-8"), flags=re.M),
                        encoding="utf-8")
    source = ROOT / "tests" / "lessons" / "right"
    if lessons == ROOT / "lessons" and (source / "template").is_dir():
        shutil.copytree(source / "template", source / name)


def refuse(text: str, status: int = 1) -> int:
    print(f"shmlab: {text}", file=sys.stderr)
    return status
