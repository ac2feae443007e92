# Measures what the kit costs on this machine. Each bench compares it with
# well-known tools, on the same bytes and in the same run.
#
#   ./shmlab bench          lists the benches
#   ./shmlab bench view     the viewer beside `watch -n 0.1 -d hexdump -C`: bytes
#                           sent, CPU, time to the screen, 1 GiB (10 minutes)
#   ./shmlab bench gdb      gdb's window: a stop, a live repaint, beside gdb's own
#                           x/1024xb and info registers (15 seconds)
#   ./shmlab bench layout   CPU to find 12 types in debug information, beside that
#                           of pahole -C (15 seconds)
#   ./shmlab bench viewers  what a server notices of 40 viewers (a minute)
#   ./shmlab bench grade    grades 300 submissions of lesson 02 (3 minutes)
#   ./shmlab bench race     orders that the search of a race follows in a second,
#                           beside plain runs of the program (15 seconds)
#
# --quick after the name runs it for a moment only (grade: 20 submissions): you
# see the table, but can't rely on its figures. Each figure has its target
# beside it. Other programs change the figures: close them.
# It measures a build with -O2, as a package would have it. SHMLAB_PRESET=dev
# measures what ./shmlab view runs.
# shellcheck shell=bash

export SHMLAB_PRESET=${SHMLAB_PRESET:-release}
# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

bench_list()
{
    say "Benches (./shmlab bench NAME):"
    say "  view    the viewer beside watch and hexdump"
    say "  gdb     gdb's window with the segment, beside gdb's own commands"
    say "  layout  finding a type, beside pahole -C"
    say "  viewers a server with 40 viewers, beside the same without"
    say "  grade   how long it takes to grade a class of 300"
    say "  race    orders that the search of a race follows, beside plain runs"
    say "A later version will add others: shared memory beside pipes, sockets and message queues."
}

bench_view()
{
    build_programs build bench >&2 || exit 1
    ninja_run "$PRESET" bench-view >&2 || exit 1
    say "The programs of build/$PRESET:" >&2
    exec "$BIN/bench-view" "$@"
}

# gdb ends the server. After Ctrl-C the server may not have removed its segment: this does it.
bench_gdb_leave()
{
    local json
    json=$("$BIN/shm-view" --path "$1" --render json 2>/dev/null)
    [[ $json =~ \"shmid\":([0-9]+) ]] && ipcrm -m "${BASH_REMATCH[1]}"
    rm -rf "$1"
}

# gdb starts a server under a private key, stops it and measures.
bench_gdb()
{
    local dir output rounds=200
    [[ ${1-} ]] && rounds=5
    build_programs build gdb >&2 || exit 1
    gdb -nx -batch -ex 'python import gdb' >/dev/null 2>&1 </dev/null ||
        die "this gdb has no Python, so it has no window to measure"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/shmlab-bench.XXXXXX") || die "cannot make a folder in ${TMPDIR:-/tmp}"
    say "The programs of build/$PRESET, $(gdb --version | head -n 1):" >&2
    # shellcheck disable=SC2064 # $dir is local: expand it now
    trap "bench_gdb_leave '$dir'" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    output=$(env -u DEBUGINFOD_URLS SHMLAB_VIEW="$BIN/shm-view" BENCH_ROUNDS="$rounds" gdb -nx -q -batch \
        -iex 'set auto-load off' -iex 'set debuginfod enabled off' -x "$ROOT/gdb/.gdbinit" \
        -ex "set args --path '$dir' --quiet </dev/null >/dev/null 2>&1" -ex 'break message_write' -ex run \
        -ex 'echo ===\n' \
        -ex "source $ROOT/tests/bench/gdb.py" -ex 'delete' -ex 'echo ===\n' -ex 'signal SIGTERM' "$BIN/shm-server" \
        2>&1 </dev/null)
    sed -n '/^===$/,/^===$/p' <<<"$output" | sed '/^===$/d'
    [[ $output == *"gdb's own info registers"* ]] && exit 0
    warn "gdb could not be measured:"
    printf '%s\n' "$output" | tail -n 5 >&2
    exit 1
}

bench_layout()
{
    local rounds=5
    [[ ${1-} ]] && rounds=1
    build_programs build bench-layout >&2 || exit 1
    exec python3 -B "$ROOT/tests/bench/layout.py" "$BIN" "$rounds"
}

bench_viewers()
{
    local seconds=10
    [[ ${1-} ]] && seconds=1
    build_programs build >&2 || exit 1
    exec python3 -B "$ROOT/tests/bench/viewers.py" "$BIN" "$seconds"
}

bench_grade()
{
    local count=300
    [[ ${1-} ]] && count=20
    build_programs build lesson lesson-more >&2 || exit 1
    SHMLAB_BIN=$BIN exec python3 -B "$ROOT/tests/bench/grade.py" "$count"
}

# since START: the seconds since that EPOCHREALTIME, in thousandths.
since() { printf '%s' $((${EPOCHREALTIME/[.,]/} / 1000 - ${1/[.,]/} / 1000)); }

bench_race()
{
    local folder seconds=10 start spent output orders runs=0
    [[ ${1-} ]] && seconds=1
    build_programs build race >&2 || exit 1
    # shellcheck source=src/shmlab/race.bash
    source "$ROOT/src/shmlab/race.bash"
    folder=$(mktemp -d /tmp/shmlab-bench.XXXXXX) || exit 1
    # shellcheck disable=SC2064 # the folder of now
    trap "rm -rf '$folder'" EXIT
    RACE_SOURCES=("$ROOT/tests/bench/race.c")
    race_build "$folder"
    "$RACE_CC" -o "$folder/plain" "${RACE_SOURCES[0]}" || exit 1
    start=$EPOCHREALTIME
    output=$("$BIN/shm-race" --folder "$folder" --seconds "$seconds" --orders 1000000 "${RACE_PROGRAMS[0]}")
    spent=$(since "$start")
    [[ $output =~ after\ ([0-9]+)\ orders || $output =~ \(([0-9]+)\ followed ]] || die "the search gave no number: $output"
    orders=$((BASH_REMATCH[1] * 1000 / spent))
    start=$EPOCHREALTIME
    while (($(since "$start") < seconds * 500)); do
        "$folder/plain"
        ((runs += 1))
    done
    runs=$((runs * 1000 / $(since "$start")))
    printf '  %-34s %6d/s   %s\n' 'orders, two processes, 20 steps' "$orders" \
        "target 400/s on two cores $( ((orders >= 400)) && printf ok || printf MISSED)"
    printf '  %-34s %6d/s   %s\n' 'plain runs of the same program' "$runs" "an order takes $((runs * 100 / orders))% of a run"
}

command_bench()
{
    case ${1-} in
        '') bench_list ;;
        view | gdb | layout | viewers | grade | race)
            [[ $# -le 2 && ${2---quick} == --quick ]] || usage_error bench "bench $1 takes --quick or nothing."
            "bench_$1" "${@:2}"
            ;;
        *)
            warn "there is no bench '$(printable "$1")'."
            bench_list >&2
            exit 2
            ;;
    esac
}
