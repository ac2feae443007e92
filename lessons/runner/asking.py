"""The commands ask, hint and solution: predictions, hints, one solution."""

import re
import sys
from typing import Optional

from . import ask, work
from .context import Context, Refused
from .printable import printable
from .progress import now


# ---- predictions ----


def command_ask(context: Context, args: list) -> int:
    """ask [N] [ANSWER...]: without answers, on a terminal, it asks one question after the other."""
    lesson = context.lesson(*args[:1])
    if not lesson.asks:
        context.style.say(f"{lesson.label} has no questions.")
        return 0
    if len(args) > 1:
        return compare(context, lesson, args[1:])
    if not sys.stdin.isatty():
        for index, question in enumerate(lesson.asks, 1):
            context.style.say(context.style.wrap(f"{index}. {question.question}", "   ", ""))
        answers = " ".join(["NUMBER"] * len(lesson.asks))
        context.style.say(f"\nAnswer: {context.call} ask {lesson.number:02d} {answers}")
        return 0
    try:
        right = converse(context, lesson, right_answers(lesson))
    except EOFError:
        context.style.say()
        return 1
    return 0 if right == len(lesson.asks) else 1


def right_answers(lesson) -> list:
    try:
        return ask.answers(lesson)
    except ask.CannotAsk as error:
        raise Refused(f"the questions need your compiler, but it says:\n{printable(str(error))}") from error


def compare(context: Context, lesson, given: list) -> int:
    """Answers from the command line, in the order of the questions. The right answers are not shown."""
    if len(given) > len(lesson.asks):
        raise Refused(f"{lesson.label} has {len(lesson.asks)} questions, but you gave {len(given)} answers.", 2)
    numbers = [ask.number(answer, question.question) for answer, question in zip(given, lesson.asks)]
    for answer, value in zip(given, numbers):
        if value is None:
            raise Refused(f"'{answer}' is not a number.", 2)
    right = right_answers(lesson)
    style, good = context.style, 0
    for question, value, answer in zip(lesson.asks, numbers, right):
        said = style.wrap(f"{question.question} {value}", " " * 8).strip()
        if value == answer.right:
            good += 1
            style.say(style.paint("   yes", "green") + "  " + said)
        else:
            style.say(style.paint("    no", "red") + "  " + said)
            if answer.reason(value):
                style.say(style.wrap(answer.reason(value), " " * 8))
    remember(context, lesson, good)
    return 0 if good == len(lesson.asks) else 1


def remember(context: Context, lesson, good: int):
    context.note(lesson, lambda part: part.update(asked={"at": now(), "right": good, "of": len(lesson.asks)}),
                 current=context.there(lesson))


def converse(context: Context, lesson, right: list) -> int:
    """Asks each question. Returns how many answers were right."""
    good = 0
    for index, (question, answer) in enumerate(zip(lesson.asks, right), 1):
        context.style.say()
        context.style.say(context.style.wrap(f"{index}. {question.question}", "   ", ""))
        good += converse_one(context.style, question.question, answer)
    remember(context, lesson, good)
    return good


def converse_one(style, question: str, answer: ask.Answer) -> bool:
    """One question, with a second try and the reason for a wrong answer."""
    expected, told = in_base(answer.right, question), ""
    for attempt in (1, 2):
        value = read_number(style, question)
        if value is None:
            return False
        if value == answer.right:
            style.say("   " + style.paint("Yes", "green", "bold") + f": your compiler says {expected} too.")
            return True
        no = "No." if attempt == 1 else f"No: your compiler says {expected}."
        reason = answer.reason(value) if answer.reason(value) != told else ""
        told = answer.reason(value)
        style.say(style.wrap(" ".join(filter(None, (no, reason, "Try again." if attempt == 1 else ""))), "   "))
    return False


def in_base(number: int, question: str) -> str:
    """A number as the question asks for it."""
    return f"0{number:o} (decimal {number})" if "octal" in question and number >= 0 else str(number)


def read_number(style, question: str) -> Optional[int]:
    """A number; None for an empty line, which skips the question."""
    while True:
        style.stream.write("   > ")
        style.stream.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        if not line.strip():
            return None
        value = ask.number(line, question)
        if value is not None:
            return value
        style.say("   Type a number; an empty line skips the question.")


def offer(context: Context, lesson):
    """Asks the questions at the first start, on a terminal. If something goes wrong here, the start goes on."""
    if not lesson.asks or context.part(lesson).get("asked") or not (context.style.terminal and sys.stdin.isatty()):
        return
    style, count = context.style, len(lesson.asks)
    style.say()
    style.say(style.wrap(f"Before you begin, {count} question{'s' if count > 1 else ''}: what do you expect? "
                         "An empty line skips one."))
    try:
        converse(context, lesson, right_answers(lesson))
    except (Refused, EOFError, KeyboardInterrupt) as error:  # Ctrl-D and Ctrl-C end the questions
        style.say(str(error))


# ---- hints ----


def hints(lesson) -> list:
    """The sections of hints.md, in order."""
    try:
        text = (lesson.folder / "hints.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    parts = re.split(r"^##[ \t]+(\d+).*$", text, flags=re.M)
    return [part.strip() for part in parts[2::2]]


def hint_text(text: str, style) -> str:
    """A hint for the terminal: paragraphs and items are wrapped at its width; code stays as it is, without fences."""
    blocks, code = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            code = not code
        elif code:
            blocks.append(["code", line])
        elif re.match(r"[-*] |\d+\. ", line):
            blocks.append(["item", line])
        elif line.strip() and blocks and blocks[-1][0] in ("text", "item") and blocks[-1][1]:
            blocks[-1][1] += " " + line.strip()
        else:
            blocks.append(["text", line.strip()])
    shown = {"code": lambda line: style.wrap(line, " " * 6), "item": lambda line: style.wrap(line, " " * 4, "  "),
             "text": lambda line: style.wrap(line, "  ")}
    return "\n".join(shown[kind](line) for kind, line in blocks)


# ---- the solution ----


def show_solution(context: Context, lesson, target) -> int:
    folder, style = lesson.folder / "solution", context.style
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    if target is None:
        for name in names:
            if (lesson.folder / "start" / name).is_file() and name not in lesson.edit:
                continue  # the same as in start/
            style.say(style.rule(f"solution/{name}"))
            style.say(printable((folder / name).read_text(encoding="utf-8", errors="replace")).rstrip())
        style.say(style.rule())
        style.say(style.wrap("This is one way; yours may be different. As files: "
                             f"{context.call} solution {lesson.number:02d} --copy FOLDER"))
        return 0
    try:
        target.mkdir(parents=True, exist_ok=True)
        made, there = work.copy_new(folder, names, target)
    except OSError as error:
        raise Refused(f"cannot copy the solution to {target}: {error.strerror}") from error
    if there:
        raise Refused(f"{target} has {', '.join(there)} already, and nothing is overwritten: give another folder")
    style.say(style.wrap(f"Copied to {work.shown(target.absolute())}: {', '.join(made)}"))
    return 0
