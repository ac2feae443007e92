# shmlab in gdb: shows the segment that the program has attached, as shm-view draws it.
#
#   gdb -x gdb/.gdbinit PROGRAM      in the folder of the kit
#
# This file uses only plain gdb commands, so that it works in every gdb: shm-grid pipes the output of `x` to
# gdb/shm-draw, which runs shm-view. In a gdb with Python it loads shmgrid.py at its end. Nothing here writes into the
# program or calls a function of it.

# For the shell: runs shm-draw, which lies beside this file: in the folder SHMLAB_GDB, in the folder of gdb's option
# -x, or in the current folder or its gdb/.
set $shm_draw = "for d in \"$SHMLAB_GDB\" \"$(tr '\\0' '\\n' </proc/$PPID/cmdline | \
sed -n 's|/[.]gdbinit$||p' | sed 's|^-[^=]*=||;q')\" gdb .; do test -x \"$d/shm-draw\" && exec \"$d/shm-draw\""
set $shm_draw_else = "; done; cat >/dev/null; echo 'shm-grid: cannot find gdb/shm-draw of shmlab' >&2; \
echo '  start gdb in the folder of the kit' >&2; exit 127"

# If hardware watchpoints don't work here (see hw-watch), gdb has to step.
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
  set $shm_number = 0
  if $argc == 1
    set $shm_number = $arg0
  end
  eval "pipe info proc mappings | %s find %d%s", $shm_draw, $shm_number, $shm_draw_else
  if $_shell_exitcode == 0
    # gdb gets only the shell's exit status, one byte: so five bytes of the page's number and three of the size.
    set $shm_i = 0
    while $shm_i < 8
      eval "pipe info proc mappings | %s byte %d %d%s", $shm_draw, $shm_i, $shm_number, $shm_draw_else
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
Find the shared memory that the program has attached: shm-find [N].
It looks in `info proc mappings` for System V segments (/SYSV...), then for POSIX shared memory
(/dev/shm), memfds, and shared memory without a name, and sets two variables: $shm, the address of
the start, and $shm_size, the size in bytes. Both are 0 if there is none. If there are several, it
takes the first and lists all, with their numbers; or the one with number N.
end

define shm-bytes
  info inferiors
  if $argc == 2
    whatis $arg0
  end
  # in a variable: for a text of its own, eval would call malloc of the program
  set $shm_expression = "$arg0"
  with may-call-functions off -- with may-write-memory off -- eval "x/%luob %s", (unsigned long) ($arg1), $shm_expression
end
document shm-bytes
Print what shm-grid draws from: shm-bytes EXPR SIZE.
It prints the program, the type of EXPR, and SIZE bytes from the address EXPR on, in octal.
shm-grid pipes this to shm-view.
end

define shm-grid
  if $_gdb_setting("style enabled") == 1
    set $shm_style = "ansi"
  else
    set $shm_style = "text"
  end
  if $argc == 0
    shm-find
    if $shm_size > 0
      eval "pipe shm-bytes 0x%lx %lu segment | %s draw %s%s", $shm, $shm_size, $shm_draw, $shm_style, $shm_draw_else
    end
  end
  if $argc == 1
    if sizeof (*($arg0)) > 1
      eval "pipe shm-bytes $arg0 sizeof(*($arg0)) | %s draw %s%s", $shm_draw, $shm_style, $shm_draw_else
    else
      eval "pipe shm-bytes $arg0 1024 | %s draw %s%s", $shm_draw, $shm_style, $shm_draw_else
    end
  end
  if $argc == 2
    eval "pipe shm-bytes $arg0 $arg1 | %s draw %s%s", $shm_draw, $shm_style, $shm_draw_else
  end
  if $argc > 2
    echo shm-grid: write EXPR and SIZE without blanks: shm-grid (char*)p 64\n
  end
end
document shm-grid
Show memory as the picture that shm-view draws: shm-grid [EXPR [SIZE]].
Without EXPR: the whole segment that the program has attached (see shm-find), with the fields that
the program says lie there. Another one: shm-find N, then shm-grid $shm $shm_size
EXPR is an address: a pointer, a number, &variable; write it without blanks. If it points to a
struct, the struct's fields are shown. SIZE is a number of bytes. Without it: the size of what EXPR
points to; 1024 if that is void or char.
Examples:
  shm-grid
  shm-grid m
  shm-grid $sp 128
  set $m = (struct message *) base
  shm-grid $m
end

# Only a gdb with Python has functions like $_strlen. gdb -iex 'set $shm_plain = 1' leaves Python out.
if !$_isvoid($_strlen) && $_isvoid($shm_plain)
  python
import os, runpy

def shmlab_load():
    """Loads shmgrid.py from the folder of this file, which is among gdb's open files while gdb reads it."""
    for fd in os.listdir("/proc/self/fd"):
        try:
            folder, name = os.path.split(os.readlink("/proc/self/fd/" + fd))
        except OSError:
            continue
        if name == ".gdbinit" and os.access(folder + "/shm-draw", os.X_OK):
            os.environ["SHMLAB_GDB"] = folder
            if os.path.exists(folder + "/shmgrid.py"):
                runpy.run_path(folder + "/shmgrid.py") # source wants a name that the C locale has
            return

shmlab_load()
  end
end
