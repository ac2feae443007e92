# Finds the order of two programs' accesses that goes wrong, and shows it.
#
#   ./shmlab race A.c B.c         runs both on one segment, in all orders
#   ./shmlab race A.c A.c -- 3    the same program twice, with an argument
#   ./shmlab race FOLDER          each .c file in it; one that forks is enough
#   ./shmlab race --replay FILE   shows an order that --save has kept
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
# other than 0, all wait for ever, or two accesses are a data race. No segment is
# made in the system. More: docs/race.md.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
declare -F build_programs >/dev/null || source "$ROOT/src/shmlab/build.bash" # bench has it already

# Not 1: that is a lost race.
race_cannot()
{
    warn "$@"
    exit 3
}

RACE_CC=cc RACE_CFLAGS=-O0
RACE_CHECK='' RACE_REPLAY=''
RACE_OPTIONS=()   # for shm-race
RACE_SOURCES=()   # one for each process
RACE_PROGRAMS=()
RACE_ARGUMENTS=() # of the programs
RACE_LINK=()      # objects of the run-time, and options

race_take_source() # PATH
{
    local file
    if [[ -d $1 ]]; then
        for file in "${1%/}"/*.c; do
            [[ -e $file ]] && RACE_SOURCES+=("$file")
        done
        ((${#RACE_SOURCES[@]})) || race_cannot "there is no .c file in $(printable "$1")"
    elif [[ $1 != *.c ]]; then
        usage_error race "'$(printable "$1")' is neither a .c file nor a folder."
    elif [[ ! -r $1 ]]; then
        race_cannot "cannot read $(printable "$1")"
    else
        RACE_SOURCES+=("$1")
    fi
}

race_arguments()
{
    while (($#)); do
        case $1 in
            --) shift && RACE_ARGUMENTS=("$@") && return ;;
            --always | --step) RACE_OPTIONS+=("$1") ;;
            --type | --memory | --orders | --seconds | --steps | --save | --gdb | --check | --replay | --cc | --cflags)
                (($# > 1)) || usage_error race "$1 needs an argument."
                case $1 in
                    --check) RACE_CHECK=$2 ;;
                    --replay) RACE_REPLAY=$2 ;;
                    --cc) RACE_CC=$2 ;;
                    --cflags) RACE_CFLAGS=$2 ;;
                    *) RACE_OPTIONS+=("$1" "$2") ;;
                esac
                shift
                ;;
            -*) usage_error race "race does not know '$(printable "$1")'." ;;
            *) race_take_source "$1" ;;
        esac
        shift
    done
}

# race_replay_sources: the sources and the arguments that the kept order names.
race_replay_sources()
{
    local word rest
    [[ -f $RACE_REPLAY && -r $RACE_REPLAY ]] || race_cannot "cannot read $(printable "$RACE_REPLAY")"
    RACE_OPTIONS+=(--replay "$RACE_REPLAY")
    ((${#RACE_SOURCES[@]})) && return
    while read -r word rest; do
        case $word in
            program) race_take_source "${rest% *}" ;;
            argument) RACE_ARGUMENTS+=("$rest") ;;
        esac
    done <"$RACE_REPLAY"
    return 0
}

# race_compile SOURCE OUT: with -fsanitize=thread, whose calls our run-time takes.
race_compile()
{
    local source=$1 out=$2 flags=(-g -fsanitize=thread -fno-builtin -fno-pie -U_FORTIFY_SOURCE -I "$ROOT/src")
    "$RACE_CC" --version 2>/dev/null | grep -q clang && flags+=(-mllvm -tsan-instrument-read-before-write=1)
    # shellcheck disable=SC2086 # several flags
    "$RACE_CC" ${flags[@]+"${flags[@]}"} $RACE_CFLAGS -S -o "$out.s" "$source" 2>"$out.log" || {
        cat "$out.log" >&2
        race_cannot "$(printable "$source") does not compile (above: what $RACE_CC says)"
    }
    if grep -q '^[[:space:]]*#APP' "$out.s"; then
        warn "$(printable "$source") has inline assembly: what that does to memory is not seen"
    fi
    "$RACE_CC" -c -o "$out.o" "$out.s" || race_cannot "cannot assemble $(printable "$source")"
}

# race_runtime FOLDER: compiles the run-time. RACE_LINK: what the linker is to be given.
race_runtime()
{
    local folder=$1 file wrapped
    for file in "$ROOT"/src/race/runtime/*.c; do
        "$RACE_CC" -std=gnu11 -O1 -fno-omit-frame-pointer -fno-builtin -fno-pie -c -o "$folder/${file##*/}.o" "$file" &
        RACE_LINK+=("$folder/${file##*/}.o")
    done
    wait
    # calls of these functions are given to the run-time
    mapfile -t wrapped < <(nm "${RACE_LINK[@]}" 2>/dev/null | sed -n 's/.* T __wrap_/-Wl,--wrap=/p')
    ((${#wrapped[@]})) || race_cannot "cannot compile the run-time with $RACE_CC"
    RACE_LINK+=("${wrapped[@]}" -lm -lpthread)
}

# race_build FOLDER: a program for each of RACE_SOURCES, in RACE_PROGRAMS.
race_build()
{
    local folder=$1 source program number=0 flags
    race_runtime "$folder"
    for source in "${RACE_SOURCES[@]}"; do
        ((number += 1))
        RACE_OPTIONS+=(--source "$source")
        program=$folder/$number/$(basename "$source" .c)
        mkdir "$folder/$number" || exit 1
        race_compile "$source" "$program"
        "$RACE_CC" -no-pie -o "$program" "$program.o" "${RACE_LINK[@]}" 2>"$folder/log" || {
            cat "$folder/log" >&2
            race_cannot "$(printable "$source") does not link (above: what $RACE_CC says)"
        }
        RACE_PROGRAMS+=("$program")
    done
    if [[ $RACE_CHECK == *.c ]]; then
        flags=(-w -shared -fPIC -fno-strict-aliasing -I "$ROOT/src")
        "$RACE_CC" "${flags[@]}" -o "$folder/check.so" "$RACE_CHECK" || race_cannot "$(printable "$RACE_CHECK") does not compile"
        RACE_OPTIONS+=(--check-library "$folder/check.so")
    elif [[ $RACE_CHECK ]]; then
        RACE_OPTIONS+=(--check "$RACE_CHECK")
    fi
}

command_race()
{
    local folder status
    race_arguments "$@"
    [[ $RACE_REPLAY ]] && race_replay_sources
    ((${#RACE_SOURCES[@]})) || usage_error race 'Name one or two programs: .c files.'
    ((${#RACE_SOURCES[@]} <= 8)) || usage_error race 'There are more than 8 programs.'
    build_programs build race >&2 || exit 3
    has "$RACE_CC" || race_cannot "there is no compiler '$(printable "$RACE_CC")'"
    folder=$(mktemp -d /tmp/shmlab-race.XXXXXX) || exit 1
    # shm-race --step shows the segment in shared memory of that name
    # shellcheck disable=SC2064 # the folder of now
    trap "rm -rf '$folder' '/dev/shm/${folder##*/}'" EXIT
    race_build "$folder"
    SHMLAB_CALL=$CALL "$BIN/shm-race" --folder "$folder" --cc "$RACE_CC" "${RACE_OPTIONS[@]}" "${RACE_PROGRAMS[@]}" -- "${RACE_ARGUMENTS[@]}"
    status=$?
    exit "$status"
}
