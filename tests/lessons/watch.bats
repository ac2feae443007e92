#!/usr/bin/env bats
# lesson watch: with inotify, by polling, and how it ends.
load helper

# watch [PATH]: in the background, with its output in $T/seen. Our PATH is below /tmp, which a sandbox would hide.
watch()
{
    env --default-signal=INT ${1:+PATH="$1" LAB_SANDBOX=none} python3 "$ROOT/lessons/runner/lesson" watch 1 >"$T/seen" 2>&1 3>&- &
    WATCH=$!
    await 60 grep -q 'Watching writer.c' "$T/seen"
}

# checks COUNT: it has made so many checks.
checks() { (($(grep -c 'Watching writer.c' "$T/seen") >= $1)); }

# leave: sends Ctrl-C, and returns its exit status.
leave()
{
    local status=0
    kill -INT "$WATCH"
    wait "$WATCH" || status=$?
    WATCH=
    return "$status"
}

# listening: the pid of the inotifywait.
listening() { with "^inotifywait.*$T/" cmdline; }

@test "it checks when a file is saved, in place or by renaming, and nothing else wakes it" {
    lesson start 1
    watch
    [[ $(cat "$T/seen") != *Looking* ]] || false
    : >"$MINE/.writer.c.swp"
    : >"$MINE/4913" && rm "$MINE/4913"
    solve times-four
    await 60 grep -q 'lies at offset 16' "$T/seen"
    await 60 checks 2
    cp "$T/lessons/01-store/solution/writer.c" "$MINE/.new"
    mv "$MINE/writer.c" "$MINE/writer.c~"
    mv "$MINE/.new" "$MINE/writer.c"
    await 60 grep -q 'All 3 passed' "$T/seen"
    await 60 checks 3
    [[ $(grep -c 'Watching' "$T/seen") == 3 ]] || false
    leave
    [[ -z $(listening) ]] || false
    [[ $(ls -A "$MINE") != *probe* ]] || false
}

@test "without inotifywait it polls, and says so" {
    lesson start 1
    mkdir "$T/bin"
    ln -s /usr/bin/* "$T/bin/" && rm "$T/bin/inotifywait"
    watch "$T/bin"
    grep -q 'Looking every' "$T/seen"
    grep -q 'not installed' "$T/seen"
    solve
    await 60 grep -q 'All 3 passed' "$T/seen"
    leave
}

@test "an inotifywait that reports no events is not used" {
    lesson start 1
    mkdir "$T/bin"
    ln -s /usr/bin/* "$T/bin/" && rm "$T/bin/inotifywait"
    printf '#!/bin/sh\nexec sleep 1000\n' >"$T/bin/inotifywait"
    chmod +x "$T/bin/inotifywait"
    watch "$T/bin"
    grep -q 'Looking every' "$T/seen"
    solve
    await 60 grep -q 'All 3 passed' "$T/seen"
    leave
}

@test "if inotifywait ends, it polls from then on" {
    lesson start 1
    watch
    pid=$(listening)
    kill "$pid"
    solve
    await 60 grep -q 'All 3 passed' "$T/seen"
    await 10 grep -q 'inotifywait ended' "$T/seen"
    leave
}

@test "if the folder is removed, it exits 1 with a message" {
    lesson start 1
    watch
    rm -r "$MINE"
    status=0
    wait "$WATCH" || status=$?
    WATCH=
    ((status == 1))
    grep -q 'is gone' "$T/seen"
}
