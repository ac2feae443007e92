# helper: walks in a terminal of the tests. Loaded by `load helper`.

load ../screen/helper

ROOT=$BATS_TEST_DIRNAME/../..

setup()
{
    screen_open
    mkdir "$T/tmp"
    export TMPDIR=$T/tmp # the walk's folder is in it
    # The programs under test, without a build: what ./shmlab walk does after it.
    printf '%s\n' '#!/bin/bash' "SHMLAB_BIN='$BIN' exec python3 '$ROOT/lessons/walks/player/walk' \"\$@\"" >"$T/walk"
    chmod 755 "$T/walk"
    short_walk
}

teardown()
{
    screen_close
}

# ours PATTERN: the pids of this test's processes with such a command line, the oldest first; not those of others.
ours()
{
    local pid
    for pid in $(pgrep -f "$1"); do
        ! grep -qszxF "TMPDIR=$TMPDIR" "/proc/$pid/environ" || echo "$pid"
    done
}

# A short walk of three steps: a segment, its first text, its end.
short_walk()
{
    cat >"$T/short.walk" <<'END'
title   Three steps
minutes 1
pane    server
pane    shell
layout  server shell

step    Make it
say     A server makes a segment.
note    Ask who keeps it.
type    server shm-server --step --quiet
wait    segment
wait    text server "[1/8]"
mark    made

step    Write a text
say     Enter writes the text.
key     server Enter
wait    field intro "PI is defined as: "
expect  text server "[2/8]"

step    End it
key     server C-c
wait    no-segment
wait    prompt server
END
}

# The folder of the walk that runs.
walk_folder()
{
    compgen -G "$TMPDIR/shmlab-walk.*"
}

# Nothing of a walk is left: no folder, no process, no segment under a key of its folder.
nothing_left()
{
    ! walk_folder >/dev/null && ! grep -qszF "SHMLAB_WALK=$TMPDIR/" /proc/[0-9]*/environ
}
