"""shmlab's window in gdb's TUI: `layout shm` shows the segment beside the source. gdb/.gdbinit sources this file.

shmgrid_segment.py (bytes), shmgrid_maps.py (/proc/PID/maps), shmgrid_elf.py (a type's layout from its object file),
shmgrid_layout.py (the same from gdb's own types), shmgrid_view.py (shm-view draws), shmgrid_grid.py (what is shown),
shmgrid_window.py (the window), shmgrid_live.py (while others write), shmgrid_redraw.py (when the program has printed),
shmgrid_window_commands.py (words), shmgrid_once.py (shm-grid), shmgrid_attached.py (who has it)."""
import os
import sys

try:
    HOME = os.path.dirname(os.path.abspath(__file__))
except NameError: # older gdbs don't tell a script its file
    HOME = os.environ.get("SHMLAB_GDB", ".")
os.environ.setdefault("SHMLAB_GDB", HOME)
if HOME not in sys.path:
    sys.path.insert(0, HOME)
sys.dont_write_bytecode = True

import gdb

import shmgrid_window_commands
import shmgrid_live
import shmgrid_window

def own_sources():
    """In an installed kit the tree that was compiled is elsewhere: the sources of its programs lie beside this folder."""
    src = os.path.join(os.path.dirname(HOME), "src")
    try:
        with open(os.path.join(src, "built-from")) as told:
            gdb.execute("set substitute-path '%s' '%s'" % (told.read().strip(), src))
    except (OSError, gdb.error):
        pass # the tree itself


own_sources()
shmgrid_window.install()
shmgrid_window_commands.install()
shmgrid_live.install()
