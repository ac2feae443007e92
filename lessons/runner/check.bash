# check: what a lesson's check.bats calls. docs/lesson-format.md describes each function; `load "$LAB/check"`.
#
# The runner (check.py) sets: LAB (this folder), LAB_BIN (the kit's programs), LAB_LESSON, LAB_PROJ, LAB_BUILD
# (the learner's programs, built), LAB_OUT (for verdicts), LAB_TMP, LAB_HELPERS (for helpers that are built once for
# many checks), LAB_OWN_IPC (1: nobody else uses this IPC namespace), LAB_SANDBOX. For test number N it reads from
# LAB_OUT: N.diagnosis, N.text, N.line, N.grid, N.output; and remarks.
# shellcheck shell=bash disable=SC2034 # its variables are for the checks

LAB_SECONDS=${LAB_SECONDS:-5} # for one program that runs to its end, or one wait; see patience
PROBE=$LAB_BIN/shm-probe

setup()
{
    # bats traces each command, to report the line of a failure. Tracing the test itself is enough: with the functions
    # that it calls, tracing would take half of a check's time.
    set +o functrace
    declare -ft "$BATS_TEST_NAME" 2>/dev/null || true
    T=$LAB_TMP/$BATS_TEST_NUMBER
    BOX=$T/box # the only folder that the learner's programs can write
    KEEP=$LAB_TMP/keep # shared by all tests
    mkdir -p "$BOX" "$KEEP"
    VERDICT=$LAB_OUT/$BATS_TEST_NUMBER
    STARTED=() # pids of the sandboxes that were started
    PIDS=()    # pids of the programs in them
    OUT=$T/out ERR=$T/err END=$T/end
    : >"$OUT"
    : >"$ERR"
    RAN='' # 1: a program of the learner has run
    RACE='' RACE_BY='' # what `race` has found
    ENDED='' # how it ended
    : >"$T/there"
    # our own namespace has no segments when a test begins
    if [[ $LAB_OWN_IPC == 1 ]]; then ids_use; else "$PROBE" list | cut -d' ' -f1 >"$T/there"; fi
    ! declare -F lesson_setup >/dev/null || lesson_setup
}

# Uses up some ids, once: in a fresh namespace the first is 0, and a program that takes 0 for the id would be right.
ids_use()
{
    [[ ! -e $KEEP/ids ]] || return 0
    : >"$KEEP/ids"
    # IPC_PRIVATE, IPC_CREAT; IPC_RMID
    perl -e 'for (0 .. 7 + rand 90) { my $id = shmget(0, 1, 0600 | 01000); shmctl($id, 0, 0) if defined $id }'
}

teardown()
{
    local pid id
    for pid in "${STARTED[@]}"; do sandbox_end "$pid"; done
    if [[ $RAN || -e $T/ours ]]; then
        for id in $(segments_left) $(cat "$T/ours" 2>/dev/null); do
            "$PROBE" remove "$id" 2>/dev/null || true
        done
    fi
    if [[ ${BATS_TEST_COMPLETED-} != 1 ]]; then
        rm -rf "$BOX" # the program may have filled the file system
        output_keep
    elif [[ -z ${BATS_TEST_SKIPPED-} ]]; then
        printf '%s\n' "$BATS_TEST_DESCRIPTION" >>"$LAB_OUT/passed"
    fi
    rm -rf "$T"
}

# ---- verdicts ----

needs()
{
    grep -qxF -- "$1" "$LAB_OUT/passed" 2>/dev/null || skip "first fix: $1"
}

# verdict_add WHAT LINE: adds a line to N.WHAT. If the program has filled the file system, its files are removed first.
verdict_add()
{
    local pid
    printf '%s\n' "$2" 2>/dev/null >>"$VERDICT.$1" && return
    for pid in "${STARTED[@]}"; do sandbox_end "$pid"; done
    rm -rf "$BOX"
    printf '%s\n' "$2" >>"$VERDICT.$1"
}

note() { verdict_add text "$*"; }

# remark TEXT: a line below all results, whether they are ok or not.
remark() { grep -qxsF -- "$*" "$LAB_OUT/remarks" || printf '%s\n' "$*" >>"$LAB_OUT/remarks"; }

wrong()
{
    # The sandbox itself could not start a process. Then nothing is the program's fault.
    if grep -qs '/sandbox: .*fork: ' "$ERR"; then
        set -- "This machine lets you start no more processes at the moment. Nothing is lost: try again when fewer run."
        printf '%s\n' "$*" >>"$LAB_OUT/cannot"
    fi
    note "$@"
    verdict_add line "$(caller_line)"
    exit 1
}

# Not the program's fault: the check cannot work here. It makes the whole report an error.
cannot()
{
    printf '%s\n' "$*" >>"$LAB_OUT/cannot"
    wrong "$@"
}

# patience SECONDS: sets WAIT, in milliseconds: longer where others want the processors too, so that a program is judged by
# its own time. check.py counts the whole check's time in the same way.
patience()
{
    local load running processors=${PROCESSORS:=$(nproc)}
    read -r load _ _ running _ </proc/loadavg
    load=${load%.*} running=$((${running%/*} - 1))
    load=$(((running > load ? running : load) / processors))
    WAIT=$(($1 * 1000 * (load < 1 ? 1 : load > 20 ? 20 : load)))
}

# The line of check.bats, or of another file than this one, that called us: it tells verify which verdict it was.
caller_line()
{
    local frame=1
    while [[ ${BASH_SOURCE[frame]} == "${BASH_SOURCE[0]}" ]]; do frame=$((frame + 1)); done
    echo "${BASH_LINENO[frame - 1]}"
}

mistake()
{
    local id=$1
    shift
    verdict_add diagnosis "$id"
    wrong "$@"
}

# What the program printed, for the verdict: the first lines of both streams.
output_keep()
{
    local file name
    for name in OUT ERR; do
        file=${!name}
        [[ -s $file ]] || continue
        case $name in
            OUT) printf 'It printed:\n' ;;
            ERR) printf 'It printed on standard error:\n' ;;
        esac
        head -c 2000 "$file" | head -n 12 | sed 's/^/  /'
        printf '\n'
    done >"$VERDICT.output"
    [[ ! $ENDED ]] || printf 'It ended with %s.\n' "$ENDED" >>"$VERDICT.output"
}

# ---- fresh values ----

fresh_number() { NUMBER=$(($1 + (RANDOM << 15 | RANDOM) % ($2 - $1 + 1))); }

fresh_word()
{
    local letters=abcdefghijklmnopqrstuvwxyz
    WORD=
    while ((${#WORD} < $1)); do WORD+=${letters:RANDOM%26:1}; done
}

# keep_values NAME...: saves variables for later tests of this check; kept_values gets them back.
keep_values()
{
    local name
    for name; do printf '%s=%q\n' "$name" "${!name}"; done >>"$KEEP/values"
}

kept_values()
{
    # shellcheck disable=SC1091 # keep_values wrote it
    . "$KEEP/values"
}

# ---- segments ----

segment_name()
{
    local n
    SEG_ID=
    for ((n = 0; n < 100; n++)); do
        SEG_PATH=$BOX/key.$n.$RANDOM
        : >"$SEG_PATH"
        SEG_KEY=$("$PROBE" key "$SEG_PATH" "$LAB_PROJ") || continue
        "$PROBE" facts "$SEG_KEY" >/dev/null || return 0
    done
    cannot "The check itself failed: it found no free key for a file in $BOX."
}

# segment_fill SIZE MODE FILE
segment_fill()
{
    segment_name
    SEG_ID=$("$PROBE" make "$SEG_KEY" "$1" "$2" "$3")
    echo "$SEG_ID" >>"$T/ours"
    BEFORE=$T/before
    segment_bytes "$BEFORE"
}

segment_open()
{
    local fill=${3-} byte
    if [[ ! $fill ]]; then
        # one random byte, never 0: so a missing NUL is seen, and the grid is easy to read
        fill=$T/fill
        printf -v byte '\\%o' $((128 + RANDOM % 127))
        head -c "$1" /dev/zero | tr '\0' "$byte" >"$fill"
    fi
    segment_fill "$1" "${2:-0600}" "$fill"
}

segment_zero() { segment_fill "$1" "${2:-0600}" /dev/null; }

segment_facts()
{
    local facts
    facts=$("$PROBE" facts "${SEG_KEY}") || return 1
    # NAME=NUMBER pairs from shm-probe
    # shellcheck disable=SC2086
    declare -g $facts
}

segment_bytes() { "$PROBE" bytes "${2:-$SEG_ID}" >"$1"; }

# The widest rights with which a process has it attached.
attached_as() { "$PROBE" attached "$SEG_ID" "$1" | sort | tail -n 1; }

# Segments that are new since the test began and not made by the check. In a shared namespace, only those that a program
# of this test made itself, or that have our user and the test's key: any other may be another program's.
segments_left()
{
    local id key creator uid
    while read -r id key creator uid _; do
        grep -qx "$id" "$T/there" "$T/ours" 2>/dev/null && continue
        [[ $LAB_OWN_IPC == 1 || " ${PIDS[*]} " == *" $creator "* ||
            ($uid == "$EUID" && $key == "${SEG_KEY-}") ]] || continue
        printf '%s\n' "$id"
    done < <("$PROBE" list)
}

# ---- programs ----

# Sets CRASHED, HUNG or FLOODED to say how the program ended, and STATUS. A shell can't tell a program that was ended by
# signal 2 from one that calls exit(130): END has what wait(2) said; nothing if the program was stopped from outside.
end_name()
{
    local sizes said=''
    CRASHED='' HUNG='' FLOODED=''
    mapfile -t sizes < <(stat -c %s "$OUT" "$ERR")
    read -r said 2>/dev/null <"$END" || true # no newline at its end
    if [[ $said ]] && (((said & 127) == 0)); then
        STATUS=$((said >> 8))
        ENDED="exit status $STATUS"
        ((sizes[0] < 1000000 && sizes[1] < 1000000)) || FLOODED=1
        ((STATUS != 99)) || CRASHED=AddressSanitizer
        return 0
    fi
    if ((sizes[0] >= 1000000 || sizes[1] >= 1000000 || STATUS == 153)); then
        FLOODED=1
    elif ((STATUS == 124 || STATUS == 137 || STATUS == 152)); then
        HUNG=1
    elif ((STATUS > 128 && STATUS < 160)); then
        CRASHED=SIG$(kill -l $((STATUS - 128)))
    fi
    ENDED=$CRASHED
}

# end_judge NAME: the plain verdicts for a bad end.
end_judge()
{
    end_name
    [[ ! ${MAY_CRASH-} ]] || return 0
    [[ ! $FLOODED ]] || mistake flood "$1 prints without end: it was stopped after 1 MB."
    [[ ! $HUNG ]] || mistake hang "$1 did not end within $LAB_SECONDS seconds: it was stopped."
    [[ ! $CRASHED ]] || mistake crash "$1 was ended by $CRASHED$(crash_means)."
}

crash_means()
{
    case $CRASHED in
        SIGSEGV) echo ': it used an address that it may not read or write' ;;
        SIGBUS) echo ': it used an address past the end of what is mapped there' ;;
        SIGABRT) echo ': the C library or the program itself stopped it (abort)' ;;
        SIGFPE) echo ': a division by zero' ;;
        AddressSanitizer) echo ', which found a memory error' ;;
    esac
}

# sandbox_run COMMAND...: this shell becomes COMMAND in the sandbox, in the folder BOX, with the caller's streams.
# FIRST: shell commands that run before it in the same sandbox and PID namespace; they may call "$PROBE". LIMIT: it is
# ended after so many seconds, from outside: in the sandbox it could stop who watches it.
sandbox_run()
{
    local first=()
    [[ ! ${FIRST-} ]] || first=(--read "$LAB_BIN" sh -c "PROBE=${PROBE@Q}"$'\n'"$FIRST"$'\n''exec "$@"' sh)
    cd "$BOX" || exit 1
    export ASAN_OPTIONS=exitcode=99:detect_leaks=0
    # the sandbox clears the environment
    [[ ! ${WITNESS-} ]] || set -- env "LD_PRELOAD=$BOX/witness.so" "WITNESS=$WITNESS" \
        ${WITNESS_WRITABLE+WITNESS_WRITABLE=1} ${WITNESS_CORE+WITNESS_CORE=1} \
        ${WITNESS_OWNER+WITNESS_OWNER=1} ${WITNESS_EPERM+WITNESS_EPERM=1} ${WITNESS_ZERO+WITNESS_ZERO=1} \
        ${WITNESS_SIGNAL+WITNESS_SIGNAL="$WITNESS_SIGNAL"} "$@"
    exec 3>&- 4>&- 9>"$END"
    set -- perl -e "$WAIT_FOR" "$@"
    # background commands of a shell start with SIGINT ignored
    exec ${LIMIT:+timeout -k 1 "$LIMIT"} env --default-signal "$LAB/sandbox" --read "$LAB_BUILD" --write "$BOX" \
        "${first[@]}" "$@"
}

# Runs a command, and writes to 9 what wait(2) says of its end. 2: F_SETFD, 1: FD_CLOEXEC.
WAIT_FOR='open my $end, ">&=9"; fcntl $end, 2, 1; system { $ARGV[0] } @ARGV; syswrite $end, $?;
    exit($? & 127 ? 128 + ($? & 127) : $? >> 8)'

run_program()
{
    local name=$1
    shift
    RAN=1 STATUS=0
    : >"$END"
    patience "$LAB_SECONDS"
    (LIMIT=$((WAIT / 1000)) sandbox_run "$LAB_BUILD/$name" "$@") \
        <"${INPUT:-/dev/null}" >"$OUT" 2>"$ERR" || STATUS=$?
    end_judge "$name"
}

# again COMMAND...: a function that runs a program once more, to find out why. What is quoted stays the first run's.
again()
{
    local OUT=$T/again.out ERR=$T/again.err END=$T/again.end ENDED='' STATUS='' RUNS=''
    local FIFO='' SEND='' PROGRAM='' PROGRAM_NAME='' SANDBOX=''
    MAY_CRASH=1 "$@"
}

children_of() # PID
{
    local children=
    # the file does not end in a newline: read gets the pids, but fails
    read -r children 2>/dev/null <"/proc/$1/task/$1/children" || true
    printf '%s' "$children"
}

start_program()
{
    RAN=1 PROGRAM_NAME=$1
    shift
    OUT=$T/out.${#STARTED[@]} ERR=$T/err.${#STARTED[@]} END=$T/end.${#STARTED[@]} ENDED=
    : >"$END"
    FIFO=$T/in.${#STARTED[@]}
    mkfifo "$FIFO"
    exec {SEND}<>"$FIFO"
    (exec <"$FIFO" && exec {SEND}>&- && sandbox_run "$LAB_BUILD/$PROGRAM_NAME" "$@") >"$OUT" 2>"$ERR" &
    SANDBOX=$!
    STARTED+=("$SANDBOX")
    patience "$LAB_SECONDS"
    PROGRAM=$("$PROBE" program "$SANDBOX" "$PROGRAM_NAME" "$WAIT") && PIDS+=("$PROGRAM")
    program_rest
}

# Sets RUNS: 1 if the program waits, 0 if it has ended. To sleep for a time is not to wait.
program_rest()
{
    local rest=0
    RUNS=0
    patience "$LAB_SECONDS"
    [[ ! $PROGRAM ]] || "$PROBE" rest "$PROGRAM" "$WAIT" || rest=$?
    if [[ $PROGRAM ]] && ((rest == 0)); then
        RUNS=1
    elif ((rest == 4)); then
        [[ ${MAY_CRASH-} ]] || mistake hang "$PROGRAM_NAME neither waits nor ends: it keeps the processor busy."
        RUNS=1
    elif ((rest == 5)); then
        [[ ${MAY_CRASH-} ]] || mistake sleeps \
            "$PROGRAM_NAME sleeps, for a time or again and again. Let it wait for Enter: a call that reads its input returns then."
        RUNS=1
    fi
}

send_line()
{
    printf '%s\n' "$1" >&"$SEND"
    program_rest
}

send_end()
{
    exec {SEND}>&-
    program_rest
}

send_signal()
{
    kill -s "$1" "$PROGRAM" 2>/dev/null || true
    program_rest
}

finish_program()
{
    STATUS=0
    patience "$LAB_SECONDS"
    if "$PROBE" end "$SANDBOX" "$WAIT"; then
        wait "$SANDBOX" || STATUS=$?
    else
        sandbox_end "$SANDBOX"
        STATUS=124
    fi
    end_judge "$PROGRAM_NAME"
}

# Is it a child of ours? After a sandbox has ended, its pid can be another process's.
is_child() # PID
{
    local name value=
    while read -r name value; do
        [[ $name != PPid: ]] || break
    done 2>/dev/null <"/proc/$1/status"
    [[ $value == "$$" || $value == "$BASHPID" ]]
}

sandbox_end()
{
    local pid=$1 children
    is_child "$pid" || return 0
    # without a PID namespace, only we end them
    children=$(children_of "$pid")
    # shellcheck disable=SC2086 # pids
    kill -KILL "$pid" $children 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

# witness: from here on the test's programs run with witness.c preloaded; see there. It doesn't work with a sanitizer.
witness()
{
    local built=$LAB_HELPERS/witness.so new=$LAB_HELPERS/$BASHPID.so
    if [[ ! -e $built ]]; then
        # other checks may do the same at this time
        { cc -shared -fPIC -o "$new" "$LAB/witness.c" -ldl && mv -f "$new" "$built"; } ||
            cannot "The check itself failed: cc could not build witness.c."
    fi
    cp "$built" "$BOX/"
    WITNESS=$BOX/witness
}

# Lines "FUNCTION ARGUMENTS..." of the calls that the witness saw.
witnessed() { grep "^$1 " "$BOX/witness" 2>/dev/null; }

# program_calls NAME FUNCTION: does it call this function of the C library? For a verdict if the memory can't show why.
program_calls() { nm "$LAB_BUILD/$1" 2>/dev/null | grep -qE " [A-Za-z] $2(@|\$)"; }

# ---- all orders ----

# race_runtime_find: the run-time of `shmlab race`, built once. RACE_RUNTIME: a file with what the linker is to be given.
race_runtime_find()
{
    RACE_RUNTIME=$LAB_HELPERS/race
    [[ ! -e $RACE_RUNTIME ]] || return 0
    local new=$LAB_HELPERS/race.$BASHPID # other checks may do the same at this time
    (
        ROOT=${LAB%/*/*} CALL=shmlab
        . "$ROOT/src/shmlab/common.bash"
        . "$ROOT/src/shmlab/race_build.bash"
        mkdir "$new" && race_runtime "$new" && printf '%s\n' "${RACE_LINK[@]}" >"$new/link" && mv "$new/link" "$RACE_RUNTIME"
    ) >/dev/null || cannot "The check itself failed: cc could not build the run-time of shmlab race."
}

# What race runs in the sandbox: the folder of the kit, RACE_RUNTIME, and arguments of `shmlab race`.
# shellcheck disable=SC2016 # for that bash
RACE_SEARCH='ROOT=$1 CALL=shmlab runtime=$2
. "$ROOT/src/shmlab/common.bash"
. "$ROOT/src/shmlab/race_build.bash"
race_runtime() { mapfile -t RACE_LINK <"$runtime"; }
race_arguments "${@:3}"
race_build "$(mktemp -d "$PWD/race.XXXXXX")"
exec "${PROBE%/*}/shm-race" "${RACE_OPTIONS[@]}" "${RACE_PROGRAMS[@]}" -- "${RACE_ARGUMENTS[@]}"'

# race [OPTION...] [-- ARGUMENT...]: runs the learner's programs in all orders, as lesson.conf's `race` says; what is given
# here counts more. Sets RACE (won or lost) and RACE_BY: how it was lost.
race()
{
    local kit=${LAB%/*/*} words status=0 said
    eval "words=($LAB_RACE)" # check.py has quoted it
    words+=("$@")
    [[ " $* " == *' -- '* ]] || eval "words+=(-- $LAB_RACE_ARGUMENTS)"
    race_runtime_find
    patience 20
    (
        cd "$BOX" || exit 1
        # the compiler and the search need more than a learner's program
        export LAB_CPU=$((WAIT / 1000)) LAB_MEMORY=4096 LAB_FILE=65536 LAB_SANITIZE=''
        exec 3>&- 4>&-
        exec timeout -k 1 $((2 * WAIT / 1000)) "$LAB/sandbox" --read "$LAB_BUILD" --read "$LAB_BIN" --read "$kit/src" \
            --read "$LAB_HELPERS" --write "$BOX" env COLUMNS=78 "PROBE=$PROBE" bash -c "$RACE_SEARCH" race "$kit" \
            "$RACE_RUNTIME" --seconds $((WAIT / 1000)) "${words[@]}"
    ) </dev/null >"$T/race" 2>"$T/race.err" || status=$?
    said=$(head -n 1 "$T/race")
    case $status in
        0) RACE=won ;;
        1) RACE=lost RACE_BY=${said#lost by } RACE_BY=${RACE_BY%%:*} ;;
        3) wrong "All orders can't be tried. $(tail -n 1 "$T/race.err" | sed 's/^[a-z-]*: //; s/^the programs cannot be searched. //')" ;;
        *) cannot "The check itself failed: shmlab race ended with $status. $(tail -n 3 "$T/race.err")" ;;
    esac
    [[ $said != 'won so far'* ]] || remark "Not all orders were tried: ${said#won so far: }"
    [[ $RACE == won ]] || race_table
}

# The verdict shows the order in the place of a grid, without the data races that it tells below: their lines are long.
race_table()
{
    local most=44 lines
    mapfile -t lines < <(sed '1,3d; /^Also:$/,/^$/d' "$T/race")
    printf '%s\n' "${lines[@]:0:most}" >"$VERDICT.grid"
    ((${#lines[@]} <= most)) || printf '(more: %s race --lesson)\n' "${SHMLAB_CALL:-shmlab}" >>"$VERDICT.grid"
}

# race_loses_by NAME: is there an order that is lost by NAME? For a verdict with the lesson's own words.
race_loses_by()
{
    [[ $RACE ]] || race
    [[ $RACE == lost && $RACE_BY == "$1" ]]
}

# Fails, with the order that is lost, unless no order is.
race_wins()
{
    [[ $RACE ]] || race
    [[ $RACE == won ]] || mistake "$RACE_BY" "This order of the programs' steps is $(head -n 1 "$T/race")."
}

# ---- expected output and status ----

said() # FILE TEXT
{
    grep -qxF -- "$2" "$1" && return
    wrong "This line is missing in its output: $2"
}

exits()
{
    ((STATUS == $1)) && return
    success_judge
    wrong "Its exit status is $STATUS; expected: $1."
}

# Did it take a call that has worked for one that has failed? errno is 0 then, and perror says so.
success_judge()
{
    local says
    ! says=$(grep -m 1 ': Success$' "$ERR") || mistake success-as-failure \
        "It says '$says': no call has failed. Either it takes the result of a call that has worked for a failure: these calls return -1 if they fail, and 0 or another number is success. Or it is an error of the program's own, which perror does not know: print it with fprintf(stderr, ...)."
}

# enter_judge: Enter was pressed, but the program still runs.
enter_judge()
{
    MAY_CRASH=1 send_line ''
    ((RUNS)) || mistake enter-twice "After one Enter $PROGRAM_NAME still waited; a second one ended it. Wait for one."
    MAY_CRASH=1 send_line 7
    ((RUNS)) || mistake enter-not-enough \
        "Enter was pressed, but $PROGRAM_NAME still waited; only a line with something in it ended it. scanf skips empty lines; getchar() returns at Enter."
    mistake enter-ignored "Enter was pressed, but $PROGRAM_NAME goes on. Let it wait with getchar(), and end after that."
}

# Does FILE say that something has failed?
tells_failure() { grep -qiE "error|fail|broken|cannot|can't|unable|exist|missing|denied|invalid|wrong|\b(no|not)\b" "$1"; }

# goes_on CALL: CALL has failed. Does the program say so, but still run?
goes_on()
{
    ((! RUNS)) || ! tells_failure "$ERR" || mistake goes-on \
        "$1 failed. $PROGRAM_NAME prints an error, but goes on and waits. perror only prints: end with status 1 after it."
}

# The program has ended, as it could not do its work.
fails_well()
{
    local tells='' errno
    ! tells_failure "$OUT" || tells=1
    [[ -s $ERR || -s $OUT ]] || mistake fails-silently \
        "It does not say what failed. Print on standard error what was tried and why it failed, as perror does."
    ((STATUS != 0)) || mistake status-0-on-failure \
        "It could not do its work, but its exit status is 0, which means success. Let main return 1."
    [[ -s $ERR || $tells ]] || wrong \
        "It printed nothing on standard error. Print there what was tried and why it failed, as perror does."
    [[ -s $ERR ]] || mistake errors-on-stdout \
        "It says what failed on standard output, where its results belong. perror, or fprintf(stderr, ...), prints on standard error."
    ((STATUS != 255)) || mistake exit-minus-1 \
        "Its exit status is 255: that is what becomes of exit(-1) or return -1. Expected: 1, as with exit(1) or return 1."
    # 2 may be meant: wrong arguments
    errno=$(perl -e '$! = shift; print $!' "$STATUS")
    ((STATUS < 3)) || ! grep -qF -- "$errno" "$ERR" || mistake status-is-errno \
        "Its exit status is $STATUS: that is errno, the number of '$errno'. Expected: 1, whatever has failed."
    exits 1
}

# ---- bytes ----

pack() { "$PROBE" pack "$@"; }

# layout_of FILE TYPE PROGRAM: the .layout of a C type, as the learner's own program has it.
layout_of() { "$LAB_BIN/shm-view" --type "$2" --elf "$LAB_BUILD/$3" --render layout >"$1"; }

# LAYOUT EXPECTED ACTUAL
compare()
{
    local status=0
    COMPARED=("$T/forgiven" "$3" "$1")
    DIFFERS=$("$PROBE" compare "$1" "$2" "$3" "${BEFORE:-/dev/null}" "$T/forgiven") || status=$?
    ((status < 2)) || cannot "The check itself failed: shm-probe could not compare."
    return "$status"
}

# What compare saw in a field.
differs() { differs_column "$1" 6; }

# differs_column FIELD N: column N of the field's line: 2 offset, 3 size, 4 expected, 5 actual, 6 seen.
differs_column()
{
    local line columns
    while IFS= read -r line; do
        # read takes several tabs as one: it would skip empty columns
        IFS=$'\x1f' read -r -a columns <<<"${line//$'\t'/$'\x1f'}"
        [[ ${columns[0]} != "$1" ]] || printf '%s\n' "${columns[$2 - 1]}"
    done <<<"$DIFFERS"
}

# grid_rows EXPECTED ACTUAL LAYOUT: the rows of the grid in which the files differ, and those next to them; at most 12.
grid_rows()
{
    local rows width=${LAB_WIDTH:-16} # smaller for a narrow terminal
    rows=$(cmp -l "$1" "$2" 2>/dev/null | awk -v width="$width" '{
        row = int(($1 - 1) / width)
        for (r = row - 1; r <= row + 1; r++) if (r >= 0 && !seen[r]++) print r
    }' | sort -n | head -n 12)
    [[ $rows ]] || rows=$(seq 0 3)
    # shm-view draws a title, the columns' numbers, then each row on a line, and below it a line "want" with the expected
    # bytes, which we leave out: the other grid has them. With --expect its exit status is 1.
    { "$LAB_BIN/shm-view" --file "$2" --layout "$3" --render "${LAB_RENDER:-text}" --all --width "$width" \
        --expect "$1" 2>/dev/null || true; } |
        awk -v rows="$rows" 'BEGIN { n = split(rows, list, "\n"); for (i = 1; i <= n; i++) wanted[list[i]]; row = 0; last = -1 }
            { plain = $0; gsub(/\033\[[0-9;:]*m/, "", plain) }
            NR == 2
            plain ~ /^[0-9a-f]/ && NR > 2 {
                if (row in wanted) {
                    if (last >= 0 && last != row - 1) print "  ..."
                    last = row
                    print
                }
                row++
            }
            /^$/ { exit }'
}

# show [EXPECTED ACTUAL [LAYOUT]]: without arguments, the last comparison.
show()
{
    local expected=${1:-${COMPARED[0]}} actual=${2:-${COMPARED[1]}} layout=${3:-${COMPARED[2]}}
    {
        echo 'in memory:'
        grid_rows "$expected" "$actual" "$layout"
        echo 'expected:'
        grid_rows "$actual" "$expected" "$layout"
    } >"$VERDICT.grid"
}
