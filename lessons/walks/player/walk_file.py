"""Walk file: a walk as an instructor writes it. docs/walks.md documents the grammar.

read(path) -> Walk, or WalkError with "FILE:LINE: what is wrong; what was meant". Reads the file, changes nothing.
"""

import difflib
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

SAY_CHARACTERS = 150  # two lines of 78 columns, less what word wrap may lose
COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
ATTRIBUTES = ("bold", "dim", "reverse", "underline")
SECONDS = 10  # how long a wait lasts that says nothing else


class WalkError(Exception):
    """What is wrong in a walk file, with its place."""


@dataclass(frozen=True)
class Action:
    """One line of a step. What `pane`, `text` and the others hold depends on the word: see WORDS."""

    word: str
    line: int
    pane: str = ""
    text: str = ""
    kind: str = ""  # of wait and expect: text, no-text, color, prompt, field, segment, no-segment, ended
    value: str = ""  # of a field; a colour
    names: tuple = ()  # of layout: the panes; of key: the keys
    share: int = 0  # of layout: how many percent the first pane has; 0: what fits
    seconds: float = SECONDS


@dataclass
class Step:
    name: str
    line: int
    actions: list = field(default_factory=list)

    def notes(self) -> list:
        return [action.text for action in self.actions if action.word == "note"]


@dataclass
class Walk:
    path: Path
    title: str = ""
    minutes: int = 0
    lesson: str = ""  # its number, "01"; empty: it belongs to none
    panes: list = field(default_factory=list)
    files: list = field(default_factory=list)  # folders and files that are copied, from the kit's root
    prepare: list = field(default_factory=list)  # shell commands, run in the walk's folder before it begins
    segment: tuple = ("", 15)  # ftok's path (empty: that of the kit's programs) and project
    first_layout: Optional[Action] = None
    steps: list = field(default_factory=list)


class Reader:
    """Reads one file. Each word has a method `word_NAME(arguments, rest)`."""

    def __init__(self, path: Path, name: str):
        self.walk = Walk(path)
        self.name = name  # as the user gave it, for messages
        self.number = 0

    def fail(self, text: str, number: Optional[int] = None) -> WalkError:
        return WalkError(f"{self.name}:{self.number if number is None else number}: {text}")

    def read(self, lines: list) -> Walk:
        for self.number, line in self.joined(lines):
            word, _, rest = line.strip().partition(" ")
            if word not in WORDS:
                raise self.fail(f"'{word}' is not a word of walks{meant(word, WORDS)} All: {', '.join(WORDS)}")
            usage, place = WORDS[word]
            if place == "step" and not self.walk.steps:
                raise self.fail(f"'{word}' belongs to a step: write 'step NAME' above it")
            if place == "head" and self.walk.steps:
                raise self.fail(f"'{word}' belongs before the first step")
            rest = rest.strip()
            if bool(rest) == (usage == word):
                raise self.fail(f"usage: {usage}")
            getattr(self, "word_" + word)(rest)
        self.check_whole()
        return self.walk

    @staticmethod
    def joined(lines: list):
        """(line number, line) without comments and empty lines; an indented line goes on with the one above."""
        number, text = 0, ""
        for here, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if line[0] in " \t" and text and text.split()[0] in ("say", "note"):
                text += " " + line.strip()
                continue
            if text:
                yield number, text
            number, text = here, line.strip()
        if text:
            yield number, text

    def check_whole(self):
        walk = self.walk
        for what, there in (("title TEXT", walk.title), ("minutes N", walk.minutes), ("pane NAME", walk.panes),
                            ("layout PANE...", walk.first_layout), ("step NAME", walk.steps)):
            if not there:
                raise self.fail(f"a walk needs '{what}', and there is none in this file", 1)
        for step in walk.steps:
            if not step.actions:
                raise self.fail(f"the step '{step.name}' does nothing", step.line)

    # ---- helpers ----

    def words(self, rest: str) -> list:
        try:
            return shlex.split(rest)
        except ValueError as error:
            raise self.fail("a quotation mark is not closed") from error

    def pane(self, name: str) -> str:
        if name not in self.walk.panes:
            known = ", ".join(self.walk.panes) or "none yet"
            raise self.fail(f"there is no pane '{name}'{meant(name, self.walk.panes)} Panes: {known}")
        return name

    def count(self, text: str, most: int, what: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise self.fail(f"{what} is a number from 1 to {most}, not '{text}'")
        return int(text)

    def add(self, word: str, **values):
        self.walk.steps[-1].actions.append(Action(word, self.number, **values))

    # ---- the head ----

    def word_title(self, rest):
        self.walk.title = rest

    def word_minutes(self, rest):
        self.walk.minutes = self.count(rest, 240, "minutes")

    def word_lesson(self, rest):
        if not re.fullmatch("[0-9][0-9]", rest):
            raise self.fail(f"a lesson is named by its two digits, as 01, not '{rest}'")
        self.walk.lesson = rest

    def word_pane(self, rest):
        if not re.fullmatch("[a-z][a-z0-9-]{0,15}", rest):
            raise self.fail(f"a pane's name has up to 16 small letters, digits and -: not '{rest}'")
        if rest in self.walk.panes:
            raise self.fail(f"there is a pane '{rest}' already")
        self.walk.panes.append(rest)

    def word_files(self, rest):
        self.walk.files += self.words(rest)

    def word_prepare(self, rest):
        self.walk.prepare.append((self.number, rest))

    def word_segment(self, rest):
        words = self.words(rest)
        if len(words) != 2:
            raise self.fail(f"usage: {WORDS['segment'][0]}")
        self.walk.segment = (words[0], self.count(words[1], 255, "a project number"))

    # ---- steps ----

    def word_step(self, rest):
        if any(step.name == rest for step in self.walk.steps):
            raise self.fail(f"there is a step '{rest}' already")
        self.walk.steps.append(Step(rest, self.number))

    def word_layout(self, rest):
        words, share = rest.split(), 0
        if words[0].endswith("%"):
            share = self.count(words.pop(0)[:-1], 90, "a pane's share in percent")
        if not words:
            raise self.fail(f"usage: {WORDS['layout'][0]}")
        names = tuple(self.pane(name) for name in words)
        if len(set(names)) < len(names):
            raise self.fail("a pane stands twice in this layout")
        if self.walk.steps:
            self.add("layout", names=names, share=share)
        else:
            self.walk.first_layout = Action("layout", self.number, names=names, share=share)

    def word_say(self, rest):
        if len(rest) > SAY_CHARACTERS:
            raise self.fail(f"this text has {len(rest)} characters; two lines of a small terminal take "
                            f"{SAY_CHARACTERS}. Use 'say' twice with a 'pause' between, or put some of it into a 'note'")
        self.add("say", text=rest)

    def word_note(self, rest):
        self.add("note", text=rest)

    def word_type(self, rest):
        pane, _, text = rest.partition(" ")
        if not text.strip():
            raise self.fail(f"usage: {WORDS['type'][0]}")
        self.add("type", pane=self.pane(pane), text=text.strip())

    def word_key(self, rest):
        pane, *keys = rest.split()
        if not keys:
            raise self.fail(f"usage: {WORDS['key'][0]}")
        self.add("key", pane=self.pane(pane), names=tuple(keys))

    def word_pause(self, _):
        self.add("pause")

    def word_mark(self, rest):
        if not re.fullmatch("[a-z0-9][a-z0-9-]*", rest):
            raise self.fail(f"a mark's name has small letters, digits and -: not '{rest}'")
        if any(action.text == rest for step in self.walk.steps for action in step.actions if action.word == "mark"):
            raise self.fail(f"there is a mark '{rest}' already")
        self.add("mark", text=rest)

    def word_wait(self, rest):
        self.condition("wait", rest)

    def word_expect(self, rest):
        self.condition("expect", rest)

    def condition(self, word: str, rest: str):
        words, seconds = self.words(rest), float(SECONDS)
        if len(words) > 2 and words[-2] == "within":
            seconds = float(self.count(words[-1], 600, "within, in seconds,"))
            words = words[:-2]
        kind, *words = words
        if kind not in KINDS:
            raise self.fail(f"'{kind}' is nothing to {word} for{meant(kind, KINDS)} It can be: "
                            + "; ".join(usage for usage, _ in KINDS.values()))
        usage, names = KINDS[kind]
        if len(words) != len(names):
            raise self.fail(f"usage: {word} {usage}")
        values = dict(zip(names, words))
        if "pane" in values:
            self.pane(values["pane"])
        if kind == "color" and values["value"] not in COLOURS + ATTRIBUTES:
            raise self.fail(f"'{values['value']}' is not a colour{meant(values['value'], COLOURS + ATTRIBUTES)} "
                            f"It can be: {', '.join(COLOURS + ATTRIBUTES)}")
        self.add(word, kind=kind, seconds=seconds, **values)


# What follows each word, and where it stands.
WORDS = {
    "title": ("title TEXT", "head"),
    "minutes": ("minutes N", "head"),
    "lesson": ("lesson NN", "head"),
    "pane": ("pane NAME", "head"),
    "files": ("files PATH...", "head"),
    "prepare": ("prepare COMMAND", "head"),
    "segment": ("segment PATH PROJ", "head"),
    "layout": ("layout [SHARE%] PANE...", "any"),
    "step": ("step NAME", "any"),
    "say": ("say TEXT", "step"),
    "note": ("note TEXT", "step"),
    "type": ("type PANE COMMAND", "step"),
    "key": ("key PANE KEY...", "step"),
    "pause": ("pause", "step"),
    "wait": ("wait CONDITION [within SECONDS]", "step"),
    "expect": ("expect CONDITION [within SECONDS]", "step"),
    "mark": ("mark NAME", "step"),
}

# What one can wait for: the usage, and which members of Action the arguments are.
KINDS = {
    "text": ('text PANE "TEXT"', ("pane", "text")),
    "no-text": ('no-text PANE "TEXT"', ("pane", "text")),
    "color": ('color PANE "TEXT" COLOUR', ("pane", "text", "value")),
    "prompt": ("prompt PANE", ("pane",)),
    "field": ("field NAME VALUE", ("text", "value")),
    "segment": ("segment", ()),
    "no-segment": ("no-segment", ()),
}


def meant(word: str, known) -> str:
    """The end of a sentence: what was probably meant."""
    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean '{close[0]}'?" if close else "."


def read(path: Path, name: str = "") -> Walk:
    name = name or str(path)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise WalkError(f"cannot read {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WalkError(f"{name}: this is not a text file in UTF-8") from error
    return Reader(path, name).read(lines)
