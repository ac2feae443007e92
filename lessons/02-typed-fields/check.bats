#!/usr/bin/env bats
# 02: which bytes are in the segment after the writer has written.
load "$LAB/check"

MESSAGE=$LAB_LESSON/message.layout
WRITES="it writes something into the segment"

# Compares with the expected bytes, for the random values of the first test.
message_compare()
{
    local ratio
    kept_values
    ratio=$(perl -e 'printf "%.17g", $ARGV[0] / $ARGV[1]' "$num" "$den")
    BEFORE=$KEEP/before
    cp "$BEFORE" "$T/expected"
    pack "$T/expected" "$MESSAGE" "intro=$intro" "num=$num" slash=/ "den=$den" eq1== eq2== "ratio=$ratio" \
        "farewell=$farewell"
    compare "$MESSAGE" "$T/expected" "$KEEP/after" || true
}

# Addresses of this machine's user space: 0000 55.. .... .... to 0000 7f.. .... ....
address_at()
{
    perl -e 'open my $in, "<:raw", $ARGV[0]; read $in, my $all, 1024; my $n = unpack "Q", substr $all, $ARGV[1], 8;
        exit !($n >> 44 >= 5 && $n >> 44 <= 7)' "$KEEP/after" "$1"
}

# all_are BYTE FROM TO: are the bytes [FROM, TO) of the segment all this, and were they something else before?
all_are()
{
    perl -e 'sub at { open my $in, "<:raw", shift; read $in, my $all, 1024; substr $all, $ARGV[3], $ARGV[4] - $ARGV[3] }
        my $want = chr($ARGV[2]) x ($ARGV[4] - $ARGV[3]);
        exit !(at($ARGV[1]) eq $want && at($ARGV[0]) ne $want)' "$KEEP/before" "$KEEP/after" "$@"
}

# The digits of a number, as characters.
as_text() { LC_ALL=C grep -qaF -- "$1" "$KEEP/after"; }

# The mistakes that damage other fields too. The first that fits is told: those that could be taken for another come first.
places_judge()
{
    [[ ! $(differs num) ]] || ! as_text "$num" || mistake numbers-as-text \
        "The characters of $num are in the segment: num is there as text. An int is 4 bytes that hold the number itself: *(int *)(base + 20) = num."
    [[ ! $(differs ratio) ]] || ! as_text "$(differs_column ratio 4 | head -c 6)" || mistake numbers-as-text \
        "The characters of $(differs_column ratio 4) are in the segment: ratio is there as text. A double is 8 bytes that hold the number itself: *(double *)(base + 40) = ..."
    ! all_are 0 20 56 || mistake cleared-after \
        "The bytes from 20 to 55 are all 0: memset has cleared them, or strncpy, which writes zeros up to its size. Write the values after that."
    [[ $(differs_column num 5) != "$den" || $(differs_column den 5) != "$num" ]] || mistake fields-swapped \
        "num and den are each at the offset of the other: num belongs to 20, den to 28."
    [[ $(head -c 8 "$KEEP/after" | tr -d '\0') != "$farewell" ]] || mistake fields-swapped \
        "The text farewell is at 0, where intro belongs."
    ! example_there || mistake hard-coded \
        "A value of the example is in the segment (22, 7, their ratio or a text), but the program got others: write the variables num, den, intro, farewell."
    [[ $(differs den) != "moved 72" ]] || mistake offsets-add-up \
        "den is at 72, that is 20 + 24 + 28: each offset was added to the one before. All of them count from the start of the segment."
    [[ $(differs num) != "moved 18" ]] || mistake no-room-for-nul \
        "num is at offset 18. The text before it has at most 18 characters, but needs one byte more for its NUL."
    [[ $(differs num) != "moved 19" || $(differs ratio) != "moved 30" ]] || mistake packed-offsets \
        "The values follow each other without the padding: num is at 19 instead of 20, and so on."
    hex_judge num den ratio farewell
}

# Is a value of the README's example there, where another belongs?
example_there()
{
    [[ $(differs_column num 5) == 22 || $(differs_column den 5) == 7 || $(differs_column ratio 5) == 3.14* ||
        $(head -c 13 "$KEEP/after") == 'PI is defined' || $(tail -c +49 "$KEEP/after" | head -c 7) == goodbye ]]
}

# hex_judge FIELD...: is one of them where its offset, read as a hexadecimal number, leads?
hex_judge()
{
    local field offset
    for field; do
        offset=$(differs_column "$field" 2)
        [[ ! $offset || $(differs "$field") != "moved $((16#$offset))" ]] || mistake hex-offsets \
            "$field is at $((16#$offset)), which is 0x$offset. The table's offsets are decimal: $offset is 0x$(printf %x "$offset"). Only the viewer counts in hexadecimal."
    done
}

# The offsets of the bytes of padding that have changed.
padding_changed()
{
    local field offset size
    while IFS=$'\t' read -r field offset size _; do
        [[ $field != '(padding)' ]] || seq "$offset" $((offset + size - 1))
    done <<<"$DIFFERS"
}

# Each mistake is named only where all fields are right: else others may have caused it.
padding_judge()
{
    local changed
    changed=$(padding_changed | paste -sd ' ')
    [[ $changed ]] || return 0
    show
    case $(grep -v '^(padding)' <<<"$DIFFERS")$changed in
        19)
            ! all_are 0 19 20 || mistake field-overrun \
                "The byte at 19 is 0 now, but the text has only 19 bytes, 0 to 18. strncpy with 20 writes 20 bytes, with zeros after a shorter text."
            ;;
        25 | 34 | '25 34')
            ! { all_are 0 25 26 || all_are 0 34 35; } || mistake nul-after-char \
                "The byte at ${changed/ / and at } is 0 now: a NUL. strcpy and sprintf write one after the characters, but a char is one byte: base[24] = '/'."
            ;;
        '25 26 27' | '34 35' | '34 35 36' | '25 26 27 34 35' | '25 26 27 34 35 36')
            ! { all_are 0 25 28 || all_are 0 34 36; } || mistake too-wide \
                "The bytes of padding at ${changed// /, } are 0 now: a value was written with more bytes than its type has. A char has 1 byte, an int has 4, a long has 8."
            ;;
        '19 25 26 27 34 35 36 37 38 39')
            mistake padding-written \
                "All bytes of the padding have changed. A struct that is copied as a whole, or memset, writes them, too: write only the values."
            ;;
    esac
    wrong "Bytes of the padding have changed, at $changed: they belong to no value. Write the values, and nothing else."
}

# steps_judge FIELD...: is one of them at an offset that counts ints or doubles instead of bytes?
steps_judge()
{
    local field offset
    for field; do
        offset=$(differs_column "$field" 2)
        case $(differs "$field") in
            "moved $((4 * offset))") steps_tell "$field" 4 "$offset" int ;;
            "moved $((8 * offset))") steps_tell "$field" 8 "$offset" double ;;
        esac
    done
}

steps_tell() # FIELD SIZE OFFSET TYPE
{
    mistake int-pointer-steps \
        "$1 is at offset $(($2 * $3)), that is $2 * $3. If p is a pointer to $4, p + $3 is $3 ${4}s further, not $3 bytes. Add to a char pointer, then cast."
}

same() { cmp -s -i "$3" -n "$4" "$1" "$2"; } # FILE FILE OFFSET N: N bytes

# lowest_only N OFFSET SIZE: have only the lowest N bytes of the number been written?
lowest_only()
{
    same "$T/expected" "$KEEP/after" "$2" "$1" && ! same "$KEEP/before" "$KEEP/after" "$2" "$1" &&
        same "$KEEP/before" "$KEEP/after" $(($2 + $1)) $(($3 - $1))
}

int_at() { od -An -td4 -j "$1" -N 4 "$KEEP/after"; } # OFFSET

# Is there num + '0', as an int or as a char?
digit_at_20()
{
    (($(int_at 20) == num + 48)) && return
    ((((0x$(byte_at "$KEEP/after" 20) - num - 48) & 255) == 0)) &&
        ! same "$KEEP/before" "$KEEP/after" 20 1 && same "$KEEP/before" "$KEEP/after" 21 3
}

ints_judge()
{
    ! address_at 20 || mistake stored-the-pointer "At 20 is an address, not the number: num is the value, &num its address."
    ! digit_at_20 || mistake digit-character \
        "At 20 is num + '0': that makes the character of a digit from a number below 10. An int is the number itself: *(int *)(base + 20) = num."
    ! lowest_only 3 20 4 || mistake too-narrow "Only the lowest 3 bytes of num were written, at 20: an int has 4."
    ! lowest_only 2 20 4 || mistake too-narrow \
        "Only the lowest 2 bytes of num were written, at 20: a short has 2 bytes, an int has 4."
    ! lowest_only 1 20 4 || mistake one-byte-only \
        "Only the lowest byte of num was written, at 20. *(base + 20) is a char. To write an int, cast the pointer: *(int *)(base + 20)."
    [[ $(differs_column num 5) != "$den" ]] || mistake other-offset \
        "At 20, where num belongs, is den. It belongs to 28."
    [[ $(differs num) != swapped ]] || mistake byte-swapped \
        "num has its bytes in the other order. This machine stores the lowest byte first; store the int as it is."
}

# Is ratio a float, and about right?
about_float()
{
    perl -e 'exit !($ARGV[0] && unpack("f", pack "f", $ARGV[0]) == $ARGV[0] && abs($ARGV[0] / $ARGV[1] - 1) < 1e-6)' "$(differs_column ratio 5)" "$(differs_column ratio 4)"
}

ratio_judge()
{
    ! { same "$KEEP/before" "$KEEP/after" 41 7 && ! same "$KEEP/before" "$KEEP/after" 40 1; } || mistake one-byte-only \
        "Only one byte was written at 40. *(base + 40) is a char. To write a double, cast the pointer: *(double *)(base + 40)."
    ! about_float || mistake float-division \
        "ratio is $(differs_column ratio 5): only its first digits are right, as in a float. Divide doubles: (double)num / den."
    ! perl -e 'exit !($ARGV[0] && abs($ARGV[0] * $ARGV[1] / $ARGV[2] - 1) < 1e-9)' "$(differs_column ratio 5)" "$num" "$den" ||
        mistake ratio-inverted "ratio is $(differs_column ratio 5): that is den divided by num. Expected: num divided by den, $(differs_column ratio 4)."
    [[ $(differs ratio) != float ]] || mistake float-for-double \
        "At offset 40 is a float: 4 bytes. A double has 8 bytes, in another format."
    ! lowest_only 4 40 8 || mistake too-narrow \
        "Only the first 4 bytes of ratio were written, at 40: a double has 8 bytes."
    (($(int_at 40) != num / den)) || mistake int-for-double \
        "At 40 is the int $((num / den)): 4 bytes. A double has 8 bytes, in another format: *(double *)(base + 40)."
    [[ ! $(differs ratio) || $(differs_column ratio 5) != $((num / den)) ]] || mistake integer-division \
        "ratio is $((num / den)): num / den divides two ints, and drops the fraction. Make one of them a double before you divide."
}

# Have only the first 8 characters of intro been copied?
eight_only() { [[ $(head -c 8 "$KEEP/after") == "${intro:0:8}" && $(head -c 9 "$KEEP/after") != "${intro:0:9}" ]] 2>/dev/null; }

# Is intro right in a segment of zeros?
right_in_zeros()
{
    segment_zero 1024
    start_program writer "$SEG_PATH" "$num" "$den" "$intro" "$farewell"
    segment_bytes "$T/zeros"
    [[ $(head -c 18 "$T/zeros") == "$intro" ]]
}

# text_judge FIELD OFFSET
text_judge()
{
    local text=${!1}
    [[ $(differs "$1") ]] || return 0
    ! address_at "$2" || mistake stored-the-pointer \
        "At offset $2 is an address, not the text $1. In another process there is something else at that address: copy the characters."
    [[ $(differs "$1") != no-nul ]] || nul_judge "$1" $(($2 + ${#text}))
    ! { program_calls writer '(__)?strcat(_chk)?' && again right_in_zeros; } || mistake appended \
        "In a segment of zeros the text is right, but this one has old bytes: strcat appends to a text that is there. strcpy writes where its address says."
    [[ $(differs "$1") == cut ]] || return 0
    ! eight_only || mistake sizeof-pointer \
        "Only the first 8 bytes of the text $1 were copied: sizeof of a pointer is 8, whatever it points to. strlen($1) + 1 counts the characters and the NUL."
    mistake text-cut \
        "Only the beginning of $1 was copied: '$text' has ${#text} characters. strcpy copies all of them, and the NUL."
}

# nul_judge FIELD OFFSET: all characters of the text are there, but at OFFSET is no NUL.
nul_judge()
{
    local was is
    was=$(byte_at "$KEEP/before" "$2") is=$(byte_at "$KEEP/after" "$2")
    [[ $was != "$is" ]] || mistake forgot-nul \
        "$1 has all its characters, but no NUL after them. A reader would read on into whatever follows."
    [[ $is != 30 ]] || mistake digit-for-nul \
        "$1 has all its characters, but after them, at $2, is the byte 30: that is the digit '0'. The NUL is '\\0', the byte 0."
    wrong "$1 has all its characters, but after them, at $2, is the byte $is. The NUL belongs there."
}

byte_at() { od -An -tx1 -j "$2" -N 1 "$1" | tr -d ' '; } # FILE OFFSET

# address_byte OFFSET CHARACTER: is the byte there the lowest of an address, at which the program has the character as a text?
# objdump's lines: the address, up to 16 bytes in hex, and the same as characters.
address_byte()
{
    objdump -s -j .rodata "$LAB_BUILD/writer" | perl -e 'open my $in, "<:raw", shift; my ($at, $character) = @ARGV;
        my $byte = ord substr join("", <$in>), $at, 1;
        my ($start, $all);
        for (<STDIN>) {
            /^ ([0-9a-f]+) (.{35})/ or next;
            $start //= hex $1;
            $all .= pack "H*", $2 =~ tr/ //dr;
        }
        while ($all =~ /(?<=\0)\Q$character\E\0/g) { exit 0 if (($start + $-[0]) & 255) == $byte }
        exit 1' "$KEEP/after" "$1" "$2"
}

# char_judge FIELD OFFSET CHARACTER INT: INT is the field in front of it.
char_judge()
{
    [[ $(differs "$1") ]] || return 0
    ! { [[ ! $(differs "$4") ]] && all_are 0 "$2" $(($2 + 4)); } || mistake too-wide \
        "$4 is right, but the 4 bytes after it, from $2 on, are 0 now, and $1 belongs there. More than 4 bytes were written for an int: is there a long?"
    ! address_byte "$2" "$3" || mistake text-for-char \
        "At $2 is a byte of an address, not $3. In double quotes, \"$3\" is a text, and its value is its address. A char is in single quotes: '$3'."
}

free_judge()
{
    local end
    end=$(zeros_end)
    ((end <= 57)) || mistake clears-others \
        "The bytes behind the message, from 56 to $((end - 1)), are 0 now. They belong to others: write the values, and clear nothing."
}

# The end of the zeros behind the message, if nothing after them has changed; else 0.
zeros_end()
{
    perl -e 'sub at { open my $in, "<:raw", shift; read $in, my $all, 1024; substr $all, 56 }
        my ($was, $is) = map { at($_) } @ARGV;
        my $n = length(($is =~ /^(\0*)/)[0]);
        print substr($was, $n) eq substr($is, $n) ? 56 + $n : 0' "$KEEP/before" "$KEEP/after"
}

# The mistakes that can be seen in this field; in the bytes after all fields: any mistake.
field_judge()
{
    case $1 in
        intro) text_judge intro 0 ;;
        slash) char_judge slash 24 / num ;;
        eq1) char_judge eq1 32 = den ;;
        eq2) char_judge eq2 33 = den ;;
        num | den) steps_judge "$1" && ints_judge ;;
        ratio) steps_judge ratio && ratio_judge ;;
        farewell) steps_judge farewell && text_judge farewell 48 ;;
        '(free)') free_judge && steps_judge num den ratio farewell && ints_judge && text_judge intro 0 && text_judge farewell 48 ;;
    esac
}

# there_judge FIELD: what can be said of any field.
there_judge()
{
    local at
    at=$(differs_column "$1" 2)
    case $(differs "$1") in
        untouched)
            mistake field-untouched "Nothing was written at $at: the bytes there are as before, but $1 belongs there."
            ;;
        moved*)
            mistake other-offset "$1 is at offset $(differs "$1" | cut -d' ' -f2); it belongs to $at."
            ;;
    esac
}

# Fails if one of these fields is wrong: with a diagnosis if the mistake is known.
fields_judge()
{
    local field
    message_compare
    for field; do
        [[ $(differs "$field") ]] || continue
        show
        places_judge
        field_judge "$field"
        [[ $field != '(free)' ]] || wrong \
            "Bytes behind the message have changed, the first at $(differs_column "$field" 2). They belong to nobody: write only the values."
        there_judge "$field"
        wrong "$field should be at offset $(differs_column "$field" 2): expected $(differs_column "$field" 4), found $(differs_column "$field" 5)."
    done
}

@test "writer attaches the segment, waits for Enter, and ends well" {
    segment_open 1024
    # as long as a text may be
    fresh_word 13 && intro="$WORD is: "
    fresh_word 7 && farewell=$WORD
    fresh_number 200000000 900000000 && num=$NUMBER
    fresh_number 100001 70000000 && den=$NUMBER
    keep_values intro num den farewell
    start_program writer "$SEG_PATH" "$num" "$den" "$intro" "$farewell"
    if ((! RUNS)); then
        MAY_CRASH=1 finish_program
        [[ ! $CRASHED ]] || mistake crash \
            "writer was ended by $CRASHED$(crash_means). Is an & missing? memcpy takes addresses: &num, not num."
        end_judge writer
        wrong "writer ended (status $STATUS) before Enter was pressed."
    fi
    { segment_facts && ((SEG_NATTCH > 0)); } || wrong \
        "writer waits, but the segment is not attached. main makes it and attaches it, and is finished: change only write_message."
    cp "$BEFORE" "$KEEP/before"
    segment_bytes "$KEEP/after"
    send_line ''
    finish_program
    exits 0
    ! SEG_KEY=id:$SEG_ID segment_facts || wrong \
        "writer has ended, but the segment still exists. main removes it, and is finished: change only write_message."
}

@test "it writes something into the segment" {
    needs "writer attaches the segment, waits for Enter, and ends well"
    ! cmp -s "$KEEP/before" "$KEEP/after" || mistake nothing-written \
        "While writer waits, the segment has the same bytes as before. Write through base, in write_message; main is finished."
}

@test "the texts are at 0 and 48, each with its NUL" {
    needs "$WRITES"
    fields_judge intro farewell
}

@test "num and den are ints at 20 and 28" {
    needs "$WRITES"
    fields_judge num den
}

@test "the characters are at 24, 32 and 33" {
    needs "$WRITES"
    fields_judge slash eq1 eq2
}

@test "ratio is a double at 40" {
    needs "$WRITES"
    fields_judge ratio
}

@test "no byte outside the message has changed" {
    needs "$WRITES"
    fields_judge '(free)'
    padding_judge
}

@test "shorter texts end at their NUL" {
    needs "the texts are at 0 and 48, each with its NUL"
    needs "no byte outside the message has changed"
    kept_values
    fresh_word 9 && intro=$WORD
    fresh_word 3 && farewell=$WORD
    segment_open 1024
    start_program writer "$SEG_PATH" "$num" "$den" "$intro" "$farewell"
    segment_bytes "$T/after"
    # strncpy may fill the rest of the field with zeros
    perl -e 'open my $in, "<:raw", $ARGV[0]; read $in, my $all, 1024; my $old = substr $all, 1023;
        exit !(substr($all, 0, 19) =~ /^$ARGV[1]\0[\0$old]*$/ && substr($all, 48, 8) =~ /^$ARGV[2]\0[\0$old]*$/)' \
        "$T/after" "$intro" "$farewell" || mistake past-the-text \
        "The texts are '$intro' and '$farewell' this time, and there is more than their characters and a NUL at 0 or 48. Copy only strlen(intro) + 1 bytes; strcpy does that. What is behind a text in memory is another value."
}
