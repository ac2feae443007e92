#!/usr/bin/env bats
# 08: what is in the kernel's list while the holder runs, and after it has ended in different ways.
# shellcheck disable=SC2153 # check.bash sets STATUS
load "$LAB/check"

HOLDS="holder makes the segment, attaches it, writes its text, and waits"
ENTER="after Enter nothing is left"

# Draws size and text.
values_draw()
{
    fresh_number 50 4000 && size=$NUMBER
    fresh_number 8 40 && fresh_word "$NUMBER" && text=$WORD
}

# The expected bytes of the segment: the text, and zeros.
expected_bytes() # SIZE TEXT
{
    printf '%s' "$2"
    head -c $(($1 - ${#2})) /dev/zero
}

# The ids of segments under any key that somebody has attached although they are removed.
removed_ids() { "$PROBE" list | awk '$2 == "0x00000000" && $5 > 0 { print $1 }'; }

# The holder runs, and all is as it should be while it does.
held_judge() # SIZE TEXT
{
    if ((!RUNS)); then
        finish_program
        wrong "holder ended (status $STATUS) before Enter, the end of its input or a signal."
    fi
    if ! segment_facts; then
        [[ ! $(removed_ids) ]] || mistake removed-early \
            "holder waits, and its segment is removed already: it lost its key, so no other program can find it. IPC_RMID belongs to the end."
        wrong "While holder waits, there is no segment with its key."
    fi
    ((SEG_SIZE == $1)) || wrong "The segment has $SEG_SIZE bytes; it should have $1."
    [[ $SEG_MODE == 0600 ]] || wrong "The segment's mode is $SEG_MODE; expected: 0600."
    [[ $(attached_as "$PROGRAM") == rw- ]] || wrong "holder waits, but has not attached the segment for reading and writing."
    expected_bytes "$@" >"$T/expected"
    segment_bytes "$T/actual"
    cmp -s "$T/expected" "$T/actual" && return
    { echo 'shmlab layout 1' && echo "char[$1] text"; } >"$T/layout"
    show "$T/expected" "$T/actual" "$T/layout"
    wrong "The segment should hold the text $2, its NUL, and zeros to its end."
}

# Nothing of the holder is left. HELD: the id that it held.
left_judge() # HOW
{
    segment_facts || return 0
    ((SEG_ID == HELD)) || mistake made-again \
        "After $1 the segment $HELD is gone, but there is a segment $SEG_ID with the same key, made by holder. shmget with IPC_CREAT makes one where there is none."
    mistake left-behind \
        "After $1 the segment $SEG_ID still exists, with $SEG_NATTCH attached. Detaching or ending does not remove it."
}

# A holder that holds a segment, under a key of its own.
holder_holds()
{
    segment_name
    start_program holder "$SEG_PATH" "$size" "$text"
    held_judge "$size" "$text"
    HELD=$SEG_ID
}

@test "holder makes the segment, attaches it, writes its text, and waits" {
    values_draw
    holder_holds
}

@test "after Enter nothing is left" {
    needs "$HOLDS"
    values_draw
    holder_holds
    send_line ''
    ((!RUNS)) || wrong "Enter was pressed, and holder still waits."
    finish_program
    left_judge Enter
    exits 0
}

@test "after the end of its input nothing is left" {
    needs "$ENTER"
    values_draw
    holder_holds
    send_end
    ((!RUNS)) || wrong "Its input has ended, and holder still waits."
    finish_program
    left_judge "the end of its input"
    exits 0
}

# What the kernel would do with it now: see SigIgn, SigBlk in proc(5). DISPOSITION
signal_disposition() # NAME
{
    local bit name mask
    bit=$((1 << ($(kill -l "$1") - 1)))
    DISPOSITION=waits
    while read -r name mask; do
        case $name in
            SigIgn:) ((!(16#$mask & bit))) || DISPOSITION=ignores ;;
            SigBlk:) ((!(16#$mask & bit))) || DISPOSITION=blocks ;;
        esac
    done <"/proc/$PROGRAM/status"
}

# How the holder takes a signal: ended, killed, left; ignores, blocks, or waits on after its handler. FATE
signal_try() # NAME
{
    holder_holds
    signal_disposition "$1"
    send_signal "$1"
    if ((RUNS)); then
        FATE=$DISPOSITION
        return
    fi
    MAY_CRASH=1 finish_program
    if [[ $CRASHED ]]; then
        FATE=killed
    elif segment_facts; then
        FATE=left
    else
        FATE=ended
        exits 0
    fi
}

@test "after SIGINT, SIGTERM or SIGHUP nothing is left" {
    local name killed='' ended='' waits='' left='' ignores='' blocks=''
    needs "$ENTER"
    values_draw
    for name in INT TERM HUP; do
        signal_try "$name"
        case $FATE in
            killed) killed+=" SIG$name" ;;
            waits) waits+=" SIG$name" ;;
            ignores) ignores+=" SIG$name" ;;
            blocks) blocks+=" SIG$name" ;;
            left) left+=" SIG$name" ;;
            ended) ended+=" SIG$name" ;;
        esac
    done
    [[ ! $ignores ]] || mistake ignores-signal \
        "holder ignores$ignores (SIG_IGN), and goes on waiting. Catch it with a handler that sets a flag."
    [[ ! $blocks ]] || mistake blocks-signal \
        "holder has$blocks blocked while it waits, so the signal never arrives. Let it through before you wait."
    [[ ! $waits ]] || mistake restarts-wait \
        "holder gets$waits, and goes on waiting for Enter. signal(), and SA_RESTART, make the kernel restart the interrupted read. Use sigaction without SA_RESTART."
    [[ ! $left ]] || mistake exit-in-handler \
        "holder ends at$left, but its segment stays. Did the handler end it, so that the lines after the wait never ran? Let the handler set a flag."
    [[ ! $killed || ! $ended ]] || mistake only-sigint \
        "At$ended holder ends well, but it is killed by$killed, and its segment stays."
    [[ ! $killed ]] || mistake no-handler \
        "holder is killed by each of$killed, and its segment stays. Catch them with sigaction."
}

@test "if it fails midway, nothing is left" {
    needs "$ENTER"
    segment_name
    fresh_word 30
    run_program holder "$SEG_PATH" 16 "$WORD"
    ! segment_facts || mistake leaves-on-failure \
        "A text of 30 characters does not fit into 16 bytes. holder ends (status $STATUS), and leaves the segment $SEG_ID behind."
    fails_well
    fresh_word 16
    run_program holder "$SEG_PATH" 16 "$WORD"
    ((STATUS != 0)) || mistake forgot-nul \
        "A text of 16 characters does not fit into 16 bytes, as its NUL needs one more. holder took it."
    fails_well
    # AddressSanitizer itself needs more addresses than any limit
    [[ ! ${LAB_SANITIZE-} ]] || return 0
    FIRST='ulimit -v 100000' run_program holder "$SEG_PATH" 200000000 "$WORD"
    ! segment_facts || mistake leaves-on-failure \
        "shmat fails for a segment of 200000000 bytes, because there are not enough addresses. holder ends (status $STATUS), and leaves the segment $SEG_ID behind."
    fails_well
}

# ---- a segment that exists already ----

# Starts holder, which asks for size bytes, while a segment of SIZE bytes exists. WHO: its creator has ended (dead), runs
# (alive), or has ended while another has it attached (attached). FATE: taken, remade, refused; removed, touched: it was
# refused, but not left as it was.
standing_try() # WHO SIZE
{
    local first
    segment_name
    fresh_word "$2"
    printf '%s' "$WORD" >"$T/old"
    cp "$T/old" "$BOX/old"
    rm -f "$BOX/made"
    first="make $SEG_KEY $2 0600 old >made"
    case $1 in
        dead) first="\"\$PROBE\" $first" ;;
        alive) first="\"\$PROBE\" stay $first & until [ -s made ]; do sleep 0.01; done" ;;
        attached)
            first="\"\$PROBE\" $first; \"\$PROBE\" stay attach \$(cat made) &
                until \"\$PROBE\" facts $SEG_KEY | grep -q 'NATTCH=1 '; do sleep 0.01; done"
            ;;
    esac
    FIRST=$first MAY_CRASH=1 start_program holder "$SEG_PATH" "$size" "$text"
    OLD=$(cat "$BOX/made")
    [[ $OLD ]] || cannot "The check itself failed: it could not make a segment."
    echo "$OLD" >>"$T/ours"
    standing_fate
}

standing_fate()
{
    if ((RUNS)); then
        FATE=taken
        segment_facts && ((SEG_ID == OLD)) || FATE=remade
        return
    fi
    MAY_CRASH=1 finish_program
    FATE=refused
    if ! segment_facts || ((SEG_ID != OLD)); then
        FATE=removed
    else
        segment_bytes "$T/now"
        cmp -s "$T/old" "$T/now" || FATE=touched
    fi
}

@test "it takes over a segment of the same size whose creator has ended" {
    needs "$ENTER"
    values_draw
    standing_try dead "$size"
    [[ $FATE != refused && $FATE != removed ]] || mistake refuses-all \
        "There is a segment of $size bytes, its creator has ended and nobody is attached. holder asks for $size bytes, and refuses it (status $STATUS)."
    held_judge "$size" "$text"
    HELD=$SEG_ID
    send_line ''
    finish_program
    ! segment_facts || mistake left-behind "holder took over segment $SEG_ID, and did not remove it when it ended."
    exits 0
}

# The verdict about one that is not ours to take. ID, WHY
refused_judge()
{
    case $FATE in
        remade) mistake removes-at-start "$2 holder removed it, and made its own." ;;
        removed) mistake removes-anothers "$2 holder ends with status $STATUS, but the segment is gone: it was not holder's to remove." ;;
        taken) mistake "$1" "$2 holder took it." ;;
        touched) wrong "$2 holder refused it, but changed its bytes." ;;
    esac
    fails_well
}

readonly LIVES="There is a segment, and its creator still runs."
readonly ATTACHED="There is a segment whose creator has ended, but another process has it attached."

# FATE is taken: does holder take any segment? Then it also takes one of another kind.
takes_anything() # WHO
{
    [[ $FATE == taken ]] || return 1
    standing_try "$1" "$size"
    local other=$FATE
    FATE=taken
    [[ $other == taken ]]
}

@test "it refuses a segment whose creator runs" {
    local id=ignores-creator
    needs "$ENTER"
    values_draw
    standing_try alive "$size"
    ! takes_anything attached || id=takes-anything
    refused_judge "$id" "$LIVES"
}

@test "it refuses a segment that is attached" {
    local id=ignores-attached
    needs "$ENTER"
    values_draw
    standing_try attached "$size"
    ! takes_anything alive || id=takes-anything
    refused_judge "$id" "$ATTACHED"
}

@test "it refuses a segment of another size" {
    local id=ignores-size
    needs "$ENTER"
    values_draw
    standing_try dead $((size + 8))
    ! takes_anything alive || id=takes-anything
    refused_judge "$id" "There is a segment of $((size + 8)) bytes whose creator has ended. holder needs $size bytes."
}
