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
    pack "$file" "$MESSAGE" "intro=$WORD" "num=$NUMBER" slash=/ "den=$((NUMBER / 3))" eq1== eq2== ratio=3.142857142857143 farewell=goodbye
    # no NUL in the field: none may end the new text by luck
    perl -e 'open my $out, "+<:raw", $ARGV[0]; seek $out, 18, 0; print $out chr(128 + rand 127)' "$file"
    segment_open 1024 0600 "$file"
    printf '%s' "$2" >"$KEEP/$1.text"
    start_program writer "$SEG_PATH" "$2"
    if ((!RUNS)); then
        finish_program
        ((${#2} < 19)) || mistake refuses-long "writer ended (status $STATUS) when its text had ${#2} characters. Cut a long text, and go on."
        wrong "writer ended (status $STATUS) before Enter was pressed; its text had ${#2} characters."
    fi
    cp "$BEFORE" "$KEEP/$1.before"
    segment_bytes "$KEEP/$1.after"
    send_line ''
    finish_program
    exits 0
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
        print "cleared\n" if substr($is, 56) =~ /^\0+$/;
        print "far-nul\n" if $n > 56 && $n < 1024 && substr($is, $n, 1) eq "\0" && $kept->(56, $n);
        print "last-nul\n" if $n < 18 && $kept->($n, 18) && substr($is, 18, 1) eq "\0";
        print "foreign\n" if $n < 18 && grep { my $c = substr $is, $_, 1; $c ne "\0" && $c ne substr $was, $_, 1 } $n + 1 .. 18;
        my $old = index $was, "\0";
        print "appended=$old\n" if $n && $old >= 18 && substr($is, 0, $old + $n) eq substr($was, 0, $old) . $text;
    ' "$KEEP/$1.text" "$KEEP/$1.before" "$KEEP/$1.after" >"$KEEP/$1.evidence"
}

seen() { grep -qx -- "$2" "$KEEP/$1.evidence"; } # CASE WORD

# The name of the mistake, from all cases together: one length alone often fits two of them.
mistake_name()
{
    local length
    length=$(wc -c <"$KEEP/long.text")
    ! grep -q '^appended=' "$KEEP/short.evidence" || mistake appends \
        "The old text is still at 0, and the new one begins at $(sed -n 's/^appended=//p' "$KEEP/short.evidence"), where the first NUL was. strcat and strncat append."
    ! seen short cleared || mistake clears-all \
        "All bytes after the message are 0 now, and so is num. Others use the segment too: change only the field."
    ! seen long untouched || mistake refuses-long \
        "A text of $length characters left intro as it was. Cut it: its first 18 characters fit."
    ! seen long far-nul || mistake nul-at-length \
        "At offset $length there is a NUL that was not there before. That is the length of the uncut text; the field ends at 19."
    ! seen short last-nul || mistake nul-only-at-end \
        "After the 5 characters of a short text are the bytes of the old one; the only NUL is at 18. The NUL follows the last character that was copied."
    ! seen short foreign || mistake reads-past-text \
        "After the 5 characters and the NUL of a short text are bytes from the writer's own memory. They leak. Copy no more bytes than the text has."
    ! seen long "same=$length" || mistake no-limit \
        "All $length characters were copied. intro has 19 bytes: the others overwrote num and what follows it."
    if seen long same=19 && seen long ends=nul; then
        mistake one-too-many \
            "Of a long text 19 characters were copied, and the NUL was written at offset 19, after the field. 18 characters and the NUL make 19 bytes."
    fi
    if seen long same=17 && seen long ends=nul; then
        mistake one-too-few \
            "Only 17 characters of a long text are there, then the NUL. There is room for 18. Does your function count the NUL itself?"
    fi
    if { seen long same=7 && seen long ends=nul; } || seen long same=8; then
        mistake sizeof-pointer \
            "Only the first $(grep -o 'same=.' "$KEEP/long.evidence" | tail -c 2) characters are there. sizeof of a pointer is 8, whatever it points to. Use the size of the field."
    fi
    if ! seen long ends=nul && seen long same=18; then
        mistake nul-by-luck \
            "The first 18 characters are there, but after them is what was there before: no NUL was written. In a segment of zeros you would not see it."
    fi
    if ! seen long ends=nul && seen long same=19; then
        mistake no-nul \
            "No NUL ends the cut text: a reader goes on into the bytes after it. strncpy writes none if the text is as long as the limit, or longer."
    fi
}

# Are the bytes of this case right?
case_judge() # CASE
{
    local text length=0 field
    text=$(cat "$KEEP/$1.text")
    length=${#text}
    BEFORE=$KEEP/$1.before
    cp "$BEFORE" "$T/expected"
    pack "$T/expected" "$MESSAGE" "intro=${text:0:18}"
    # compare ignores padding, so the byte after intro is a field here
    sed 's/^ *char\[19\] intro$/&\n19 char behind/' "$MESSAGE" >"$T/message.layout"
    compare "$T/message.layout" "$T/expected" "$KEEP/$1.after" || true
    # and the bytes after the NUL of a text
    if [[ ! $DIFFERS ]] && ! seen "$1" foreign; then
        return
    fi
    show
    mistake_name
    field=$(head -n 1 <<<"$DIFFERS" | cut -f 1)
    [[ $field != behind ]] || wrong "With a text of $length characters the byte at 19, right after the field, was changed."
    [[ $field ]] || wrong "With a text of $length characters, there are other bytes than those of the text after its NUL."
    wrong "With a text of $length characters, $field is $(differs_column "$field" 5); expected $(differs_column "$field" 4)."
}

@test "writer waits for Enter and ends well, however long the text is" {
    local name
    fresh_number 60 200
    long=$NUMBER
    for name in empty:0 short:5 full:18 over:19 "long:$long" huge:1500; do
        fresh_word "${name#*:}"
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
}
