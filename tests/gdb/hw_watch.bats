#!/usr/bin/env bats
# Machines where hardware watchpoints work, and machines where they never stop a program: the trial, and what gdb's
# commands, the sessions and lesson 05 do then. The second kind is simulated everywhere, by a gdb that sets no debug
# registers (dead_watch.c).
bats_require_minimum_version 1.5.0
load ../cli/helper

setup()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    unset SHMLAB_GDB SHMLAB_HW_WATCH COLUMNS DEBUGINFOD_URLS
    place_open
    export SHMLAB_VIEW=$BIN/shm-view SHMLAB_BIN=$BIN LC_ALL=C.UTF-8 NO_COLOR=1 XDG_CACHE_HOME=$T/cache TMPDIR=$T
    HW_WATCH=$ROOT/gdb/hw-watch
    DEAD="this machine's debug registers do not answer; gdb steps instead, which is slower"
}

teardown() { place_close; }

x86_64_needed() { [[ $(uname -m) == x86_64 ]] || skip "the trial is for x86-64 only"; }

# dead_machine: from now on, `gdb` has hardware watchpoints that never stop.
dead_machine()
{
    x86_64_needed
    mkdir -p "$T/dead"
    printf '#!/bin/sh\nLD_PRELOAD=%s exec %s "$@"\n' "$BUILD_DIR/tests/libdead_watch.so" "$(type -P gdb)" >"$T/dead/gdb"
    chmod 755 "$T/dead/gdb"
    PATH=$T/dead:$PATH
}

# A gdb that counts how often it is called.
counted_gdb()
{
    mkdir -p "$T/counted"
    printf '#!/bin/sh\necho >>%s/calls\nexec %s "$@"\n' "$T" "$(type -P gdb)" >"$T/counted/gdb"
    chmod 755 "$T/counted/gdb"
    PATH=$T/counted:$PATH
}
calls() { wc -l <"$T/calls"; }

# Does plain gdb stop at a write to a variable? The trial must give the same answer.
gdb_stops()
{
    printf 'int x;\nint main(void)\n{\n    x = 1;\n    return 0;\n}\n' >"$T/x.c"
    cc -g -o "$T/x" "$T/x.c"
    [[ $(gdb_run -nx -batch -ex 'break main' -ex run -ex 'watch x' -ex continue "$T/x" 2>&1 </dev/null) == *'New value = 1'* ]]
}

@test "the trial agrees with plain gdb on this machine" {
    x86_64_needed
    if gdb_stops; then
        run -0 "$HW_WATCH" --say
        [[ -z $output ]]
    else
        run -1 "$HW_WATCH" --say
        [[ $output == "$DEAD" ]]
    fi
}

@test "hardware watchpoints stop the server on this machine" {
    gdb_stops || skip "this machine's debug registers do not answer"
    serve --every 50
    run gdb_run -nx -q -batch -x "$ROOT/gdb/.gdbinit" -p "$SERVER" -ex 'watch -l *(int *) '"$(start_of "$SERVER" 20)" \
        -ex continue </dev/null
    [[ $output == *'Hardware watchpoint 1: '*'New value = '* && $output != *'gdb steps instead'* ]]
}

# start_of PID OFFSET: the address of that byte of its segment.
start_of() { sed -n 's/^\([0-9a-f]*\)-.*\/SYSV.*/0x\1/p' "/proc/$1/maps" | { read -r start; echo "($start + $2)"; }; }

@test "a machine where debug registers don't work is recognised" {
    dead_machine
    run ! gdb_stops
    run -1 "$HW_WATCH" --say
    [[ $output == "$DEAD" ]]
}

@test "the answer is kept until the next boot, in a file of the user's own" {
    x86_64_needed
    counted_gdb
    local first=0 again
    "$HW_WATCH" || first=$?
    [[ $first == [01] && $(calls) == 1 ]]
    again=0
    "$HW_WATCH" || again=$?
    [[ $again == "$first" && $(calls) == 1 ]]
    local kept=$T/cache/shmlab/hw-watch
    sed -i "s/^[^ ]*/another-boot/" "$kept"
    "$HW_WATCH" || true
    [[ $(calls) == 2 && $(cut -d' ' -f1 "$kept") == "$(cat /proc/sys/kernel/random/boot_id)" ]]
    mv "$kept" "$T/elsewhere"
    ln -s "$T/elsewhere" "$kept"
    "$HW_WATCH" || true
    [[ $(calls) == 3 && $(ls "$T/cache/shmlab") == hw-watch ]]
}

@test "if the answer can't be kept, it is the same, and it tries each time without an error message" {
    x86_64_needed
    local where kept=0
    "$HW_WATCH" || kept=$?
    counted_gdb
    for where in XDG_CACHE_HOME=/proc/nosuch 'XDG_CACHE_HOME= HOME='; do
        # shellcheck disable=SC2086 # two settings
        run --separate-stderr env $where "$HW_WATCH" --say
        [[ $status == "$kept" && -z $stderr ]]
    done
    [[ $(calls) == 2 ]]
}

@test "SHMLAB_HW_WATCH decides without a trial, and the line says so" {
    counted_gdb
    SHMLAB_HW_WATCH=0 run -3 "$HW_WATCH" --say
    [[ $output == "SHMLAB_HW_WATCH=0: gdb steps instead of using the debug registers, which is slower" ]]
    SHMLAB_HW_WATCH=1 run -0 "$HW_WATCH" --say
    [[ -z $output && ! -e $T/calls ]]
}

@test "if gdb can't start a program, the answer is unknown, and not kept" {
    mkdir "$T/none"
    printf '#!/bin/sh\necho "ptrace: Operation not permitted." >&2\nexit 1\n' >"$T/none/gdb"
    chmod 755 "$T/none/gdb"
    PATH=$T/none:$PATH run -2 "$HW_WATCH" --say
    [[ -z $output && ! -e $T/cache ]]
}

@test "doctor recognises each kind of machine" {
    [[ $BUILD_DIR == "$ROOT/build/"* ]] || skip "no programs built under $ROOT/build"
    SHMLAB_HW_WATCH=1 run -0 "$ROOT/shmlab" doctor
    [[ $output == *'ok       watchpoints  gdb stops at a write'* ]]
    SHMLAB_HW_WATCH=0 run -0 "$ROOT/shmlab" doctor
    [[ $output == *'note     watchpoints  SHMLAB_HW_WATCH=0: gdb steps'*'fix: unset SHMLAB_HW_WATCH'* ]]
    dead_machine
    run -0 "$ROOT/shmlab" doctor
    [[ $output == *"note     watchpoints  $DEAD"*'fix: echo '*'set can-use-hw-watchpoints 0'*'~/.gdbinit'* ]]
}

@test "dead debug registers: each session matches its transcript, and those with a watch say that gdb steps" {
    dead_machine
    "$ROOT/gdb/session-run" all --batch </dev/null >"$T/said"
    [[ $(grep -c '^0[1-9] ' "$T/said") == 9 ]]
    [[ $(grep -cxF "$DEAD" "$T/said") == $(grep -l '^watch ' "$ROOT"/gdb/sessions/*.gdb | wc -l) ]]
    run ! grep -q 'Hardware watchpoint' "$T/said"
}

@test "dead debug registers: shm-watch stops, shows who wrote, and says that gdb steps" {
    dead_machine
    serve --every 50
    run gdb_run -nx -q -batch -iex 'set auto-load off' -x "$ROOT/gdb/.gdbinit" -p "$SERVER" -ex 'echo ===\n' \
        -ex 'shm-watch num' -ex continue </dev/null
    [[ $output == *"$DEAD"*'==='*"shm: $DEAD"*'Old value'* ]]
    [[ $output =~ shm:\ message\.num,\ 4\ bytes\ at\ offset\ 20:\ [0-9]+\ -\>\ [0-9]+,\ written\ by\ message_write_field ]]
}

@test "dead debug registers: a gdb without Python steps as well" {
    dead_machine
    serve --every 50
    run gdb_run -nx -q -batch -iex 'set auto-load off' -iex 'set $shm_plain = 1' -x "$ROOT/gdb/.gdbinit" -p "$SERVER" \
        -ex "watch -l *(int *) $(start_of "$SERVER" 20)" -ex continue </dev/null
    [[ $output == *"$DEAD"*'Watchpoint 1: '*'New value = '* ]]
}

@test "set can-use-hw-watchpoints 0 by hand: shm-watch steps, and takes a whole text too" {
    export SHMLAB_HW_WATCH=1
    run gdb_run -nx -q -batch -iex 'set auto-load off' -x "$ROOT/gdb/.gdbinit" -ex 'set can-use-hw-watchpoints 0' \
        -ex "set args --key $KEY --quiet </dev/null >/dev/null 2>&1" -ex 'break message_write' -ex run \
        -ex 'shm-break-field num == 22' -ex continue -ex 'shm-watch farewell' -ex 'shm-watch eq1' -ex continue -ex continue \
        -ex delete -ex 'signal SIGTERM' \
        "$BIN/shm-server" </dev/null
    [[ $output == *'shm: set can-use-hw-watchpoints 0; gdb steps instead, which is slower'*'Watchpoint 2: '* ]]
    [[ $output == *'shm: num, 4 bytes at offset 20: 0 -> 22'*'shm: eq1, 1 bytes at offset 32: '*'shm: farewell, 8 bytes at offset 48: '*'exited normally'* ]]
    [[ $(grep -c 'shm: farewell, ' <<<"$output") == 1 ]] # not where only eq1 has changed
}

# lesson_check GDB-SCRIPT: checks it as a learner's work in lesson 05.
lesson_check()
{
    export SHMLAB_WORK=$T/work
    "$ROOT/shmlab" lesson start 05 >/dev/null
    cp "$1" "$T/work/05-gdb-tour/tour.gdb"
    # no sandbox: it would hide the gdb of dead_machine
    LAB_SANDBOX=none run --separate-stderr "$ROOT/shmlab" lesson check 05
}

@test "dead debug registers: lesson 05's solution passes, and the check says that gdb steps" {
    [[ $BUILD_DIR == "$ROOT/build/"* ]] || skip "no programs built under $ROOT/build"
    export SHMLAB_PRESET=${BUILD_DIR##*/}
    dead_machine
    lesson_check "$ROOT/lessons/05-gdb-tour/solution/tour.gdb"
    [[ $status == 0 && $(tr -s ' \n' ' ' <<<"$output") == *"gdb: $DEAD"*'All 8 passed'* ]]
}

@test "dead debug registers: a watchpoint that left its function is still named" {
    [[ $BUILD_DIR == "$ROOT/build/"* ]] || skip "no programs built under $ROOT/build"
    export SHMLAB_PRESET=${BUILD_DIR##*/}
    dead_machine
    sed 's/^break work/break keeper/; s/^watch -l board->limit/watch b->limit/' \
        "$ROOT/lessons/05-gdb-tour/solution/tour.gdb" >"$T/tour.gdb"
    lesson_check "$T/tour.gdb"
    [[ $status == 1 && $output == *'the watched variable does not exist any more'* ]]
}
