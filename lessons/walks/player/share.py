"""Share: students on the same machine follow a walk, read-only, each on a terminal of their own.

prepare(session, group), before the session starts; open_to(session, group), after it, lets the members of the group
attach. Without a group it is for this user's other terminals.
find() -> the walks that are shared here and that this user may follow. See tmux(1), server-access.
"""

import grp
import json
import os
import pwd
import re
import subprocess
from pathlib import Path

from .session import SessionError


def members(name: str) -> list:
    """The users of a group, without this one. Raises SessionError."""
    try:
        group = grp.getgrnam(name)
    except KeyError as error:
        raise SessionError(f"cannot share the walk: there is no group '{name}' on this machine") from error
    users = set(group.gr_mem) | {user.pw_name for user in pwd.getpwall() if user.pw_gid == group.gr_gid}
    return sorted(users - {pwd.getpwuid(os.getuid()).pw_name})


def tmux_version() -> tuple:
    shown = subprocess.run(["tmux", "-V"], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
    found = re.search(r"(\d+)\.(\d+)", shown)
    return tuple(map(int, found.groups())) if found else (0, 0)


def prepare(session, group: str):
    """Raises SessionError if it can't be shared with this group."""
    if not group:
        return
    members(group)
    if tmux_version() < (3, 3):
        raise SessionError("cannot share the walk with others: this tmux is older than 3.3, and they could type into your "
                           "panes")
    session.mode = "0644"  # they may read the segments


def open_to(session, group: str) -> str:
    """Returns who may follow, for the presenter. Raises SessionError."""
    if group:
        try:
            os.chown(session.socket, -1, grp.getgrnam(group).gr_gid)
            os.chmod(session.socket, 0o660)
        except OSError as error:
            raise SessionError(f"cannot share the walk with the group '{group}': {error.strerror}. Are you a member of "
                               "it?") from error
        for user in members(group):
            session.tmux("server-access", "-a", user, ";", "server-access", "-r", user)
        os.chmod(session.folder, 0o711)  # to reach the socket and the segment's path, not to read what else is there
    shared = session.folder / "shared"
    path, proj = session.walk.segment
    programs = session.folder / "bin"
    view = ["--path", str(session.place / path if path else programs), "--proj", str(proj)]
    if not path:
        view += ["--elf", str(programs / "shm-server")]  # another user can't see which program the server is
    shared.write_text(json.dumps({"title": session.walk.title, "user": pwd.getpwuid(os.getuid()).pw_name, "view": view}))
    shared.chmod(0o644 if group else 0o600)
    return f"the {len(members(group))} other members of the group {group}" if group else "your own other terminals"


def find() -> list:
    """(folder, what the file `shared` says) of each walk that this user may follow."""
    found = []
    for parent in {os.environ.get("TMPDIR", "/tmp"), "/tmp"}:
        for folder in Path(parent).glob("shmlab-walk.*"):
            try:
                if os.access(folder / "tmux", os.R_OK | os.W_OK):
                    found.append((folder, json.loads((folder / "shared").read_text())))
            except (OSError, ValueError):
                pass
    return found


def attach(folder: Path) -> int:
    """Follows the walk on this terminal until it ends, or Ctrl-D."""
    environment = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE")}
    return subprocess.run(["tmux", "-u", "-S", str(folder / "tmux"), "attach", "-f", "read-only,ignore-size", "-t",
                           "walk"], env=environment).returncode
