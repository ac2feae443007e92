#!/usr/bin/env bats
# template: is the counter one higher, and all else as it was?
load "$LAB/check"

COUNTER=$LAB_LESSON/counter.layout

# counter_open COUNT: a segment with this count in it.
counter_open()
{
    count=$1
    fresh_word 7
    head -c 64 /dev/zero | tr '\0' U >"$T/made"
    pack "$T/made" "$COUNTER" "name=$WORD" "count=$count"
    cp "$T/made" "$T/expected"
    pack "$T/expected" "$COUNTER" "count=$((count + 1))"
    segment_open 64 0600 "$T/made"
}

# The lowest byte is 255, so that one more has to be carried on.
counter_fresh() { fresh_number 1 8000000 && counter_open $((NUMBER * 256 + 255)); }

@test "counter finds the segment and ends well" {
    counter_fresh
    run_program counter "$SEG_PATH"
    exits 0
    [[ ! -s $OUT ]] || mistake prints "It printed something on standard output. It must print nothing if all goes well."
    segment_facts || mistake removes-it "After counter has ended, the segment is gone. It is maker's: counter only detaches."
}

@test "count is one higher, and nothing else has changed" {
    needs "counter finds the segment and ends well"
    counter_fresh
    run_program counter "$SEG_PATH"
    segment_bytes "$T/actual"
    ! compare "$COUNTER" "$T/expected" "$T/actual" || return 0
    show
    [[ $(differs count) ]] || others_judge
    [[ $(differs count) != untouched || $(differs name) || $(differs '(free)') ]] || mistake not-counted \
        "count is still $count."
    [[ $(differs count) != untouched || ! $(differs name) ]] || mistake at-the-start \
        "count is still $count, but the bytes at offset 0 have changed: name is there. count is at 8."
    [[ $(differs count) != untouched ]] || mistake counts-in-ints \
        "count is still $count, but bytes after it have changed. An int pointer steps 4 bytes: p + 8 is 32 bytes on."
    [[ $(differs_column count 5) != $((count - 255)) ]] || mistake one-byte \
        "count was $count and is $((count - 255)): only its lowest byte was counted. Add to the int, not to a char."
    [[ $(differs_column count 5) != 1 ]] || mistake starts-at-one \
        "count was $count and is 1: add 1 to what is there."
    [[ $(differs_column count 5) != 256 ]] || mistake hard-coded \
        "count was $count and is 256, as it would be after maker's 255. The number is written in the program: read it from the segment."
    wrong "count was $count, and should be $((count + 1)); there is $(differs_column count 5)."
}

# count is right, but something else is not.
others_judge()
{
    mistake changes-others \
        "count is right, but other bytes have changed, the first at offset $(cmp -l "$T/expected" "$T/actual" | awk '{ print $1 - 1; exit }'). They belong to others: write only the 4 bytes of count."
}

@test "-1 becomes 0, and the bytes after count stay" {
    needs "count is one higher, and nothing else has changed"
    counter_open -1
    run_program counter "$SEG_PATH"
    segment_bytes "$T/actual"
    ! compare "$COUNTER" "$T/expected" "$T/actual" || return 0
    show
    [[ $(differs count) || $(differs_column '(free)' 2) != 12 ]] || mistake too-wide \
        "count was -1 and is 0, but the byte after it has changed, too: 1 was carried on. An int has 4 bytes; is there a long?"
    wrong "count was -1, and should be 0; there is $(differs_column count 5)."
}

@test "without a segment counter says so, and makes none" {
    segment_name
    MAY_CRASH=1 run_program counter "$SEG_PATH"
    [[ ! $(segments_left) ]] || mistake makes-its-own \
        "There was no segment, and counter made one. Without IPC_CREAT shmget fails, as it should."
    [[ ! $CRASHED ]] || mistake minus-one-ignored \
        "There was no segment, so shmget returned -1. counter went on as if that were an id, and was ended by $CRASHED."
    end_judge counter
    fails_well
}
