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

# holder waits, and there is no segment with its key: what is there instead?
keyless_named()
{
    local id key creator nattch removed
    while read -r id key creator _ nattch; do
        [[ $creator == "$PROGRAM" ]] || continue
        [[ $key == 0x00000000 ]] || mistake other-key \
            "holder made a segment with the key $key. The key of this PATH is $SEG_KEY: ftok(PATH, 8)."
        removed=$("$PROBE" facts "id:$id" | grep -o 'REMOVED=1') || true
        [[ $removed ]] || mistake private-key \
            "holder made a segment without a key, as with IPC_PRIVATE. Nobody else can find it: pass the key of ftok."
        ((nattch == 0)) || mistake removed-early \
            "holder waits, and its segment is removed already: it lost its key, so no other program can find it. IPC_RMID belongs to the end."
    done < <("$PROBE" list)
}

# The holder runs, and all is as it should be while it does.
held_judge() # SIZE TEXT
{
    if ((!RUNS)); then
        finish_program
        mistake no-wait "holder ended (status $STATUS) before Enter, the end of its input or a signal. Is the condition of its loop the wrong way round?"
    fi
    if ! segment_facts; then
        keyless_named
        wrong "While holder waits, there is no segment with its key."
    fi
    ((SEG_SIZE == $1)) || wrong "The segment has $SEG_SIZE bytes; it should have $1."
    [[ $SEG_MODE == 0600 ]] || mistake other-mode \
        "The segment's mode is $SEG_MODE; expected: 0600. Then only its owner may read and write it."
    [[ $(attached_as "$PROGRAM") == rw- ]] || wrong "holder waits, but has not attached the segment for reading and writing."
    expected_bytes "$@" >"$T/expected"
    segment_bytes "$T/actual"
    ! cmp -s "$T/expected" "$T/actual" || return 0
    { echo 'shmlab layout 1' && echo "char[$1] text"; } >"$T/layout"
    show "$T/expected" "$T/actual" "$T/layout"
    ! cmp -s -n "$1" "$T/actual" /dev/zero || mistake no-text \
        "holder waits, and all bytes of its segment are 0. Was the text not written, or cleared after it was written?"
    ! old_behind "${#2}" || mistake old-bytes \
        "The text is there, but behind it are bytes of the segment that holder took over. Fill it with zeros before you write the text."
    wrong "The segment should hold the text $2, its NUL, and zeros to its end."
}

# Are the text's characters there, and is every wrong byte one of the old segment?
old_behind() # LENGTH
{
    [[ -s $T/old ]] && cmp -s -n "$1" "$T/expected" "$T/actual" || return 1
    ! comm -12 <(cmp -l "$T/expected" "$T/actual" | awk '{ print $1 }' | sort) \
        <(cmp -l "$T/old" "$T/actual" | awk '{ print $1 }' | sort) | grep -q .
}

# A holder under the eyes of the witness, ended by HOW: Enter, or a signal's name. DETACHED: 1, if it called shmdt.
# OTHER_ID: what it removed, if that was not its segment. RESTARTS: 1, if it asked for read to be restarted.
watched_end() # HOW
{
    witness
    rm -f "$BOX/witness"
    holder_holds
    if [[ $1 == Enter ]]; then send_line ''; else send_signal "$1"; fi
    DETACHED='' RESTARTS=''
    ! witnessed shmdt >/dev/null || DETACHED=1
    OTHER_ID=$(witnessed shmctl | awk -v id="$HELD" '$2 == 0 && $3 != id { print($3 > 2147483647 ? -1 : $3); exit }') # 0: IPC_RMID
    # 02...: SA_RESTART
    ! { witnessed signal || witnessed sigaction | grep ' 0[0-7]*[1-7][0-7]\{9\}$'; } >/dev/null || RESTARTS=1
}

# Nothing of the holder is left. HELD: the id that it held.
left_judge() # HOW
{
    local id attached
    segment_facts || return 0
    ((SEG_ID == HELD)) || mistake made-again \
        "After $1 the segment $HELD is gone, but there is a segment $SEG_ID with the same key, made by holder. shmget with IPC_CREAT makes one where there is none."
    id=$SEG_ID attached=$SEG_NATTCH
    again watched_end Enter
    [[ ! $OTHER_ID ]] || mistake removes-other-id \
        "After $1 the segment $id still exists. holder calls shmctl with IPC_RMID, but for $OTHER_ID: that is not the number that shmget returned."
    mistake left-behind \
        "After $1 the segment $id still exists, with $attached attached. Detaching or ending does not remove it."
}

# It ended as it should, and its status says so.
ended_well() # HOW
{
    ((STATUS == 0)) || mistake end-is-no-failure \
        "After $1 nothing is left, but holder's exit status is $STATUS. To be ended is not a failure: the status is 0."
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
    ((!RUNS)) || mistake deaf-to-enter \
        "Enter was pressed, and holder still waits. Let it read its input, until a line or its end has come."
    finish_program
    left_judge Enter
    ended_well Enter
    holder_holds
    "$PROBE" stay attach "$HELD" 3>&- 4>&- &
    "$PROBE" rest $! "$WAIT"
    send_line ''
    finish_program
    ! segment_facts || mistake leaves-attached \
        "Another process has the segment $HELD attached when holder ends, and holder leaves it behind. Remove it all the same: it is gone when the last one detaches."
}

@test "after the end of its input nothing is left" {
    needs "$ENTER"
    values_draw
    holder_holds
    MAY_CRASH=1 send_end
    ((RUNS)) || MAY_CRASH=1 finish_program
    [[ $RUNS == 0 && ! $HUNG ]] || mistake deaf-to-the-end \
        "Its input has ended (as with Ctrl-D), and holder has not. getchar returns EOF then, each time: end at that, too."
    end_judge holder
    left_judge "the end of its input"
    ended_well "the end of its input"
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
        segment_facts || mistake end-is-no-failure \
            "At SIG$1 nothing is left, but holder is killed by $CRASHED. It has ended as it should: let it end with exit status 0."
        FATE=killed
    elif segment_facts; then
        FATE=left
    else
        FATE=ended
        ended_well "SIG$1"
    fi
}

# It caught them, and waits on.
waits_judge() # SIGNALS
{
    again watched_end "${1##* SIG}"
    [[ ! $RESTARTS ]] || mistake restarts-wait \
        "holder gets$1, and goes on waiting for Enter. signal(), and SA_RESTART, make the kernel restart the interrupted read. Use sigaction without SA_RESTART."
    mistake waits-again \
        "holder gets$1, and goes on waiting for Enter. The kernel did not restart its wait: holder itself began to wait again. Let its loop end when the flag is set."
}

# It ended, and its segment stays.
stays_judge() # SIGNALS
{
    again watched_end "${1##* SIG}"
    [[ ! $OTHER_ID ]] || mistake removes-other-id \
        "holder ends at$1, but its segment stays. It calls shmctl with IPC_RMID, but for $OTHER_ID: that is not the number that shmget returned."
    [[ ! $DETACHED ]] || mistake left-behind \
        "holder ends at$1, and detaches, but its segment stays. Detaching does not remove it."
    mistake exit-in-handler \
        "holder ends at$1, but neither detaches nor removes its segment: the lines that do so never ran. Does the handler end the program, or a return before them? Let it set a flag, and end as after Enter."
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
    [[ ! $waits ]] || waits_judge "$waits"
    [[ ! $left ]] || stays_judge "$left"
    [[ ! $killed || ! $ended ]] || mistake only-sigint \
        "At$ended holder ends well, but it is killed by$killed, and its segment stays."
    [[ ! $killed ]] || mistake no-handler \
        "holder is killed by each of$killed, and its segment stays. Catch them with sigaction."
}

# holder gets a text of LENGTH characters for 16 bytes.
too_long_judge() # LENGTH
{
    local text
    segment_name
    fresh_word "$1"
    text="A text of $1 characters does not fit into 16 bytes"
    start_program holder "$SEG_PATH" 16 "$WORD"
    if ((RUNS)); then
        (($1 > 16)) || mistake forgot-nul "$text, as its NUL needs one more. holder took it."
        ! segment_facts || segment_bytes "$T/now"
        ! printf '%s\0' "${WORD:0:15}" | cmp -s -n 16 - "$T/now" || mistake cuts-text \
            "$text. holder cut it, and waits. Say that it does not fit, and end with status 1."
        mistake room-not-checked \
            "$text. holder copied it all the same, past the end of the segment, and waits. Compare its length with the size first."
    fi
    finish_program
    ! segment_facts || mistake leaves-on-failure \
        "$text. holder ends (status $STATUS), and leaves the segment $SEG_ID behind."
    fails_well
}

@test "if it fails midway, nothing is left" {
    needs "$ENTER"
    too_long_judge 30
    too_long_judge 16
    # AddressSanitizer itself needs more addresses than any limit
    [[ ! ${LAB_SANITIZE-} ]] || return 0
    segment_name
    FIRST='ulimit -v 100000' MAY_CRASH=1 run_program holder "$SEG_PATH" 200000000 "$WORD"
    [[ ! $CRASHED ]] || mistake shmat-not-checked \
        "shmat fails for a segment of 200000000 bytes, because there are not enough addresses. holder used what it returned, and was ended by $CRASHED. It returns (void *)-1, and not NULL."
    end_judge holder
    ! segment_facts || mistake leaves-on-failure \
        "shmat fails for a segment of 200000000 bytes, because there are not enough addresses. holder ends (status $STATUS), and leaves the segment $SEG_ID behind."
    fails_well
}

# ---- a segment that exists already ----

# Starts holder, which asks for size bytes, while a segment of SIZE bytes exists. WHO: its creator has ended (dead), runs
# (alive), or has ended while another has it attached (attached), or had it attached and still runs (used). FATE: taken, remade, refused; removed, touched: it was
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
        dead) first="\"\$PROBE\" $first; \"\$PROBE\" facts $SEG_KEY >facts" ;;
        alive) first="\"\$PROBE\" stay $first & until [ -s made ]; do sleep 0.01; done" ;;
        attached)
            first="\"\$PROBE\" $first; \"\$PROBE\" stay attach \$(cat made) &
                until \"\$PROBE\" facts $SEG_KEY | grep -q 'NATTCH=1 '; do sleep 0.01; done"
            ;;
        used)
            first="\"\$PROBE\" $first; \"\$PROBE\" stay bytes \$(cat made) >used &
                until [ -s used ] && \"\$PROBE\" facts $SEG_KEY | grep -q 'NATTCH=0 '; do sleep 0.01; done"
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
    segment_facts || SEG_ID='' # it is gone
    if [[ $SEG_ID != "$OLD" ]]; then
        FATE=removed
    else
        segment_bytes "$T/now"
        cmp -s "$T/old" "$T/now" || FATE=touched
    fi
}

# OTHER: the fate of one more segment, to find out why.
other_try() # WHO
{
    local fate=$FATE
    again standing_try "$1" "$size"
    OTHER=$FATE FATE=$fate
}

# It refuses what it should take: which question did it ask the kernel, and which one not? ASKED
asked_find()
{
    local creator other
    witness
    standing_try dead "$size"
    creator=$(sed -n 's/.*CREATOR=\([0-9]*\).*/\1/p' "$BOX/facts")
    other=$(witnessed kill | awk -v creator="$creator" '$2 != creator { print $2; exit }')
    ASKED="It asked kill about the creator, process $creator: the answer is -1, and errno is ESRCH."
    if ! witnessed shmctl | grep -q '^shmctl 2 '; then # 2: IPC_STAT
        ASKED="It did not call shmctl with IPC_STAT."
    elif ! witnessed kill >/dev/null; then
        ASKED="It called shmctl with IPC_STAT, but not kill. Did a condition before that say no?"
    elif [[ $other ]]; then
        ASKED="It asked kill about the process $other, but the creator was $creator."
    fi
}

readonly INVERTED="holder takes a segment whose creator runs, and refuses one whose creator has ended. kill(pid, 0) returns 0 if the process is alive."

@test "it takes over a segment of the same size whose creator has ended" {
    needs "$ENTER"
    values_draw
    standing_try dead "$size"
    if [[ $FATE == refused ]]; then
        other_try alive
        [[ $OTHER != taken ]] || mistake creator-inverted "$INVERTED"
    fi
    if [[ $FATE == refused || $FATE == removed ]]; then
        again asked_find
        mistake refuses-all \
            "There is a segment of $size bytes, its creator has ended and nobody is attached. holder asks for $size bytes, and refuses it. $ASKED"
    fi
    held_judge "$size" "$text"
    HELD=$SEG_ID
    send_line ''
    finish_program
    ! segment_facts || mistake left-behind "holder took over segment $SEG_ID, and did not remove it when it ended."
    ended_well Enter
    standing_try used "$size"
    [[ $FATE != refused && $FATE != removed ]] || mistake asks-last-user \
        "There is a segment whose creator has ended. The process that used it last still runs, but is not attached. holder refuses it. The creator is shm_cpid; shm_lpid is the last user."
}

# The verdict about one that is not ours to take. ID, WHY
refused_judge()
{
    case $FATE in
        remade) mistake removes-at-start "$2 holder removed it, and made its own." ;;
        removed) mistake removes-anothers "$2 holder ends with status $STATUS, but the segment is gone: it was not holder's to remove." ;;
        taken) mistake "$1" "$2 holder took it." ;;
        touched) mistake changes-refused "$2 holder refused it, but changed its bytes: they belong to others." ;;
    esac
    fails_well
}

readonly LIVES="There is a segment, and its creator still runs."
readonly ATTACHED="There is a segment whose creator has ended, but another process has it attached."

# FATE is taken: does holder take any segment? Then it also takes one of another kind.
takes_anything() # WHO
{
    [[ $FATE == taken ]] || return 1
    other_try "$1"
    [[ $OTHER == taken ]]
}

@test "it refuses a segment whose creator runs" {
    local id=ignores-creator
    needs "$ENTER"
    values_draw
    standing_try alive "$size"
    if [[ $FATE == taken ]]; then
        other_try dead
        [[ $OTHER != refused ]] || mistake creator-inverted "$INVERTED"
    fi
    ! takes_anything attached || id=takes-anything
    refused_judge "$id" "$LIVES"
    [[ ! ${LAB_SANITIZE-} ]] || return 0
    witness
    WITNESS_EPERM=1 standing_try alive "$size"
    ! witnessed kill | awk '$3 != 0' | grep -q . || mistake signals-creator \
        "$LIVES holder sends it the signal $(witnessed kill | awk '$3 != 0 { print $3; exit }'). Only ask: kill(pid, 0) sends no signal."
    refused_judge eperm-is-ended \
        "A segment's creator still runs, as another user: kill(pid, 0) returns -1, and errno is EPERM. Only ESRCH says that there is no such process."
}

@test "it refuses a segment of another user" {
    local id=ignores-owner
    needs "$ENTER"
    [[ ! ${LAB_SANITIZE-} ]] || return 0
    values_draw
    witness
    WITNESS_OWNER=1 standing_try dead "$size"
    if takes_anything alive; then
        id=takes-anything
    elif [[ $FATE == taken ]]; then
        # 2: IPC_STAT
        witnessed shmctl | grep -q '^shmctl 2 ' || skip "it can't be seen here how holder asks for the owner"
    fi
    refused_judge "$id" "There is a segment of another user (its shm_perm.uid is not ours), and its creator has ended."
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
