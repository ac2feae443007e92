# For the tests of the lesson runner: tiny lessons, a work folder, and `lesson` as a learner calls it.
# shellcheck shell=bash disable=SC2034

bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
# shellcheck source=tests/lessons/tiny.bash
source "$BATS_TEST_DIRNAME/tiny.bash"

setup()
{
    T=$(mktemp -d /tmp/lesson.XXXXXX)
    chmod 755 "$T"
    export SHMLAB_LESSONS=$T/lessons SHMLAB_WORK=$T/work SHMLAB_BIN=$BUILD_BIN SHMLAB_CALL=shmlab TMPDIR=$T/tmp
    export LC_ALL=C.UTF-8
    unset SHMLAB_CC SHMLAB_CFLAGS LAB_SANDBOX LAB_RENDER LAB_WIDTH NO_COLOR
    mkdir -p "$TMPDIR" "$T/here"
    lesson_make "$T/lessons/01-store"
    lesson_make "$T/lessons/02-again" 'Store it again'
    MINE=$T/work/01-store
    cd "$T/here" || return
}

teardown()
{
    [[ ! ${TMUX_SOCKET-} ]] || tmux -S "$TMUX_SOCKET" kill-server 2>/dev/null
    if [[ ${WATCH-} ]]; then
        kill "$WATCH" 2>/dev/null
        wait "$WATCH" 2>/dev/null
    fi
    [[ ! ${creator-} ]] || kill "$creator" 2>/dev/null || true
    [[ ! -p $T/end ]] || echo 1<>"$T/end" # ends a process that waits there
    [[ ! -e $T/id ]] || ipcrm -m "$(cat "$T/id")"
    cd /
    rm -rf "$T"
}

lesson() { python3 "$ROOT/lessons/runner/lesson" "$@"; }

# await SECONDS COMMAND...: until it succeeds. Fails with a message when the time is over.
await()
{
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS <= until)) || { printf 'waited in vain for: %s\n' "$*" >&2 && return 1; }
        sleep 0.05
    done
}

# solve [NAME]: the learner writes the solution, or the mistake NAME.
solve()
{
    local lesson=$T/lessons/01-store
    if [[ ${1-} ]]; then lesson_mistake "$lesson" "$1" >"$MINE/writer.c"; else cp "$lesson/solution/writer.c" "$MINE/writer.c"; fi
}

# progress EXPRESSION: its value; d is the progress file.
progress() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/work/.shmlab/progress.json" "$1"; }

# with PATTERN environ|cmdline: the pids of processes that have it in their environment or command line.
with() { { grep -lsa -- "$1" /proc/[0-9]*/"$2" || true; } | cut -d/ -f3 | grep -vx "$$"; }
