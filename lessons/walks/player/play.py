"""Play: goes through a walk's steps in a session, forth and back, as the presenter's keys say.

Play(session, keys, pace) -> run(). It types, waits, and shows the presenter's line. While it waits it takes keys, so
that no step holds the presenter up. Before a step is played again, or left backwards, everything begins anew and the
steps before it are played at once, out of sight: segment, processes and panes are then what they were.
"""

import json
import os
import re
import select
import textwrap
import time

from . import conditions

LOOK = 0.03  # seconds between two looks at a condition
SEEN = 0.08  # seconds that a change needs to be seen by a viewer, which looks 30 times a second
TOGETHER = 0.2  # seconds in which keys count as pressed together
TYPING = 0.03  # seconds between two keys that are typed
# The keys beside the step's name, the longest text first; each step of a walk shows the same one.
READY = ("Enter next  b back  s skip  r again  t take over  ? help  q end", "Enter next  b back  ? help  q end",
         "Enter next  ? help")
LAST = ("b back  r again  t take over  ? help  q end", "b back  ? help  q end", "? help  q end")
STOPPED = ("b back  s skip  r again  t take over  ? help  q end", "s skip  r again  ? help  q end", "? help")
PLAYING = ("...",)
HELP = ("Enter: next step.  b: back, with everything as it was.  s: skip this step.  r: this step again.",
        "t: take over the panes (Ctrl-] gives them back).  q, Ctrl-C: end, and clean up.")
YOURS = ("Ctrl-] back to the walk",)
TAKEN = ("The panes are yours. Alt and an arrow, or a click, changes the pane.",
         "Ctrl-] gives them back to the walk, which goes on where it was.")
COMMAND = re.compile(r"\./shmlab(?: [a-z]+)+ \d+")  # stays on one line


def wrapped(text: str, columns: int) -> list:
    """The text's lines."""
    text = COMMAND.sub(lambda command: command.group().replace(" ", "\0"), text)
    return [line.replace("\0", " ") for line in textwrap.wrap(text, columns)]


class Interrupted(Exception):
    """The presenter pressed a key that ends what is going on: back, skip, again, take, quit."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


class Failed(Exception):
    """A wait or an expect did not come true in its time."""


class Keys:
    """The presenter's keys, from the session's FIFO."""

    def __init__(self, fifo: int, client=None, auto=None):
        self.fifo = fifo
        self.client = client  # tmux's process on the presenter's terminal; when it ends, the walk ends. None: nobody looks
        self.auto = auto  # seconds after which the next step comes by itself. None: the presenter says when
        self.waiting = []

    def next(self, seconds=None):
        """The next key's word; None if none comes in this time. Without a time: until one comes."""
        limit = self.auto if seconds is None else seconds
        until = None if limit is None else time.monotonic() + limit
        while not self.waiting:
            left = 0.25 if until is None else min(0.25, max(0, until - time.monotonic()))
            if select.select([self.fifo], [], [], left)[0]:
                self.waiting += os.read(self.fifo, 4096).decode().split()
            elif self.client is not None and self.client.poll() is not None:
                return "quit"
            elif until is not None and time.monotonic() >= until:
                return "next" if seconds is None else None
        return self.waiting.pop(0)


class Play:
    def __init__(self, session, keys, report=None):
        self.session = session
        self.walk = session.walk
        self.keys = keys
        self.auto = keys.auto is not None
        self.report = report or (lambda text: None)
        self.at = 0  # the step that is played, or was played last: 0 before the first
        self.skipped = set()  # steps that were skipped
        self.hidden = False  # played out of sight: at once, without texts
        self.hurry = False  # Enter was pressed while it types
        self.said = ""
        self.film = None  # of film.py, if the walk is filmed

    # ---- the presenter's line ----

    def place(self, number: int, state: str = "") -> str:
        name = self.walk.steps[number - 1].name if number else self.walk.title
        return f" {number}/{len(self.walk.steps)}  {name}{'  ' + state if state else ''} "

    def show(self, state: str = "", lines=None, style: str = "", keys: tuple = None):
        """The presenter's line: where one is, the keys (the longest text first), and what is said or `lines`."""
        if self.hidden:
            return
        columns, _ = self.session.size()
        if lines is None:
            lines = wrapped(self.said, columns - 2)[:2]
        notes = self.walk.steps[self.at - 1].notes() if self.at else []
        notes = textwrap.wrap("  *  ".join(notes), columns - 2, max_lines=2, placeholder=" ...")
        texts = [style + " " + line.replace("#", "##") for line in (*lines, "", "")[:2]]
        texts += [" " + line.replace("#", "##") for line in (*notes, "", "")[:2]]
        place = self.place(self.at, state)
        keys = keys or (LAST if self.at == len(self.walk.steps) else READY)
        steps = (len(self.place(number)) for number in range(1, len(self.walk.steps) + 1))
        room = columns - max(len(place), *steps) - 2
        keys = next((text for text in keys if len(text) <= room), keys[-1])
        self.session.show(place=place.replace("#", "##"), keys=keys + " ", say1=texts[0], say2=texts[1], note1=texts[2],
                          note2=texts[3])
        self.write_state(state)

    def write_state(self, state: str):
        """For `walk --notes` on another terminal."""
        file = self.session.folder / "state"
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"walk": str(self.walk.path), "at": self.at, "state": state}))
        new.replace(file)

    # ---- time and keys ----

    def pause(self, seconds: float):
        """Waits; a key that concerns the step interrupts it."""
        if self.hidden or self.hurry:
            return
        until = time.monotonic() + seconds
        while True:
            key = self.keys.next(max(0, until - time.monotonic()))
            if key is None:
                return
            self.take_key(key)
            if self.hurry:
                return

    def take_key(self, key: str):
        """A key that comes in the middle of a step."""
        if key == "resize":
            self.session.arrange(self.session.layout)
        elif key == "next":
            self.hurry = True
        elif key == "help":
            self.show(lines=HELP)
        elif key != "return":
            raise Interrupted(key)

    def until(self, action):
        """Returns when the action's condition holds. Raises Failed."""
        limit = time.monotonic() + action.seconds
        while True:
            why = conditions.holds(self.session, action)
            self.session.segments.collect()
            if why is None:
                return
            if time.monotonic() > limit:
                raise Failed(f"after {action.seconds:g} s {why} ({self.walk.path.name}:{action.line})")
            if self.hidden:
                time.sleep(LOOK)
            else:
                self.hurry = False
                self.pause(LOOK)

    # ---- actions ----

    def do_say(self, action):
        self.said = action.text
        self.show(keys=PLAYING)

    def do_note(self, _):
        pass

    def do_mark(self, action):
        self.report(f"mark {action.text}")
        if self.film and not self.hidden:
            self.film.mark(action.text)

    def do_layout(self, action):
        self.session.arrange(action)

    def do_key(self, action):
        for key in action.names:
            self.session.send_keys(action.pane, key)
            self.pause(TYPING)
        if self.hidden:
            time.sleep(SEEN)

    def do_type(self, action):
        """Types the command, waits until the pane shows it, and presses Enter."""
        if self.hidden or self.keys.client is None:
            self.session.send_text(action.pane, action.text)
        else:
            for place, sign in enumerate(action.text):
                self.session.send_text(action.pane, action.text[place:] if self.hurry else sign)
                if self.hurry:
                    break
                self.pause(TYPING)
        tail, limit = "".join(action.text.split())[-20:], time.monotonic() + 2
        while tail not in "".join(self.session.screen(action.pane).split()) and time.monotonic() < limit:
            time.sleep(0.01)
        self.pause(10 * TYPING if self.keys.client else 0)
        self.session.send_keys(action.pane, "Enter")
        if self.hidden:
            time.sleep(SEEN)

    def do_pause(self, _):
        if self.hidden:
            return
        self.hurry = False
        self.show(keys=READY)
        while (key := self.keys.next()) != "next":
            self.take_key(key)
        self.show(keys=PLAYING)

    def do_wait(self, action):
        self.until(action)

    def do_expect(self, action):
        self.until(action)

    def step(self, number: int):
        """Plays one step, from 1. Raises Failed and Interrupted."""
        self.at, self.hurry = number, False
        self.said = self.said if self.hidden else ""
        self.show(keys=PLAYING)
        for action in self.walk.steps[number - 1].actions:
            getattr(self, "do_" + action.word)(action)

    # ---- forth and back ----

    def anew(self, number: int):
        """Everything as it was after step `number`, with the steps that were skipped left out. Raises SessionError."""
        self.show(state="going back", keys=PLAYING)
        self.session.still_show()
        self.hidden = True
        try:
            self.session.restart()
            self.said = ""
            for step in range(1, number + 1):
                if step not in self.skipped:
                    self.step(step)
            self.at = number
            said = [action.text for action in self.walk.steps[number - 1].actions if action.word == "say"]
            self.said = said[-1] if number and said else ""
        finally:
            self.hidden = False
            self.session.still_hide()
        self.show()

    def take_over(self):
        """The presenter has the panes, until Ctrl-]."""
        self.session.tmux("set", "-g", "key-table", "root")
        self.show(lines=TAKEN, style="#[fg=yellow]", keys=YOURS)
        try:
            while (key := self.keys.next()) != "return":
                if key == "resize":
                    self.session.arrange(self.session.layout)
                elif key == "quit":
                    raise Interrupted(key)
        finally:
            self.session.tmux("set", "-g", "key-table", "walk", check=False)
        self.show()

    def screens(self) -> str:
        """What the panes show now, for a report."""
        return "\n".join(f"--- {name}\n{self.session.screen(name).rstrip()}" for name in self.walk.panes)

    def failed(self, error: Failed) -> str:
        """Says so, and waits for the presenter."""
        self.show(lines=(str(error), "r: this step again.  s: go on without it.  t: take over.  b: back."),
                  style="#[fg=yellow,bold]", keys=STOPPED)
        self.report(f"failed: {error}\n{self.screens()}")
        return "failed"

    def try_anew(self, number: int) -> str:
        """anew; returns "failed" where a step on the way did not come to its state."""
        try:
            self.anew(number)
        except Failed as error:
            return self.failed(error)
        return ""

    def try_step(self, number: int) -> str:
        """Plays a step; returns the key that ended it, "" if it came to its end, "failed" if it did not."""
        try:
            self.skipped.discard(number)
            self.step(number)
            self.show()
            self.report(f"{number}/{len(self.walk.steps)} {self.walk.steps[number - 1].name}")
        except Failed as error:
            return self.failed(error)
        except Interrupted as interrupted:
            return interrupted.key
        return ""

    def run(self) -> bool:
        """Until the walk ends or the presenter ends it. Returns whether each step came to its state."""
        good, middle = True, False  # middle: step `at` did not come to its end
        self.show()
        while True:
            key = self.keys.next()
            if self.auto and key == "next" and self.at == len(self.walk.steps) and not middle:
                return good
            while key:
                if key == "quit":
                    return good
                key, middle = self.obey(key, middle)
                if key == "failed":
                    good, key = False, ""
                    if self.auto:
                        return False

    def obey(self, key: str, middle: bool) -> tuple:
        """Does what a key says. Returns the key that came in the middle of it, and whether a step is half played."""
        last = len(self.walk.steps)
        if key == "next" and not middle and self.at < last:
            ended = self.try_step(self.at + 1)
            return ended, ended != ""
        if key == "next" and self.at == last and not middle:
            self.show(lines=("This was the last step. q: end.  b: back.",))
        elif key == "skip":
            number = self.at if middle else min(self.at + 1, last)
            if number > self.at or middle:
                self.skipped.add(number)
                self.at = number
                self.show(state="skipped")
            return "", False
        elif key == "again" and self.at:
            ended = self.try_anew(self.at - 1) or self.try_step(self.at + 1)
            return ended, ended != ""
        elif key == "back" and self.at:
            number = self.at - 1
            while (other := self.keys.next(TOGETHER)) == "back":  # pressed several times: one way back
                number -= 1
            self.keys.waiting[:0] = [other] if other else []
            ended = self.try_anew(max(0, number))
            return ended, ended != ""
        elif key == "take":
            self.take_over()
        elif key == "help":
            self.show(lines=HELP)
        elif key == "resize":
            self.session.arrange(self.session.layout)
            self.show()
        elif key == "return":
            self.show()
        return "", middle
