"""bench layout: what it costs to find a type in debug information and to lay it out, beside pahole -C. pahole stops at
the first definition; we look at all source files, because two may define the type differently.

layout.py BIN ROUNDS [FILE]     `./shmlab bench layout` runs this; FILE: python3-dbg
"""

import os
import re
import shutil
import subprocess
import sys

TARGET = 4.0  # times the CPU of pahole -C, for all types together
TARGET_OWN = 30.0  # milliseconds for a type of the kit's own programs


def cpu(rounds: int, *command: str) -> float:
    """Milliseconds of CPU: the least of so many runs."""
    silent = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    used = []
    for _ in range(rounds):
        usage = os.wait4(os.posix_spawnp(command[0], command, os.environ, file_actions=silent), 0)[2]
        used.append(1000 * (usage.ru_utime + usage.ru_stime))
    return min(used)


def spread(file: str) -> list:
    """Nine of the file's structs, from the first to the last."""
    told = subprocess.run(["pahole", "-F", "dwarf", file], capture_output=True, text=True, check=False)
    names = re.findall(r"^struct (\w+) {", told.stdout, re.MULTILINE)
    return [names[(len(names) - 1) * i // 8] for i in range(9)] if names else []


def row(what: str, ours: float, pahole: float, target: str, good: bool):
    print(f"  {what:34} {ours:7.1f} ms   pahole -C {pahole:7.1f} ms   {ours / pahole:6.2f} times   {target}"
          f"{'' if not target else ' ok' if good else ' MISSED'}".rstrip())


def main(folder: str, rounds: int, file: str) -> int:
    view = os.path.join(folder, "shm-view")
    names = spread(file)
    if not names:
        print(f"pahole finds no struct in {file}", file=sys.stderr)
        return 1
    print(f"{len(names) + 1} types of {file}, and two of the kit's own: CPU of shm-view --render layout")
    all_ours = all_pahole = 0.0
    for name in names + ["no_such_type"]:
        ours = cpu(rounds, view, "--render", "layout", "--elf", file, "--type", f"struct {name}")
        pahole = cpu(rounds, "pahole", "-F", "dwarf", "-C", name, file)
        row(f"struct {name}", ours, pahole, "", True)
        all_ours, all_pahole = all_ours + ours, all_pahole + pahole
    row("all of them", all_ours, all_pahole, f"target: below {TARGET:.0f} times", all_ours < TARGET * all_pahole)
    for name in ("message", "message_packed"):
        server = os.path.join(folder, "shm-server")
        ours = cpu(rounds, view, "--render", "layout", "--elf", server, "--type", f"struct {name}")
        pahole = cpu(rounds, "pahole", "-F", "dwarf", "-C", name, server)
        row(f"struct {name} of shm-server", ours, pahole, f"target: below {TARGET_OWN:.0f} ms", ours < TARGET_OWN)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else
                  os.path.realpath(shutil.which("python3-dbg") or sys.executable)))
