# For gdb -batch: writes the layout of the type $TYPE to the file $OUT: that of the window, or, if $BUILT is set, the one
# built from gdb's own types.
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.environ["GDB_FOLDER"])
import shmgrid_layout

layout = shmgrid_layout.layout_text if os.environ.get("BUILT") else shmgrid_layout.cached
with open(os.environ["OUT"], "w") as out:
    out.write(layout(gdb.parse_and_eval("(%s *) 0" % os.environ["TYPE"]).type.target()))
