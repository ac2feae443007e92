"""The learner's progress: WORK/.shmlab/progress.json.

with Progress(work).change() as data: ...   changes the file completely or not at all, one process at a time
Progress(work).read() -> data               {"version": 1, "current": "02-...", "lessons": {"02-...": {...}}}
Fields that this version of the kit doesn't know are kept. A file that can't be read is renamed, not lost.
"""

import contextlib
import fcntl
import json
import os
import time
from pathlib import Path

from .style import complain

VERSION = 1


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


def empty() -> dict:
    return {"version": VERSION, "current": "", "lessons": {}}


def sound(data) -> bool:
    return (isinstance(data, dict) and isinstance(data.get("lessons", {}), dict)
            and isinstance(data.get("current", ""), str)
            and all(isinstance(lesson, dict) for lesson in data.get("lessons", {}).values()))


class Progress:
    def __init__(self, work: Path):
        self.folder = work / ".shmlab"
        self.file = self.folder / "progress.json"

    def read(self) -> dict:
        """A missing file is like an empty one. A broken one is renamed, with a message."""
        try:
            text = self.file.read_bytes()
        except FileNotFoundError:
            return empty()
        try:
            data = json.loads(text.decode("utf-8"))
        except (ValueError, RecursionError):
            data = None
        if not sound(data):
            self._set_aside()
            return empty()
        return {**empty(), **data}

    def _set_aside(self):
        aside = self.file.with_name(f"progress.json.broken-{time.strftime('%Y%m%d-%H%M%S')}")
        try:
            os.replace(self.file, aside)
        except OSError:
            return  # if it can't be renamed, nothing can be written here either
        complain(f"{self.file} can't be read: a new one is started, and the old one is kept as {aside.name}\n"
                 "  your own files are all there; a check of a lesson marks it as done again")

    @contextlib.contextmanager
    def change(self):
        """Yields the data, and writes it back if the block ends without an error. Raises OSError if it can't."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "a", encoding="ascii") as lock:
            with contextlib.suppress(OSError):  # some network drives have no locks
                fcntl.flock(lock, fcntl.LOCK_EX)
            data = self.read()
            yield data
            self._write(data)

    def _write(self, data: dict):
        new = self.file.with_name(f"progress.json.new-{os.getpid()}")
        try:
            with open(new, "w", encoding="utf-8") as stream:
                json.dump(data, stream, indent=2, ensure_ascii=False)
                stream.write("\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(new, self.file)
        finally:
            new.unlink(missing_ok=True)


def lesson_of(data: dict, name: str) -> dict:
    """The part of one lesson in data; it is added if there is none."""
    return data["lessons"].setdefault(name, {})


def count(part: dict, key: str) -> int:
    """A number in a lesson's part; 0 if it is missing or not a number."""
    value = part.get(key, 0)
    return value if isinstance(value, int) and value >= 0 else 0
