#!/usr/bin/env bats
# The window shm_grid of gdb's TUI: it has the layouts and the cells of shm-view.
bats_require_minimum_version 1.5.0
load window

setup()
{
    window_open
}

teardown()
{
    screen_close
}

# gdb_layout TYPE GDB-ARGUMENT...: the layout of the type in that gdb, as shm-view writes it.
gdb_layout()
{
    TYPE=$1 OUT=$T/gdb.layout gdb -nx -batch "${@:2}" -x "$BATS_TEST_DIRNAME/layout_of.py" >"$T/gdb.out" 2>&1
    "$BIN/shm-view" --render layout --layout "$T/gdb.layout"
}

# same_layout PROGRAM TYPE: gdb has the layout that shm-view has.
same_layout()
{
    "$BIN/shm-view" --render layout --type "$2" --elf "$1" >"$T/dwarf"
    gdb_layout "$2" "$1" | diff -u "$T/dwarf" -
}

cells_of()
{
    IN=$1 LEFT=$2 TOP=$3 COLS=$4 ROWS=$5 gdb -nx -batch -x "$BATS_TEST_DIRNAME/cells.py"
}

# same_cells VIEW-OPTION...: the window has the cells that shm-view draws with these options in the same size. `set -e`
# has no effect here, because await calls it.
same_cells()
{
    local top left cols rows
    tmx capture-pane -p >"$T/plain" && tmx capture-pane -p -e >"$T/seen" || return
    # the frames of the two windows overlap: the corner is one's or the other's
    top=$(perl -CSD -Mutf8 -ne 'if (/^(┌[^┐┌]*[┐┌])(.*)┐$/) { print length $1, " ", length $2 } last' "$T/plain")
    left=${top% *} cols=${top#* }
    rows=$(grep -n '┘$' "$T/plain" | head -n 1)
    rows=$((${rows%%:*} - 2))
    ((${cols:-0} > 20 && rows > 5)) || return
    cells_of "$T/seen" "$left" 1 "$cols" "$rows" >"$T/window.cells"
    "$BIN/shm-view" --render ansi --screen "${cols}x$((rows + 2))" "$@" >"$T/drawn" || return
    cells_of "$T/drawn" 0 1 "$cols" "$rows" >"$T/view.cells"
    # enough cells, and coloured ones: else the comparison proves nothing
    (($(wc -l <"$T/view.cells") > 200 && $(grep -c ' 3[0-7]$' "$T/view.cells") > 50)) || return
    diff "$T/view.cells" "$T/window.cells"
}

segment_file()
{
    perl -e 'my ($id) = @ARGV; my $bytes; shmread($id, $bytes, 0, 1024) or die "shmread: $!"; print $bytes' "$ID" >"$T/now"
}

@test "the object file gives the layout, also what gdb does not know" {
    for type in 'struct message' 'struct message_packed_bell' 'struct message_live_bell'; do
        same_layout "$BIN/shm-server" "$type"
        [[ $type != *_bell ]] || grep -qx '    64 shm_bell bell (align 64)' "$T/dwarf"
    done
}

# pair GCC-OPTION...: builds a program with a member whose alignment only the object file has. It stops at once.
pair()
{
    cat >"$T/pair.c" <<'END'
struct pair { long first[8]; _Alignas(64) int second; } pair;
int main(void) { __builtin_trap(); }
END
    gcc -g -w "$@" "$T/pair.c" -o "$T/pair"
}

# rebuilt: a command for gdb's `shell` that replaces the program: the same struct on another line.
rebuilt()
{
    echo "(echo '#line 9'; cat '$T/pair.c') | gcc -g -w -xc - -o '$T/new' && mv '$T/new' '$T/pair'"
}

# of_the_file GDB-ARGUMENT..., of_gdb GDB-ARGUMENT...: where does that gdb have the layout of struct pair from?
of_the_file()
{
    gdb_layout 'struct pair' "$T/pair" "$@" >"$T/layout"
    grep -qx '    64 int second (align 64)' "$T/layout"
}

of_gdb()
{
    gdb_layout 'struct pair' "$T/pair" "$@" >"$T/layout"
    grep -qx '    64 int second' "$T/layout"
}

@test "gdb's own types give the layout if the file is gone, was replaced, or has no build-id" {
    pair
    of_the_file
    of_gdb -ex "shell $(rebuilt)"
    of_gdb -ex "shell rm '$T/pair'"
    pair -Wl,--build-id=none
    of_gdb
}

@test "a running program's file is found even if it was deleted or replaced" {
    pair
    of_the_file -ex run -ex "shell $(rebuilt)"
    pair
    of_the_file -ex run -ex "shell rm '$T/pair'"
}

@test "if several types have a name, it is the one that gdb means" {
    echo 'struct twin { int a, b; }; struct twin one; int main(void) { return one.a; }' >"$T/one.c"
    echo 'struct twin { int c; float d; }; struct twin other; int use(void) { return other.c; }' >"$T/other.c"
    gcc -g -w "$T/one.c" "$T/other.c" -o "$T/twins"
    gdb_layout 'struct twin' "$T/twins" -ex 'list other.c:1' | grep -qx '    4 float d'
    gdb_layout 'struct twin' "$T/twins" -ex 'list one.c:1' | grep -qx '    4 int b'
    cat >"$T/inner.c" <<'END'
struct twin { int a, b; } outer;
int main(void)
{
    struct twin { int c, d; } inner = {0};
    __builtin_trap();
    return inner.c;
}
END
    gcc -g -w "$T/inner.c" -o "$T/inner"
    gdb_layout 'struct twin' "$T/inner" | grep -qx '    4 int b'
    gdb_layout 'struct twin' "$T/inner" -ex run | grep -qx '    4 int d'
}

@test "gdb's types give the layouts of DWARF: the server's" {
    export BUILT=1
    for type in 'struct message' 'struct message_packed' 'struct message_live' 'struct message_live_packed'; do
        same_layout "$BIN/shm-server" "$type"
    done
}

@test "gdb's types give the layouts of DWARF: all kinds of C" {
    export BUILT=1
    gcc -g -w -I"$BATS_TEST_DIRNAME/../../src" "$BATS_TEST_DIRNAME/../oracle/kinds.c" -o "$T/kinds" -lpthread
    for type in 'struct all' 'struct over' 'struct outer' 'struct bits' 'struct bits_packed' 'struct message_packed' \
        'struct sync' 'struct flexible' 'struct text_end' 'struct old_end' nameless_t 'struct empty_inside' 'union any'; do
        same_layout "$T/kinds" "$type"
    done
}

@test "natural and packed: the window has shm-view's text at 80x24 and larger" {
    for layout in natural packed; do
        serve --layout "$layout"
        segment_file
        cp "$T/now" "$T/first"
        for size in 80x24 120x50; do
            gdb_on "$size" -p "$SERVER"
            await screen_says 'PI is de'
            await screen_says '(gdb)'
            type_in 'shm-grid-select num'
            type=message
            [[ $layout == natural ]] || type=message_packed
            await same_cells --file "$T/now" --type "struct $type" --elf "$BIN/shm-server" --at num
            type_in quit
            # the next gdb can attach only after this one has detached
            await grep -q '^TracerPid:[[:space:]]*0$' "/proc/$SERVER/status"
        done
        await grep -q '^State:.*S' "/proc/$SERVER/status"
        stop TERM
    done
}

# mid_write_and_overrun LAYOUT TYPE NUM FAREWELL: their offsets.
mid_write_and_overrun()
{
    local options=(--type "struct $2" --elf "$BIN/shm-server")
    serve --layout "$1"
    segment_file
    cp "$T/now" "$T/first"
    gdb_on 100x40 -p "$SERVER"
    await screen_says 'PI is de'
    await screen_says '(gdb)'
    poke "$3" 1500000099
    segment_file
    type_in 'print 41+1'
    await same_cells --file "$T/now" --was "$T/first" --since "$T/first" "${options[@]}"
    poke "$4" 4141414141414141414141
    segment_file
    type_in 'print 42+1'
    await same_cells --file "$T/now" --was "$T/first" --since "$T/first" "${options[@]}"
    type_in 'shm-grid-reset'
    await same_cells --file "$T/now" --was "$T/now" --since "$T/now" "${options[@]}"
    type_in quit
    stop TERM
}

@test "mid-write and overrun, natural: what another process writes appears, with its mark" {
    mid_write_and_overrun natural message 20 48
}

@test "mid-write and overrun, packed: what another process writes appears, with its mark" {
    mid_write_and_overrun packed message_packed 19 38
}

@test "the window scrolls by keys, and a click inspects a byte" {
    serve
    gdb_on 80x24 -p "$SERVER"
    await screen_says 'PI is de'
    await screen_says '(gdb)'
    type_in 'focus shm_grid'
    await screen_says 'Focus set to shm_grid window'
    tmx send-keys Down Down
    await screen_says '│0068 '
    run -1 screen_says '│0000'
    tmx send-keys -l $'\e[M'"$(printf '\x20\x52\x25')" # button 1 at column 50, row 5
    tmx send-keys -l $'\e[M'"$(printf '\x23\x52\x25')"
    await screen_says '0020 │3d[3d]'
}

row_is_there() { tmx capture-pane -p | grep -qE "│ ?$1[^0-9a-f]"; }

@test "a selected byte is scrolled into view, also in a small window" {
    serve --every 100000
    gdb_on 100x30 -p "$SERVER"
    await screen_says 'PI is de'
    await screen_says '(gdb)'
    run -1 row_is_there 0038
    type_in 'shm-grid-select counter'
    await screen_says '0x0038 = 56'
    await row_is_there 0038
    type_in 'shm-grid-select 1000'
    await row_is_there 03e8
    type_in 'shm-grid-select 0'
    await screen_says 'PI is de'
}

@test "an error is one line, and gdb goes on" {
    run gdb -nx -batch -x "$GDB_FOLDER/shmgrid.py" -ex 'shm-window' -ex 'shm-window nosuch' -ex 'shm-window 8 64' \
        -ex 'shm-grid-select' -ex 'shm-grid-select 3' -ex 'print 6*7' "$BIN/shm-server"
    [[ $output == *'shm: no program is running'* ]]
    [[ $output == *'shm: nosuch: No symbol "nosuch" in current context.'* ]]
    [[ $output == *'shm: cannot read 64 bytes at 0x8'* || $output == *'no program is running'* ]]
    [[ $output == *'which byte?'* ]]
    [[ $output != *Traceback* && $output != *Python* ]]
}

@test "the window says that a program has no segment; no colours if NO_COLOR is set" {
    on 80x24 env TERM=screen-256color NO_COLOR=1 gdb -nx -q -tui -ex 'set confirm off' -x "$GDB_FOLDER/shmgrid.py" \
        -ex 'layout shm' -ex 'set debuginfod enabled off' "$BIN/shm-server"
    await screen_says 'no program is running'
    serve
    type_in "attach $SERVER"
    await screen_says 'PI is de'
    tmx capture-pane -p -e >"$T/seen"
    cells_of "$T/seen" 41 1 38 12 >"$T/window.cells"
    grep -q '^1 6 5 1\|^1 .* 5 7' "$T/window.cells"
    ! grep ' 3[0-7]$' "$T/window.cells" || false
    type_in detach
    await screen_says 'no program is running'
}

# A program that prints at each step, on gdb's terminal.
noisy()
{
    cat >"$T/noisy.c" <<'END'
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int id = shmget(IPC_PRIVATE, 64, IPC_CREAT | 0600);
    char *base = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    setvbuf(stdout, NULL, _IONBF, 0);
    base[0] = 1;
    for (int i = 0; i < 9; i++)
        printf("NOISE %d\nNOISE in a line that is wider than a window\n", i);
    base[1] = 2;
    printf("NOISE at last\n");
    return 0;
}
END
    (cd "$T" && gcc -g -Wall noisy.c -o noisy)
    gdb_on 80x24 "$T/noisy"
    await screen_says 'no program is running'
    type_in 'break 11'
    await screen_says 'Breakpoint 1 at'
}

stands_at() { tmx capture-pane -p | grep -q "L$1 *PC"; }

# The frames of both windows are complete, and there is nothing but what gdb has drawn.
whole()
{
    local line
    mapfile -t line < <(tmx capture-pane -p)
    [[ ${line[0]} == ┌─noisy.c─*┐ && ${line[14]} == └*┘ ]] || return
    for ((i = 1; i < 14; i++)); do [[ ${line[i]} == │*│*│ ]] || return; done
    [[ ${line[*]} != *'NOISE 0'* && ${line[*]} != *'NOISE in a line that is wider'* ]]
}

@test "what the program prints on gdb's terminal is gone at each stop and at its end" {
    noisy
    type_in run
    await stands_at 11
    await whole
    type_in next
    await stands_at 12
    for i in 13 12 13 12; do
        tmx send-keys Enter # next, again
        await stands_at "$i"
        await whole
        await prompt_stands
    done
    type_in 'until 14'
    await stands_at 14
    await whole
    type_in continue
    await screen_says 'exited normally'
    await ended_whole
    await prompt_stands
}

# In the source it is in a printf; when printed, it is not.
ended_whole() { ! tmx capture-pane -p | grep -v printf | grep -q 'NOISE' && screen_says '(gdb)'; }
prompt_stands() { [[ $(tmx display -p '#{cursor_x},#{cursor_y}') == 6,23 ]]; }

@test "the screen is not redrawn if the program prints elsewhere, and a closed TUI is not opened" {
    noisy
    stream
    type_in 'run >out 2>&1'
    await stands_at 11
    type_in next
    await stands_at 12
    type_in 'print 40+1'
    await screen_says '= 41'
    run -1 grep -q $'\e\[H\e\[J' "$T/stream"
    type_in 'set args'
    type_in run
    await stands_at 11
    await grep -q $'\e\[H\e\[J' "$T/stream"
    type_in 'tui disable'
    type_in 'until 14'
    await screen_says 'base[1] = 2;'
    type_in 'print 40+2'
    await screen_says '= 42'
    run -1 screen_says '└'
    screen_says 'NOISE 8'
}
