#!/usr/bin/env bats
# 03: a reader finds the segment, attaches it for reading only, reads all values, and leaves everything as it was.
load "$LAB/check"

MESSAGE=$LAB_LESSON/message.layout
READS="reader finds the segment, attaches it, and waits for Enter"

# message_fill FIELD=VALUE...: $T/message, 1024 bytes with these values; elsewhere one byte that is drawn afresh.
message_fill()
{
    segment_open 1024
    "$PROBE" remove "$SEG_ID"
    cp "$BEFORE" "$T/message"
    pack "$T/message" "$MESSAGE" "$@"
}

# segment_under KEY SIZE FILE: a segment with the bytes of FILE. 1: there is one already.
segment_under()
{
    SEG_KEY=$1
    SEG_ID=$("$PROBE" make "$1" "$2" 0600 "$3" 2>/dev/null) || return 1
    echo "$SEG_ID" >>"$T/ours"
}

message_make() { segment_under "$SEG_KEY" 1024 "$T/message"; }

# bytes_put OFFSET TEXT: into $T/message, without a NUL
bytes_put() { printf '%s' "$2" | dd of="$T/message" bs=1 seek="$1" conv=notrunc status=none; }

# reader_runs: from start to end, with Enter between; the rest is in variables. Fails where it does not rest. FAILS: a call
# that fails this time.
reader_runs()
{
    start_program reader "$SEG_PATH"
    [[ ! ${FAILS-} ]] || goes_on "$FAILS"
    segment_facts
    rights=
    [[ ! $PROGRAM ]] || rights=$(attached_as "$PROGRAM")
    ran=$RUNS
    ((! RUNS)) || send_line ''
    ((! RUNS)) || enter_judge
    finish_program
}

# The values of the segment in FILE, and what wrong ways make of them: NAME=VALUE lines. The first letter names the field.
readings()
{
    perl -e '
        open my $in, "<:raw", $ARGV[0]; read $in, my $all, 1024;
        sub int_at { unpack "l", substr $all, $_[0], 4 }
        sub wrap { unpack "l", pack "l", $_[0] }
        my ($first, $char) = (int_at(0), unpack "c", $all);
        for (["num", 20], ["den", 28]) {
            my ($name, $at) = @$_;
            printf "%s=%d\n", $name, int_at($at);
            printf "%s_wide=%d\n", $name, unpack("q", substr $all, $at, 8);
            printf "%s_steps=%d\n%s_star=%d\n%s_char_star=%d\n%s_byte=%d\n%s_swapped=%d\n", $name, int_at(4 * $at),
                $name, wrap($first + $at), $name, $char + $at, $name, unpack("c", substr $all, $at, 1),
                $name, unpack("l", pack "N", unpack "L", substr $all, $at, 4);
        }
        my $ratio = unpack "d", substr $all, 40, 8;
        printf "ratio=%g\nratio_f=%f\nratio_float=%g\nratio_steps=%g\nratio_computed=%g\nratio_computed_f=%f\nratio_exact=%.17g\n", $ratio, $ratio,
            unpack("f", substr $all, 40, 4), unpack("d", substr $all, 320, 8), int_at(20) / int_at(28),
            int_at(20) / int_at(28), $ratio;
        printf "ratio_int=%g\n", int_at(40);
        ' "$1"
}

# line_read NUM SLASH DEN EQ1 EQ2 RATIO: does OUT have the line that a reader prints which reads at these offsets?
line_read()
{
    perl -e '
        open my $in, "<:raw", shift; read $in, my $all, 1024;
        open my $out, "<:raw", shift; my $printed = join "", <$out>;
        my ($text) = substr($all, 0, 19) =~ /^([^\0]*)/;
        my ($num, $slash, $den, $eq1, $eq2, $ratio) = map { /^0x/ ? hex : $_ } @ARGV;
        my $line = sprintf "%s%d%s%d%s%s%g\n", $text, unpack("l", substr $all, $num, 4), substr($all, $slash, 1),
            unpack("l", substr $all, $den, 4), substr($all, $eq1, 1), substr($all, $eq2, 1),
            unpack("d", substr $all, $ratio, 8);
        exit index($printed, $line) < 0;
        ' "$KEEP/message" "$OUT" "$@"
}

# Runs reader once more, to see its calls. Call it with `again`.
watched()
{
    witness
    start_program reader "$SEG_PATH"
}

# Does it attach 0, whatever shmget returned?
gets_comparison()
{
    watched
    [[ $(witnessed shmat | awk '{ print $2; exit }') == 0 && $SEG_ID != 0 ]]
}

# It ended, or waits, without the segment.
absent_judge()
{
    local size
    ! grep -qF '22/7==3.14286' "$OUT" || mistake constants \
        "reader printed 22/7==3.14286, but it has no segment attached, and the segment has other values."
    if program_calls reader shmat; then
        ! grep -q 'No such file' "$ERR" || mistake other-key \
            "There is a segment with the key $SEG_KEY, but reader did not find it. It makes its key from another path, or from another number than PROJ ($LAB_PROJ)."
        success_judge
        [[ ! $(segments_left) ]] || mistake own-segment \
            "reader made a segment of its own. There is one with the key $SEG_KEY: find it, with ftok's key and without IPC_CREAT."
        ! again gets_comparison || mistake id-is-comparison \
            "shmget found the segment, but shmat got 0, another id. In id = shmget(...) == -1, id is the result of the comparison. Write (id = shmget(...)) == -1."
        size=$(witnessed shmget | awk '{ print $2; exit }')
        ((${size:-0} <= 1024)) || mistake size-too-large \
            "shmget failed with 'Invalid argument': the size was larger than the segment's (1024 bytes). A reader passes 0."
        [[ $ran == 1 || $STATUS != 0 ]] || mistake no-wait \
            "reader ended before Enter was pressed. It should print, and then keep the segment attached until Enter is pressed."
        ((! ran)) || mistake waits-detached \
            "While reader waits for Enter, it does not have the segment attached. Attach it before that, and detach it after that."
        wrong "reader does not have the segment attached while it waits (its status at the end: $STATUS)."
    fi
    mistake nothing-read "reader never attaches the segment (shmat), so it cannot read the values there."
}

# Does it write into the segment? If it may, the segment shows it.
written_judge()
{
    local at
    WITNESS_WRITABLE=1 again run_program reader "$SEG_PATH"
    segment_bytes "$T/now"
    at=$(cmp -l "$T/message" "$T/now" | awk '{ print $1; exit }')
    [[ ! $at ]] || mistake writes-to-it \
        "reader was ended by $1: it writes into the segment, first at offset $((at - 1)), and attached for reading only it may not. To end a text, print it with %.19s, or copy it into an array of your own."
}

# Reads it texts through pointers? With a segment of zeros the pointer is NULL, and printf says so.
crash_judge()
{
    local crashed=$CRASHED
    witness
    written_judge "$crashed"
    segment_zero 1024
    again run_program reader "$SEG_PATH"
    if [[ ! $CRASHED ]] && grep -q '(null)' "$T/again.out"; then
        mistake reads-a-pointer \
            "reader was ended by $crashed. It uses the characters of a text as an address, and reads there. The text itself is in the segment: at base + 0, not at *(char **)base."
    fi
    note "reader was ended by $crashed$(CRASHED=$crashed crash_means)."
    program_calls reader shmat || mistake crash "It never attaches the segment (shmat)."
    mistake crash "Does it check for -1 after each call? Does it use base after shmdt? Does it read a text through *(char **)? The characters are in the segment itself, at base + offset."
}

@test "reader finds the segment, attaches it, and waits for Enter" {
    fresh_word 12 && intro="$WORD is "
    fresh_word 7 && farewell=$WORD
    fresh_number 200000000 900000000 && num=$NUMBER
    fresh_number 100001 70000000 && den=$NUMBER
    fresh_number 10001 99999 && ratio=$NUMBER.1
    message_fill "intro=$intro" "num=$num" slash=/ "den=$den" eq1== eq2== "ratio=$ratio" "farewell=$farewell"
    message_make
    MAY_CRASH=1 reader_runs
    [[ ! $CRASHED ]] || crash_judge
    MAY_CRASH='' end_judge reader
    [[ $rights ]] || absent_judge
    exits 0
    cp "$OUT" "$KEEP/out"
    cp "$T/message" "$KEEP/message"
    segment_bytes "$KEEP/after" "$SEG_ID" || : >"$KEEP/after"
    removed=1
    ! SEG_KEY=id:$SEG_ID segment_facts || removed=$SEG_REMOVED
    left=$(segments_left)
    keep_values intro farewell num den ratio rights removed left
}

@test "it is attached for reading only" {
    needs "$READS"
    kept_values
    [[ $rights != rw- ]] || mistake attached-read-write \
        "reader has the segment attached as rw-: it could write there by mistake. Pass SHM_RDONLY to shmat, as its last argument: then the kernel prevents that."
    [[ $rights == r-- ]] || wrong "reader should have the segment attached as r--; it has it as $rights."
}

# Takes the fields from the line of KEEP/out that looks like the message's.
line_take()
{
    local line
    seen_num='' seen_den='' seen_ratio=''
    while read -r line; do
        if [[ $line =~ (-?[0-9]+)/(-?[0-9]+)==([-+.0-9a-z]+)$ ]]; then
            seen_num=${BASH_REMATCH[1]} seen_den=${BASH_REMATCH[2]} seen_ratio=${BASH_REMATCH[3]}
            # the text in front may end in a digit, never here: "... is "
            seen_text=${line%"$seen_num/$seen_den==$seen_ratio"}
            return 0
        fi
    done < <(tr -d '\0' <"$KEEP/out")
    return 1
}

number_judge() # NAME SEEN OFFSET
{
    local want=$1 wide=${1}_wide steps=${1}_steps star=${1}_star char_star=${1}_char_star byte=${1}_byte swapped=${1}_swapped at
    [[ $2 != "${!want}" ]] || return 0
    [[ $2 != "${!steps}" ]] || mistake int-pointer-steps \
        "For $1 it printed $2: that is the int at offset $((4 * $3)). If p is an int pointer, p + $3 is $3 ints further. Add to a char pointer, then cast."
    [[ $2 != "${!star}" && $2 != "${!char_star}" ]] || mistake star-first \
        "For $1 it printed $2: that is the value at offset 0, plus $3. The star binds more tightly than the plus: write *(int *)(base + $3), with parentheses around the sum."
    [[ $2 != "${!byte}" ]] || mistake one-byte-only \
        "For $1 it printed $2: that is one byte, the one at $3. base[$3] and *(base + $3) are a char. To read an int, cast the pointer: *(int *)(base + $3)."
    [[ $2 != "${!wide}" ]] || mistake too-wide \
        "For $1 it printed $2: these are 8 bytes, those of the int at $3 and 4 more. A long has 8 bytes, an int has 4."
    [[ $2 != "${!swapped}" ]] || mistake byte-swapped \
        "For $1 it printed $2: its bytes were reversed. Both processes run on this machine, so they read an int as it is."
    at=$(perl -e 'open my $in, "<:raw", $ARGV[0]; read $in, my $all, 64; print index $all, pack "l", $ARGV[1]' "$KEEP/message" "$2")
    ((at < 0)) || mistake other-place "For $1 it printed $2: that is the int at offset $at. $1 is at $3."
    # a segment's address is a multiple of 4096
    ((($2 & 4095) != $3)) || mistake star-missing \
        "For $1 it printed $2: that is a part of the address base + $3. *(int *)(base + $3) is the int there."
    wrong "For $1 it printed $2; in the segment, at offset $3, is ${!want}."
}

# other_format TEXT NUMBER: is TEXT what another conversion of printf makes of the number?
other_format()
{
    perl -e 'exit !grep { sprintf($_, $ARGV[1]) eq $ARGV[0] } "%e", map({ "%.${_}f" } 0 .. 15), map { "%.${_}g" } 1 .. 17' "$@"
}

ratio_judge()
{
    [[ $seen_ratio != "$ratio" ]] || return 0
    [[ $seen_ratio != "$ratio_f" ]] || mistake percent-f \
        "For the ratio it printed $seen_ratio: %f prints six digits after the point. Expected: $ratio, as %g prints it."
    [[ $seen_ratio != "$ratio_float" ]] || mistake float-for-double \
        "For the ratio it printed $seen_ratio: that is the first 4 bytes at 40, as a float. A double has 8 bytes, in another format."
    [[ $seen_ratio != "$ratio_steps" ]] || mistake int-pointer-steps \
        "For the ratio it printed $seen_ratio: that is the double at offset 320. If p is a double pointer, p + 40 is 40 doubles further."
    [[ $seen_ratio != "$ratio_computed" && $seen_ratio != "$ratio_computed_f" ]] || mistake ratio-computed \
        "For the ratio it printed $seen_ratio, that is $num divided by $den. The segment has another double: read it, and print what the writer wrote."
    ! other_format "$seen_ratio" "$ratio_exact" || mistake ratio-format \
        "For the ratio it printed $seen_ratio: the value is right, but in another form. Expected: $ratio, as %g prints it."
    [[ ! $seen_ratio =~ ^-?[0-9]+$ && $seen_ratio != "$ratio_int" ]] || mistake int-for-double \
        "For the ratio it printed $seen_ratio: that is an int. At 40 is the double $ratio: read it through a double *, and print it with %g."
    wrong "For the ratio it printed $seen_ratio; in the segment, at offset 40, is the double $ratio."
}

several_judge()
{
    local all want="$intro$num/$den==$ratio"
    all=$(tr -d ' \n\0' <"$OUT")
    grep -qaF -- "$want" "$OUT" || [[ $all != *"${want// /}"* ]] || mistake several-lines \
        "The values are right, but on several lines. They belong on one: $want"
}

# There is no such line. Are the values there, in another form?
form_judge()
{
    local line want="$intro$num/$den==$ratio"
    ! grep -qF -- "$intro${num}47${den}6161" "$OUT" || mistake characters-as-numbers \
        "For the characters it printed 47 and 61: those are the numbers of / and =. %c prints a number as its character."
    ! LC_ALL=C grep -aqF -e "$intro$num"$'\x18'"$den" -e "$den !$ratio" "$OUT" || mistake star-missing \
        "For a character it printed the byte 24, 32 or 33: that is the lowest byte of an address, base + 24 for example. base[24] is the character there."
    ! LC_ALL=C grep -aqP "^\Q$intro$num/\E(\Q$den==\E)?[\x80-\xff]" "$OUT" || mistake char-as-text \
        "After a character it printed bytes of the padding. %s prints all bytes up to a NUL, but a char has none after it: %c prints one."
    while IFS= read -r line; do
        [[ ${line// /} != "${want// /}" ]] || mistake blanks-between \
            "It printed: $line. Expected, without blanks between the values: $want"
    done < <(tr -d '\0' <"$OUT")
    several_judge
    while IFS= read -r line; do
        [[ $line != "$intro"* || $want != "$line"* ]] || mistake unfinished \
            "It printed: $line. That is right so far, but the line goes on: $want"
    done < <(tr -d '\0' <"$OUT")
    ! { grep -qF -- "$num" "$OUT" && grep -qF -- "$den" "$OUT" && grep -qF -- "$ratio" "$OUT"; } || mistake words-between \
        "The values are there, but with other characters between them. Expected: $want"
    wrong "There is no line like the message in what it printed. Expected: $want"
}

# Are both texts on one line, with or without blanks?
one_line_judge()
{
    local line
    line=$(tr -d '\0' <"$OUT" | grep -m 1 -F -- "$farewell") || return 0
    [[ ${line// /} != "${intro// /}$num/$den==$ratio$farewell"* ]] || mistake one-line \
        "Everything is on one line: $line. A line break, \\n, belongs after the ratio, and another after the second text."
}

# Is the text filled up with blanks, before or after it?
width_judge()
{
    local before after
    printf -v before '%19s' "$intro"
    printf -v after '%-19s' "$intro"
    ! grep -qF -e "${before}$num" -e "${after}$num" "$OUT" || mistake width-for-precision \
        "The text was filled up with blanks: %19s prints at least 19 characters. With a point it means at most: %.19s."
}

# Is the NUL of a text in the output, and what lies behind it?
nul_judge()
{
    ! perl -e 'local $/; open my $in, "<:raw", shift; my $all = <$in>; exit !grep { index($all, "$_\0") >= 0 } @ARGV' \
        "$OUT" "$intro" "$farewell" || mistake past-the-nul \
        "reader printed a text's NUL, and the bytes behind it. The text ends before its NUL: printf stops there by itself, with %.19s or %.8s."
}

@test "it prints the texts and the numbers that are in the segment" {
    needs "$READS"
    kept_values
    OUT=$KEEP/out
    values=$(readings "$KEEP/message")
    # NAME=VALUE lines of numbers
    # shellcheck disable=SC2086
    declare $values
    [[ -s $OUT ]] || mistake nothing-printed \
        "reader printed nothing on its standard output. Expected: $intro$num/$den==$ratio"
    ! grep -qF '22/7==3.14286' "$OUT" || mistake constants \
        "reader printed 22/7==3.14286. The segment has other values: $num/$den==$ratio."
    ! line_read 19 23 24 28 29 30 || mistake packed-offsets \
        "The values were read without the padding between them: num at 19 instead of 20, and so on."
    ! line_read 80 96 112 128 132 160 || mistake int-pointer-steps \
        "The values were read at 80, 96, 112 and so on, 4 times their offsets. If base is an int pointer, base + 20 is 20 ints further. Add to a char pointer, then cast."
    ! line_read 0x20 0x24 0x28 0x32 0x33 0x40 || mistake hex-offsets \
        "The values were read at 0x20, 0x24, 0x28 and so on. The table's offsets are decimal: 20 is 0x14. Only the viewer counts in hexadecimal."
    width_judge
    one_line_judge
    line_take || form_judge
    [[ $seen_num != "$den" || $seen_den != "$num" ]] || mistake fields-swapped \
        "num and den are each printed at the place of the other: num is at 20, den at 28."
    number_judge num "$seen_num" 20
    number_judge den "$seen_den" 28
    ratio_judge
    nul_judge
    several_judge
    [[ $seen_text != 'PI is defined as: ' ]] || mistake constants \
        "reader printed 'PI is defined as: ', but in the segment, at offset 0, is '$intro'."
    said "$OUT" "$intro$num/$den==$ratio"
    grep -qF -- "$farewell" "$OUT" || mistake unfinished "The first line is right. The second is missing: $farewell"
    said "$OUT" "$farewell"
    [[ $(grep -m 1 -xF -e "$intro$num/$den==$ratio" -e "$farewell" "$OUT") != "$farewell" ]] || mistake lines-swapped \
        "The line with $farewell came first. The line with the numbers comes before it."
}

@test "the characters are read too" {
    needs "it prints the texts and the numbers that are in the segment"
    message_fill intro=so num=1 'slash=:' den=2 'eq1=-' 'eq2=>' ratio=0.5 farewell=bye
    message_make
    reader_runs
    line=$(grep -m 1 -E '^so1.2..0\.5$' "$OUT") || true
    [[ $line != so1/2* && $line != *2=* && $line != *=0.5 ]] || mistake literal-chars \
        "reader printed $line. The segment has other characters, at 24, 32 and 33: so1:2->0.5"
    [[ ! $line || $line == 'so1:2->0.5' || $line =~ [^so1250.:\>-] ]] || mistake other-place \
        "reader printed $line, with a character where another belongs: : is at 24, - at 32, > at 33. Expected: so1:2->0.5"
    said "$OUT" 'so1:2->0.5'
}

@test "a text without its NUL is printed up to its end and no further" {
    needs "it prints the texts and the numbers that are in the segment"
    numbers=16843009/33686018==0.1
    fresh_word 19 && intro=$WORD
    fresh_word 8 && farewell=$WORD
    # no byte of the segment is 0
    message_fill num=16843009 slash=/ den=33686018 eq1== eq2== ratio=0.1
    bytes_put 0 "$intro"
    bytes_put 48 "$farewell"
    message_make
    MAY_CRASH=1 reader_runs
    [[ ! $CRASHED ]] || mistake unbounded-text \
        "No byte of the segment is a NUL this time: reader went on after the text, and was ended by $CRASHED. Print or copy no more than 19 bytes, or 8."
    end_judge reader
    if ! grep -qxF "$intro$numbers" "$OUT" || ! grep -qxF "$farewell" "$OUT"; then
        ! LC_ALL=C grep -aq "^$intro[^1]" "$OUT" && ! LC_ALL=C grep -aq "^$farewell." "$OUT" || mistake unbounded-text \
            "All bytes of the text are letters, and no NUL is among them: reader went on printing what comes after it. %.19s stops after 19 characters, %.8s after 8."
    fi
    ! grep -qxF -e "${intro:0:18}$numbers" -e "${farewell:0:7}" "$OUT" || mistake one-too-few \
        "All 19 and 8 bytes of the texts are letters, and the last letter is missing. A NUL needs no room in %.19s and %.8s: they say how many bytes there are at most."
    said "$OUT" "$intro$numbers"
    said "$OUT" "$farewell"
}

# Has it detached the segment? Its end alone would do that, too: only its calls can show it.
detached_judge()
{
    segment_name
    segment_under "$SEG_KEY" 1024 "$KEEP/message"
    witness
    again reader_runs
    [[ $(witnessed shmat) ]] || return 0 # programs can't be watched here
    [[ $(witnessed shmdt) ]] || mistake no-shmdt \
        "reader never calls shmdt: it has the segment attached until its end. Detach it first."
    [[ $(witnessed shmdt) == *'shmdt 0'* ]] || mistake shmdt-refused \
        "reader calls shmdt, but that returned -1: nothing was detached. Pass the address that shmat has returned, as in shmdt(base)."
}

@test "it ends the same way at the end of its input, and detaches the segment" {
    needs "$READS"
    segment_name
    segment_under "$SEG_KEY" 1024 "$KEEP/message"
    start_program reader "$SEG_PATH"
    # another number, while it waits
    perl -e 'shmwrite($ARGV[0], pack("l", 1999999999), 20, 4) or exit 1' "$SEG_ID"
    MAY_CRASH=1 send_end
    MAY_CRASH=1 finish_program
    [[ ! $HUNG ]] || mistake eof-ignored \
        "Its input has ended, but reader goes on, as if there were an Enter to come. At the end getchar() returns EOF: stop then, too."
    end_judge reader
    ! grep -q 1999999999 "$OUT" || mistake prints-too-late \
        "While reader waited for Enter, the number at 20 became 1999999999, and reader printed that. Let it read and print first, and then wait."
    exits 0
    detached_judge
}

@test "without PATH it uses ." {
    needs "$READS"
    segment_under "$("$PROBE" key "$BOX" "$LAB_PROJ")" 1024 "$KEEP/message" ||
        skip "somebody has made a segment with this key on this machine"
    start_program reader
    ((RUNS)) || finish_program
    ! cat "$OUT" "$ERR" | grep -qiE 'usage|argument' || mistake arguments-needed \
        "Without arguments reader only prints how to call it. PATH may be left out: then it uses ."
    [[ $PROGRAM && $(attached_as "$PROGRAM") ]] || wrong \
        "There is a segment with the key of the folder in which reader was started. Without PATH it should attach that one."
}

@test "the segment is as before" {
    needs "$READS"
    kept_values
    [[ $removed == 0 ]] || mistake removes-it \
        "After reader has ended, the segment is removed. The writer made it, and perhaps others still want to read: a reader only detaches."
    cmp -s "$KEEP/message" "$KEEP/after" || wrong "reader changed bytes of the segment."
    [[ ! $left ]] || wrong "reader left a segment of its own behind."
}

# There is no segment, but reader still runs. Does it wait for one?
waiting_judge()
{
    local looks
    segment_under "$SEG_KEY" 1024 "$KEEP/message"
    for ((looks = WAIT / 100; looks > 0; looks--)); do
        segment_facts
        ((SEG_NATTCH == 0)) || mistake waits-for-writer \
            "There was no segment, and reader waited until there was one. It should say that there is none, and end with status 1."
        sleep 0.1
    done
    goes_on shmget
    mistake minus-one-ignored "There is no segment, so shmget returned -1. reader went on, and still runs."
}

@test "if there is no segment, it says so, and makes none" {
    needs "$READS"
    segment_name
    MAY_CRASH=1 start_program reader "$SEG_PATH"
    ! segment_facts || mistake creates-one \
        "There was no segment with this key; now there is one of $SEG_SIZE bytes, all 0. A reader that makes one finds nothing in it, and the writer that comes later finds it. Leave out IPC_CREAT."
    ((! RUNS)) || waiting_judge
    MAY_CRASH=1 finish_program
    [[ ! $CRASHED ]] || mistake minus-one-ignored \
        "There is no segment, so shmget returned -1. reader went on, and was ended by $CRASHED. Check after each call."
    again watched
    ! witnessed shmget | awk '$3 ~ /1...$/ { found = 1 } END { exit !found }' || mistake creates-one \
        "There was no segment with this key, and shmget got IPC_CREAT, so it tried to make one. Leave out IPC_CREAT."
    ! grep -q 'Invalid argument' "$ERR" || mistake minus-one-ignored \
        "There is no segment, so shmget returned -1: No such file or directory. reader went on with -1 as an id, and a later call failed: Invalid argument."
    fails_well
}

@test "a path that does not exist is reported" {
    needs "$READS"
    SEG_PATH=$BOX/no/such/path
    # IPC_CREAT, IPC_EXCL
    SEG_ID=$(perl -e 'print shmget(-1, 1024, 0600 | 03000) // ""') SEG_KEY=0xffffffff
    [[ $SEG_ID ]] || skip "somebody has made a segment under the key -1 on this machine"
    echo "$SEG_ID" >>"$T/ours"
    MAY_CRASH=1 FAILS=ftok reader_runs
    [[ ! $rights ]] || mistake ftok-ignored \
        "The path does not exist, so ftok returned -1. reader used that as a key, and attached a segment with the key 0xffffffff."
    ((! ran)) || wrong "The path does not exist, but reader went on and waits for Enter."
    end_judge reader
    fails_well
}

@test "a failure of shmat is reported" {
    needs "$READS"
    segment_name
    # more than a program may have at a time
    segment_under "$SEG_KEY" 200000000 /dev/null
    LAB_MEMORY=100 MAY_CRASH=1 FAILS=shmat reader_runs
    [[ ! $rights ]] || return 0
    [[ ! $CRASHED ]] || mistake shmat-null \
        "200 MB were too much to attach here: shmat returned -1. reader went on as if it had an address, and was ended by $CRASHED. Compare with (void *)-1: shmat never returns NULL."
    ((! ran)) || wrong "shmat returned -1, but reader went on and waits for Enter."
    fails_well
}
