"""bench viewers: does a server notice that a class looks on? Its writes per second and its CPU for each, with no viewer
and with forty, in turns.

viewers.py BIN SECONDS         `./shmlab bench viewers` calls this
"""

import contextlib
import json
import os
import pty
import selectors
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

VIEWERS = 40
TURNS = 3


class Server:
    """shm-server with a counter that goes up every 10 ms."""

    def __init__(self, programs: Path, place: str):
        self.view = [programs / "shm-view", "--path", place]
        self.process = subprocess.Popen([programs / "shm-server", "--path", place, "--every", "10", "--quiet"],
                                        stdout=subprocess.DEVNULL)
        while subprocess.run([*self.view, "--render", "json"], capture_output=True).returncode:
            time.sleep(0.01)

    def counter(self) -> int:
        picture = json.loads(subprocess.run([*self.view, "--render", "json"], capture_output=True, check=True).stdout)
        return next(int(field["value"]) for field in picture["layout"]["fields"] if field["name"] == "counter")

    def cpu(self) -> float:
        """Microseconds so far."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) / 1000

    def measure(self, seconds: float) -> tuple:
        """Writes per second, and microseconds of CPU for each."""
        cpu, count, start = self.cpu(), self.counter(), time.monotonic()
        time.sleep(seconds)
        count, spent, cpu = self.counter() - count, time.monotonic() - start, self.cpu() - cpu
        return count / spent, cpu / count

    def end(self):
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def class_of_viewers(command: list):
    """VIEWERS of them, each on a terminal of its own that somebody reads."""
    selector, viewers = selectors.DefaultSelector(), []
    for _ in range(VIEWERS):
        terminal, theirs = pty.openpty()
        viewers.append(subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                        env={**os.environ, "TERM": "xterm-256color", "LINES": "24", "COLUMNS": "80"}))
        os.close(theirs)
        selector.register(terminal, selectors.EVENT_READ)
    drawn = dict.fromkeys(selector.get_map(), 0)
    ended = threading.Event()

    def read():
        while not ended.is_set():
            for key, _ in selector.select(0.1):
                drawn[key.fd] += len(os.read(key.fd, 65536))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        while min(drawn.values()) < 500:  # each shows its first picture
            time.sleep(0.05)
        yield
    finally:
        ended.set()
        reader.join()
        for viewer in viewers:
            viewer.kill()
            viewer.wait()
        for terminal in drawn:
            os.close(terminal)


def row(what: str, alone: list, watched: list, unit: str):
    one, many = statistics.median(alone), statistics.median(watched)
    noise = (max(alone) - min(alone)) / one
    print(f"  {what:36} {one:9.1f} {many:12.1f}   {unit:2}   ratio {many / one:.3f}; alone it varies by {noise:.3f}")


def main(programs: Path, seconds: float):
    with tempfile.TemporaryDirectory(prefix="shmlab-bench.") as place:
        server = Server(programs, place)
        try:
            alone, watched = [], []
            for _ in range(TURNS):
                alone.append(server.measure(seconds))
                with class_of_viewers(server.view):
                    watched.append(server.measure(seconds))
        finally:
            server.end()
    print(f"{'A server that writes every 10 ms':38} {'alone':>9} {VIEWERS:>4} viewers")
    row("writes in a second", [rate for rate, _ in alone], [rate for rate, _ in watched], "")
    row("CPU of each", [cpu for _, cpu in alone], [cpu for _, cpu in watched], "us")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
