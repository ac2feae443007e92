"""Predictions: a lesson asks questions, and the learner's own compiler has the answers.

answers(lesson) -> an Answer for each question, compiled and run now; raises CannotAsk if the compiler fails
number("24 bytes") -> 24, or None
"""

import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple, Optional

from .build import FLAGS
from .conf import Lesson


class CannotAsk(Exception):
    """The compiler is missing or rejects the lesson's expression. The text is its message."""


class Answer(NamedTuple):
    right: int
    reasons: dict  # a wrong number -> why it is wrong
    why: str  # for all others; may be empty

    def reason(self, number: int) -> str:
        return self.reasons.get(number, self.why)


def expressions(lesson: Lesson) -> list:
    return [text for ask in lesson.asks for text in (ask.expression, *(guess.expression for guess in ask.guesses))]


def source(lesson: Lesson) -> str:
    lines = ['#include "ask.h"'] if (lesson.folder / "ask.h").is_file() else []
    lines += ["#include <stddef.h>", "#include <stdio.h>", "", "int main(void)", "{"]
    lines += [f'    printf("%lld\\n", (long long)({text}));' for text in expressions(lesson)]
    return "\n".join([*lines, "    return 0;", "}", ""])


def run(command: list, folder: str) -> str:
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              errors="replace", check=False)
    except FileNotFoundError as error:
        raise CannotAsk(f"the compiler '{error.filename}' is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise CannotAsk("the compiler did not end") from error
    if done.returncode != 0:
        raise CannotAsk(done.stderr.strip() or f"{command[0]} ended with status {done.returncode}")
    return done.stdout


def answers(lesson: Lesson) -> list:
    """One Answer for each ask of the lesson."""
    compiler = shlex.split(os.environ.get("SHMLAB_CC", "")) or ["cc"]
    with tempfile.TemporaryDirectory(prefix="shmlab-ask.") as folder:
        (Path(folder) / "ask.c").write_text(source(lesson), encoding="utf-8")
        run([*compiler, *FLAGS, "-w", *lesson.cflags, "-iquote", str(lesson.folder), "-iquote",
             str(lesson.folder / "start"), "-o", "ask", "ask.c", "-lm"], folder)
        numbers = iter([int(line) for line in run(["./ask"], folder).split()])
    return [Answer(next(numbers), {next(numbers): guess.reason for guess in ask.guesses}, ask.why) for ask in lesson.asks]


def number(text: str, question: str = "") -> Optional[int]:
    """The number in an answer: 20, 0x14, "20 bytes", "= 20". 024 is 20 if the question asks for octal."""
    match = re.match(r"\s*=?\s*([+-]?)\s*(0[xX][0-9a-fA-F]+|[0-9]+)(?![\w.,])", text)
    if not match:
        return None
    digits = match.group(2)
    if digits[:2].lower() == "0x":
        value = int(digits, 16)
    else:
        value = int(digits, 8 if "octal" in question and re.fullmatch(r"0[0-7]+", digits) else 10)
    return -value if match.group(1) == "-" else value
