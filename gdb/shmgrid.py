"""shmlab's window in gdb's TUI: `layout shm` shows the segment beside the source. gdb/.gdbinit sources this file.

Its parts lie beside it, shmgrid_*.py; the first line of each says what it is."""
import os
import sys

try:
    HOME = os.path.dirname(os.path.abspath(__file__))
except NameError: # older gdbs set no __file__
    HOME = os.environ.get("SHMLAB_GDB", ".")
os.environ.setdefault("SHMLAB_GDB", HOME)
if HOME not in sys.path:
    sys.path.insert(0, HOME)
sys.dont_write_bytecode = True

import gdb

import shmgrid_window_commands
import shmgrid_live
import shmgrid_window

def find_installed_sources():
    """An installed kit has the sources beside this folder, but its programs name those of the tree they were built in."""
    src = os.path.join(os.path.dirname(HOME), "src")
    try:
        with open(os.path.join(src, "built-from")) as built_from:
            gdb.execute("set substitute-path '%s' '%s'" % (built_from.read().strip(), src))
    except (OSError, gdb.error):
        pass # not installed: this is the tree


find_installed_sources()
shmgrid_window.install()
shmgrid_window_commands.install()
shmgrid_live.install()
