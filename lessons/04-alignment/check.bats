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

# measures_make N: fresh ones; each kind differs from the one before. ARGUMENTS: the program's arguments. VALUES: where each value belongs, for pack.
measures_make()
{
    local i kind=- unit place value error count station
    ARGUMENTS=() VALUES=("count=$1")
    for ((i = 0; i < $1; i++)); do
        fresh_word 2
        while [[ $WORD == "$kind"* ]]; do fresh_word 2; done
        kind=${WORD:0:1} unit=${WORD:1:1}
        fresh_word 2 && place=$WORD
        fresh_number 10001 900000 && value=$NUMBER.$((RANDOM % 1000))
        fresh_number 1 9999 && error=0.$NUMBER
        fresh_number 70000000 900000000 && count=$NUMBER
        fresh_number 300 32000 && station=$NUMBER
        ARGUMENTS+=("$kind" "$value" "$unit" "$count" "$station" "$error" "$place")
        VALUES+=("measures[$i].kind=$kind" "measures[$i].value=$value" "measures[$i].unit=$unit" "measures[$i].count=$count"
            "measures[$i].station=$station" "measures[$i].error=$error" "measures[$i].place=$place")
    done
}

@test "writer attaches the segment, waits for Enter, and ends well" {
    segment_open 4096
    measures_make $((3 + RANDOM % 2))
    printf '%s\n' "${VALUES[@]}" >"$KEEP/measures"
    start_program writer "$SEG_PATH" "${ARGUMENTS[@]}"
    ((RUNS)) || { finish_program && mistake no-wait \
        "writer ended (status $STATUS) before Enter was pressed. main waits for it, and is finished: change only put."; }
    cp "$BEFORE" "$KEEP/before"
    segment_bytes "$KEEP/after"
    send_line ''
    ((!RUNS)) || mistake enter-not-enough \
        "Enter was pressed, but writer still waits. main waits for one Enter, and is finished: put must not wait."
    finish_program
    exits 0
    ! segment_facts || touch "$KEEP/left"
}

@test "its segment is removed at the end" {
    needs "$ENDS"
    [[ ! -e $KEEP/left ]] || mistake no-rmid \
        "After writer has ended, its segment is still there. main removes it with shmctl(id, IPC_RMID, NULL), and is finished: change only put."
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

# Is a struct packed? Without a misaligned member only the source shows it; comments don't count.
says_packed()
{
    cat "$LAB_BUILD/measure.h" "$LAB_BUILD/writer.c" |
        perl -0777 -ne 's{/\*.*?\*/|//[^\n]*}{}gs; exit !/\bpragma\s+pack\b|__attribute__\s*\(\([^;]*packed/'
}

@test "every member is at a multiple of its alignment" {
    needs "$MEMBERS"
    struct_read "struct measure"
    if ! grep -q ' true ' "$T/fields" && ((STRUCT_SIZE % 8 == 0)); then
        ! says_packed || mistake packed \
            "packed or #pragma pack is in the source. Here all members are aligned, but the compiler may now put the struct at any address. The order of the members is enough."
        return 0
    fi
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
    ! grep -q '^measures pointer ' "$T/fields" || mistake pointer-for-array \
        "measures is a pointer. Then only an address of one process is in the segment, and no measure: struct table must have the array itself."
    [[ $at ]] || wrong "struct table has no array measures of struct measure."
    [[ $(field_offset "measures[7].value") ]] || wrong \
        "The array measures has fewer than 8 elements. Change neither MEASURES nor the array's type."
    struct_read "struct measure"
    at=$((at - $(field_offset value)))
    ((at != 64)) || return 0
    layout_of "$VERDICT.grid" "struct table" writer
    ((at != 0)) || wrong "measures starts at offset 0 of the table: count must stay the first member."
    ((at < 64)) || mistake start-too-far \
        "measures starts at offset $at of the table, not at 64. _Alignas(64) before measures puts it there, if there is nothing but count before it."
    ! grep -q 'struct table (.*align 64' "$VERDICT.grid" || mistake alignas-wrong-member \
        "The table is aligned to 64, but measures starts at offset $at. _Alignas moves only the member before which it is written."
    mistake alignas-missing "measures starts at offset $at of the table, in the same cache line as count. _Alignas(64) before it moves it to the next one."
}

@test "it writes something into the table" {
    needs "$ENDS"
    needs "$LINE"
    # count, in the first four bytes, is main's work
    ! cmp -s -i 4 "$KEEP/before" "$KEEP/after" || mistake nothing-written \
        "After writer has run, there is nothing in the segment but count. Go on in put: the values must be written at base and after it. A variable of put is not in the segment."
}

# expected I MEMBER, found I MEMBER: what belongs to this member of element I, and what is there; nothing if that is right.
expected() { differs_column "measures[$1].$2" 4; }
found() { differs_column "measures[$1].$2" 5; }

# zeros FROM SIZE: are these bytes of the segment all 0?
zeros() { cmp -s -n "$2" -i "$1:0" "$KEEP/after" /dev/zero; }

# untouched FROM SIZE: are these bytes as before?
untouched() { cmp -s -n "$2" -i "$1" "$KEEP/before" "$KEEP/after"; }

# place_of I: where element I starts instead, as its value tells; nothing if that is nowhere else.
place_of()
{
    local seen
    seen=$(differs "measures[$1].value")
    [[ $seen != moved* ]] || echo $((${seen#moved } - inside))
}

# Are the elements where START + i * STEP leads? Element 1 may be overwritten by the next.
apart() # START STEP
{
    ((last_at == $1 + last * $2)) && [[ ! $one_at || $one_at == "$(($1 + $2))" ]]
}

# The elements are somewhere else: the distances show which mistake put them there.
place_judge() # LAST: the number of the last one
{
    local last=$1 inside last_at one_at step
    inside=$(member_offset value)
    last_at=$(place_of "$last") one_at=$(place_of 1)
    [[ $last_at ]] || return 0
    ! apart 64 1024 || mistake scaled-twice \
        "Element $last is at offset $last_at: that is 64 + $last * 32 * 32. A pointer to struct measure steps 32 bytes for each 1; multiplied by sizeof it goes 32 times too far."
    ! apart 64 8 || mistake pointer-size \
        "Element $last is at offset $last_at: the elements are 8 bytes apart. 8 is the size of a pointer: sizeof p asks for the pointer, sizeof *p for what it points to."
    ! apart 8 32 || mistake start-by-size \
        "Element $last is at offset $last_at, that is 8 + $last * 32. There the array was before it had a cache line of its own: only offsetof(struct table, measures) knows where it starts."
    ! apart 64 1 || mistake index-for-offset \
        "Element $last is at offset $last_at, that is 64 + $last: i was added as if it were an offset. The elements are sizeof(struct measure) bytes apart."
    ! apart 96 32 || mistake counts-from-one \
        "Element $last is where element $((last + 1)) belongs: i is 0 for the first element, whose offset is that of measures."
    ! apart 0 32 || mistake start-forgotten \
        "Element $last is at offset $last_at, that is $last * 32. The array does not begin at the segment's start: add offsetof(struct table, measures)."
    ! apart 4 32 || mistake start-by-size \
        "Element $last is at offset $last_at, that is 4 + $last * 32. count has 4 bytes, but after it there is padding: only offsetof(struct table, measures) knows where the array starts."
    ! apart $((64 * 32)) 32 || mistake offset-in-structs \
        "Element $last is at offset $last_at, that is (64 + $last) * 32. The offset was added to a pointer to struct measure, which steps 32 bytes for each 1. Add it to base, which steps in bytes."
    ! { apart $((64 + 8 - inside)) 48 || apart $((64 + 8 - inside)) 32; } || mistake old-offsets \
        "The value of element $last is at offset $((last_at + inside)): 8 bytes after its element's start, as in the struct's first order. Now the struct has 32 bytes, and offsetof(struct measure, value) is $inside."
    [[ $(differs "measures[0].value") || $one_at != "$((64 + 27))" ]] || mistake sizes-added \
        "Element 1 is at offset 91, that is 64 + 27. 27 is the sum of the members' sizes, but an element has sizeof(struct measure) bytes: 32."
    step=$(((last_at - 64) / last))
    ! apart 64 "$step" || mistake other-step \
        "Element $last is at offset $last_at: the elements are $step bytes apart, but sizeof(struct measure) is 32. A pointer to the whole array, or to the table, steps over all of it."
}

# The offset of a member in the learner's struct measure.
member_offset()
{
    struct_read "struct measure"
    field_offset "$1"
}

# Have the bytes behind the last element become 0?
behind_judge() # LAST
{
    local at=$((64 + 32 * ($1 + 1)))
    untouched "$at" 32 || ! zeros "$at" 32 || mistake clears-others \
        "The bytes behind the last measure, from $at on, are 0 now. They belong to no measure of yours: clear at most the element itself."
}

# What became of the elements as a whole?
elements_judge() # LAST
{
    members_mixed
    [[ ! $MIXED ]] || mistake fields-swapped \
        "In every element $MIXED. Give each member its own value. A list in braces without names, { kind, value, ... }, goes by the order of the members, which is a new one."
    ! zeros 64 $((32 * ($1 + 1))) || mistake cleared-after \
        "All bytes of the measures are 0. If put clears an element, then before it writes the values."
    ! zeros 64 $((32 * $1)) || mistake clears-others \
        "Only the last measure is there; all bytes of those before are 0. put is called once for each measure: it must clear no more than its own element."
    untouched 64 256 || ! cmp -s -n 224 -i 64:96 "$KEEP/after" "$KEEP/after" || mistake every-element \
        "All 8 elements are the same, with the values of the last measure: each call of put writes all of them. It puts one measure, into element i."
    [[ $(found 0 value) != "$(expected "$1" value)" ]] || ! untouched 4 60 || ! untouched 96 4000 || mistake always-first \
        "Element 0 has the value of the last measure, and nothing was written anywhere else: put writes each measure into element 0. Its argument i is the element's number."
}

# Has each wrong member what belongs to another one of its element, in all elements? MIXED: which; nothing if one has not.
members_mixed()
{
    MIXED=$(grep -v '^(padding)' <<<"$DIFFERS" | perl -e '
        my %integer = (kind => 1, unit => 1, count => 1, station => 1);
        my (%want, %from);
        open my $in, "<:raw", shift; read $in, my $all, 4096;
        open my $list, "<", shift;
        while (<$list>) { $want{$1}{$2} = length $3 == 1 ? ord $3 : $3 if /^(.*)\.([a-z]+)=(.*)/ && $2 ne "place" }
        while (<STDIN>) {
            my ($path, $at, $size) = split /\t/;
            my ($element, $member) = $path =~ /^(.*)\.([a-z]+)$/ or exit;
            my %value = %{$want{$element}};
            my $bytes = substr $all, $at, $size;
            exit if !exists $value{$member};
            next if $bytes !~ /[^\0]/; # the 0 of an error without its fraction, or of anything else
            my @same = grep { $_ ne $member && $bytes eq
                ($integer{$member} ? substr(pack("q", $value{$_}), 0, $size) : pack("d", $value{$_})) } sort keys %value;
            $from{$member} = [grep { my $one = $_; !$from{$member} || grep { $_ eq $one } @{$from{$member}} } @same];
            exit if !@{$from{$member}};
        }
        print join ", ", map { "$_ has what belongs to $from{$_}[0]" } sort keys %from' "$KEEP/after" "$KEEP/measures")
}

# Which one member is wrong, in each element in the same way?
members_judge() # LAST
{
    steps_judge "$1" count 4 int
    steps_judge "$1" error 8 double
    steps_judge "$1" value 8 double
    bytes_judge count 4
    bytes_judge station 2
    bytes_judge value 8
    bytes_judge error 8
    wide_judge station 2 4 short
    wide_judge count 4 8 int
    wide_judge kind 1 4 char
    wide_judge place 3 8 "char[3]"
    double_judge
    place_text_judge
    forgotten_judge
}

# Was the offset counted in ints or doubles, not in bytes? The last element shows it: nothing is written over it.
steps_judge() # LAST MEMBER SIZE TYPE
{
    local at
    at=$(member_offset "$2")
    [[ $at == 0 || $(differs "measures[$1].$2") != "moved $((64 + 32 * $1 + $3 * at))" ]] || mistake pointer-steps \
        "$2 is $(($3 * at)) bytes after its element's start: that is $3 * $at. If p is a pointer to $4, p + $at is $at ${4}s further, not $at bytes. Add to a char pointer, then cast."
}

# Are the member's bytes in the other order, or only its first ones written?
bytes_judge() # MEMBER SIZE
{
    local at right
    [[ $(differs "measures[0].$1") ]] || return 0
    [[ $(differs "measures[0].$1") != swapped ]] || mistake byte-swapped \
        "$1 has its bytes in the other order. This machine stores the lowest byte first; store the number as it is."
    at=$((64 + $(member_offset "$1")))
    right=$(cmp -l -n "$2" -i "$at" "$T/expected" "$KEEP/after" | awk '{ print $1 - 1; exit }')
    ((right == 0)) || ! untouched $((at + right)) $(($2 - right)) || mistake first-bytes-only \
        "Of the $2 bytes of $1 only the first $right were written. at[...] is one char; memcpy copies as many bytes as you say; a pointer to the member's type stores all of them."
}

# Was the whole element cleared or copied? Then its padding has changed, too.
padding_differs() { grep -q '^(padding)' <<<"$DIFFERS"; }

# Were members forgotten, and all else is right?
forgotten_judge()
{
    local members
    members=$(sed -nE 's/^measures\[[0-9]+]\.([a-z]+)\t.*\t/\1 /p' <<<"$DIFFERS" | sort -u)
    grep -qv ' untouched$' <<<"$members" || mistake member-forgotten \
        "In every measure these members have still the bytes that were there before: $(cut -d' ' -f1 <<<"$members" | paste -sd ' '). put does not write them."
    [[ $members != *$'\n'* ]] || return 0
    ! padding_differs || ! zeros $((64 + $(member_offset "${members% *}"))) "$(differs_column "measures[0].${members% *}" 3)" || mistake member-forgotten \
        "In every measure ${members% *} is 0, as the whole element was when it was cleared: put does not write it."
}

# Were more bytes written for this member than it has? They are 0, or what follows the text of place among the arguments.
wide_judge() # MEMBER SIZE WRITTEN TYPE
{
    local at others
    at=$(member_offset "$1")
    others=$(awk -v from=$((at + $2)) -v to=$((at + $3)) '$4 >= from && $4 < to { print $1 }' "$T/fields")
    [[ $others && $(grep -v '^(padding)' <<<"$DIFFERS" | cut -f1 | sed 's/.*\.//' | sort -u) == "$(sort -u <<<"$others")" ]] || return 0
    if [[ $1 == place ]]; then
        [[ $(found 0 "${others%%$'\n'*}") == "'$(sed -n 's/^measures\[1]\.kind=//p' "$KEEP/measures")'" ]] || return 0
    else
        zeros $((64 + at + $2)) $(($3 - $2)) && ! padding_differs || return 0
    fi
    mistake too-wide \
        "$(paste -sd ' ' <<<"$others" | sed 's/ / and /g') are wrong: they are the bytes after $1. More bytes than its $2 were written for $1; its type is $4."
}

double_judge()
{
    local member whole first
    for member in value error; do
        [[ $(differs "measures[0].$member") != float ]] || mistake float-for-double \
            "In $member there is a float: 4 bytes. A double has 8 bytes, in another format: *(double *) stores one."
    done
    [[ $(differs "measures[0].value") ]] || return 0
    [[ $(found 0 value) != 21.5 ]] || mistake hard-coded \
        "value is 21.5, as in main's example, but writer was called with $(expected 0 value). Write the variables, not the example's values."
    whole=$(expected 0 value) && whole=${whole%.*}
    [[ $(found 0 value) != "$whole" ]] || mistake fraction-lost \
        "value is $whole; expected: $(expected 0 value). An int has no fraction: was it in one on its way?"
    first=$(od -An -td4 -j$((64 + $(member_offset value))) -N4 "$KEEP/after" | tr -d ' ')
    [[ $first != "$whole" ]] || mistake int-for-double \
        "In the first 4 bytes of value there is the int $whole. A double has 8 bytes, in another format: *(double *) stores one."
}

place_text_judge()
{
    [[ $(differs "measures[0].place") ]] || return 0
    ! program_calls writer '(__)?strcat(_chk)?' || mistake appended \
        "place has not the text, for strcat appends to a text that is there, and here are old bytes. strcpy writes where its address says."
    case $(differs "measures[0].place") in
        no-nul) mistake forgot-nul "place has its two letters, but no NUL after them. strcpy writes one; a copy of 2 bytes does not." ;;
        cut) mistake first-letter-only \
            "Only the first letter of place was written. *place is one character; strcpy copies all of them, with the NUL." ;;
    esac
    ! perl -e 'open my $in, "<:raw", $ARGV[0]; read $in, my $all, 4096; my $n = unpack "Q", substr $all, $ARGV[1], 8;
        exit !($n >> 44 >= 5 && $n >> 44 <= 7)' "$KEEP/after" $((64 + $(member_offset place))) || mistake stored-the-pointer \
        "In place there is an address, not the letters. In another process there is something else at that address: copy the letters."
}

# Is the array filled by as many measures as it has room for?
full_judge()
{
    local field rest
    segment_open 4096
    measures_make 8
    start_program writer "$SEG_PATH" "${ARGUMENTS[@]}"
    ((RUNS)) || finish_program
    segment_bytes "$T/full"
    cp "$BEFORE" "$T/expected"
    pack "$T/expected" "$T/table.layout" "${VALUES[@]}"
    compare "$T/table.layout" "$T/expected" "$T/full" || true
    read -r field rest < <(grep -vE '^(\(padding\)|$)' <<<"$DIFFERS") || return 0
    show
    mistake not-the-last \
        "With 8 measures, which fill the array, $field should be $(differs_column "$field" 4); found: $(differs_column "$field" 5). i goes from 0 to MEASURES - 1."
}

@test "every value is at its member, in its element" {
    local values field rest n
    needs "$WRITES"
    layout_of "$T/table.layout" "struct table" writer
    BEFORE=$KEEP/before
    cp "$BEFORE" "$T/expected"
    mapfile -t values <"$KEEP/measures"
    n=$((${#values[@]} / ${#NAMES[@]}))
    pack "$T/expected" "$T/table.layout" "${values[@]}"
    compare "$T/table.layout" "$T/expected" "$KEEP/after" || true
    read -r field rest < <(grep -vE '^(\(padding\)|$)' <<<"$DIFFERS") || { full_judge; return 0; }
    show
    elements_judge $((n - 1))
    place_judge $((n - 1))
    behind_judge $((n - 1))
    [[ $field == "(free)" || $(differs '(free)') ]] || members_judge $((n - 1))
    [[ $field != "(free)" ]] || wrong "Bytes after the $n measures have changed: something was written where nothing belongs."
    wrong "$field should be at offset $(differs_column "$field" 2): expected $(differs_column "$field" 4), found $(differs_column "$field" 5)."
}
