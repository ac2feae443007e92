# shmlab in gdb: the segment that the program has attached, as the picture that shm-view draws.
#
#   gdb -x gdb/.gdbinit PROGRAM      from the folder of the kit
#
# All of this file is plain gdb words, so that it works in every gdb. shm-grid hands the bytes, as `x` prints them, to
# gdb/shm-draw, and that to shm-view. Where gdb has Python and shmgrid.py lies beside this file, it comes last.
# Nothing here writes into the program.

# For the shell: runs shm-draw, which lies beside this file. That is the folder in SHMLAB_GDB, the one of gdb's own
# word -x, or the one that gdb was called in.
set $shm_draw = "for d in \"$SHMLAB_GDB\" \"$(tr '\\0' '\\n' </proc/$PPID/cmdline | \
sed -n 's|/[.]gdbinit$||p' | sed 's|^-[^=]*=||;q')\" gdb .; do test -x \"$d/shm-draw\" && exec \"$d/shm-draw\""
set $shm_draw_else = "; done; cat >/dev/null; echo 'shm-grid: cannot find gdb/shm-draw of shmlab' >&2; \
echo '  start gdb in the folder of the kit' >&2; exit 127"

# Where hardware watchpoints never stop a program (see hw-watch), gdb has to step. What was set by hand, stays.
eval "pipe echo | { %s hw-watch%s; } 2>/dev/null", $shm_draw, $shm_draw_else
if $_shell_exitcode == 1
  set $shm_steps = "this machine's debug registers do not answer"
end
if $_shell_exitcode == 3
  set $shm_steps = "SHMLAB_HW_WATCH=0: the debug registers are not used"
end
if !$_isvoid($shm_steps)
  set can-use-hw-watchpoints 0
  printf "%s; gdb steps instead, which is slower\n", $shm_steps
end

define shm-find
  set $shm = 0
  set $shm_size = 0
  eval "pipe info proc mappings | %s find%s", $shm_draw, $shm_draw_else
  if $_shell_exitcode == 0
    # A shell's answer to gdb is its exit status: one byte. So the page's number comes in five, the size in three.
    set $shm_i = 0
    while $shm_i < 8
      eval "pipe info proc mappings | %s byte %d%s", $shm_draw, $shm_i, $shm_draw_else
      if $shm_i < 5
        set $shm = $shm | (unsigned long) $_shell_exitcode << (8 * $shm_i + 12)
      else
        set $shm_size = $shm_size | (unsigned long) $_shell_exitcode << (8 * ($shm_i - 5))
      end
      set $shm_i = $shm_i + 1
    end
  end
end
document shm-find
Find the System V segment that the program has attached.
It looks for a /SYSV... mapping in `info proc mappings`, and sets two variables:
$shm, the address where the segment starts, and $shm_size, how many bytes it has.
Both are 0 where there is none. With several segments it takes the first, and lists all.
end

define shm-bytes
  info inferiors
  if $argc == 2
    whatis $arg0
  end
  eval "x/%luob %s", (unsigned long) ($arg1), "$arg0"
end
document shm-bytes
Print what shm-grid draws: shm-bytes EXPR SIZE.
Which program it is, the type of EXPR, and SIZE bytes from the address EXPR on, in octal.
shm-grid pipes this to shm-view.
end

define shm-grid
  if $argc == 0
    shm-find
    if $shm_size > 0
      eval "pipe shm-bytes 0x%lx %lu segment | %s draw%s", $shm, $shm_size, $shm_draw, $shm_draw_else
    end
  end
  if $argc == 1
    if sizeof (*($arg0)) > 1
      eval "pipe shm-bytes $arg0 sizeof(*($arg0)) | %s draw%s", $shm_draw, $shm_draw_else
    else
      eval "pipe shm-bytes $arg0 1024 | %s draw%s", $shm_draw, $shm_draw_else
    end
  end
  if $argc == 2
    eval "pipe shm-bytes $arg0 $arg1 | %s draw%s", $shm_draw, $shm_draw_else
  end
  if $argc > 2
    echo shm-grid: EXPR and SIZE are one word each, without blanks: shm-grid (char*)p 64\n
  end
end
document shm-grid
Show memory as the picture that shm-view draws: shm-grid [EXPR [SIZE]].
Without EXPR: the whole System V segment that the program has attached (see shm-find), with the
fields that the program says lie there.
EXPR is an address: a pointer, a number, &variable; write it without blanks. Where it points to
a struct, the struct's fields are shown. SIZE is a number of bytes. Without it: as many as what
EXPR points to has; 1024 where that is void or char.
Examples:
  shm-grid
  shm-grid m
  shm-grid $sp 128
  set $m = (struct message *) base
  shm-grid $m
end

# Functions like $_strlen are there only where gdb has Python. gdb -iex 'set $shm_plain = 1' goes without.
if !$_isvoid($_strlen) && $_isvoid($shm_plain)
  python
import os

def shmlab_load():
    """Loads shmgrid.py from the folder of this file, which gdb has open while it reads it."""
    for fd in os.listdir("/proc/self/fd"):
        try:
            folder, name = os.path.split(os.readlink("/proc/self/fd/" + fd))
        except OSError:
            continue
        if name == ".gdbinit" and os.access(folder + "/shm-draw", os.X_OK):
            os.environ["SHMLAB_GDB"] = folder
            if os.path.exists(folder + "/shmgrid.py"):
                gdb.execute("source " + folder + "/shmgrid.py")
            return

shmlab_load()
  end
end
