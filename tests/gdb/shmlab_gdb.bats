#!/usr/bin/env bats
# ./shmlab gdb: what it attaches to, what it starts, and that it leaves nothing behind.
bats_require_minimum_version 1.5.0
load ../screen/helper

setup()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    gdb -nx -batch -ex 'python gdb.register_window_type' >/dev/null 2>&1 || skip "this gdb has no TUI with Python"
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    [[ $BUILD_DIR == "$ROOT/build/"* ]] || skip "no programs built under $ROOT/build"
    screen_open
    export SHMLAB_PRESET=${BUILD_DIR##*/} TMPDIR=$T
}

teardown() { screen_close; }

# gdb takes time to start, perhaps beside other tests: 40 seconds at most, not 10.
await()
{
    local until=$((SECONDS + 40))
    until "$@"; do
        ((SECONDS <= until)) || { printf 'waited in vain for: %s\n' "$*" >&2 && return 1; }
        sleep 0.05
    done
}

# shmlab_gdb SIZE ARGUMENT...: ./shmlab gdb with $KEY, in a terminal of this size.
shmlab_gdb()
{
    local size=$1
    shift
    on "$size" env TERM=screen-256color TMPDIR="$T" ./run "$ROOT/shmlab" gdb --key "$KEY" "$@"
}

type_in()
{
    keys -l "$1"
    keys Enter
}

leave()
{
    type_in quit
    sees 'Quit anyway?'
    type_in y
    ends 0
}

nothing_left()
{
    [[ -z $(id_of_key) ]]
    ! compgen -G "$T/shmlab-gdb.*"
}

@test "no server: gdb starts one, stopped before its first write; each continue writes one value; quit leaves nothing" {
    shmlab_gdb 100x34
    sees 'Each continue writes one value.' 'message_write_field' '1024 bytes'
    [[ $(bytes_of "$(id_of_key)") =~ ^0+$ ]]
    type_in continue
    sees 'PI is de'
    leave
    nothing_left
}

@test "a running server: gdb attaches, shows its bytes, and quit leaves it running" {
    serve --every 200
    shmlab_gdb 80x24
    sees "Attached to shm-server, pid $SERVER." 'PI is de' '(gdb)'
    await grep -q '^State:.*t' "/proc/$SERVER/status"
    leave
    await grep -q '^State:.*S' "/proc/$SERVER/status"
    [[ $(id_of_key) == "$ID" ]]
}

segment_free() { [[ $(shm_column "$(id_of_key)" nattch) == 0 ]]; }

@test "quit leaves a server alone that somebody started after gdb's had ended" {
    shmlab_gdb 100x34
    sees 'Each continue writes one value.'
    type_in kill
    sees 'Kill the program being debugged?'
    type_in y
    await segment_free
    serve
    type_in quit
    ends 0
    run -1 ended "$SERVER"
    [[ $(id_of_key) == "$ID" ]]
}

@test "your own program gets its arguments, also those that shmlab knows itself" {
    shmlab_gdb 100x34 "$BIN/shm-client" --id 7
    sees 'Type run'
    type_in 'show args'
    sees 'Argument list to give program being debugged when it is started is "--id 7"'
    type_in quit
    ends 0
}

@test "the client stops before it reads; the server that was started for it ends with gdb" {
    shmlab_gdb 100x34 client
    sees 'Nothing has been read yet.' 'PI is de' 'farewell'
    leave
    nothing_left
}

@test "without a terminal, and with wrong options, it says so" {
    run -1 --separate-stderr "$ROOT/shmlab" gdb </dev/null
    [[ $stderr == *"gdb needs a terminal to draw on"* ]]
    run -2 --separate-stderr "$ROOT/shmlab" gdb --nosuch
    [[ $stderr == *"gdb does not know '--nosuch'"* ]]
    run -2 --separate-stderr "$ROOT/shmlab" gdb --core
    [[ $stderr == *"--core needs a file"* ]]
}

@test "prepared sessions: the list, one in batch with this build's programs, and one that doesn't exist" {
    run -0 "$ROOT/shmlab" gdb --list
    [[ ${lines[1]} == "  01 raw-bytes: "* && ${#lines[@]} -ge 9 ]]
    run -0 "$ROOT/shmlab" gdb --session 4 --batch </dev/null
    [[ $output == *"wrote the message in the natural layout"* ]]
    run -2 --separate-stderr "$ROOT/shmlab" gdb --session 99
    [[ $stderr == *"no session '99'"* ]]
}

@test "no such program, a script and a file that is not a core: one line each" {
    on 80x24 "$ROOT/shmlab" gdb ./nosuch
    sees "cannot debug './nosuch': there is no such program"
    on 80x24 "$ROOT/shmlab" gdb ./run
    sees "cannot debug './run': it is not machine code"
    on 80x24 "$ROOT/shmlab" gdb --core ./run
    sees "is not a core file"
}

@test "a core file: gdb finds its program and shows its segment" {
    serve
    gdb -nx -batch -p "$SERVER" -ex 'set use-coredump-filter off' -ex "generate-core-file $T/core" >"$T/gdb.out" 2>&1 </dev/null
    stop TERM
    on 100x34 env TERM=screen-256color TMPDIR="$T" ./run "$ROOT/shmlab" gdb --core "$T/core"
    sees 'PI is de' 'farewell'
    type_in quit
    ends 0
}

@test "a server with another debugger: it says so, with that debugger's pid" {
    serve
    mkfifo "$T/commands"
    gdb -nx -q -p "$SERVER" <>"$T/commands" >"$T/other" 2>&1 3>&- &
    PIDS=("$!" "${PIDS[@]}") # ends first: a dead server would wait for its debugger
    await grep -q '^TracerPid:.*[1-9]' "/proc/$SERVER/status"
    shmlab_gdb 120x24
    ends 1
    shows 'cannot attach gdb to shm-server'
    shows 'a debugger is already attached: gdb'
}
