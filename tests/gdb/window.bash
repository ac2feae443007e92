# gdb's TUI with the window shm_grid, in a terminal. The tests of the window load this file.
load ../screen/helper

GDB_FOLDER=$BATS_TEST_DIRNAME/../../gdb
export GDB_FOLDER

window_open()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    gdb -nx -batch -ex 'python gdb.register_window_type' >/dev/null 2>&1 || skip "this gdb has no TUI with Python"
    screen_open
    export SHMLAB_VIEW=$BIN/shm-view
    unset DEBUGINFOD_URLS
}

# gdb_on SIZE ARGUMENT...: gdb with its window, in a terminal of this size.
gdb_on()
{
    local size=$1
    shift
    on "$size" env TERM=screen-256color SHMLAB_VIEW="$SHMLAB_VIEW" gdb -nx -q -tui -ex 'set confirm off' \
        -ex 'set debuginfod enabled off' -x "$GDB_FOLDER/shmgrid.py" -ex 'layout shm' "$@"
}

screen_says()
{
    tmx capture-pane -p | grep -qF -- "$1"
}

type_in()
{
    tmx send-keys -l "$1"
    tmx send-keys Enter
}
