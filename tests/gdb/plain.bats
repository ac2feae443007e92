#!/usr/bin/env bats
# shm-grid in plain gdb commands: the same picture as shm-view's own, in the command window. The tests run in the
# installed gdb without its Python; those named "without Python" run in a gdb that has none (Debian's gdb-minimal, which
# ./shmlab test unpacks into build/gdb-minimal).
bats_require_minimum_version 1.5.0
load ../cli/helper
load minimal

setup()
{
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    GDB=(gdb -iex 'set $shm_plain = 1')
    unset SHMLAB_GDB COLUMNS NO_COLOR
    export SHMLAB_VIEW=$BIN/shm-view
    export LC_ALL=C.UTF-8
    place_open
}

teardown() { place_close; }

# in_gdb PID|none COMMAND...: attaches to that process, with .gdbinit; $output gets the commands' output.
in_gdb()
{
    local pid=$1 args=()
    shift
    [[ $pid == none ]] || args=(-p "$pid")
    for command; do args+=(-ex "$command"); done
    run --separate-stderr "${GDB[@]}" -nx -batch -x "$ROOT/gdb/.gdbinit" -iex 'set auto-load off' "${args[@]}" </dev/null
}

# The picture alone, without gdb's other output.
picture() { sed -n '/^\(\x1b\[1m\)\{0,1\}0x[0-9a-f]* of process/,/^$/p' <<<"$output" | sed 1d; }

# same_picture: gdb's picture of the whole segment is shm-view's: the same text in a pipe, also with the same colours on a
# terminal.
same_picture()
{
    local words style
    in_gdb "$SERVER" 'set style enabled on' shm-grid
    picture >"$T/gdb.text"
    printf -v words '%q ' "${GDB[@]}" -nx -batch -x "$ROOT/gdb/.gdbinit" -iex 'set auto-load off' -p "$SERVER" \
        -ex 'set style enabled on' -ex 'set width 0' -ex shm-grid
    output=$(TERM=xterm timeout 60 script -qec "$words" /dev/null </dev/null 2>&1 | tr -d '\r')
    picture >"$T/gdb.ansi"
    for style in text ansi; do
        "$BIN/shm-view" --id "$ID" --render $style --cols 80 | sed -n '1d;p;/^$/q' >"$T/view.$style"
        [[ $(wc -l <"$T/view.$style") -gt 4 ]]
        diff "$T/view.$style" "$T/gdb.$style"
    done
}

@test "shm-grid is shm-view's picture of the segment, text and colour: natural" {
    serve
    same_picture
    grep -q $'\e\[32m│50' "$T/gdb.ansi"
    in_gdb "$SERVER" 'set style enabled off' shm-grid
    [[ $output != *$'\e'* ]]
}

@test "shm-grid is shm-view's picture of the segment, text and colour: packed, in the middle of a message" {
    mkfifo "$T/keys"
    exec 9<>"$T/keys"
    serve_until '[1/8]' --layout packed --step <"$T/keys"
    printf '\n\n\n' >&9
    await says "$T/out" '[4/8]'
    same_picture
    exec 9>&-
}

@test "in a gdb without Python the picture is the same" {
    minimal
    GDB=("$GDB_MINIMAL")
    serve --every 100000
    same_picture
}

@test "a gdb without Python loads the file without any output" {
    minimal
    GDB=("$GDB_MINIMAL")
    export SHMLAB_HW_WATCH=1 # otherwise it may say that gdb steps
    in_gdb none
    [[ $status == 0 && -z $output && -z $stderr ]]
}

@test "shm-find finds the segment's start and size, as /proc and ipcs have them" {
    serve
    in_gdb "$SERVER" shm-find 'printf "%lx %lu\n", $shm, $shm_size'
    start=$(sed -n 's/^\([0-9a-f]*\)-.*\/SYSV.*/\1/p' "/proc/$SERVER/maps")
    [[ $output == *"$start 1024"* ]]
}

# find_all GDB-ARGUMENT...: a list, and the sizes and first texts of all kinds of shared memory in places.
find_all()
{
    local n args=(-ex shm-find)
    for n in 1 2 3 4; do args+=(-ex "shm-find $n" -ex 'print (int) $shm_size' -ex 'print *(char (*)[5]) $shm'); done
    run "${GDB[@]}" -nx -batch -x "$ROOT/gdb/.gdbinit" "$@" "${args[@]}" -ex 'shm-find 5' -ex 'print $shm' </dev/null
    [[ $output == *'Several segments are attached; this is the first. The others: shm-find N'* ]]
    [[ $output == *'$2 = "sysv"'* && $output == *'$4 = "posix"'* && $output == *'$6 = "memfd"'* && $output == *'$8 = "namel"'* ]]
    [[ $output == *'shm-find: there is no segment 5: the program has 4'*'$9 = 0' ]]
}

@test "shm-find N finds System V, /dev/shm, memfd and nameless memory, and lists them; in a core file, too" {
    find_all "$BIN/places" -ex 'break stop' -ex "run /$POSIX" -ex 'continue 3' -ex "generate-core-file $T/core"
    [[ $output == *'$1 = 200'*'$3 = 100'*'$5 = 8192'*'$7 = 4096'* ]] # a memfd has no name by which stat finds it
    grep -qE "^ +2 +0x[0-9a-f]+ 100 bytes +/dev/shm/$POSIX\$" <<<"$output"
    grep -qE '^ +3 +0x[0-9a-f]+ 8192 bytes +/memfd:ring$' <<<"$output"
    grep -qE '^ +4 +0x[0-9a-f]+ 4096 bytes +without a name$' <<<"$output"
    find_all "$BIN/places" "$T/core"
    [[ $output == *'$1 = 4096'*'$3 = 4096'*'$5 = 8192'*'$7 = 4096'* ]] # whole pages: a core file has no sizes
}

@test "shm-grid EXPR calls no function of the program and writes nothing into it" {
    run "${GDB[@]}" -nx -batch -x "$ROOT/gdb/.gdbinit" -ex 'break stop' -ex "run /$POSIX" -ex 'shm-grid called()' \
        -ex 'shm-grid (char*)called() 8' -ex 'shm-grid calls=7 8' -ex 'shm-grid &calls called()' -ex 'print calls' \
        -ex 'shm-grid &calls 4' -ex 'print called()' "$BIN/places" </dev/null
    [[ $(grep -c 'Cannot call functions in the program' <<<"$output") -ge 2 ]]
    # gdb writes what it prints itself later than its children do, where that goes into a pipe
    [[ $output == *'$1 = 0'* && $output == *' 4 bytes'* && $output == *'$2 = 1'* && $output != *'8 bytes'* ]]
}

@test "shm-grid EXPR shows the fields of the struct that it points to, wherever that is" {
    serve --every 100000
    in_gdb "$SERVER" 'frame function keep_writing' 'shm-grid m'
    [[ $output == *"64 bytes"*"struct message_live"*"message.num"*"counter"* ]]
    in_gdb "$SERVER" 'frame function keep_writing' 'set $m = (const struct message *) m' 'shm-grid $m'
    [[ $output == *"56 bytes"*"layout: struct message, from"* ]]
}

@test "shm-grid EXPR SIZE shows SIZE bytes" {
    serve
    in_gdb "$SERVER" 'shm-grid $sp 48'
    [[ $output == *"48 bytes"*$'\n0020 '* && $output != *$'\n0030'* && $output != *"layout:"* ]]
}

@test "without a process, without a segment, with a bad address: one clear message, and gdb goes on" {
    in_gdb none shm-grid 'echo on\n'
    [[ $stderr == *"No current process"* && $stderr != *"shm-draw"* && $output == *on* ]]
    sleep 1000 3>&- &
    PIDS+=($!)
    await grep -q sleep "/proc/$!/cmdline"
    in_gdb $! shm-grid 'echo on\n'
    [[ $stderr == *"no shared memory is attached"*"shm-grid EXPR"* && $output == *on* ]]
    in_gdb $! 'shm-grid 16 8' 'echo on\n'
    [[ $stderr == *"Cannot access memory at address 0x10"* && $output == *on* ]]
    in_gdb $! 'shm-grid nosuch' 'echo on\n'
    [[ $stderr == *'No symbol '* && $output == *on* ]]
    in_gdb $! 'shm-grid 1 2 3' 'echo on\n'
    [[ $output == *"write EXPR and SIZE without blanks"*on* ]]
}

@test "it works in any folder, and says so if its helper is missing" {
    serve
    unset SHMLAB_VIEW
    cd /
    in_gdb "$SERVER" shm-grid
    [[ $output == *"PI is defined as"* ]]
    mkdir "$T/gdb"
    cp "$ROOT/gdb/.gdbinit" "$T/gdb/"
    cd "$T/gdb"
    ROOT=$T
    in_gdb "$SERVER" shm-grid
    [[ $stderr == *"cannot find gdb/shm-draw"*"in the folder of the kit"* ]]
}

@test "each command has help" {
    in_gdb none 'help shm-grid' 'help shm-find' 'help shm-bytes'
    [[ $output == *"shm-grid [EXPR [SIZE]]"*"Find the shared memory that"*"shm-bytes EXPR SIZE"* ]]
}
