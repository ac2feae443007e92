# Measures what the kit costs on this machine, beside a tool that everybody has, on the same bytes in the same run.
#
#   ./shmlab bench             lists the benches
#   ./shmlab bench view        the viewer beside `watch -n 0.1 -d hexdump -C`, about 8 minutes: bytes to the terminal,
#                              CPU, time from a write to the screen, bells, a segment of 1 GiB, a writer that never rests
#   ./shmlab bench view --quick   the same for a moment: to see the table, not to believe its figures
#   ./shmlab bench gdb         the segment's window in gdb: milliseconds for a stop and for a live repaint, beside gdb's
#                              own x/1024xb and info registers. About 15 seconds; --quick: a moment
#   ./shmlab bench layout      finding a type in debug information, beside pahole -C on the same file: CPU and ratio, for
#                              ten types of python3-dbg (Debian's package of that name) and two of the kit's own. About
#                              15 seconds; --quick: a moment
#   ./shmlab bench grade       a class of 300 submissions of lesson 02, graded: about 3 minutes; --quick: 20 of them
#
# Each figure stands beside its target. Other programs that run meanwhile change the figures: close them.
# Measured is a build with -O2, as a package would have it; SHMLAB_PRESET=dev measures what ./shmlab view runs.
# shellcheck shell=bash

export SHMLAB_PRESET=${SHMLAB_PRESET:-release}
# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

bench_list()
{
    say "Benches (./shmlab bench NAME):"
    say "  view    the viewer beside watch and hexdump"
    say "  gdb     the segment's window in gdb beside gdb's own words"
    say "  layout  finding a type beside pahole -C"
    say "  grade   how long a class of 300 takes to grade"
    say "Others come with a later version: shared memory beside pipes, sockets and message queues."
}

# bench_arguments NAME WORDS...: ends the program where they are more than --quick.
bench_arguments()
{
    if (($# > 2)) || { (($# == 2)) && [[ $2 != --quick ]]; }; then
        warn "bench $1 takes --quick or nothing. See: ./shmlab help bench"
        exit 2
    fi
}

bench_view()
{
    bench_arguments view "$@"
    build_programs build bench >&2 || exit 1
    ninja_run "$PRESET" bench-view >&2 || exit 1
    say "The programs of build/$PRESET:" >&2
    exec "$BIN/bench-view" "$@"
}

# The server of bench gdb has ended, with gdb at the latest; its segment goes where Ctrl-C came before its end.
bench_gdb_leave()
{
    local told
    told=$("$BIN/shm-view" --path "$1" --render json 2>/dev/null)
    [[ $told =~ \"shmid\":([0-9]+) ]] && ipcrm -m "${BASH_REMATCH[1]}"
    rm -rf "$1"
}

# gdb starts a server of its own, under a key of its own, stops it, and measures.
bench_gdb()
{
    local dir said rounds=200
    bench_arguments gdb "$@"
    [[ ${1-} ]] && rounds=5
    build_programs build gdb >&2 || exit 1
    gdb -nx -batch -ex 'python import gdb' >/dev/null 2>&1 </dev/null ||
        die "this gdb has no Python: it has no window to measure"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/shmlab-bench.XXXXXX") || die "cannot make a folder in ${TMPDIR:-/tmp}"
    say "The programs of build/$PRESET, $(gdb --version | head -n 1):" >&2
    # shellcheck disable=SC2064 # its name as it is now
    trap "bench_gdb_leave '$dir'" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    said=$(env -u DEBUGINFOD_URLS SHMLAB_VIEW="$BIN/shm-view" BENCH_ROUNDS="$rounds" gdb -nx -q -batch \
        -iex 'set auto-load off' -iex 'set debuginfod enabled off' -x "$ROOT/gdb/.gdbinit" \
        -ex "set args --path '$dir' --quiet </dev/null >/dev/null 2>&1" -ex 'break message_write' -ex run \
        -ex 'echo ===\n' \
        -ex "source $ROOT/tests/bench/gdb.py" -ex 'delete' -ex 'echo ===\n' -ex 'signal SIGTERM' "$BIN/shm-server" \
        2>&1 </dev/null)
    sed -n '/^===$/,/^===$/p' <<<"$said" | sed '/^===$/d'
    [[ $said == *"gdb's own info registers"* ]] && exit 0
    warn "gdb could not be measured:"
    printf '%s\n' "$said" | tail -n 5 >&2
    exit 1
}

bench_layout()
{
    local rounds=5
    bench_words layout "$@"
    [[ ${1-} ]] && rounds=1
    build_programs build bench-layout >&2 || exit 1
    exec python3 -B "$ROOT/tests/bench/layout.py" "$BIN" "$rounds"
}

bench_grade()
{
    local count=300
    bench_arguments grade "$@"
    [[ ${1-} ]] && count=20
    build_programs build lesson lesson-more >&2 || exit 1
    SHMLAB_BIN=$BIN exec python3 -B "$ROOT/tests/bench/grade.py" "$count"
}

command_bench()
{
    case ${1-} in
        '') bench_list ;;
        view) shift && bench_view "$@" ;;
        gdb) shift && bench_gdb "$@" ;;
        layout) shift && bench_layout "$@" ;;
        grade) shift && bench_grade "$@" ;;
        *)
            warn "there is no bench '$(printable "$1")'."
            bench_list >&2
            exit 2
            ;;
    esac
}
