#!/usr/bin/env bats
# 01: the life of one segment: made, attached, removed, and what is said when a call fails.
load "$LAB/check"

MAKES="first makes a segment under the key of its path, and waits"
MODE="only its owner may read and write it: mode 0600"
ATTACHED="first has it attached, for reading and writing"

# ---- the first test looks at the segment; those behind it judge what it saw ----

# Without the right to read and write even its owner cannot attach it. The test of the mode tells.
mode_forbids() { (((8#$SEG_MODE & 8#600) != 8#600)); }

# A segment that first has made elsewhere.
elsewhere_judge()
{
    local id key
    id=$(segments_left | head -n 1)
    [[ $id ]] || return 0
    key=$("$PROBE" list | awk -v id="$id" '$1 == id { print $2 }')
    SEG_KEY=id:$id segment_facts
    ((! SEG_REMOVED)) || mistake removed-too-early \
        "The segment is marked for removal while first still waits for Enter: nobody can find it under its key any more."
    [[ $key != 0x00000000 ]] || mistake ipc-private \
        "There is a new segment, but its key is 0: that is IPC_PRIVATE. Expected: $SEG_KEY, the key that ftok makes of the path and PROJ."
    mistake other-key \
        "There is a new segment under the key $key. Expected: $SEG_KEY, the key that ftok makes of the path and PROJ ($LAB_PROJ)."
}

# Does it take a segment that another made? Then only IPC_CREAT is missing.
finds_only() # SIZE
{
    segment_open "$1"
    MAY_CRASH=1 start_program first "$SEG_PATH" "$1"
    ((RUNS)) && segment_facts && ((SEG_NATTCH > 0))
}

# Why is there no segment?
missing_judge()
{
    if ! program_calls first shmget; then
        ! { program_calls first malloc || program_calls first calloc; } || mistake malloc-instead \
            "There is no segment: first calls malloc or calloc. What they give belongs to this one process, and no other can reach it."
        mistake nothing-made \
            "There is no segment under the key $SEG_KEY, and first never calls shmget, which makes one."
    fi
    ((RUNS || STATUS != 0)) || mistake no-wait \
        "first ended at once, and its segment is gone. It should stand until Enter is pressed."
    ! grep -q 'Permission denied' "$ERR" || wrong \
        "There is no segment any more: first was not allowed to attach it. Its mode comes from shmget's flags: is it 0600, with the leading 0?"
    ! finds_only "$size" || mistake no-creat \
        "first makes no segment; it only takes one that stands there already. Without IPC_CREAT shmget looks for a segment and makes none."
    wrong "There is no segment under the key that ftok makes of the path and PROJ ($LAB_PROJ)."
}

@test "first makes a segment under the key of its path, and waits" {
    # more than four pages, and no whole number of them
    fresh_number 20001 60000
    size=$((NUMBER % 4096 ? NUMBER : NUMBER + 1))
    segment_name
    start_program first "$SEG_PATH" "$size"
    ((RUNS)) || finish_program
    if ! segment_facts; then
        elsewhere_judge
        missing_judge
    fi
    ((RUNS)) || mode_forbids || mistake no-wait \
        "first ended (status $STATUS) before Enter was pressed. It should hold its segment until then."
    found_size=$SEG_SIZE found_mode=$SEG_MODE found_nattch=$SEG_NATTCH rights=
    [[ ! $PROGRAM ]] || rights=$(attached_as "$PROGRAM")
    keep_values size found_size found_mode found_nattch rights
}

@test "it has as many bytes as were asked for" {
    needs "$MAKES"
    kept_values
    pages=$(((size + 4095) / 4096))
    ((found_size != pages && found_size != size / 4096)) || mistake size-in-pages \
        "The segment has $found_size bytes; asked for were $size. shmget takes bytes, not pages: the kernel does the rounding by itself."
    ((found_size != pages * 4096)) || mistake size-rounded \
        "The segment has $found_size bytes, that is $pages whole pages; asked for were $size. Give shmget the size as it is: the kernel does the rounding by itself."
    ((found_size == size)) || wrong "The segment has $found_size bytes; asked for were $size."
}

@test "only its owner may read and write it: mode 0600" {
    needs "$MAKES"
    kept_values
    [[ $found_mode != 0000 ]] || mistake mode-zero \
        "The mode is 0000: nobody may read or write the segment, not even you. Or it into shmget's flags: | 0600."
    for decimal in 600 666 644 660 640 700 777; do
        ((8#$found_mode != (decimal & 8#777))) || mistake mode-decimal \
            "The mode is $found_mode. It looks like $decimal without the leading 0: in C that is a decimal number, and its bits are others than those of 0$decimal."
    done
    (((8#$found_mode & 8#077) == 0)) || mistake mode-for-all \
        "The mode is $found_mode: other users may reach the segment, too. 0600 leaves it to you alone."
    [[ $found_mode == 0600 ]] || wrong "The mode is $found_mode; expected: 0600."
}

@test "first has it attached, for reading and writing" {
    needs "$MODE"
    kept_values
    ((found_nattch > 0)) || mistake not-attached \
        "The segment was made, but nobody has it attached (nattch is 0). shmat gives it an address in your process."
    [[ $rights != r-- ]] || mistake attached-read-only \
        "first has the segment attached for reading only. Without SHM_RDONLY it can write, too."
    [[ $rights == rw- ]] || wrong "first should have the segment attached as rw-; it has it as '$rights'."
    ((found_nattch == 1)) || wrong "The segment is attached $found_nattch times. Once is enough."
}

# ---- its end ----

# end_judge_segment HOW: it was told to end, as HOW says.
gone_judge()
{
    finish_program
    exits 0
    ! segment_facts || mistake no-rmid \
        "$1 first has ended, but its segment still stands (id $SEG_ID, nattch $SEG_NATTCH). Detaching does not remove it: shmctl with IPC_RMID does."
    [[ ! $(segments_left) ]] || wrong "$1 first has ended, but left another segment behind: id $(segments_left | head -n 1)."
}

# first, at rest with a segment of its own
first_starts()
{
    segment_name
    start_program first "$SEG_PATH" 1024
    segment_facts || wrong "There is no segment, this time of 1024 bytes."
}

@test "after Enter it ends well, and the segment is gone" {
    needs "$ATTACHED"
    first_starts
    send_line ''
    gone_judge "Enter was pressed and"
}

@test "it ends the same way at the end of its input" {
    needs "$ATTACHED"
    first_starts
    send_end
    gone_judge "Its input has ended and"
}

# ---- when a call says no ----

# The segment that stood there before is what it was.
untouched_judge()
{
    local facts
    facts=$("$PROBE" facts "id:$FOREIGN") && [[ $facts == *SEG_REMOVED=0* ]] || mistake removes-foreign \
        "Before first ran, somebody else's segment stood under the key (id $FOREIGN). Now it is removed. Remove only what you made yourself."
    segment_bytes "$T/now" "$FOREIGN"
    cmp -s "$BEFORE" "$T/now" || wrong "first wrote into a segment that somebody else had made."
}

@test "a segment that stands there already is left alone" {
    needs "$ATTACHED"
    fresh_number 1024 4000
    segment_open "$NUMBER"
    FOREIGN=$SEG_ID
    start_program first "$SEG_PATH" "$NUMBER"
    if ((RUNS)) && segment_facts && ((SEG_ID == FOREIGN && SEG_NATTCH > 0)); then
        mistake no-excl \
            "A segment stood under the key already, and first attached it as if it were its own. With IPC_CREAT alone shmget makes one or takes one, and does not tell which."
    fi
    untouched_judge
    ((! RUNS)) || mistake shmget-ignored \
        "A segment stood under the key already, so shmget gave -1. first went on as if it had a segment."
    finish_program
    ! grep -q 'Invalid argument' "$ERR" || mistake shmget-ignored \
        "A segment stood under the key already, so shmget gave -1: File exists. first went on with -1 as an id, and told of a later call: Invalid argument."
    fails_well
}

@test "a path that is not there is told, and nothing is made" {
    needs "$ATTACHED"
    SEG_PATH=$BOX/no/such/path
    SEG_KEY=0xffffffff # that is -1
    ! segment_facts || skip "somebody has made a segment under the key -1 on this machine"
    start_program first "$SEG_PATH" 1024
    ! segment_facts || mistake ftok-ignored \
        "The path is not there, so ftok gave -1. first took that for a key, and made a segment under 0xffffffff."
    ((! RUNS)) || wrong "The path is not there, but first went on and waits for Enter."
    finish_program
    fails_well
}

@test "an attachment that fails is told" {
    needs "$ATTACHED"
    segment_name
    # more than a program may have at a time, and less than all segments together
    LAB_MEMORY=100 start_program first "$SEG_PATH" 200000000
    if ((RUNS)) && segment_facts; then
        ((SEG_NATTCH > 0)) || mistake shmat-null \
            "200 MB were too much to attach here: shmat gave -1. first went on as if it had an address. Compare with (void *)-1: shmat never gives NULL."
        return 0
    fi
    ((! RUNS)) || wrong "shmget or shmat gave -1, but first went on and waits for Enter."
    finish_program
    fails_well
}
