"""Waits until the learner's files are saved: with inotify if it works, otherwise by polling.

Watcher(folder, files) -> .mode "inotify" or "poll", .why it polls; .wait() returns when a save is complete
Only the files themselves count: an editor's swap files, backups and renames wake us, but they are not a save.
"""

import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Optional

POLL = 0.3  # seconds between two looks
CALM = 0.12  # seconds without a change after which a save is complete
PROBE_SECONDS = 1.0
EVENTS = "close_write,moved_to,create,delete,attrib,modify,delete_self,move_self"
# file systems that other machines write to: inotify does not report that
FOREIGN = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "vboxsf", "prl_fs", "drvfs", "virtiofs",
           "ncpfs", "vmhgfs")


class FolderGone(Exception):
    """The watched folder is gone."""


def file_system(folder: Path) -> str:
    """The type of the folder's file system, as the kernel calls it; "" if it can't be found."""
    real, best, kind = os.path.realpath(folder), "", ""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()
    except OSError:
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        point = before.split()[4].replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind


def no_inotify(folder: Path) -> str:
    """Why inotify doesn't work here; "" if it should."""
    if shutil.which("inotifywait") is None:
        return "inotifywait is not installed (package inotify-tools)"
    kind = file_system(folder)
    if kind in FOREIGN or kind.startswith("fuse.") and kind != "fuse.fuse-overlayfs":
        return f"this folder is on {kind}, where changes made elsewhere are not reported"
    return ""


class Watcher:
    def __init__(self, folder: Path, files: list):
        self.folder, self.files = folder, files
        self.child: Optional[subprocess.Popen] = None
        self.why = no_inotify(folder)
        if not self.why:
            self.why = self._listen()
        self.seen = self.look()

    @property
    def mode(self) -> str:
        return "poll" if self.why else "inotify"

    def look(self) -> tuple:
        """The files' times, sizes and inodes: what a save changes."""
        found = []
        for name in self.files:
            try:
                facts = os.stat(self.folder / name)
                found.append((facts.st_mtime_ns, facts.st_size, facts.st_ino))
            except OSError:
                found.append(None)
        return tuple(found)

    def wait(self) -> list:
        """Waits for a save. Returns the names of the files saved since the last call (or the start), when complete."""
        while self.look() == self.seen:
            self._sleep()
        before, now, calm = self.seen, self.look(), time.monotonic()
        # an editor that saves by renaming removes the file for a moment
        while time.monotonic() - calm < (CALM if None not in now else 3 * CALM):
            time.sleep(CALM / 4)
            latest = self.look()
            if latest != now:
                now, calm = latest, time.monotonic()
        self._there()
        self.seen = now
        return [name for name, old, new in zip(self.files, before, now) if old != new]

    def _there(self):
        if not self.folder.is_dir():
            raise FolderGone(str(self.folder))

    def _sleep(self):
        """Sleeps until something may have changed."""
        self._there()
        if self.mode == "poll":
            time.sleep(POLL)
            return
        # a second at most: there may be no event when the folder itself goes
        if self._event(1.0) is False:
            self.stop()
            self.why = "inotifywait ended"

    def _event(self, seconds: float) -> Optional[bool]:
        """True: there was an event. None: there was none. False: inotifywait has ended."""
        ready, _, _ = select.select([self.child.stdout], [], [], seconds)
        if not ready:
            return None
        return bool(os.read(self.child.stdout.fileno(), 65536))

    def _listen(self) -> str:
        """Starts inotifywait, and makes sure that events arrive. Returns "", or why not."""
        folders = sorted({str((self.folder / name).parent) for name in self.files} | {str(self.folder)})
        folders = [folder for folder in folders if os.path.isdir(folder)]
        self.child = subprocess.Popen(["inotifywait", "-m", "-q", "-e", EVENTS, "--format", "%e %f", "--", *folders],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                      start_new_session=True)
        if self._works():
            return ""
        self.stop()
        return "inotify reports no changes in this folder"

    def _works(self) -> bool:
        """Touches a file until an event arrives. More than once, because inotifywait needs a moment to start."""
        until, event = time.monotonic() + PROBE_SECONDS, None
        probe = self.folder / f".shmlab-probe-{os.getpid()}"
        try:
            while event is None and time.monotonic() < until:
                probe.write_bytes(b"")
                event = self._event(0.05)
        except OSError:
            return False  # a folder that can't be written
        finally:
            try:
                probe.unlink()
            except OSError:
                pass
        return bool(event)

    def stop(self):
        if self.child:
            self.child.kill()
            self.child.wait()
            self.child.stdout.close()
            self.child = None
