# Measures what the kit costs on this machine, beside a tool that everybody has, on the same bytes in the same run.
#
#   ./shmlab bench             lists the benches
#   ./shmlab bench view        the viewer beside `watch -n 0.1 -d hexdump -C`, about 4 minutes: bytes to the terminal,
#                              CPU, time from a write to the screen, a segment of 1 GiB, a writer that never rests
#   ./shmlab bench view --quick   the same for a moment: to see the table, not to believe its figures
#
# Each figure stands beside its target. Other programs that run meanwhile change the figures: close them.
# Measured is a build with -O2, as a package would have it; SHMLAB_PRESET=dev measures what ./shmlab view runs.
# shellcheck shell=bash

export SHMLAB_PRESET=${SHMLAB_PRESET:-release}
# shellcheck source=door/build.bash
source "$ROOT/door/build.bash"

bench_list()
{
    say "Benches (./shmlab bench NAME):"
    say "  view    the viewer beside watch and hexdump"
    say "Others come with a later version: shared memory beside pipes, sockets and message queues."
}

bench_view()
{
    if (($# > 1)) || { (($#)) && [[ $1 != --quick ]]; }; then
        warn "bench view takes --quick or nothing. See: ./shmlab help bench"
        exit 2
    fi
    build_programs build bench >&2 || exit 1
    ninja_run "$PRESET" bench-view >&2 || exit 1
    say "The programs of build/$PRESET:" >&2
    exec "$BIN/bench-view" "$@"
}

word_bench()
{
    case ${1-} in
        '') bench_list ;;
        view) shift && bench_view "$@" ;;
        *)
            warn "there is no bench '$(printable "$1")'."
            bench_list >&2
            exit 2
            ;;
    esac
}
