#!/usr/bin/env bats
# The prepared sessions of gdb: each against its transcript, and step by step on a terminal.
bats_require_minimum_version 1.5.0
load ../screen/helper
load minimal

setup()
{
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    screen_open
    export SHMLAB_BIN=$BIN TMPDIR=$T
    unset DEBUGINFOD_URLS
}

teardown() { screen_close; }

# No process, no folder; and no segment but those that stood there before.
nothing_left()
{
    [[ $(wc -l </proc/sysvipc/shm) == 1 || -z ${SHMLAB_ISOLATED-} ]] || return 1
    ! compgen -G "$T/shmlab-session.*" >/dev/null && ! pgrep -f "$T/shmlab-session" >/dev/null
}

@test "each session says what its transcript says, and leaves nothing behind" {
    "$ROOT/gdb/session-run" all --batch </dev/null >"$T/said"
    [[ $(grep -c '^0[1-9] ' "$T/said") == 9 ]]
    await nothing_left
}

@test "a gdb with no Python plays all of them, too" {
    minimal
    GDB=$GDB_MINIMAL "$ROOT/gdb/session-run" all --batch </dev/null >"$T/said"
    [[ $(grep -c '^0[1-9] ' "$T/said") == 9 ]]
}

@test "the bytes that the first session shows are those that perl's pack makes" {
    "$ROOT/gdb/session-run" raw-bytes --batch </dev/null >"$T/said"
    shown=$(sed -n '/x\/56xb/,/^$/s/^0x[^:]*://p' "$T/said" | sed 's/[[:blank:]]*0x//g' | tr -d '\n')
    made=$(perl -e 'print unpack "H*", pack $ARGV[0], "PI is defined as: ", 22, "/", 7, "=", "=", 22 / 7, "goodbye"' \
        "$NATURAL")
    [[ ${#shown} == 112 && $shown == "$made" ]]
}

@test "a session that says something else fails, with the difference" {
    cp -r "$ROOT/gdb" "$T/gdb"
    sed -i 's/num = 22/num = 23/' "$T/gdb/sessions/02-fields.txt"
    run -1 --separate-stderr "$T/gdb/session-run" 2 --batch
    [[ $stderr == *'num = 23'*'num = 22'* ]]
}

@test "it lists the sessions, and tells of one that isn't there" {
    run -0 "$ROOT/gdb/session-run"
    [[ $output == *'01 raw-bytes:'*'09 core:'* ]]
    run -2 "$ROOT/gdb/session-run" 99
    [[ $output == *"no session '99'"*'01 raw-bytes'* ]]
}

@test "step by step: the word stands there, Enter gives it to gdb, Ctrl-C leaves nothing" {
    on 80x24 ./run "$ROOT/gdb/session-run" 1
    sees "about to write"
    sees "(gdb) break message_write"
    hides 'Breakpoint 1'
    keys Enter
    sees "Breakpoint 1 at"
    sees "(gdb) run"
    keys Enter
    sees '(gdb) x/32xb base'
    keys C-c
    ends 130
    await nothing_left
}

@test "a terminal that is closed in the middle leaves nothing" {
    on 80x24 ./run "$ROOT/gdb/session-run" 1
    sees '(gdb) break message_write'
    keys Enter
    sees '(gdb) run'
    keys Enter
    sees '(gdb) x/32xb base'
    tmx kill-server
    await nothing_left
}
