#!/usr/bin/env bats
# template: is the counter one higher, and all else as it was?
load "$LAB/check"

COUNTER=$LAB_LESSON/counter.layout

# A segment with a counter in it. The count's lowest byte is 255, so that one more has to be carried on.
counter_open()
{
    fresh_number 1 8000000 && count=$((NUMBER * 256 + 255))
    fresh_word 7
    head -c 64 /dev/zero | tr '\0' U >"$T/made"
    pack "$T/made" "$COUNTER" "name=$WORD" "count=$count"
    cp "$T/made" "$T/expected"
    pack "$T/expected" "$COUNTER" "count=$((count + 1))"
    segment_open 64 0600 "$T/made"
}

@test "counter finds the segment and ends well" {
    counter_open
    run_program counter "$SEG_PATH"
    exits 0
}

@test "count is one higher, and nothing else has changed" {
    needs "counter finds the segment and ends well"
    counter_open
    run_program counter "$SEG_PATH"
    segment_bytes "$T/actual"
    ! compare "$COUNTER" "$T/expected" "$T/actual" || return 0
    show
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
    wrong "count was $count, and should be $((count + 1)); there is $(differs_column count 5)."
}

@test "without a segment counter says so, and makes none" {
    segment_name
    run_program counter "$SEG_PATH"
    [[ ! $(segments_left) ]] || mistake makes-its-own \
        "There was no segment, and counter made one. Without IPC_CREAT shmget fails, as it should."
    fails_well
}
