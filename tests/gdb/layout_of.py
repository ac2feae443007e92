# For gdb -batch: writes the layout of the type $TYPE, as gdb has it, to the file $OUT.
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.environ["GDB_FOLDER"])
import shmgrid_layout

with open(os.environ["OUT"], "w") as out:
    out.write(shmgrid_layout.layout_text(gdb.lookup_type(os.environ["TYPE"])))
