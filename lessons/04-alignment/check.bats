#!/usr/bin/env bats
# 04: how the learner's own compiler lays out struct measure and struct table, and where the bytes went.
load "$LAB/check"

ENDS="writer attaches the segment, waits for Enter, and ends well"
MEMBERS="struct measure has its seven members, each of its type"
ALIGNED="every member is at a multiple of its alignment"
SMALL="struct measure is as small as possible: 32 bytes"
LINE="measures starts at offset 64, with the elements one after the other"
WRITES="it writes something into the table"
NAMES=(kind value unit count station error place)

# The struct as the program has it: $T/fields has "NAME KIND SIZE OFFSET MISALIGNED BITS" a line.
struct_read()
{
    head -c 16384 /dev/zero >"$T/zeros"
    "$LAB_BIN/shm-view" --file "$T/zeros" --type "$1" --elf "$LAB_BUILD/writer" --render json >"$T/json" 2>"$T/words" ||
        wrong "$1 is not in the program's debug information: $(tail -n 1 "$T/words")"
    sed -nE '/^\{"name":/{s/^\{"name":"([^"]*)","type":"[^"]*","kind":"([a-z]*)","offset":([0-9]+),"size":([0-9]+),(.*)"misaligned":([a-z]+).*/\1 \2 \4 \3 \6 \5/;p}' \
        "$T/json" >"$T/fields"
    STRUCT_SIZE=$(sed -nE 's/^"layout":\{.*"size":([0-9]+),"fields".*/\1/p' "$T/json")
}

field_offset() { awk -v name="$1" '$1 == name { print $4; exit }' "$T/fields"; }

# The picture of the struct, in the verdict: its bytes as zeros, and the table of its members with the padding before each.
struct_show()
{
    head -c "$STRUCT_SIZE" /dev/zero >"$T/zeros"
    "$LAB_BIN/shm-view" --file "$T/zeros" --type "$1" --elf "$LAB_BUILD/writer" --render "${LAB_RENDER:-text}" \
        --width 16 --cols 100 | sed 1d >"$VERDICT.grid"
}

# member_judge NAME KIND SIZE TYPE
member_judge()
{
    local found
    found=$(awk -v name="$1" '$1 == name { print $2, $3; exit }' "$T/fields")
    [[ $found ]] || mistake dropped-member "struct measure has no member $1. All seven must stay; only their order may change."
    # a bit-field's line ends in its bits
    found+=$(sed -nE "s/^$1 .*\"bit_size\":([0-9]+).*/, a bit-field/p" "$T/fields")
    [[ $found == "$2 $3" ]] || mistake changed-type \
        "The member $1 must have the type $4 ($3 bytes); in your struct it is: ${found%% *}, bytes: ${found#* }."
}

@test "writer attaches the segment, waits for Enter, and ends well" {
    local i words=() values=()
    segment_open 4096
    fresh_number 3 4
    for ((i = NUMBER; i-- > 0; )); do
        fresh_word 2 && kind=${WORD:0:1} unit=${WORD:1:1}
        fresh_word 2 && place=$WORD
        fresh_number 10001 900000 && value=$NUMBER.$((RANDOM % 1000))
        fresh_number 1 9999 && error=0.$NUMBER
        fresh_number 70000000 900000000 && count=$NUMBER
        fresh_number 300 32000 && station=$NUMBER
        words=("$kind" "$value" "$unit" "$count" "$station" "$error" "$place" "${words[@]}")
        values+=("measures[$i].kind=$kind" "measures[$i].value=$value" "measures[$i].unit=$unit" "measures[$i].count=$count"
            "measures[$i].station=$station" "measures[$i].error=$error" "measures[$i].place=$place")
    done
    printf '%s\n' "${values[@]}" >"$KEEP/measures"
    start_program writer "$SEG_PATH" "${words[@]}"
    if ((!RUNS)); then
        finish_program
        wrong "writer ended (status ${STATUS-}) before Enter was pressed."
    fi
    cp "$BEFORE" "$KEEP/before"
    segment_bytes "$KEEP/after"
    send_line ''
    finish_program
    exits 0
}

@test "struct measure has its seven members, each of its type" {
    struct_read "struct measure"
    member_judge kind character 1 char
    member_judge value real 8 double
    member_judge unit character 1 char
    member_judge count integer 4 int
    member_judge station integer 2 short
    member_judge error real 8 double
    member_judge place text 3 "char[3]"
}

@test "every member is at a multiple of its alignment" {
    needs "$MEMBERS"
    struct_read "struct measure"
    ! grep -q ' true ' "$T/fields" && ((STRUCT_SIZE % 8 == 0)) && return
    struct_show "struct measure"
    mistake packed "struct measure is packed. Its $STRUCT_SIZE bytes are few, but a double or an int in it, or in the next element of the array, is at an address that is not a multiple of its alignment."
}

@test "struct measure is as small as possible: 32 bytes" {
    local first
    needs "$ALIGNED"
    struct_read "struct measure"
    ((STRUCT_SIZE != 32)) || return 0
    struct_show "struct measure"
    ((STRUCT_SIZE < 64)) || mistake alignas-in-element \
        "struct measure has $STRUCT_SIZE bytes: something in it is aligned to 64. Then each element of the array takes a cache line. Only the array must start on one."
    first=$(sort -n -k4 "$T/fields" | cut -d' ' -f1 | tr '\n' ' ')
    [[ $first != "${NAMES[*]} " ]] || mistake order-unchanged \
        "struct measure has $STRUCT_SIZE bytes, 27 of them with values: the other $((STRUCT_SIZE - 27)) are padding. Change the order of its members in measure.h."
    mistake half-sorted \
        "struct measure has $STRUCT_SIZE bytes; 32 are enough. Which member has a hole before it, because of its alignment?"
}

@test "measures starts at offset 64, with the elements one after the other" {
    local at
    needs "$SMALL"
    struct_read "struct table"
    at=$(field_offset "measures[0].value")
    [[ $at ]] || wrong "struct table has no array measures of struct measure."
    struct_read "struct measure"
    at=$((at - $(field_offset value)))
    ((at != 64)) || return 0
    layout_of "$VERDICT.grid" "struct table" writer
    ((at != 0)) || wrong "measures starts at offset 0 of the table: count must stay the first member."
    ! grep -q 'struct table (.*align 64' "$VERDICT.grid" || mistake alignas-wrong-member \
        "The table is aligned to 64, but measures starts at offset $at. _Alignas moves only the member before which it is written."
    mistake alignas-missing "measures starts at offset $at of the table, in the same cache line as count. _Alignas(64) before it moves it to the next one."
}

@test "it writes something into the table" {
    needs "$ENDS"
    needs "$LINE"
    # count, in the first four bytes, is main's work
    ! cmp -s -i 4 "$KEEP/before" "$KEEP/after" || mistake nothing-written \
        "After writer has run, there is nothing in the segment but count. Go on in put: the values must be written at base and after it."
}

# Where the last element's value is instead: the distance from base shows which mistake put it there.
place_judge() # LAST: its number
{
    local field="measures[$1].value" inside seen at
    seen=$(differs "$field")
    [[ $seen == moved* ]] || return 0
    struct_read "struct measure"
    inside=$(field_offset value)
    at=$((${seen#moved } - inside))
    ((at != 64 + 1024 * $1)) || mistake scaled-twice \
        "Element $1 is at offset $at: that is 64 + $1 * 32 * 32. A pointer to struct measure steps 32 bytes for each 1; multiplied by sizeof it goes 32 times too far."
    ((at != 64 + 8 * $1)) || mistake pointer-size \
        "Element $1 is at offset $at: the elements are 8 bytes apart. 8 is the size of a pointer: sizeof p asks for the pointer, sizeof *p for what it points to."
    ((at != 32 * $1)) || mistake start-forgotten \
        "Element $1 is at offset $at, that is $1 * 32. The array does not begin at the segment's start: add offsetof(struct table, measures)."
    ((at != 4 + 32 * $1)) || mistake start-by-size \
        "Element $1 is at offset $at, that is 4 + $1 * 32. count has 4 bytes, but after it there is padding: only offsetof(struct table, measures) knows where the array starts."
    [[ $(differs "measures[0].value") || $(differs "measures[1].value") != "moved $((64 + 27 + inside))" ]] || mistake sizes-added \
        "Element 1 is at offset 91, that is 64 + 27. 27 is the sum of the members' sizes, but an element has sizeof(struct measure) bytes: 32."
}

@test "every value is at its member, in its element" {
    local words field rest n
    needs "$WRITES"
    layout_of "$T/table.layout" "struct table" writer
    BEFORE=$KEEP/before
    cp "$BEFORE" "$T/expected"
    mapfile -t words <"$KEEP/measures"
    n=$((${#words[@]} / ${#NAMES[@]}))
    pack "$T/expected" "$T/table.layout" "count=$n" "${words[@]}"
    ! compare "$T/table.layout" "$T/expected" "$KEEP/after" || return 0
    read -r field rest < <(grep -v '^(padding)' <<<"$DIFFERS") || return 0
    show
    place_judge $((n - 1))
    [[ $field != "(free)" ]] || wrong "Bytes after the $n measures have changed: something was written where nothing belongs."
    wrong "$field should be at offset $(differs_column "$field" 2): expected $(differs_column "$field" 4), found $(differs_column "$field" 5)."
}
