"""Session: one run of a walk's own world: a folder, a tmux with a shell in each pane, and the segments made there.

The folder, /tmp/shmlab-walk.XXXXXX, holds
    tmux       tmux's socket; the user's own tmux and its configuration are not touched
    bin/       copies of the kit's programs: the default segment is named after their folder, so each walk has its own
    class/     where the shells stand; shmlab is in it
    kept/      class/ as it was when the walk began
    keys       a FIFO: the keys that the presenter pressed, a word each
Processes of the walk have the folder in their environment (SHMLAB_WALK); so they are found again, whoever started them.
"""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path

from . import panes
from .segments import Segments

PROGRAMS = ("shm-server", "shm-client", "shm-view", "shm-race", "shm-probe")
SHELL = ["bash", "--norc", "--noprofile", "-i"]
STILL = "still"  # the window that is shown while the walk is played anew, out of sight


class SessionError(Exception):
    """What was tried, and what the machine said."""


class Session:
    def __init__(self, walk, root: Path, programs: Path, notes: bool = False):
        self.walk = walk
        self.status_rows = 5 if notes else 3
        self.root = root
        parent = os.environ.get("TMPDIR", "/tmp")
        if len(parent) > 60 or not os.access(parent, os.W_OK):  # a socket's path has 107 bytes at most
            parent = "/tmp"
        self.folder = Path(tempfile.mkdtemp(prefix="shmlab-walk.", dir=parent)).resolve()
        self.socket = self.folder / "tmux"
        self.place = self.folder / "class"
        self.ids = {}  # pane -> tmux's id of it, as "%3"
        self.layout = walk.first_layout
        self.programs = programs
        self.mode = ""  # of the segments that ./shmlab serve makes; empty: its own
        self.segments = Segments(self.folder)

    # ---- begin and end ----

    def fill_folder(self):
        """Raises SessionError."""
        (self.folder / "bin").mkdir()
        for name in PROGRAMS:
            shutil.copy2(self.programs / name, self.folder / "bin" / name)
        self.place.mkdir()
        (self.place / "shmlab").symlink_to(self.root / "shmlab")
        for name in self.walk.files:
            source = self.root / name
            if source.is_dir():
                shutil.copytree(source, self.place, dirs_exist_ok=True)
            elif source.is_file():
                shutil.copy2(source, self.place)
            else:
                raise SessionError(f"{self.walk.path}: 'files {name}': there is no such file or folder in the kit")
        for line, command in self.walk.prepare:
            done = subprocess.run(["bash", "-c", command], cwd=self.place, env=self.environment(), text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode:
                raise SessionError(f"{self.walk.path}:{line}: 'prepare {command}' ended with {done.returncode}:\n"
                                   + done.stdout)
        shutil.copytree(self.place, self.folder / "kept", symlinks=True)
        os.mkfifo(self.folder / "keys")

    def environment(self) -> dict:
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("TMUX", "TMUX_PANE", "NO_COLOR", "LINES", "COLUMNS", "PROMPT_COMMAND")}
        environment.update(
            SHMLAB_WALK=str(self.folder), SHMLAB_BIN=str(self.folder / "bin"), SHMLAB_CALL="./shmlab",
            PATH=f"{self.folder / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}", PS1="$ ", HISTFILE="",
            XDG_CONFIG_HOME=str(self.folder / "config"), HOME=str(self.place), DEBUGINFOD_URLS="",
            SHELL="/bin/bash", BASH_SILENCE_DEPRECATION_WARNING="1", LESSHISTFILE="-", PWD=str(self.place))
        if self.mode:
            environment["SHMLAB_MODE"] = self.mode
        if not any(environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")):
            environment["LC_CTYPE"] = "C.UTF-8"
        return environment

    def start(self, columns: int, rows: int):
        """Starts tmux and a shell in each pane, for a terminal of this size. Raises SessionError."""
        self.write_configuration()
        rows -= self.status_rows
        first, *others = self.walk.panes
        self.ids[first] = self.tmux("new-session", "-d", "-P", "-F", "#{pane_id}", "-s", "walk", "-n", "walk", "-x",
                                    str(columns), "-y", str(rows), "-c", str(self.place), *SHELL)
        self.title(first)
        for name in others:
            self.ids[name] = self.tmux("new-window", "-d", "-P", "-F", "#{pane_id}", "-n", name, "-c", str(self.place),
                                       *SHELL)
            self.title(name)
        self.arrange(self.walk.first_layout)

    def write_configuration(self):
        lines = [
            "set -s escape-time 10",
            "set -s default-terminal screen-256color",
            "set -g default-shell /bin/bash",
            "set -g remain-on-exit on",
            "set -gq remain-on-exit-format ''",
            "set -g mouse on",
            "set -g history-limit 2000",
            "set -g allow-rename off",
            "set -g automatic-rename off",
            f"set -g status {self.status_rows}",
            "set -g status-style default",
            "set -g status-format[0] '#[fg=black,bg=white,fill=white]#{@place}#[align=right]#{@keys}'",
            "set -g status-format[1] '#{@say1}'",
            "set -g status-format[2] '#{@say2}'",
            "set -g status-format[3] '#[fg=cyan]#{@note1}'",
            "set -g status-format[4] '#[fg=cyan]#{@note2}'",
            "set -g pane-border-status top",
            "set -g pane-border-format ' #{@name} '",
            "set -g window-size latest",
            f"set-hook -g window-resized 'run-shell -b \"echo resize >{self.folder}/keys\"'",
            "set -g prefix None",
            "unbind -a -T prefix",
            "unbind -a -T root",
        ]
        keys = {"Enter": "next", "Space": "next", "Right": "next", "PageDown": "next", "b": "back", "Left": "back",
                "PageUp": "back", "s": "skip", "t": "take", "r": "again", "?": "help", "q": "quit", "C-c": "quit"}
        for key, word in keys.items():
            lines.append(f"bind -T walk {key} run-shell -b 'echo {word} >{self.folder}/keys'")
        lines += [
            "bind -T walk Any run-shell ''",
            "bind -T walk C-d detach-client",  # the only key that a read-only client may use
            f"bind -T root C-] run-shell -b 'echo return >{self.folder}/keys'",
            "bind -T root MouseDown1Pane select-pane -t = \\; send-keys -M",
            "bind -T root M-Left select-pane -L", "bind -T root M-Right select-pane -R",
            "bind -T root M-Up select-pane -U", "bind -T root M-Down select-pane -D",
            "set -g key-table walk",
        ]
        (self.folder / "tmux.conf").write_text("\n".join(lines) + "\n")

    # ---- tmux ----

    def command(self, *arguments) -> list:
        return ["tmux", "-u", "-S", str(self.socket), "-f", str(self.folder / "tmux.conf"), *arguments]

    def tmux(self, *arguments, check: bool = True) -> str:
        done = subprocess.run(self.command(*arguments), env=self.environment(), cwd=self.place, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and done.returncode:
            raise SessionError(f"tmux {arguments[0]}: {done.stderr.strip() or 'it ended'}")
        return done.stdout.rstrip("\n")

    def title(self, name: str):
        self.tmux("set", "-p", "-t", self.ids[name], "@name", name)

    def screen(self, pane: str, colours: bool = False) -> str:
        """What the pane shows, with wrapped lines joined. colours: with escape sequences."""
        return self.tmux("capture-pane", "-p", "-J", *(["-e"] if colours else []), "-t", self.ids[pane])

    def send_text(self, pane: str, text: str):
        if text.endswith(";"):  # would end tmux's own command
            text = text[:-1] + "\\;"
        self.tmux("send-keys", "-l", "-t", self.ids[pane], "--", text)

    def send_keys(self, pane: str, *keys):
        self.tmux("send-keys", "-t", self.ids[pane], *keys)

    def show(self, **values):
        """Sets the presenter's line: place, keys, say1, say2, note1, note2."""
        arguments = []
        for name, text in values.items():
            arguments += ["set", "-g", "@" + name, text, ";"]
        self.tmux(*arguments[:-1], ";", "refresh-client", "-S", check=False)

    def size(self) -> tuple:
        width, height = self.tmux("display", "-p", "-t", "walk:walk", "#{window_width} #{window_height}").split()
        return int(width), int(height)

    # ---- panes ----

    def arrange(self, layout):
        """Shows the panes of this layout, and hides the others in windows of their own."""
        self.layout = layout
        wanted = [self.ids[name] for name in layout.names]
        shown = self.shown()
        come = [pane for pane in wanted if pane not in shown]
        go = [pane for pane in shown if pane not in wanted]
        while come and go:  # so that the others keep their size, and need not be drawn anew
            self.tmux("swap-pane", "-d", "-s", come.pop(), "-t", go.pop())
        for pane in come:
            self.tmux("select-layout", "-t", "walk:walk", "tiled")
            self.tmux("join-pane", "-d", "-s", pane, "-t", self.shown()[-1])
        for pane in go:
            self.tmux("break-pane", "-d", "-s", pane)
        for number, pane in enumerate(wanted):
            if self.shown()[number] != pane:
                self.tmux("swap-pane", "-d", "-s", pane, "-t", self.shown()[number])
        numbers = {name: pane[1:] for name, pane in self.ids.items()}
        self.tmux("select-layout", "-t", "walk:walk",
                  panes.layout_string(layout.names, numbers, layout.share, *self.size()))
        self.tmux("select-pane", "-t", wanted[0])
        self.await_sizes()

    def await_sizes(self, seconds: float = 2):
        """tmux tells the terminals of their sizes a moment later. A program that starts before that, and chooses what to
        show by the size, as gdb does, would choose by the old one."""
        until = time.monotonic() + seconds
        for row in self.tmux("list-panes", "-t", "walk:walk", "-F", "#{pane_tty} #{pane_width} #{pane_height}").split("\n"):
            terminal, width, height = row.split()
            try:
                number = os.open(terminal, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
            except OSError:  # its shell has ended
                continue
            try:
                while os.get_terminal_size(number) != (int(width), int(height)) and time.monotonic() < until:
                    time.sleep(0.01)
            finally:
                os.close(number)

    def shown(self) -> list:
        return self.tmux("list-panes", "-t", "walk:walk", "-F", "#{pane_id}").split()

    # ---- anew ----

    def still_show(self):
        """Shows a still picture of the window, while behind it everything ends and begins anew."""
        files = []
        for pane in self.shown():
            file = self.folder / f"still-{pane[1:]}"
            text = self.tmux("capture-pane", "-p", "-e", "-t", pane)
            file.write_text("\x1b[?25l" + text.replace("\n", "\r\n"))
            name = self.tmux("display", "-p", "-t", pane, "#{@name}")
            files.append((file, name))
        layout = self.tmux("display", "-p", "-t", "walk:walk", "#{window_layout}")
        for number, (file, name) in enumerate(files):
            start = ["new-window", "-n", STILL] if number == 0 else ["split-window", "-t", "walk:" + STILL]
            pane = self.tmux(*start, "-d", "-P", "-F", "#{pane_id}", "sh", "-c", 'cat "$0"; exec sleep 3600', str(file))
            self.tmux("set", "-p", "-t", pane, "@name", name)
            self.tmux("select-layout", "-t", "walk:" + STILL, "tiled")
        self.tmux("select-layout", "-t", "walk:" + STILL, layout)
        self.tmux("select-window", "-t", "walk:" + STILL)

    def still_hide(self):
        self.tmux("select-window", "-t", "walk:walk", ";", "kill-window", "-t", "walk:" + STILL, check=False)

    def restart(self):
        """All as it was before the first step: processes ended, segments removed, files as they were, fresh shells."""
        keep = {int(pid) for pid in self.tmux("list-panes", "-s", "-F", "#{window_name} #{pane_pid}").split("\n")
                for name, pid in [pid.split()] if name == STILL}
        self.segments.collect()
        server = int(self.tmux("display", "-p", "#{pid}"))
        end_processes(self.folder, keep | {server} | self.clients(), server)
        self.segments.remove()
        for old in self.place.iterdir():
            if old.is_dir() and not old.is_symlink():
                shutil.rmtree(old)
            else:
                old.unlink()
        shutil.copytree(self.folder / "kept", self.place, symlinks=True, dirs_exist_ok=True)
        for pane in self.ids.values():
            self.tmux("respawn-pane", "-k", "-t", pane, "-c", str(self.place), *SHELL)
            self.tmux("clear-history", "-t", pane)
        self.arrange(self.walk.first_layout)

    def clients(self) -> set:
        return {int(pid) for pid in self.tmux("list-clients", "-F", "#{client_pid}").split()}


def processes_of(folder: Path) -> list:
    """The pids of the processes that have this walk in their environment, except this one."""
    mark, found = b"SHMLAB_WALK=" + os.fsencode(folder), []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            pass
    return found


def just_forked(pid: int, parent: int) -> bool:
    """Is it a copy of its parent, which has not started its own program yet?"""
    try:
        status = Path("/proc", str(pid), "status").read_text()
        return f"\nPPid:\t{parent}\n" in status and os.readlink(f"/proc/{pid}/exe") == os.readlink(f"/proc/{parent}/exe")
    except OSError:
        return False


def end_processes(folder: Path, keep: set, server: int = 0, seconds: float = 3):
    """SIGHUP and SIGTERM, which let a server remove its segment; SIGKILL for those that stay. server: tmux's. A signal
    for a process that it has just forked would end it, too: both have the pipe through which libevent passes signals."""
    asked, until = set(), time.monotonic() + seconds
    while True:
        left = [pid for pid in processes_of(folder) if pid not in keep]
        if not left:
            return
        late = time.monotonic() > until
        for pid in left:
            try:
                if late:
                    os.kill(pid, signal.SIGKILL)
                elif pid not in asked and not just_forked(pid, server):
                    asked.add(pid)
                    for number in (signal.SIGCONT, signal.SIGTERM, signal.SIGHUP):
                        os.kill(pid, number)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


def clean(folder: Path, segments: Segments):
    """Ends all that belongs to the walk, and removes its segments and its folder."""
    segments.collect()
    subprocess.run(["tmux", "-S", str(folder / "tmux"), "kill-server"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end_processes(folder, {os.getpid(), os.getppid()})
    segments.collect()
    segments.remove()
    shutil.rmtree(folder, ignore_errors=True)


def fifo_open(path: Path) -> int:
    """For reading, without waiting for a writer, and without an end of file when a writer closes."""
    assert stat.S_ISFIFO(os.stat(path).st_mode)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
