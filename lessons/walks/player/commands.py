"""Commands: the command line of `./shmlab walk`.

    walk                     the list
    walk NAME                plays it; ? shows the keys
    walk --notes NAME        the same, with the presenter's notes; if NAME is played already, follows it with the notes
    walk --follow            on a student's terminal: the walk that is shared on this machine, read-only
    walk --check FILE...     looks for mistakes in a walk file
"""

import errno
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from . import film, play, share, walk_file
from .session import Session, SessionError, clean, fifo_open

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from runner.printable import one_line as printable, unprintable  # noqa: E402 # after the path is set

ROOT = Path(__file__).resolve().parents[3]
CALL = os.environ.get("SHMLAB_CALL", "./shmlab") + " walk"


class Refused(Exception):
    """It can't be done. status 1; 2: the arguments are wrong."""

    def __init__(self, text: str, status: int = 1):
        super().__init__(text)
        self.status = status


# ---- which walks there are ----

def walks() -> dict:
    """Name -> path: those of the lessons by their number, the others by their file's name."""
    found = {path.stem: path for path in sorted((ROOT / "lessons" / "walks").glob("*.walk"))}
    found.update({path.parent.name[:2]: path for path in sorted((ROOT / "lessons").glob("[0-9][0-9]-*/walk"))})
    return found


def find(name: str) -> Path:
    known = walks()
    if name in known:
        return known[name]
    if "/" in name or name.endswith(".walk"):
        return Path(name)
    raise Refused(f"there is no walk '{name}'{walk_file.meant(name, known)} All of them: {CALL}", 2)


def show_list():
    print(f"Walks: an instructor's tour, live, in panes. {CALL} NAME begins one.\n")
    for name, path in walks().items():
        try:
            walk = walk_file.read(path)
            lesson = f"lesson {walk.lesson}" if walk.lesson else ""
            print(f"  {name:<10} {walk.title:<44} {walk.minutes:>3} min  {lesson}".rstrip())
        except walk_file.WalkError as error:
            print(f"  {name:<10} {error}")


# ---- playing ----

class Guard:
    """A process that cleans up when this one ends, however it ends."""

    def __init__(self, session: Session):
        self.read, self.write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.write)
            os.setsid()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            while os.read(self.read, 4096):
                pass
            clean(session.folder, session.segments)
            os._exit(0)
        os.close(self.read)

    def finish(self):
        os.close(self.write)
        os.waitpid(self.pid, 0)


def play_walk(options) -> int:
    """Plays it on this terminal; with --auto also where there is none."""
    walk = walk_file.read(find(options.name), options.name if "/" in options.name else "")
    seen = sys.stdin.isatty() and sys.stdout.isatty()
    if not seen and options.auto is None:
        raise Refused(f"a walk needs a terminal, and this is a pipe, a file or a background job. Without one: "
                      f"{CALL} {options.name} --auto 0")
    session = Session(walk, ROOT, Path(os.environ["SHMLAB_BIN"]), options.notes)
    size = options.size or shutil.get_terminal_size((100, 30))
    guard = Guard(session)
    try:
        if options.share is not None:
            share.prepare(session, options.share)
        session.fill_folder()
        session.start(*size)
        keys = play.Keys(fifo_open(session.folder / "keys"), None, options.auto)
        if seen:
            keys.client = subprocess.Popen(session.command("attach", "-t", "walk"), env=session.environment())
        player = play.Play(session, keys, None if seen else print)
        if options.share is not None:
            player.said = f"Shared with {share.open_to(session, options.share)}. They type: {CALL} --follow"
        if options.film:
            player.film = film.Film(session, options.film, *size)
            player.film.start()
        good = player.run()
        if options.film:
            player.film.finish()
        return 0 if good or options.auto is None else 1
    except (SessionError, OSError) as error:  # no room on the disk, for the folder or the film
        raise Refused(str(error)) from error
    finally:
        guard.finish()
        if seen:
            print("\x1b[A\x1b[2K", end="")  # over the line that tmux prints when it ends


# ---- the presenter's notes ----

def playing(path: Path):
    """The folder of the walk of this file that this user plays now. None: nobody does."""
    for parent in {os.environ.get("TMPDIR", "/tmp"), "/tmp"}:
        for state in Path(parent).glob("shmlab-walk.*/state"):
            try:
                if state.stat().st_uid == os.getuid() and json.loads(state.read_text())["walk"] == str(path):
                    return state.parent
            except (OSError, ValueError):
                pass
    return None


def follow_notes(walk, folder: Path) -> int:
    """Shows the notes of the step that is played, until the walk ends."""
    shown, began = None, time.monotonic()
    while True:
        try:
            state = json.loads((folder / "state").read_text())
        except OSError:
            print("The walk has ended.")
            return 0
        minute = int(time.monotonic() - began) // 60
        if (state["at"], state["state"], minute) != shown:
            shown = (state["at"], state["state"], minute)
            print(notes_page(walk, state, minute), end="", flush=True)
        time.sleep(0.1)


def notes_page(walk, state: dict, minute: int) -> str:
    columns = shutil.get_terminal_size().columns
    lines = [f"{walk.title}: {state['at']}/{len(walk.steps)}, minute {minute} of {walk.minutes}", ""]
    for number, head in ((state["at"], "Now"), (state["at"] + 1, "Next")):
        if 1 <= number <= len(walk.steps):
            step = walk.steps[number - 1]
            lines.append(f"{head}: {step.name}")
            for action in step.actions:
                if action.word == "note" or action.word == "type" and head == "Next":
                    text = action.text if action.word == "note" else f"types in {action.pane}: {action.text}"
                    lines += textwrap.wrap(text, columns - 4, initial_indent="  - ", subsequent_indent="    ")
            lines.append("")
    return "\x1b[H\x1b[2J" * sys.stdout.isatty() + "\n".join(lines) + "\n"


# ---- following a walk that is shared ----

def follow(name: str) -> int:
    """name: the walk's folder, where several are shared."""
    found = [(folder, shared) for folder, shared in share.find() if name in ("", str(folder))]
    if not found:
        raise Refused(f"no walk that you may follow is played on this machine. The presenter shares one with: {CALL} NAME "
                      "--share, or --share=GROUP")
    if len(found) > 1:
        lines = [f"  {CALL} --follow {folder}   {printable(shared['title'])}, by {printable(shared['user'])}"
                 for folder, shared in found]
        raise Refused("several walks are shared on this machine:\n" + "\n".join(lines))
    folder, shared = found[0]
    print(f"{printable(shared['title'])}, by {printable(shared['user'])}. Ctrl-D leaves it.\nYour own viewer, in another "
          f"terminal: {CALL.removesuffix(' walk')} view {printable(shlex.join(shared['view']))}")
    return share.attach(folder) if sys.stdin.isatty() and sys.stdout.isatty() else 0


class Options:
    """What stands behind `walk`."""

    def __init__(self, arguments: list):
        self.name, self.auto, self.size, self.film, self.share = "", None, None, None, None
        self.check = self.notes = self.follow = False
        self.rest = []
        arguments = list(arguments)
        while arguments:
            argument = arguments.pop(0)
            name, equals, value = argument.partition("=")
            if name in ("--auto", "--size", "--film") and not equals:
                if not arguments:
                    raise Refused(f"{name} needs a value", 2)
                value = arguments.pop(0)
            if name == "--auto":
                self.auto = self.seconds(value)
            elif name == "--size":
                self.size = self.columns_rows(value)
            elif name == "--film":
                self.film = self.new_file(value)
            elif name == "--share":
                self.share = value
            elif argument == "--follow":
                self.follow = True
            elif argument == "--check":
                self.check = True
            elif argument == "--notes":
                self.notes = True
            elif argument.startswith("-"):
                raise Refused(f"there is no option '{argument}'. See: {CALL} --help", 2)
            else:
                self.rest.append(argument)
        if len(self.rest) > 1 and not self.check:
            raise Refused(f"too many arguments: '{self.rest[1]}'", 2)
        self.name = self.rest[0] if self.rest else ""

    @staticmethod
    def seconds(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1
        if not 0 <= value <= 3600:
            raise Refused(f"--auto takes seconds, 0 to 3600, not '{text}'", 2)
        return value

    @staticmethod
    def new_file(text: str) -> Path:
        path = Path(text).absolute()
        if path.suffix not in (".cast", ".svg"):
            raise Refused(f"--film makes NAME.cast or NAME.svg, not '{text}'", 2)
        if path.exists():
            raise Refused(f"{text} exists already: remove it, or choose another name for the film")
        if not os.access(path.parent, os.W_OK):
            raise Refused(f"cannot write to {path.parent}")
        return path

    @staticmethod
    def columns_rows(text: str) -> tuple:
        columns, _, rows = text.partition("x")
        if not (columns.isdecimal() and rows.isdecimal() and 40 <= int(columns) <= 500 and 16 <= int(rows) <= 200):
            raise Refused(f"--size takes COLUMNSxROWS, 40x16 to 500x200, not '{text}'", 2)
        return int(columns), int(rows)


def main(arguments: list) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        if odd := unprintable(arguments):  # an error message would quote it
            raise Refused(f"a word of this command has a control character: '{odd}'", 2)
        options = Options(arguments)
        if options.check:
            if not options.rest:
                raise Refused("--check needs a walk file", 2)
            for name in options.rest:
                walk = walk_file.read(Path(name))
                print(f"{name}: {len(walk.steps)} steps, no mistake found")
            return 0
        if options.follow:
            return follow(options.name)
        if not options.name:
            show_list()
            sys.stdout.flush()  # the disk may be full
            return 0
        folder = playing(find(options.name)) if options.notes else None
        if folder:
            return follow_notes(walk_file.read(find(options.name)), folder)
        return play_walk(options)
    except (Refused, walk_file.WalkError) as error:
        print(f"shmlab: {error}", file=sys.stderr)
        return getattr(error, "status", 1)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"shmlab: cannot write: {error.strerror}. Is the disk full?", file=sys.stderr)
        return 1
