"""The commands of `shmlab lesson`. main(arguments) -> exit status.

0: done, or all passed. 1: it could not be done, or a test did not pass. 2: wrong arguments.
"""

import difflib
import errno
import os
import shlex
import shutil
import signal
import sys
from pathlib import Path

from . import asking, check, conf, formats, launch, mistake, report_terminal, watch, work
from .context import Context, Refused
from .paths import ROOT
from .printable import unprintable
from .progress import count, now
from .style import Style, complain


def command_overview(context: Context, args: list) -> int:
    context.only(args, 0)
    style, lesson = context.style, context.current()
    done = sum(context.done(other) for other in context.lessons)
    style.say(style.paint("Lessons", "bold") + f": {done} of {len(context.lessons)} done"
              + (f"   your files: {work.shown(context.work)}" if context.work.is_dir() else ""))
    style.say()
    past = [other for other in context.lessons if context.done(other)]
    if past:
        last = max(past, key=lambda other: str(context.part(other).get("passed")))
        style.say(style.wrap(f"Keep in mind (from {last.number:02d}): {last.fact}"))
        style.say()
    if context.done(lesson):
        return say_done(context, lesson)
    style.say(f"Now: {style.paint(lesson.label, 'bold')}   ({lesson.minutes} minutes)")
    style.say(style.wrap(lesson.goal, "     "))
    if not context.there(lesson):
        style.say()
        style.offers([("begin:", f"{context.call} start {lesson.number:02d}")])
        return 0
    style.say(style.wrap(f"{work.shown(context.folder(lesson))}: README.md, {', '.join(lesson.edit)}", "     "))
    last = context.part(lesson).get("last")
    if isinstance(last, dict):
        style.say(f"     last check: {last_result(last)}")
    style.say()
    style.offers([("next:", f"{context.call} check"), ("all commands:", f"{context.call} help")])
    return 0


def last_result(last: dict) -> str:
    when = str(last.get("at", ""))[:16].replace("T", " ")
    if last.get("status") == "error":
        return f"nothing could be checked ({when})"
    return f"{last.get('passed')} of {last.get('tests')} passed ({when})"


def say_done(context: Context, lesson) -> int:
    following = context.after(lesson)
    if following is None:
        context.style.say("All lessons are done.")
        return 0
    context.style.say(f"{lesson.label} is done.")
    context.style.offers([("next:", f"{context.call} next"),
                          ("which is:", f"{following.label} ({following.minutes} minutes)")])
    return 0


def command_list(context: Context, args: list) -> int:
    context.only(args, 0)
    style, current = context.style, context.current()
    for lesson in context.lessons:
        mark = ("done" if context.done(lesson) else "now" if lesson is current
                else "begun" if context.there(lesson) else "")
        colour = {"done": ["green"], "now": ["bold", "cyan"]}.get(mark, [])
        title = style.paint(lesson.label, "bold") if lesson is current else lesson.label
        style.say(f"{style.paint(f'{mark:>5}', *colour)}  {title}{' ' * max(1, 46 - len(lesson.label))}"
                  f"{lesson.minutes:3d} min".rstrip())
        style.say(style.paint(style.wrap(lesson.teaches, " " * 10), "dim"))
    style.say()
    style.offers([("to begin one:", f"{context.call} start N"), ("how far it is:", f"{context.call} check N")])
    return 0


def command_start(context: Context, args: list) -> int:
    lesson = context.lesson(*context.only(args))
    made = lay_out(context, lesson)
    style, place = context.style, work.shown(context.folder(lesson))
    style.say(style.paint(lesson.label, "bold") + f"   ({lesson.minutes} minutes)")
    style.say(style.wrap(lesson.goal))
    style.say()
    if made:
        style.say(style.wrap(f"New in {place}: {', '.join(name for name in made if '/' not in name)}"))
    else:
        style.say(style.wrap(f"Your files are in {place}, as you left them."))
    asking.offer(context, lesson)
    style.say()
    edit = [(label, f"{place}/{name}") for label, name in zip(["Edit:", *[""] * len(lesson.edit)], lesson.edit)]
    for label, text in (("Read:", f"{place}/README.md"), *edit, ("Check:", f"{context.call} check")):
        style.say(f"{label:8}{text}")
    say_each_terminal(context, context.folder(lesson))
    return 0


def say_each_terminal(context: Context, folder):
    """What to type in a terminal before the commands of a README work there."""
    lines = [] if folder.resolve() == work.here().resolve() else [f"cd {shlex.quote(str(folder.absolute()))}"]
    shmlab = ROOT / "shmlab" if (ROOT / "shmlab").is_file() else Path(shlex.split(context.call)[0]).absolute()
    found = shutil.which("shmlab")
    if not found or (shmlab.is_file() and not os.path.samefile(found, shmlab)):
        lines.append(f"alias shmlab={shlex.quote(str(shmlab))}")
    if lines:
        style = context.style
        style.say()
        style.say(style.wrap("Type this first in each terminal, so that the README's commands work there:"))
        style.say("\n".join(f"  {line}" for line in lines))


def lay_out(context: Context, lesson) -> list:
    """Copies the lesson's files into the learner's folder and makes the lesson current. Returns the new file names."""
    try:
        made, _ = work.copy_start(lesson, context.folder(lesson))
    except OSError as error:
        raise Refused(f"cannot put the lesson's files into {context.folder(lesson)}: {error.strerror}\n"
                      "  SHMLAB_WORK=FOLDER in the environment chooses another folder") from error
    context.note(lesson, lambda part: part.setdefault("started", now()))
    return made


def command_check(context: Context, args: list) -> int:
    if any(arg.startswith("-") for arg in args):
        return check_many(context, args)
    return 0 if context.check_and_show(context.lesson(*context.only(args))) else 1


def check_many(context: Context, args: list) -> int:
    """check --all [--format F] [DIR]: every lesson that has a folder in DIR, for graders."""
    form, every, rest = None, False, list(args)
    names = []
    while rest:
        arg = rest.pop(0)
        if arg == "--all":
            every = True
        elif arg.startswith("--format"):
            form = arg[9:] if arg.startswith("--format=") else rest.pop(0) if arg == "--format" and rest else ""
            if form not in formats.FORMS:
                raise Refused(f"--format is one of {', '.join(formats.FORMS)}.", 2)
        elif arg.startswith("-"):
            raise Refused(f"check has no option '{arg}'.", 2)
        else:
            names.append(arg)
    lessons = context.lessons if every else [context.lesson(names.pop(0) if names else None)]
    context.only(names)
    return check_folders(context, lessons, every, work.Path(names[0]) if names else None, form)


def check_folders(context: Context, lessons: list, every: bool, place, form) -> int:
    if place is not None and not place.is_dir():
        raise Refused(f"there is no folder {place}")
    top = place or context.work
    folders = {lesson.name: top / lesson.name for lesson in lessons}
    if not every and place is not None and not folders[lessons[0].name].is_dir():
        folders = {lessons[0].name: place}  # DIR is the submission itself
    lessons = [lesson for lesson in lessons if folders[lesson.name].is_dir()]
    if not lessons:
        raise Refused(f"there is no lesson's folder in {top}")
    reports = []
    for lesson in lessons:
        reports.append(context.check(lesson, folders[lesson.name], quiet=form is not None))
        if form is None:
            one_line(context, lesson, reports[-1])
    if form is not None:
        formats.write(reports, form, sys.stdout, True if every else None)
    return 0 if all(report.status == "pass" for report in reports) else 1


def one_line(context: Context, lesson, report):
    sign, colour = report_terminal.SIGNS["pass" if report.status == "pass" else "fail"]
    text = f"{report.passed()} of {len(report.tests)} passed" if report.tests else report.text.splitlines()[0]
    context.style.say(f"{context.style.paint(sign, colour)}  {lesson.label}: {text}")


def command_watch(context: Context, args: list) -> int:
    lesson = context.lesson(*context.only(args))
    folder, style = context.need(lesson), context.style
    watcher = watch.Watcher(folder, lesson.edit)
    try:
        saved = []
        while True:
            if style.terminal:
                style.stream.write("\x1b[H\x1b[2J")
            if saved:
                style.say(style.paint(f"{', '.join(saved)}: saved at {now()[11:19]}", "dim"))
            context.check_and_show(lesson)
            style.say()
            how = "" if watcher.mode == "inotify" else f" Looking every {watch.POLL} s: {watcher.why}."
            style.say(style.paint(style.wrap(f"Watching {', '.join(lesson.edit)}. Save to check again, Ctrl-C to leave."
                                             + how), "dim"))
            style.stream.flush()
            saved = watcher.wait()
    except KeyboardInterrupt:
        style.say()
        return 0
    except watch.FolderGone as error:
        raise Refused(f"{error} is gone: {context.call} start {lesson.number:02d} makes it again") from error
    finally:
        watcher.stop()


def command_hint(context: Context, args: list) -> int:
    lesson = context.lesson(*context.only(args))
    hints, style = asking.hints(lesson), context.style
    if not hints:
        raise Refused(f"{lesson.label} has no hints")
    shown = min(count(context.part(lesson), "hints"), len(hints))
    number = min(shown + 1, len(hints))
    style.say(style.paint(f"{lesson.label}: hint {number} of {len(hints)}", "bold"))
    style.say()
    style.say(asking.hint_text(hints[number - 1], style))
    style.say()
    if number < len(hints):
        style.offers([("still stuck? one more:", f"{context.call} hint {lesson.number:02d}")])
    else:
        style.offers([("that was the last one. One solution:", f"{context.call} solution {lesson.number:02d}")])
    context.note(lesson, lambda part: part.update(hints=number), current=context.there(lesson))
    return 0


def command_next(context: Context, args: list) -> int:
    context.only(args, 0)
    lesson = context.current()
    if not context.done(lesson):
        raise Refused(f"{lesson.label} is not done yet: {context.call} check {lesson.number:02d}\n"
                      f"  to go on without it: {context.call} start N")
    following = context.after(lesson)
    if following is None:
        context.style.say("All lessons are done.")
        return 0
    return command_start(context, [following.name])


def command_reset(context: Context, args: list) -> int:
    lesson = context.lesson(*context.only(args))
    folder = context.need(lesson)
    try:
        backup = work.set_aside(folder)
    except OSError as error:
        raise Refused(f"cannot move the files of {folder}: {error.strerror or error}\n  nothing is lost") from error
    lay_out(context, lesson)
    style = context.style
    style.say(style.wrap(f"{lesson.label} is back at its start. Your files are kept: {work.shown(backup)}"))
    return 0


def command_solution(context: Context, args: list) -> int:
    args, target = list(args), None
    anyway = "--anyway" in args
    args = [arg for arg in args if arg != "--anyway"]
    if "--copy" in args:
        place = args.index("--copy")
        if place + 1 == len(args):
            raise Refused("--copy needs a folder.", 2)
        target = work.Path(args[place + 1])
        del args[place:place + 2]
    lesson = context.lesson(*context.only(args))
    if not anyway and not context.tried(lesson):
        raise Refused(f"{lesson.label}: try it first, and check it once: {context.call} check {lesson.number:02d}\n"
                      f"  to see it now: {context.call} solution {lesson.number:02d} --anyway")
    return asking.show_solution(context, lesson, target)


def command_help(context, args: list) -> int:
    style = context.style if context else Style()
    call = os.environ.get("SHMLAB_CALL", "./shmlab") + " lesson"
    style.say(f"{style.paint(call, 'bold')} [COMMAND]: exercises, step by step. "
              "You write C, and see what it does to memory.")
    style.say()
    for name, (_, usage, text) in COMMANDS.items():
        say_command(style, f"{name} {usage}".strip() or "(nothing)", text)
    style.say()
    style.say(style.wrap("N is a lesson's number or a part of its name. Without it: the lesson in whose folder you "
                         "are, else the current one. Your files are in ./lab-work; SHMLAB_WORK=FOLDER puts them "
                         "elsewhere."))
    return 0


def say_command(style, usage: str, text: str):
    """Side by side if the terminal is wide enough, otherwise one below the other."""
    if style.columns >= 70 and len(usage) <= 24:
        style.say(f"  {style.paint(usage, 'bold')}" + style.wrap(text, " " * 28, " " * 28)[2 + len(usage):])
    else:
        style.say(f"  {style.paint(usage, 'bold')}\n{style.wrap(text, ' ' * (28 if style.columns >= 70 else 6))}")


def module_command(name: str):
    """A command that has its own module: main(args) -> exit status."""
    def run(_context, args: list) -> int:
        try:
            module = __import__(f"runner.{name}", fromlist=["main"])
        except ModuleNotFoundError as error:
            if error.name != f"runner.{name}":
                raise
            raise Refused(f"'{name}' comes with a later version of the kit") from error
        return module.main(args)

    return run


COMMANDS = {  # name: (function, its arguments and what it does, for the help)
    "": (command_overview, "", "where you are, and what is next"),
    "list": (command_list, "", "all lessons: what they teach, how long they take, which are done"),
    "start": (command_start, "[N]", "puts a lesson's files into your folder. Your own files stay as they are"),
    "check": (command_check, "[N]", "builds your program, runs it, and looks at the memory"),
    "watch": (command_watch, "[N]", "checks whenever you save"),
    "hint": (command_hint, "[N]", "a nudge; one more at each call"),
    "ask": (asking.command_ask, "[N] [ANSWER...]", "what do you expect? Your compiler says whether you are right"),
    "view": (launch.command_view, "[N]", "the viewer, on the segment that your program made"),
    "gdb": (launch.command_gdb, "[N] [PROGRAM]", "the debugger on your program, with the segment beside the source"),
    "race": (launch.command_race, "[N] [OPTION...]", "your programs in all orders: which one goes wrong?"),
    "next": (command_next, "", "the next lesson, once this one is done"),
    "reset": (command_reset, "[N]", "back to the start. What you wrote is kept beside it"),
    "solution": (command_solution, "[N] [--anyway] [--copy DIR]", "one solution, after you have tried"),
    "help": (command_help, "", "this text"),
    "check --all": (None, "[--format tap|junit|json|autolab] [DIR]",
                    "for graders: every lesson that has a folder in DIR"),
    "mistake": (mistake.command_mistake, "[N] [NAME FOLDER]",
                "for instructors: a program with that mistake, to show to a class. Without NAME: lists them"),
    "grade": (module_command("grade"), "[N] DIR", "for instructors: many submissions at once"),
    "verify": (module_command("verify"), "[N...]", "for authors: proves that a lesson does what it must"),
    "new": (module_command("new"), "NN-name", "for authors: starts a lesson as a copy of lessons/template"),
}
NO_CONTEXT = ("grade", "verify", "new", "help")  # these find the lessons themselves


def unknown(name: str) -> int:
    near = difflib.get_close_matches(name, [known for known in COMMANDS if known and " " not in known], 1)
    call = os.environ.get("SHMLAB_CALL", "./shmlab") + " lesson"
    complain(f"lesson has no command '{report_terminal.printable(name)[:40]}'."
             + (f"\nDid you mean: {call} {near[0]}" if near else "") + f"\nAll commands: {call} help")
    return 2


def main(arguments: list) -> int:
    # a signal raises an exception, so that processes and files are cleaned up
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _frame: sys.exit(128 + got))
    if odd := unprintable(arguments):  # an error message would quote it
        complain(f"a word of this command has a control character: '{odd}'")
        return 2
    name, args = (arguments[0], arguments[1:]) if arguments else ("", [])
    asks = any(arg in ("-h", "--help") for arg in args) and name not in ("grade", "verify", "new")
    if name in ("-h", "--help") or asks:
        name, args = "help", []
    if name not in COMMANDS or COMMANDS[name][0] is None:
        return unknown(name)
    try:
        status = COMMANDS[name][0](None if name in NO_CONTEXT else Context(), args)
        sys.stdout.flush()  # the disk may be full
        return status
    except Refused as error:
        complain(str(error))
        return error.status
    except (conf.ConfError, check.CannotCheck) as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        complain(f"cannot write: {error.strerror}. Is the disk full?")
        return 1
