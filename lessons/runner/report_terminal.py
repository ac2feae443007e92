"""Shows a report on the learner's terminal.

show(report, lesson, style, call, next_lesson, source)   a line for each test, the first failures whole, what to do next
Waiting(style)   a line that shows the progress of a check, and disappears at its end
"""

import re
from typing import Optional

from . import tap
from .printable import printable
from .style import Style

SIGNS = {"pass": ("    ok", "green"), "fail": ("not ok", "red"), "skip": ("    --", "dim")}
WHOLE = 2  # how many failures are shown with all details
COMPILER_LINES = 24
OUTPUT_LINES = 14
OWN = {  # the names of the runner's own diagnoses
    "empty": "nothing in the main file",
    "does-not-build": "it does not build",
    "crash": "the program crashed",
    "hang": "the program did not end",
    "sleeps": "it sleeps instead of waiting",
    "flood": "the program printed without end",
    "enter-twice": "it waits for more than one Enter",
    "enter-not-enough": "an Enter alone does not end it",
    "enter-ignored": "no Enter ends it",
    "fails-silently": "the program fails without a word",
    "status-0-on-failure": "it fails, but its exit status says success",
    "errors-on-stdout": "errors belong on standard error",
    "exit-minus-1": "it fails with -1, which becomes 255",
    "status-is-errno": "errno as the exit status",
    "success-as-failure": "a call that worked is taken for one that failed",
    "goes-on": "it says that a call has failed, but goes on",
    "check": "the result is wrong in some order",
    "assert": "an assertion fails in some order",
    "exit-status": "a program fails in some order",
    "data-race": "two accesses to the same bytes that nothing orders",
    "deadlock": "each waits for the other",
    "lost-wakeup": "it sleeps on, as it was woken too early",
    "waits-for-ever": "it waits for ever in some order",
    "endless": "it does not end in some order",
}


def show(report, lesson, style: Style, call: str, next_lesson=None, source: str = ""):
    """source: the path of the learner's files from here. call: how the learner calls `lesson`."""
    heading(report, lesson, style, source)
    if report.status == "error":
        show_error(report, style)
    else:
        for test in report.tests:
            show_line(test, style)
        failed, same = once_each([test for test in report.tests if test.status == "fail"])
        for test in failed[:WHOLE]:
            show_failure(test, lesson, style)
            for again in same.get(tuple(test.diagnoses), ()):
                style.say(style.wrap(f"The same in: {printable(again.name)}", "  "))
        if len(failed) > WHOLE:
            more = len(failed) - WHOLE
            style.say()
            style.say(style.wrap(f"{more} more {'is' if more == 1 else 'are'} not ok; fix these first.", "  "))
        show_whole(report, style)
    closing(report, lesson, style, call, next_lesson)


def once_each(failed: list) -> tuple:
    """The failures to show, and, by diagnoses, those that repeat a mistake that is shown already."""
    shown, same = [], {}
    for test in failed:
        named = tuple(test.diagnoses)
        if named and named in same:
            same[named].append(test)
        else:
            same.setdefault(named, [])
            shown.append(test)
    return shown, same


def heading(report, lesson, style: Style, source: str):
    title = lesson.label
    room = style.width - len(title) - len(source)
    style.say(style.paint(title, "bold") + (" " * room + style.paint(source, "dim") if source and room > 1 else ""))
    style.say()


def show_line(test, style: Style):
    sign, colour = SIGNS[test.status]
    lines = style.wrap(printable(test.name), " " * 10, " " * 10).splitlines()
    text = "\n".join([lines[0].strip(), *lines[1:]])
    how = ("bold",) if test.status == "fail" else ("dim",) if test.status == "skip" else ()
    style.say(f"  {style.paint(sign, colour)}  " + "\n".join(style.paint(line, *how) for line in text.splitlines()))
    if test.status == "skip" and test.text:
        style.say(style.paint(style.wrap(printable(test.text), " " * 10), "dim"))


def show_failure(test, lesson, style: Style):
    style.say()
    style.say(style.rule(printable(test.name)))
    if test.text:
        style.say(style.wrap(printable(test.text), "  "))
    if test.grid:
        style.say()
        style.say(grid(test.grid, style))
    known = [(lesson.mistake(found), found) for found in test.diagnoses]
    if any(mistake or found in OWN for mistake, found in known):
        style.say()
    for mistake, found in known:
        if mistake:
            style.say(labelled("Mistake:", printable(mistake.name), style, "yellow"))
            style.say(labelled("Read:", printable(mistake.where), style))
        elif found in OWN:
            style.say(labelled("Mistake:", OWN[found], style, "yellow"))
    if test.output:
        style.say()
        style.say(some_lines(test.output, style, OUTPUT_LINES))


def labelled(label: str, text: str, style: Style, *how: str) -> str:
    wrapped = style.wrap(text, " " * 11, " " * 11)
    return f"  {style.paint(label, 'bold', *how)}{' ' * (9 - len(label))}" + wrapped[11:]


def grid(text: str, style: Style) -> str:
    """The grid. Lines that are too wide for the terminal are cut, not wrapped."""
    lines = []
    for line in tap.grid_of(text).splitlines():
        row = line.rstrip()
        lines.append(style.clip("  " + (style.paint(row, "bold") if row.endswith(":") else row)))
    return "\n".join(lines)


def some_lines(text: str, style: Style, most: int, whole: Optional[re.Pattern] = None) -> str:
    """The first lines, each cut at the terminal's edge; those that match `whole` are wrapped instead."""
    lines = printable(text).splitlines()
    shown = [style.wrap(line, "    ", "  ") if whole and whole.match(line) else style.clip("  " + line.expandtabs())
             for line in lines[:most]]
    if len(lines) > most:
        shown.append(style.paint(f"  (and {len(lines) - most} more lines)", "dim"))
    return "\n".join(shown)


def compiler_output(text: str, style: Style) -> str:
    """The compiler's output, with its errors and warnings coloured as on a terminal."""
    def mark(match):
        return style.paint(match.group(1), "bold", "red" if "error" in match.group(1) else "yellow")

    lines = some_lines(text, style, COMPILER_LINES, re.compile(r"^\S.*: (fatal error|error|warning|note): "))
    return re.sub(r"\b((?:fatal )?error:|warning:)", mark, lines) if style.colour else lines


def show_error(report, style: Style):
    if report.build_output.strip():
        style.say(compiler_output(report.build_output, style))
        style.say()
    for line in printable(report.text).splitlines():
        style.say(style.wrap(line, "  "))


def show_whole(report, style: Style):
    """The text about all tests, and the compiler's warnings."""
    warned = report.build_output.strip()
    if warned:
        style.say()
        style.say(style.rule("The compiler warns"))
        style.say(compiler_output(warned, style))
    # not the first line for an unchanged start: closing says the same
    lines = printable(report.text).splitlines()[1 if report.starter else 0:]
    if lines:
        style.say()
    for line in lines:
        style.say(style.wrap(line, "  "))
    style.say()


def closing(report, lesson, style: Style, call: str, next_lesson):
    """The result in one line, and what to do next."""
    here = f"{lesson.number:02d}"
    if report.status == "pass":
        count = f"All {len(report.tests)} passed." if len(report.tests) > 1 else "It passed."
        style.say(style.paint(count, "bold", "green") + " Well done.")
        if next_lesson:
            style.offers([("next:", f"{call} next"), ("which is:", next_lesson.label)])
        else:
            style.say("That was the last lesson.")
    elif report.status == "error":
        style.say("\n" + style.paint("Nothing could be checked yet.", "bold"))
        style.offers([("a nudge:", f"{call} hint {here}")])
    else:
        style.say(style.paint(f"{report.passed()} of {len(report.tests)} passed.", "bold"))
        if report.starter:
            style.say(style.wrap(f"Begin: open {' and '.join(lesson.edit)} in your editor and look for TODO; "
                                 "then check again."))
        else:
            crashed = any("crash" in test.diagnoses for test in report.tests)
            style.offers([("a nudge:", f"{call} hint {here}"), ("the memory, live:", f"{call} view {here}")] +
                         ([("where it crashed:", f"{call} gdb {here}, then run")] if crashed else []))


class Waiting:
    """A line that shows the progress while a check runs, and disappears at its end."""

    def __init__(self, style: Style):
        self.style, self.shown = style, ""
        self.say("building")

    def __call__(self, stream: str):
        done = len(tap.results(stream))
        plan = re.search(r"^1\.\.(\d+)", stream, re.M)
        if plan:
            self.say(f"checking {min(done + 1, int(plan.group(1)))} of {plan.group(1)}")

    def say(self, text: str):
        if self.style.terminal and text != self.shown:
            self.style.stream.write(f"\r\x1b[K{self.style.paint(text + ' ...', 'dim')}")
            self.style.stream.flush()
        self.shown = text

    def end(self):
        if self.style.terminal:
            self.style.stream.write("\r\x1b[K")
            self.style.stream.flush()
