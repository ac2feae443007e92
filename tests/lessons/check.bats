#!/usr/bin/env bats
# A check: which files it accepts, what it finds, which programs it survives, and that it leaves nothing behind.
load helper

# learner TEXT: the solution with this instead of its last return.
learner()
{
    [[ -d $MINE ]] || lesson start 1 >/dev/null
    tiny_program "${TINY_SOLUTION/    return 0;/$1}" | sed '1i #include <signal.h>\n#include <unistd.h>' >"$MINE/writer.c"
}

nothing_stays() { [[ -z $(ls "$TMPDIR") ]]; }

# Processes of a check: its own, and the learner's programs, whose environment the sandbox has cleaned.
running() { with "LAB_LESSON=$T/lessons/01-store" environ; with "$TMPDIR/shmlab-check." cmdline; }

@test "an empty file, and a file with only comments, are reported as empty" {
    lesson start 1
    for text in '' $'/* TODO: { */\n// more\n#include <stdio.h>\n'; do
        printf '%s' "$text" >"$MINE/writer.c"
        run -1 lesson check
        [[ $output == *'there is no code in it'* ]] || false
    done
    rm "$MINE/writer.c"
    run -1 lesson check
    [[ $output == *'There is no writer.c in'* ]] || false
}

@test "a program that does not build: the compiler's output, and an explanation" {
    learner '    return PROJEKT'
    sed -i '/#define PROJ/d' "$MINE/writer.c"
    run -1 lesson check
    [[ $output == *'error:'*'writer does not build'*'PROJ is gone: the starter has the line  #define PROJ 7'* ]] || false
    [[ $output == *'a semicolon is missing'*'Nothing could be checked yet.'* ]] || false
    nothing_stays
}

@test "a check that can't work on this machine is an error, and no test has failed" {
    lesson start 1
    solve
    sed -i '0,/^@test.*{$/s//&\n    cannot "There is no compass: sudo apt-get install compass"/' "$T/lessons/01-store/check.bats"
    run -1 lesson check
    [[ $output == *'There is no compass: sudo apt-get install compass'* ]] || false
    [[ $output != *'not ok'* && $output != *Mistake* && $output != *' passed.'* ]] || { echo "$output" && false; }
    run -1 lesson check --format json
    [[ $(json_of status <<<"$output") == error && $(json_of tests <<<"$output") == '[]' ]]
    nothing_stays
}

@test "a missing compiler and a full file system are no mistakes of the learner's" {
    lesson start 1
    solve
    SHMLAB_CC=no-such-cc run -1 lesson check
    [[ $output == *'there is no compiler no-such-cc here: sudo apt-get install gcc'* && $output != *'not build'* ]] || false
    printf '%s\n' '#!/bin/sh' 'echo "cc: fatal error: posix_spawnp: Resource temporarily unavailable"' 'exit 1' >"$T/full-cc"
    chmod +x "$T/full-cc"
    SHMLAB_CC=$T/full-cc LAB_SANDBOX=none run -1 lesson check # the others hide it
    [[ $output == *'lets you start no more processes at the moment'* && $output != *'not build'* ]] || { echo "$output" && false; }
    learner $'    fputs("/runner/sandbox: fork: Resource temporarily unavailable\\n", stderr);\n    return 254;'
    run -1 lesson check
    [[ $output == *'lets you start no more processes'* && $output != *'not ok'* ]] || { echo "$output" && false; }
    solve
    unshare --user --map-root-user --mount true 2>/dev/null || skip "the kernel allows no namespace here"
    mkdir "$T/small"
    for size in 4k 28k; do
        # shellcheck disable=SC2016 # for the inner shell
        run -1 unshare --user --map-root-user --mount bash -c 'mount -t tmpfs -o "size=$1" none "$2" || exit 9
            TMPDIR=$2 exec python3 "$3" check' - "$size" "$T/small" "$ROOT/lessons/runner/lesson"
        [[ $output == *'is full: free some space, or set TMPDIR'* && $output != *'not build'* && $output != *Traceback* ]] ||
            { echo "$size: $output" && false; }
    done
}

@test "a failure without a word, with status 0, -1 or errno, or told on standard output has its own name" {
    # refuses PERROR RETURN: the solution, but this is what it does when there is no segment
    refuses()
    {
        learner '    return 0;'
        perl -0pi -e "s/        perror[^\n]*\n        return 1/        $1\n        return $2/" "$MINE/writer.c"
        lesson check --format tap >"$T/told" || true
        cat "$T/told"
    }
    [[ $(refuses 'perror("shmget");' 0) == *'- status-0-on-failure'* ]]
    [[ $(refuses 'printf("shmget: %m\\n");' 1) == *'- errors-on-stdout'* ]]
    [[ $(refuses 'printf("no segment with key %d\\n", key);' 1) == *'- errors-on-stdout'* ]]
    [[ $(refuses 'printf("key: %d\\n", key);' 1) == *'It printed nothing on standard error.'* ]]
    [[ $(refuses ';' 0) == *'- fails-silently'* ]]
    [[ $(refuses 'perror("shmget");' -1) == *'- exit-minus-1'* ]]
    [[ $(refuses 'perror("shmget: Invalid argument");' 22) == *'- status-is-errno'* ]]
    [[ $(refuses 'perror("shmget");' 3) == *'Its exit status is 3; expected: 1'* ]]
    [[ $(refuses 'perror("shmget");' 1) != *'not ok'* ]]
}

@test "a call that has worked, taken for one that has failed, has its own name" {
    learner $'    perror("shmdt");\n    return 1;'
    run -1 lesson check
    [[ $output == *"It says 'shmdt: Success'"*'Mistake: a call that worked is taken'* ]] || false
    learner '    return 1;'
    run -1 lesson check
    [[ $output == *'Its exit status is 1; expected: 0.'* && $output != *Mistake* ]] || false
}

json_of() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

@test "a missing #include is named, even if the compiler only warns" {
    learner '    return 0;'
    sed -i '/sys.shm.h/d' "$MINE/writer.c"
    run -1 lesson check
    [[ $output == *'shmat needs #include <sys/shm.h>'* ]] || false
}

@test "a crash loses no result, and tests that need the crashed one are skipped with the reason" {
    learner $'    if (number != 22) *(volatile int *)8 = 1;\n    return 0;'
    run -1 lesson check
    [[ $output == *'    ok  writer runs and ends well'*'not ok  the number'*'    ok  without a segment'* ]] || false
    [[ $output == *SIGSEGV*'Mistake: the program crashed'*'where it crashed:  shmlab lesson gdb 01, then run'* ]] || false
    learner '    abort();'
    run -1 lesson check
    [[ $output == *'    --  the number lies at offset 4'*'writer runs and ends well'* ]] || false
}

@test "endless loops and endless output are stopped, each with its own verdict" {
    learner $'    if (number != 22) for (;;) continue;\n    for (;;) puts("more");'
    run -1 lesson check
    [[ $output != *'where it crashed'* ]] || false
    [[ $output == *'prints without end'*'Mistake: the program printed without end'* ]] || false
    learner $'    if (number == 22) return 0;\n    for (;;) continue;'
    run -1 lesson check
    [[ $output == *'Mistake: the program did not end'* ]] || false
    nothing_stays
}

@test "links that lead out, pipes, binary files and huge files are reported and not used" {
    lesson start 1
    cp "$T/lessons/01-store/solution/writer.c" "$T/outside.c"
    ln -sf "$T/outside.c" "$MINE/writer.c"
    run -1 lesson check
    [[ $output == *'a link that leads out of the folder'* ]] || false
    rm "$MINE/writer.c" && mkfifo "$MINE/writer.c"
    run -1 lesson check
    [[ $output == *'not a plain file'* ]] || false
    rm "$MINE/writer.c" && head -c 5000 /dev/zero >"$MINE/writer.c"
    run -1 lesson check
    [[ $output == *'not a text file'* ]] || false
    head -c 2000000 /dev/zero | tr '\0' ' ' >"$MINE/writer.c"
    run -1 lesson check
    [[ $output == *'2,000,000 bytes'* ]] || false
    printf 'int main(void) { \e[2J\xff\xfe @ }\n' >"$MINE/writer.c"
    run -1 lesson check
    [[ $output == *'does not build'* && $output != *$'\e'* ]] || false
}

@test "a check doesn't change the learner's folder, and leaves no process" {
    learner $'    if (fork() == 0) { setsid(); if (fork() == 0) sleep(100); }\n    return 0;'
    before=$(ls -la --time-style=full-iso "$MINE")
    for level in '' none pid; do
        run env ${level:+LAB_SANDBOX=$level} python3 "$ROOT/lessons/runner/lesson" check
        [[ $(ls -la --time-style=full-iso "$MINE") == "$before" ]] || false
        [[ -z $(running) ]] || false
        nothing_stays
    done
}

@test "the verdict is the same without a sandbox and with each" {
    lesson start 1
    solve times-four
    best=$("$ROOT/lessons/runner/sandbox" --level)
    levels=(none "$best")
    [[ $best == none ]] || levels+=(pid) # a machine with a better one has this too
    for level in "${levels[@]}"; do
        run -1 env LAB_SANDBOX="$level" python3 "$ROOT/lessons/runner/lesson" check
        [[ $output == *'Mistake: the offset counts bytes'*'2 of 3 passed.'* ]] || { echo "$level: $output" && false; }
    done
}

# counter_make: the program of lesson 01 adds to a counter in a segment; its check wants that no order loses.
counter_make()
{
    local lesson=$T/lessons/01-store
    rm "$lesson/mistakes/"*
    printf '%s\n' '#include <sys/shm.h>' 'struct board { int counter; };' 'int main(void)' '{' \
        '    struct board *b = shmat(shmget(0x1234, sizeof *b, IPC_CREAT | 0600), 0, 0);' '    b->counter++;' \
        '    return 0;' '}' >"$lesson/start/writer.c"
    sed 's/{ int/{ _Atomic int/' "$lesson/start/writer.c" >"$lesson/solution/writer.c"
    sed -i '/^layout/d' "$lesson/lesson.conf"
    echo "race = writer writer --check 'counter == 2'" >>"$lesson/lesson.conf"
    printf '%s\n' '#!/usr/bin/env bats' 'load "$LAB/check"' '@test "no order loses" {' '    race_wins' '}' \
        '@test "three at once" {' '    race "$LAB_BUILD/writer.c" --check "counter == 3"' \
        '    ! race_loses_by data-race || wrong "Not this."' \
        '    ! race_loses_by check || mistake untouched "Here is the reason."' '    race_wins' '}' >"$lesson/check.bats"
    lesson start 1
}

@test "a check can try all orders: the one that is lost is the verdict, in each sandbox" {
    counter_make
    best=$("$ROOT/lessons/runner/sandbox" --level)
    levels=(none "$best")
    [[ $best == none ]] || levels+=(pid)
    for level in "${levels[@]}"; do
        cp "$T/lessons/01-store/start/writer.c" "$MINE/"
        run -1 env LAB_SANDBOX="$level" python3 "$ROOT/lessons/runner/lesson" check
        [[ $output == *'lost by check: counter == 2 is not true'*'A: writer.c'*'counter: 0 → 1'* &&
            $output == *'that value is lost'*'Mistake: the result is wrong in some order'* &&
            $output == *'Here is the reason.'*'4 C 6 b->counter++;'*'Mistake: nothing is stored yet'* ]] || { echo "$level: $output" && false; }
        solve
        run -0 env LAB_SANDBOX="$level" python3 "$ROOT/lessons/runner/lesson" check
        nothing_stays
    done
}

@test "what all orders can't be tried of is said, without a diagnosis" {
    counter_make
    sed 's/b->counter++/return system("true")/; 1i #include <stdlib.h>' "$T/lessons/01-store/start/writer.c" >"$MINE/writer.c"
    run -1 lesson check
    [[ $output == *"All orders can't be tried. A: it starts"*'writer.c:7'* && $output != *Mistake* ]] || { echo "$output" && false; }
    nothing_stays
}

@test "race runs the learner's own programs as the lesson says, and takes more options" {
    counter_make
    run -1 lesson race
    [[ $output == 'lost by check: counter == 2 is not true'*'A: writer.c'* ]] || { echo "$output" && false; }
    run -1 "$ROOT/shmlab" race --lesson 1 --check 'counter == 1'
    [[ $output == 'lost by check: counter == 1 is not true'* ]] || { echo "$output" && false; }
    cd "$MINE"
    solve
    run -0 "$ROOT/shmlab" race --lesson
    [[ $output == 'won: no order loses. All orders were tried'* ]] || { echo "$output" && false; }
    run -1 lesson race 2
    [[ $output == *'is not started'* ]]
}

# rest COMMAND...: what shm-probe rest says of it within half a second, by its exit status
rest()
{
    local status=0 pid
    mkfifo "$T/input"
    "$@" <>"$T/input" 3>&- &
    pid=$!
    "$BUILD_BIN/shm-probe" rest "$pid" 500 || status=$?
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    rm "$T/input"
    echo "$status"
}

@test "a program that reads its input waits; one that sleeps, for long or in naps, does not" {
    [[ $(rest cat) == 0 ]]
    [[ $(rest perl -e 'select undef, undef, undef, 0.2; <STDIN>') == 0 ]]
    [[ $(rest sleep 100) == 5 ]]
    [[ $(rest perl -e 'select undef, undef, undef, 100') == 5 ]]
    [[ $(rest perl -e 'select undef, undef, undef, 0.01 while 1') == [45] ]]
    [[ $(rest perl -e '1 while 1') == 4 ]]
}

# outside_make: OUTSIDE, a folder that no sandbox hides by itself: so also not below the kit, of which SANDBOX is a copy.
outside_make()
{
    unshare --user --map-root-user --mount true 2>/dev/null || skip "the kernel allows no namespace here"
    mkdir -p "$T/kit/lessons/runner" "$T/box"
    cp "$ROOT/lessons/runner/"sandbox* "$T/kit/lessons/runner/"
    SANDBOX=$T/kit/lessons/runner/sandbox
    OUTSIDE=$(mktemp -d "$BUILD_DIR/outside.XXXXXX")
    cd "$T/box"
    LAB_SANDBOX=room "$SANDBOX" --write "$T/box" test -d "$OUTSIDE" ||
        { rmdir "$OUTSIDE" && skip "$BUILD_DIR is below a folder that is always hidden"; }
}

@test "without bubblewrap, too, a program can write only to its own folder" {
    outside_make
    run env LAB_SANDBOX=room "$SANDBOX" --write "$T/box" sh -c 'echo 1 >in; echo 1 >"$1/out"' sh "$OUTSIDE"
    found=$(cd "$T" && find box "$OUTSIDE" -type f -printf '%P ')
    rm -rf "$OUTSIDE"
    [[ $found == 'in ' ]]
}

@test "folders that are asked to be hidden are, whatever is in their names, and so is the user's home" {
    outside_make
    mkdir "$OUTSIDE/"{'a:b','c d',home,shown}
    touch "$OUTSIDE/"{'a:b','c d',home,shown}/secret
    levels=(room)
    [[ $("$SANDBOX" --level) != bwrap ]] || levels+=(bwrap)
    for level in "${levels[@]}"; do
        SHMLAB_HIDE="$OUTSIDE/a:b"$'\n'"$OUTSIDE/c d" HOME=$OUTSIDE/home LAB_SANDBOX=$level \
            "$SANDBOX" --write "$T/box" find "$OUTSIDE" -name secret >>"$T/found" 2>&1
    done
    rm -rf "$OUTSIDE"
    [[ $(sort -u "$T/found") == "$OUTSIDE/shown/secret" ]]
}

@test "shm-probe finds the program and not its child, and reports a program that has ended" {
    PROBE=$BUILD_BIN/shm-probe
    ln -s "$(command -v bash)" "$T/reader"
    mkfifo "$T/go" "$T/end"
    bash -c 'read -r <"$1/go"; exec "$1/reader" -c "(read -r -t 60 <>\"$1/end\"; :) & wait"' - "$T" 3>&- &
    creator=$!
    "$PROBE" program "$creator" reader 60000 >"$T/found" 3>&- &
    looker=$!
    echo >"$T/go"
    wait "$looker"
    [[ $(cat "$T/found") == "$creator" ]] || false
    await 60 grep -q . "/proc/$creator/task/$creator/children"
    [[ $("$PROBE" program "$creator" reader 60000) == "$creator" ]] || false
    run -4 "$PROBE" end "$creator" 20
    echo >"$T/end"
    run -0 "$PROBE" end "$creator" 60000
    wait "$creator"
    run -3 "$PROBE" program "$creator" reader 60000
}

@test "in a shared IPC namespace, a segment without a key is the learner's only if a program of the test made it" {
    source <(sed -n '/^segments_left()/,/^}/p' "$ROOT/lessons/runner/check.bash")
    PROBE=$BUILD_BIN/shm-probe LAB_OWN_IPC=0 PIDS=()
    "$PROBE" list | cut -d' ' -f1 >"$T/there"
    exec {made}< <(exec perl -e '$| = 1; my $id = shmget(0, 64, 0600) // die; print "$$ $id\n"; sleep 1000 while 1')
    read -r creator id <&"$made"
    echo "$id" >"$T/id"
    [[ $(segments_left) != *"$id"* ]] || false
    PIDS=("$creator")
    [[ $(segments_left) == *"$id"* ]] || false
    PIDS=()
    kill "$creator"
    gone() { [[ ! -e /proc/$creator ]]; }
    await 60 gone
    [[ $(segments_left) != *"$id"* ]] || false # perhaps another check's: that one must not be removed
}

@test "a process that has a segment attached twice has it with the wider rights" {
    source <(sed -n '/^attached_as()/p' "$ROOT/lessons/runner/check.bash")
    PROBE=$BUILD_BIN/shm-probe SEG_ID=$(ipcmk -M 64 | grep -o '[0-9]*$')
    echo "$SEG_ID" >"$T/id"
    cc -o "$T/twice" -x c - <<<'#include <stdlib.h>
        #include <sys/shm.h>
        #include <unistd.h>
        int main(int n, char **v) { int id = atoi(v[n - 1]); shmat(id, 0, 0); shmat(id, 0, SHM_RDONLY); return pause(); }'
    "$T/twice" "$SEG_ID" 3>&- &
    creator=$!
    twice() { (($(grep -c SYSV "/proc/$creator/maps") == 2)); }
    await 60 twice
    [[ $(attached_as "$creator") == rw- ]]
}

@test "in a shared IPC namespace, the check's own segments are removed" {
    lesson start 1
    solve
    printf '#!/bin/sh\nexit 1\n' >"$T/unshare"
    chmod 755 "$T/unshare"
    run "$ROOT/tests/isolated" bash -c '[[ ${SHMLAB_ISOLATED-} ]] || exit 9
        PATH=$1:$PATH python3 "$2/lessons/runner/lesson" check && ipcs -m' - "$T" "$ROOT"
    ((status != 9)) || skip "the kernel allows no namespace here"
    [[ $output == *'All 3 passed.'*'key '* && $output != *' 64 '* ]] || { echo "$output" && false; }
}

@test "if a signal ends the check, nothing is left" {
    learner '    for (;;) pause();'
    python3 "$ROOT/lessons/runner/lesson" check >"$T/out" 2>&1 3>&- &
    pid=$!
    started() { compgen -G "$TMPDIR/shmlab-check.*/tap" >/dev/null; }
    await 60 started
    kill "$pid"
    status=0
    wait "$pid" || status=$?
    ((status == 143))
    await 30 nothing_stays
    [[ -z $(running) ]] || false
}

@test "if bats dies, its results are kept, and the other tests are reported as not run" {
    lesson start 1
    solve
    # shellcheck disable=SC2016 # for the check's shell
    sed -i '/^@test "the number/a\    kill -KILL -- "-$(cut -d" " -f5 "/proc/$$/stat")"' "$T/lessons/01-store/check.bats"
    run -1 lesson check
    [[ $output == *'    ok  writer runs and ends well'*'not ok  the number'*'not ok  without a segment'*'It did not run'* ]] || false
    nothing_stays
}

@test "if a machine can't check, it says why, and judges nothing" {
    lesson start 1
    mkdir "$T/none"
    run -1 env SHMLAB_BIN="$T/none" python3 "$ROOT/lessons/runner/lesson" check
    [[ $output == "shmlab: there is no $T/none/shm-probe" ]] || false
}

@test "a plain user can check, with the same result as root" {
    [[ $EUID == 0 ]] || skip 'needs root to become somebody else'
    mkdir -p "$T/kit/bin"
    mkdir -p "$T/kit/lessons"
    cp -r "$ROOT/lessons/runner" "$T/kit/lessons/"
    cp "$BUILD_BIN"/shm-{probe,view} "$T/kit/bin/"
    mkdir "$T/theirs" "$T/theirs/tmp"
    chown -R 65534 "$T/theirs"
    plain()
    {
        setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$T/theirs" PATH=/usr/bin:/bin TMPDIR="$T/theirs/tmp" \
            SHMLAB_WORK="$T/theirs/work" SHMLAB_BIN="$T/kit/bin" python3 "$T/kit/lessons/runner/lesson" "$@"
    }
    plain start 1
    run -1 plain check
    [[ $output == *'nothing is stored yet'* ]] || false
    cp "$T/lessons/01-store/solution/writer.c" "$T/theirs/work/01-store/writer.c"
    run -0 plain check
    [[ -z $(ls "$T/theirs/tmp") ]] || false
}
