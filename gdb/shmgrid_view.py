"""Runs shm-view: bytes, a layout and marks go in, lines of cells come out.

    VIEWER.screen(bytes, 80, 24, layout="", at="20") -> the lines of its screen;  VIEWER.run([...]) -> what it prints

It passes the bytes in memory (memfd), so that no file is left even if gdb is killed. Raises gdb.GdbError."""
import os
import shutil
import subprocess

import gdb

import shmgrid_host

HERE = os.environ.get("SHMLAB_GDB") or os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 10
COLS = (20, 500)
ROWS = (6, 200)


def path():
    """The path of shm-view: SHMLAB_VIEW, the one built in this tree, the one installed with this file, or one on PATH."""
    for each in (os.environ.get("SHMLAB_VIEW", ""), HERE + "/../build/%s/bin/shm-view" % os.environ.get(
            "SHMLAB_PRESET", "dev"), HERE + "/../build/release/bin/shm-view", HERE + "/../../../bin/shm-view"):
        if os.access(each, os.X_OK):
            return each
    found = shutil.which("shm-view")
    if found is None:
        raise gdb.GdbError("shm: cannot find shm-view: build it with ./shmlab setup, or set SHMLAB_VIEW to its path")
    return found


def within(number, bounds):
    return min(max(number, bounds[0]), bounds[1])


def environment():
    """gdb's `set style enabled off` means no colours."""
    return None if shmgrid_host.styled() else dict(os.environ, NO_COLOR="1")


class Viewer:
    def __init__(self):
        self.files = {} # name -> (descriptor, what it holds)

    def file(self, name, content):
        """The path of a file with this content, for the next run(). Each name has one file, which is used again."""
        fd, held = self.files.get(name) or (os.memfd_create("shm-" + name), None)
        if held != content:
            os.ftruncate(fd, 0)
            os.pwrite(fd, content, 0)
            self.files[name] = (fd, content)
        return "/proc/self/fd/%d" % fd

    def run(self, arguments):
        """What shm-view prints."""
        try:
            done = subprocess.run([path()] + arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT,
                                  env=environment(), pass_fds=[fd for fd, _ in self.files.values()])
        except (OSError, subprocess.SubprocessError) as why:
            raise gdb.GdbError("shm: cannot run shm-view: %s" % why)
        # gdb waits for all its children, this one included: then its exit status is lost, and reads as 0.
        if done.returncode != 0 or (done.stderr and not done.stdout):
            said = done.stderr.decode(errors="replace").strip().split("\n")[0]
            raise gdb.GdbError("shm: " + (said or "shm-view ended with %d" % done.returncode))
        return done.stdout.decode(errors="replace")

    def source(self, content, layout):
        """The options for these bytes and the text of their layout; "": no layout."""
        arguments = ["--file", self.file("now", content)]
        return arguments + (["--layout", self.file("layout", layout.encode())] if layout else ["--no-layout"])

    def screen(self, content, cols, rows, layout="", at="0", top=0, was=None, since=None):
        """The viewer's screen as `rows` lines with colours, without its title and its last line.

        at: the selected byte or field. top: the offset in the first row, if possible; None: the selected byte is visible.
        was, since: older bytes of the same size, for the two levels of marks."""
        arguments = self.source(content, layout) + ["--render", "ansi", "--at", at, "--screen",
                                                "%dx%d" % (within(cols, COLS), within(rows + 2, ROWS))]
        arguments += ["--top", str(top)] if top is not None else []
        arguments += ["--was", self.file("was", was)] if was is not None else []
        arguments += ["--since", self.file("since", since)] if since is not None else []
        return self.run(arguments).split("\n")[1:-2]


VIEWER = Viewer()
