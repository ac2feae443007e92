# Finds the order of two programs' accesses that goes wrong, and shows it.
#
#   ./shmlab race A.c A.c -- 3     runs both on one segment, in all orders. 3 is
#                                  an argument; a file without main joins each
#   ./shmlab race FOLDER           each .c file in it; one that forks is enough
#   ./shmlab race --lesson [N]     the programs of a lesson, in your folder
#   ./shmlab race --replay FILE    shows an order that --save has kept
#
#   --check EXPR     true at the end, as 'counter == 6'; or a file CHECK.c with
#                    int race_check(const void *segment)
#   --always         it is true after each step
#   --type TYPE      what the segment holds: 'struct board'
#   --memory MODEL   sc: each access in turn; tso: as x86; pso; weak: as C11
#   --orders N  --seconds N  --steps N
#                    limits of the search (20000, 10) and of one order (10000)
#   --save FILE  --step  --gdb ROW
#                    keeps the losing order; goes through it; opens gdb at a row
#   --cc COMMAND  --cflags FLAGS   the compiler (cc -O0)
#
# Lost: the check or an assert fails, a program crashes or ends with a status
# other than 0, all wait for ever, or two accesses race. More: docs/race.md.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
declare -F build_programs >/dev/null || source "$ROOT/src/shmlab/build.bash" # bench has it already
# shellcheck source=src/shmlab/race_build.bash
source "$ROOT/src/shmlab/race_build.bash"

# race_replay_sources: what the kept order says, where it isn't given: its sources and arguments, and what must be true.
race_replay_sources()
{
    local word rest check=$RACE_CHECK cc=$RACE_CC cflags=$RACE_CFLAGS kept=()
    [[ -f $RACE_REPLAY && -r $RACE_REPLAY ]] || race_cannot "cannot read $(printable "$RACE_REPLAY")"
    RACE_OPTIONS+=(--replay "$RACE_REPLAY")
    local given=${#RACE_SOURCES[@]}
    while read -r word rest; do
        case $word in
            program | with) ((given)) || race_take_source "${rest% *}" ;;
            argument) ((given)) || RACE_ARGUMENTS+=("$rest") ;;
            --check) RACE_CHECK=${check:-$rest} ;;
            --cc) RACE_CC=${cc:-$rest} ;;
            --cflags) RACE_CFLAGS=${cflags:-$rest} ;;
            --always) kept+=("$word") ;;
            --type | --steps) kept+=("$word" "$rest") ;;
        esac
    done <"$RACE_REPLAY"
    RACE_OPTIONS=(${kept[@]+"${kept[@]}"} "${RACE_OPTIONS[@]}") # those that are given come last: they count
    return 0
}

command_race()
{
    local folder status
    [[ ${1-} != --lesson ]] || exec "$ROOT/shmlab" lesson race "${@:2}"
    race_arguments "$@"
    [[ $RACE_REPLAY ]] && race_replay_sources
    ((${#RACE_SOURCES[@]})) || usage_error race 'Name one or two programs: .c files.'
    build_programs build race >&2 || exit 3
    has "${RACE_CC:-cc}" || race_cannot "there is no compiler '$(printable "${RACE_CC:-cc}")'"
    folder=$(mktemp -d /tmp/shmlab-race.XXXXXX) || exit 1
    # shm-race --step shows the segment in shared memory of that name
    # shellcheck disable=SC2064 # the folder of now
    trap "rm -rf '$folder' '/dev/shm/${folder##*/}'" EXIT
    race_build "$folder"
    SHMLAB_CALL=$CALL "$BIN/shm-race" "${RACE_OPTIONS[@]}" "${RACE_PROGRAMS[@]}" -- "${RACE_ARGUMENTS[@]}"
    status=$?
    exit "$status"
}
