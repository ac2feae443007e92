"""lesson.conf -> Lesson. docs/lesson-format.md is the contract.

load(folder) -> Lesson, or ConfError with all errors, each with its line
load_all(folder) -> lessons in order, and the errors of those that can't be read
find(lessons, "2" | "02" | part of a name) -> Lesson, or LookupError with a message
"""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Optional

ONCE = ("title", "teaches", "minutes", "goal", "fact", "proj", "starter")  # each must be given once
AT_MOST_ONCE = ("layout", "race", "sanitize", "cflags")
MANY = ("program", "edit", "args", "mistake", "ask", "why", "guess")
RACE_OPTIONS = {"--check": True, "--always": False, "--type": True, "--memory": True, "--orders": True, "--steps": True}
FOLDER_NAME = re.compile(r"(\d\d)-([a-z0-9][a-z0-9-]*)\Z")


class ConfError(Exception):
    """The errors in one lesson.conf, each a line."""

    def __init__(self, errors: list):
        super().__init__("\n".join(errors))
        self.errors = errors


class Mistake(NamedTuple):
    id: str
    name: str  # what it is called
    where: str  # where to read


class Guess(NamedTuple):
    expression: str  # of C: an answer that is likely, and wrong
    reason: str


@dataclass
class Ask:
    """A question whose answer is a number."""

    question: str
    expression: str  # of C; an integer
    why: str = ""  # the reason for any other wrong answer
    guesses: list = field(default_factory=list)


class Layout(NamedTuple):
    kind: str  # "type" or "file"
    what: str  # the C type, or the name of the .layout file in the lesson's folder
    program: str = ""  # of a type: the program that has it


class Race(NamedTuple):
    """What `shmlab race` is to do: its options as it takes them."""

    programs: tuple = ()  # names, one for each process; none: all programs of the lesson
    options: tuple = ()
    arguments: tuple = ()  # of the programs


@dataclass
class Lesson:
    """One lesson, as its lesson.conf describes it."""

    folder: Path
    number: int
    title: str = ""
    teaches: str = ""
    minutes: int = 0
    goal: str = ""
    fact: str = ""
    programs: dict = field(default_factory=dict)  # name -> its source files
    edit: list = field(default_factory=list)  # files that the learner changes; the first is the main file
    args: dict = field(default_factory=dict)  # name of a program -> its arguments, as typed in a shell
    proj: int = 0
    layout: Optional[Layout] = None
    race: Race = Race()
    starter: str = ""
    mistakes: list = field(default_factory=list)
    asks: list = field(default_factory=list)
    no_sanitize: str = ""  # why AddressSanitizer can't be used; empty: it can
    cflags: list = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def label(self) -> str:
        return f"{self.number:02d} {self.title}"

    @property
    def main_file(self) -> str:
        return self.edit[0]

    def mistake(self, mistake_id: str) -> Optional[Mistake]:
        return next((mistake for mistake in self.mistakes if mistake.id == mistake_id), None)


class _Reader:
    """Reads one lesson.conf; collects the errors."""

    def __init__(self, lesson: Lesson):
        self.lesson = lesson
        self.errors = []
        self.line = 0
        self.seen = {}  # name -> its first line

    def wrong(self, text: str, line: Optional[int] = None):
        where = self.line if line is None else line
        self.errors.append(f"{self.lesson.name}/lesson.conf:{where}: {text}")

    def read(self, text: str):
        for self.line, line in enumerate(text.splitlines(), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            name, sign, value = (part.strip() for part in line.partition("="))
            if not sign:
                self.wrong(f"expected 'name = value': {line}")
            elif name not in ONCE + AT_MOST_ONCE + MANY:
                self.wrong(f"there is no '{name}' in a lesson.conf")
            elif not value:
                self.wrong(f"'{name}' has no value")
            elif name in self.seen and name not in MANY:
                self.wrong(f"'{name}' is given twice (first in line {self.seen[name]})")
            else:
                self.seen.setdefault(name, self.line)
                getattr(self, "take_" + name, lambda value, name=name: setattr(self.lesson, name, value))(value)
        self.finish()

    def finish(self):
        """Errors that show only when all lines are read."""
        for name in ONCE + ("program", "edit"):
            if name not in self.seen:
                self.wrong(f"'{name}' is missing")
        if len(self.lesson.programs) > 4:
            self.wrong("a lesson has at most four programs", self.seen["program"])
        for name in self.lesson.args:
            if name not in self.lesson.programs:
                self.wrong(f"'args' is for '{name}', but there is no program of that name", self.seen["args"])
        for name in self.lesson.race.programs:
            if name not in self.lesson.programs:
                self.wrong(f"'race' names the program '{name}', but there is none", self.seen["race"])
        layout = self.lesson.layout
        if layout and layout.kind == "type" and layout.program not in self.lesson.programs:
            self.wrong(f"'layout' names the program '{layout.program}', but there is none", self.seen["layout"])

    def named(self, key: str, value: str):
        """'NAME: REST' -> both; None after an error."""
        name, sign, rest = (part.strip() for part in value.partition(":"))
        if not sign or not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
            self.wrong(f"'{key}' must be 'NAME: ...', like 'writer: ...'; this is '{value}'")
            return None
        return name, rest

    def parts(self, key: str, value: str, count: int):
        found = [part.strip() for part in value.split("|", count - 1)]
        if len(found) != count or not all(found):
            self.wrong(f"'{key}' must have {count} parts, separated by '|'; this is '{value}'")
            return None
        return found

    def known_file(self, key: str, name: str, folder: str = "start") -> bool:
        if name.startswith(("/", "-")) or ".." in Path(name).parts:
            self.wrong(f"'{key}': '{name}' leads out of the lesson")
        elif not (self.lesson.folder / folder / name).is_file():
            self.wrong(f"'{key}': there is no file {folder}/{name}".replace("./", ""))
        else:
            return True
        return False

    def take_minutes(self, value: str):
        if not value.isascii() or not value.isdigit():
            self.wrong(f"'minutes' must be a number, not '{value}'")
        else:
            self.lesson.minutes = int(value)

    def take_proj(self, value: str):
        try:
            self.lesson.proj = int(value, 0)
        except ValueError:
            self.wrong(f"'proj' must be a number, not '{value}'")
            return
        if not 1 <= self.lesson.proj <= 255:
            self.wrong("'proj' must be 1 to 255: ftok uses only the low 8 bits, and 0 is not portable")

    def take_program(self, value: str):
        pair = self.named("program", value)
        if not pair:
            return
        if pair[0] in self.lesson.programs:
            self.wrong(f"there is a program '{pair[0]}' already")
        elif not pair[1]:
            self.wrong(f"the program '{pair[0]}' has no source file")
        else:
            self.lesson.programs[pair[0]] = pair[1].split()
            for name in pair[1].split():
                self.known_file("program", name)

    def take_edit(self, value: str):
        if value in self.lesson.edit:
            self.wrong(f"'edit = {value}' is given twice")
        elif self.known_file("edit", value):
            self.lesson.edit.append(value)

    def take_args(self, value: str):
        pair = self.named("args", value)
        if pair:
            self.lesson.args[pair[0]] = pair[1]

    def take_layout(self, value: str):
        kind, _, rest = value.partition(" ")
        what, _, program = rest.strip().rpartition(" ")
        if kind == "file" and rest:
            self.known_file("layout", rest.strip(), ".")
            self.lesson.layout = Layout("file", rest.strip())
        elif kind == "type" and what:
            self.lesson.layout = Layout("type", what.strip(), program)
        else:
            self.wrong(f"'layout' must be 'type TYPE PROGRAM' or 'file NAME'; this is '{value}'")

    def take_race(self, value: str):
        try:
            words = shlex.split(value)
        except ValueError as error:
            self.wrong(f"'race': {error}")
            return
        end = words.index("--") if "--" in words else len(words)
        first = next((at for at, word in enumerate(words[:end]) if word.startswith("-")), end)
        options = words[first:end]
        self.lesson.race = Race(tuple(words[:first]), tuple(options), tuple(words[end + 1:]))
        while options:
            name = options.pop(0)
            if name not in RACE_OPTIONS:
                self.wrong(f"'race' can't have '{name}'; it takes {', '.join(RACE_OPTIONS)}")
            elif RACE_OPTIONS[name] and not options:
                self.wrong(f"'race': {name} needs an argument")
            else:
                del options[:RACE_OPTIONS[name]]

    def take_mistake(self, value: str):
        found = self.parts("mistake", value, 3)
        if not found:
            return
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", found[0]):
            self.wrong(f"a mistake's id may have lower-case letters, digits and '-'; this is '{found[0]}'")
        elif self.lesson.mistake(found[0]):
            self.wrong(f"the mistake '{found[0]}' is given twice")
        else:
            self.lesson.mistakes.append(Mistake(*found))

    def take_ask(self, value: str):
        found = self.parts("ask", value, 2)
        if found:
            self.lesson.asks.append(Ask(*found))

    def last_ask(self, key: str) -> Optional[Ask]:
        if not self.lesson.asks:
            self.wrong(f"'{key}' belongs below the 'ask' that it is for")
            return None
        return self.lesson.asks[-1]

    def take_why(self, value: str):
        question = self.last_ask("why")
        if question and question.why:
            self.wrong("'why' is given twice for one 'ask'")
        elif question:
            question.why = value

    def take_guess(self, value: str):
        question, found = self.last_ask("guess"), self.parts("guess", value, 2)
        if question and found:
            question.guesses.append(Guess(*found))

    def take_sanitize(self, value: str):
        pair = self.named("sanitize", value)
        if pair and (pair[0] != "no" or not pair[1]):
            self.wrong("'sanitize' must be 'no: WHY'")
        elif pair:
            self.lesson.no_sanitize = pair[1]

    def take_cflags(self, value: str):
        try:
            self.lesson.cflags = shlex.split(value)
        except ValueError as error:
            self.wrong(f"'cflags': {error}")


def load(folder) -> Lesson:
    """The lesson in that folder. ConfError has all errors of its lesson.conf."""
    folder = Path(folder).resolve()
    match = FOLDER_NAME.match(folder.name)
    lesson = Lesson(folder, int(match.group(1)) if match else 0)
    try:
        text = (folder / "lesson.conf").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfError([f"{folder.name}/lesson.conf: cannot read it: {reason}"]) from error
    reader = _Reader(lesson)
    reader.read(text)
    if reader.errors:
        raise ConfError(reader.errors)
    return lesson


def load_all(folder) -> tuple:
    """(lessons in order, errors). A lesson that can't be read does not affect the others."""
    lessons, errors = [], []
    for conf in sorted(Path(folder).glob("[0-9][0-9]-*/lesson.conf")):
        if not FOLDER_NAME.match(conf.parent.name):
            errors.append(f"{conf.parent.name}: a lesson's folder is NN-name, with lower-case letters, digits and '-'")
            continue
        try:
            lessons.append(load(conf.parent))
        except ConfError as error:
            errors.extend(error.errors)
    return lessons, errors


def find(lessons: list, name: str) -> Lesson:
    """The lesson with this number or name, or the only one whose name or title contains it."""
    if re.fullmatch(r"[0-9]{1,6}", name):
        found = [lesson for lesson in lessons if lesson.number == int(name)]
    else:
        found = [lesson for lesson in lessons if lesson.name == name]
        found = found or [lesson for lesson in lessons if name.lower() in f"{lesson.name} {lesson.title.lower()}"]
    if len(found) == 1:
        return found[0]
    if not found:
        raise LookupError(f"there is no lesson '{name}'.")
    raise LookupError(f"'{name}' may mean " + " or ".join(lesson.name for lesson in found) + ".")
