#!/usr/bin/env bats
# 07: what is in the segment after texts of several lengths were copied into a field of 19 bytes.
# shellcheck disable=SC2153 # check.bash sets STATUS
load "$LAB/check"

MESSAGE=$LAB_LESSON/message.layout
RUNS_WELL="writer waits for Enter and ends well, however long the text is"
CASES=(empty short full over long huge)

# A segment with a message of fresh values, then the writer with TEXT. Keeps the bytes before and after.
case_run() # CASE TEXT
{
    local file=$T/message.$1
    segment_open 1024 # for a byte that is drawn afresh
    cp "$BEFORE" "$file"
    fresh_word 18
    fresh_number 200000000 900000000
    pack "$file" "$MESSAGE" "intro=${WORD^^}" "num=$NUMBER" slash=/ "den=$((NUMBER / 3))" eq1== eq2== ratio=3.142857142857143 farewell=goodbye
    # no NUL in the field: none may end the new text by luck
    perl -e 'open my $out, "+<:raw", $ARGV[0]; seek $out, 18, 0; print $out chr(128 + rand 127)' "$file"
    segment_open 1024 0600 "$file"
    printf '%s' "$2" >"$KEEP/$1.text"
    start_program writer "$SEG_PATH" "$2"
    if ((!RUNS)); then
        MAY_CRASH=1 finish_program
        ((${#2} < 19)) || ended_named "${#2}"
        end_judge writer
        wrong "writer ended (status $STATUS) before Enter was pressed; its text had ${#2} characters."
    fi
    cp "$BEFORE" "$KEEP/$1.before"
    segment_bytes "$KEEP/$1.after"
    send_line ''
    ((!RUNS)) || mistake waits-for-more \
        "writer got Enter, and waits for more. It reads one line, and that is after it has set intro: the text is its second argument."
    finish_program
    ((STATUS == 0 || ${#2} < 19)) || mistake cut-is-no-failure \
        "Its text had ${#2} characters, and its exit status is $STATUS; with shorter texts it was 0. It goes on as with any other text: end with 0."
    exits 0
}

# writer has ended before Enter, and with shorter texts it did not.
ended_named() # LENGTH
{
    # abort is a refusal, unless the C library says that it has noticed an overrun
    if [[ $CRASHED ]] && { [[ $CRASHED != SIGABRT ]] || grep -qE '\*\*\*|malloc|free' "$ERR"; }; then
        mistake copied-whole \
            "A text of $1 characters ended writer by $CRASHED, and shorter ones did not. Somewhere the whole text is copied: to an array of your own, or to the segment, to be repaired later. Copy no more than fits."
    fi
    mistake refuses-long "writer ended ($ENDED) when its text had $1 characters. Cut a long text, and go on."
}

# Says of one case what its bytes tell, in words that have_seen looks for.
evidence() # CASE
{
    perl -e '
        my ($text, $was, $is) = map { local $/; open my $in, "<:raw", $_ or die; my $all = <$in>; $all // "" } @ARGV;
        my $n = length $text;
        my $same = 0;
        $same++ while $same < $n && substr($is, $same, 1) eq substr($text, $same, 1);
        my $nul = substr($is, $same, 1) eq "\0" ? "nul" : "";
        my $kept = sub { my ($from, $to) = @_; substr($is, $from, $to - $from) eq substr($was, $from, $to - $from) };
        print "same=$same\n", "ends=$nul\n";
        print "untouched\n" if $is eq $was;
        print "no-nul-written\n" if $same && $kept->($same, 1024);
        print "digit-zero\n" if substr($is, 18, 1) eq "0";
        print "newline\n" if substr($is, $n, 2) eq "\n\0";
        my $begin = index substr($is, 0, 19), substr $text, 0, 5;
        print "begins=$begin\n" if $n && $begin > 0;
        print "late-nul\n" if $same == $n && $n < 17 && $kept->($n, $n + 1) && substr($is, $n + 1, 1) eq "\0";
        print "only-nul\n" if $n && $kept->(0, $n) && substr($is, $n, 1) eq "\0" && substr($was, $n, 1) ne "\0";
        print "overran\n" if $n > 19 && $n < 1024 && substr($is, 19, $n - 19) eq substr $text, 19;
        # the sixth byte of an address of user space, on x86-64 and on arm64, and two zeros
        print "address\n" if $same == 0 && substr($is, 5, 3) =~ /^[\x55\x56\x7e\x7f\xaa\xab\xfe\xff]\0\0$/;
        my @behind = grep { substr($is, $_, 1) ne substr $was, $_, 1 } 19 .. 1023;
        print "behind=$behind[0]\n" if @behind;
        print "nul-19\n" if "@behind" eq 19 && substr($is, 19, 1) eq "\0";
        print "few-behind\n" if @behind && $behind[-1] < 21;
        print "cleared\n" if substr($is, 56) =~ /^\0+$/;
        print "known-num\n" if unpack("i", substr $is, 20) == 22;
        print "put-back\n" if $n > 24 && $kept->(20, 24) && substr($is, 24, 1) eq substr $text, 24, 1;
        print "far-nul\n" if $n > 56 && $n < 1024 && substr($is, $n, 1) eq "\0" && $kept->(56, $n);
        print "moved-nul\n" if $same == 18 && "@behind" eq 36 && substr($is, 36, 1) eq "\0";
        print "last-nul\n" if $same == $n && $n < 18 && $kept->($n, 18) && substr($is, 18, 1) eq "\0";
        my @foreign = grep { my $c = substr $is, $_, 1; $c ne "\0" && $c ne substr $was, $_, 1 } $n + 1 .. 18;
        print "foreign\n" if $n < 18 && @foreign;
        my $rest = $n < 17 && substr $is, $n + 1, 17 - $n;
        print "filled=", substr($rest, 0, 1), "\n" if @foreign && $rest =~ /^([ -~])\1+$/;
        print "formatted\n" if $text =~ /%/ && index($is, $text =~ s/%%/%/gr . "\0") == 0;
        print "cut-at-blank\n" if $nul && $same < $n && $same == index $text, " ";
        my $old = index $was, "\0";
        print "appended=$old\n" if $n && $old >= 18 && substr($is, 0, $old + $n) eq substr($was, 0, $old) . $text;
    ' "$KEEP/$1.text" "$KEEP/$1.before" "$KEEP/$1.after" >"$KEEP/$1.evidence"
}

# Do all long texts end after so many characters?
stops_at() { seen over "same=$1" && seen long "same=$1"; }

# Characters that stand in intro whatever the text is.
own_text()
{
    perl -e '
        my ($over, $long) = map { local $/ = \18; open my $in, "<:raw", $_ or die; scalar <$in> } @ARGV;
        my $both = join "", map { substr($over, $_, 1) eq substr($long, $_, 1) ? substr $over, $_, 1 : "\0" } 0 .. 17;
        print $1 if $both =~ /([ -~]{3,})/;
    ' "$KEEP/over.after" "$KEEP/long.after"
}

seen() { grep -qx -- "$2" "$KEEP/$1.evidence"; } # CASE WORD

# The name of the mistake, from all cases together: one length alone often fits two of them.
mistake_name()
{
    local length own
    length=$(wc -c <"$KEEP/long.text")
    ! grep -q '^appended=' "$KEEP/short.evidence" || mistake appends \
        "The old text is still at 0, and the new one begins at $(sed -n 's/^appended=//p' "$KEEP/short.evidence"), where the first NUL was. strcat and strncat append."
    if seen huge same=1023 || { seen short cleared && seen long "same=$length"; }; then
        mistake limit-of-segment \
            "All $length characters of a long text were copied: more than the 19 bytes of intro. The limit was 1024, the size of the segment. It must be that of the field."
    fi
    ! seen short cleared || mistake clears-all \
        "All bytes after the message are 0 now, and so is num. Others use the segment too: change only the field."
    ! seen full untouched || mistake nothing-copied \
        "A text of 18 characters changed no byte of the segment. Copy it to base."
    ! seen short only-nul || mistake only-the-nul \
        "Of a short text only the NUL was written, at 5, and none of its characters. Is there a semicolon right after for (...)?"
    ! seen long untouched || mistake refuses-long \
        "A text of $length characters left intro as it was. Cut it: its first 18 characters fit."
    ! seen long far-nul || mistake nul-at-length \
        "At offset $length there is a NUL that was not there before. That is the length of the uncut text; the field ends at 19."
    ! seen long moved-nul || mistake base-moved \
        "18 characters were copied, and then a NUL was written at offset 36. Does ++ move base itself? Then base[18] is 18 bytes further. Keep the start."
    ! seen short last-nul || mistake nul-only-at-end \
        "After the 5 characters of a short text are the bytes of the old one; the only NUL is at 18. The NUL follows the last character that was copied."
    ! grep -q '^filled=' "$KEEP/short.evidence" || mistake fills-the-rest \
        "After the 5 characters of a short text the field is filled with '$(sed -n 's/^filled=//p' "$KEEP/short.evidence")'. Leave the old bytes there, or write zeros."
    ! seen short address || mistake address-stored \
        "intro holds an address, and not the characters of the text. Another process can't use it: copy what it points to."
    ! seen short digit-zero || ! seen full digit-zero || mistake digit-zero \
        "The byte at 18 is the digit 0, hexadecimal 30. That is not the NUL: write '\\0', or 0 without quotes."
    ! seen short newline || mistake adds-newline \
        "A newline follows the 5 characters of a short text. Copy the text, and nothing else."
    ! seen long overran || mistake no-limit \
        "All $length characters were copied. intro has 19 bytes: the others overwrote num and what follows it."
    if stops_at 7 || stops_at 8; then
        mistake sizeof-pointer \
            "Only the first $(grep -o 'same=.' "$KEEP/long.evidence" | tail -c 2) characters are there. sizeof of a pointer is 8, whatever it points to. Use the size of the field."
    fi
    own=$(own_text)
    [[ ! $own ]] || mistake own-text \
        "After each long text \"$own\" stands in intro, and those are not the text's characters. Copy its first 18, and nothing else."
    ! grep -q '^begins=' "$KEEP/short.evidence" || mistake begins-at-1 \
        "The text begins at offset $(sed -n 's/^begins=//p' "$KEEP/short.evidence"). The first byte of intro is base[0]."
    ! seen short foreign || ! seen short same=5 || ! seen short ends=nul || mistake reads-past-text \
        "After the 5 characters and the NUL of a short text are bytes from the writer's own memory. They leak. Copy no more bytes than the text has."
    ! seen short known-num || mistake writes-known-values \
        "num is 22 now, and it was another number before. Was the message written again? Others may have changed it: change only intro."
    ! seen short formatted || mistake text-as-format \
        "Of the text $(cat "$KEEP/short.text") a % is missing: the text was used as a format. Use the format \"%s\", and the text as its argument."
    ! seen full cut-at-blank || mistake stops-at-blank \
        "The text $(cat "$KEEP/full.text") was copied up to its blank only, as scanf does. A text may have blanks: copy it as a whole."
    ! seen long put-back || mistake puts-back \
        "num is as it was, but the bytes before and after it are the text's. Don't repair what the copy has overwritten: copy no more than fits."
    if seen over same=19 && seen over ends=nul && seen over few-behind; then
        mistake one-too-many \
            "Of a text of 19 characters all were copied, and the NUL was written at offset 19, after the field. 18 characters and the NUL make 19 bytes."
    fi
    ! seen short nul-19 || mistake one-too-many \
        "The byte at 19, after the field, is 0 now, also with a short text. intro has the offsets 0 to 18: that makes 19 bytes."
    if stops_at 17 && seen long ends=nul; then
        mistake one-too-few \
            "Only 17 characters of a long text are there, then the NUL. There is room for 18. Does your function count the NUL itself?"
    fi
    if stops_at 3 || stops_at 4; then
        mistake sizeof-number \
            "Only the first $(grep -o 'same=.' "$KEEP/long.evidence" | tail -c 2) characters are there. sizeof of a number like INTRO is 4, the size of an int. The limit is the number itself."
    fi
    length=$(wc -c <"$KEEP/huge.text")
    if seen huge "same=$((length % 256))" && seen huge ends=nul; then
        mistake length-in-a-byte \
            "Of a text of $length characters only $((length % 256)) are there: $length does not fit into a char, and $((length % 256)) is left of it. A length is a size_t."
    fi
    if ! seen long ends=nul && seen long same=18 && seen long no-nul-written; then
        mistake nul-by-luck \
            "The first 18 characters are there, but after them is what was there before: no NUL was written. In a segment of zeros you would not see it."
    fi
    if ! seen long ends=nul && seen long same=19 && seen long no-nul-written; then
        mistake no-nul \
            "No NUL ends the cut text: a reader goes on into the bytes after it. strncpy writes none if the text is as long as the limit, or longer."
    fi
    ! seen short late-nul || mistake nul-one-late \
        "After the 5 characters of a short text is an old byte, and only then the NUL. It belongs right after the last character: at base[5] here."
    if stops_at 1 && ! seen long ends=nul; then
        mistake first-only \
            "Of each text only the first character was copied: * is one character. Copy the others too, in a loop or with a function."
    fi
    if seen short same=5 && seen short no-nul-written; then
        mistake nul-by-luck \
            "The 5 characters of a short text are there, but after them is what was there before: no NUL was written. In a segment of zeros you would not see it."
    fi
    ! seen empty untouched || mistake skips-empty \
        "An empty text left intro as it was. It is a text, too: its NUL must be at offset 0."
}

# Texts that need another program run: one that is longer than a page, and none.
extremes_judge()
{
    fresh_word 5000
    segment_open 1024
    MAY_CRASH=1 start_program writer "$SEG_PATH" "$WORD"
    ((RUNS)) || { MAY_CRASH=1 finish_program && ended_named 5000; }
    segment_open 1024
    MAY_CRASH=1 start_program writer "$SEG_PATH"
    ((RUNS)) || MAY_CRASH=1 finish_program
    [[ ! $CRASHED ]] || mistake changes-text \
        "Without a second argument writer was ended by $CRASHED: its own text is a literal, and can't be changed. Cut the copy, and not the text."
}

# Are the bytes of this case right?
case_judge() # CASE
{
    local text length=0 field behind
    text=$(cat "$KEEP/$1.text")
    length=${#text}
    BEFORE=$KEEP/$1.before
    cp "$BEFORE" "$T/expected"
    pack "$T/expected" "$MESSAGE" "intro=${text:0:18}"
    # compare ignores padding, so the byte after intro is a field here
    sed 's/^ *char\[19\] intro$/&\n19 char behind/' "$MESSAGE" >"$T/message.layout"
    compare "$T/message.layout" "$T/expected" "$KEEP/$1.after" || true
    # and the bytes after the NUL of a text
    behind=$(sed -n 's/^behind=//p' "$KEEP/$1.evidence")
    if [[ ! $DIFFERS && ! $behind ]] && ! seen "$1" foreign; then
        return
    fi
    show
    mistake_name
    field=$(head -n 1 <<<"$DIFFERS" | cut -f 1)
    case $field in
        '' | behind | '('*)
            [[ ! $behind ]] || wrong "With a text of $length characters the byte at $behind, after the field, was changed."
            ;;
    esac
    [[ $field ]] || wrong "With a text of $length characters, there are other bytes than those of the text after its NUL."
    wrong "With a text of $length characters, $field is $(differs_column "$field" 5); expected $(differs_column "$field" 4)."
}

@test "writer waits for Enter and ends well, however long the text is" {
    local name long huge
    fresh_number 60 200
    long=$NUMBER
    fresh_number 1539 1550 # a little more than a multiple of 256
    huge=$NUMBER
    for name in empty:0 short:5 full:18 over:19 "long:$long" "huge:$huge"; do
        fresh_word "${name#*:}"
        case $name in
            short:*) WORD=${WORD:0:2}%%${WORD:4} ;;
            full:*) WORD="${WORD:0:10} ${WORD:11}" ;;
        esac
        case_run "${name%:*}" "$WORD"
    done
    for name in "${CASES[@]}"; do evidence "$name"; done
}

@test "a text of 5 characters is whole, and so is an empty one" {
    needs "$RUNS_WELL"
    case_judge short
    case_judge empty
}

@test "a text of 18 characters, which just fits, is whole" {
    needs "$RUNS_WELL"
    case_judge full
}

@test "a text of 19 characters loses its last one, and has its NUL" {
    needs "$RUNS_WELL"
    case_judge over
}

@test "a long text is cut, and the bytes after the field stay" {
    needs "$RUNS_WELL"
    case_judge long
}

@test "a text that is longer than the segment is cut too" {
    needs "$RUNS_WELL"
    case_judge huge
    extremes_judge
}
