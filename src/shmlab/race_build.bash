# Takes the arguments of `shmlab race`, and builds the programs for shm-race. A lesson's check does that too, in its sandbox.
# common.bash must be there; ROOT: the kit.
# shellcheck shell=bash disable=SC2034 # who takes them uses its variables

RACE_CC='' RACE_CFLAGS='' # race_build takes cc -O0
RACE_CHECK=''     # an expression, or a .c file
RACE_SOURCES=()   # one for each process, and those without main
RACE_OPTIONS=()   # for shm-race
RACE_PROGRAMS=()
RACE_ARGUMENTS=() # of the programs
RACE_REPLAY=''    # an order that was kept
RACE_LINK=()      # objects of the run-time, and options

# Not 1: that is a lost race.
race_cannot()
{
    warn "$@"
    exit 3
}

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
            --lesson) usage_error race '--lesson comes first.' ;;
            -*) usage_error race "race does not know '$(printable "$1")'." ;;
            *) race_take_source "$1" ;;
        esac
        shift
    done
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
    : "${RACE_CC:=cc}"
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

# race_build FOLDER: a program for each of RACE_SOURCES that has main. Those without are a part of each program.
race_build()
{
    local folder=$1 source out number=0 flags mains=() more=()
    : "${RACE_CC:=cc}" "${RACE_CFLAGS:=-O0}"
    RACE_OPTIONS+=(--folder "$folder" --cc "$RACE_CC" --cflags "$RACE_CFLAGS")
    race_runtime "$folder"
    for source in "${RACE_SOURCES[@]}"; do
        ((number += 1))
        out=$folder/$number/$(basename "$source" .c)
        mkdir "$folder/$number" || exit 1
        race_compile "$source" "$out"
        if nm "$out.o" | grep -q ' T main$'; then
            RACE_OPTIONS+=(--source "$source") mains+=("$out")
        else
            RACE_OPTIONS+=(--with "$source") more+=("$out.o")
        fi
    done
    ((${#mains[@]})) || race_cannot 'no file has a function main: each program needs one'
    ((${#mains[@]} <= 8)) || race_cannot 'there are more than 8 programs'
    for out in "${mains[@]}"; do
        "$RACE_CC" -no-pie -o "$out" "$out.o" ${more[@]+"${more[@]}"} "${RACE_LINK[@]}" 2>"$folder/log" || {
            cat "$folder/log" >&2
            race_cannot "$(printable "${out##*/}.c") does not link (above: what $RACE_CC says)"
        }
        RACE_PROGRAMS+=("$out")
    done
    if [[ $RACE_CHECK == *.c ]]; then
        flags=(-w -shared -fPIC -fno-strict-aliasing -I "$ROOT/src")
        "$RACE_CC" "${flags[@]}" -o "$folder/check.so" "$RACE_CHECK" || race_cannot "$(printable "$RACE_CHECK") does not compile"
        RACE_OPTIONS+=(--check-library "$folder/check.so")
    fi
    [[ ! $RACE_CHECK ]] || RACE_OPTIONS+=(--check "$RACE_CHECK")
}
