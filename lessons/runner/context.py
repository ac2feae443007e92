"""The context of a command: the lessons, the learner's folder, which lesson is meant, the learner's progress.

Every command of `lesson` gets a Context. Refused has a message for the learner and the exit status.
"""

import os
from pathlib import Path
from typing import Optional

from . import build, check, conf, report_terminal, work
from .paths import lessons_folder
from .progress import Progress, count, lesson_of, now
from .style import Style, complain


class Refused(Exception):
    """The command can't do it. Exit status 1: it could not be done; 2: wrong arguments."""

    def __init__(self, text: str, status: int = 1):
        super().__init__(text)
        self.status = status


class Context:
    def __init__(self):
        self.call = os.environ.get("SHMLAB_CALL", "./shmlab") + " lesson"
        self.style = Style()
        self.lessons, errors = conf.load_all(lessons_folder())
        for error in errors:
            complain(error)
        if not self.lessons:
            raise Refused(f"there is no lesson in {lessons_folder()}")
        self.work = work.find_work(work.here())
        self.progress = Progress(self.work)
        try:
            self.data = self.progress.read()
        except OSError as error:
            raise Refused(f"cannot read {self.progress.file}: {error.strerror}") from error

    # ---- which lesson ----

    def lesson(self, name: Optional[str] = None) -> conf.Lesson:
        """The named lesson; else the one in whose folder the user is; else the current one."""
        if name is None:
            return work.lesson_here(self.work, self.lessons) or self.current()
        try:
            return conf.find(self.lessons, name)
        except LookupError as error:
            raise Refused(f"{error} All of them: {self.call} list", 2) from error

    def current(self) -> conf.Lesson:
        """The lesson that the learner worked on last; else the first that is not done."""
        for lesson in self.lessons:
            if lesson.name == self.data["current"]:
                return lesson
        return next((lesson for lesson in self.lessons if not self.done(lesson)), self.lessons[-1])

    def after(self, lesson: conf.Lesson) -> Optional[conf.Lesson]:
        """The next lesson that is not done: after this one, else from the first on."""
        place = self.lessons.index(lesson)
        order = self.lessons[place + 1:] + self.lessons[:place]
        return next((other for other in order if not self.done(other)), None)

    def only(self, args: list, most: int = 1) -> list:
        """The arguments of a command that has no options."""
        for arg in args:
            if arg.startswith("-") and len(arg) > 1:
                raise Refused(f"there is no option '{arg}' here.", 2)
        if len(args) > most:
            raise Refused(f"too many arguments: '{args[most]}' has no meaning here.", 2)
        return args

    # ---- the files ----

    def folder(self, lesson: conf.Lesson) -> Path:
        return self.work / lesson.name

    def there(self, lesson: conf.Lesson) -> bool:
        return self.folder(lesson).is_dir()

    def need(self, lesson: conf.Lesson) -> Path:
        if not self.there(lesson):
            raise Refused(f"{lesson.label} is not started: {self.call} start {lesson.number:02d}")
        return self.folder(lesson)

    # ---- what was done ----

    def part(self, lesson: conf.Lesson) -> dict:
        return self.data["lessons"].get(lesson.name, {})

    def done(self, lesson: conf.Lesson) -> bool:
        return bool(self.part(lesson).get("passed"))

    def tried(self, lesson: conf.Lesson) -> bool:
        return self.done(lesson) or count(self.part(lesson), "tries") > 0

    def note(self, lesson: conf.Lesson, change, current: bool = True):
        """Changes a lesson's part of the progress with change(part). If it can't be written, the command goes on."""
        try:
            with self.progress.change() as data:
                change(lesson_of(data, lesson.name))
                if current:
                    data["current"] = lesson.name
                self.data = data
        except OSError as error:
            complain(f"cannot save your progress in {self.progress.file}: {error.strerror}")

    # ---- a check ----

    def check(self, lesson: conf.Lesson, folder: Path, quiet: bool = False):
        """Checks that folder -> Report. Shows a line while it runs."""
        os.environ.setdefault("LAB_RENDER", "ansi" if self.style.colour and not quiet else "text")
        if self.style.columns < 78:
            os.environ.setdefault("LAB_WIDTH", "8" if self.style.columns >= 40 else "4")
        waiting = None if quiet else report_terminal.Waiting(self.style)
        try:
            return check.check_folder(lesson, folder, progress=waiting)
        except check.CannotCheck as error:
            raise Refused(str(error)) from error
        finally:
            if waiting:
                waiting.end()

    def check_and_show(self, lesson: conf.Lesson) -> bool:
        """The learner's own check: shows the report, and saves the progress. True if all tests passed."""
        folder = self.need(lesson)
        report = self.check(lesson, folder)

        def change(part):
            part["checks"] = count(part, "checks") + 1
            if not report.starter and "empty" not in report.diagnoses:
                part["tries"] = count(part, "tries") + 1
            part["last"] = {"at": now(), "status": report.status, "passed": report.passed(), "tests": len(report.tests)}
            if report.status == "pass":
                part.setdefault("passed", now())

        self.note(lesson, change)
        report_terminal.show(report, lesson, self.style, self.call, self.after(lesson),
                             "" if work.shown(folder) == "." else work.shown(folder))
        return report.status == "pass"

    def built(self, lesson: conf.Lesson, name: str) -> Optional[Path]:
        """The learner's own program, built again if its sources changed. None if that fails; the errors are shown."""
        folder = self.need(lesson)
        program = folder / name
        sources = [folder / file for file in [*lesson.programs[name], *lesson.edit] if (folder / file).is_file()]
        if program.is_file() and all(program.stat().st_mtime >= file.stat().st_mtime for file in sources):
            return program
        command = build.command(lesson, name, lesson.programs[name])
        said = build.subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
        self.style.say(report_terminal.compiler_output(said.stderr, self.style)) if said.stderr else None
        return program if said.returncode == 0 else None
