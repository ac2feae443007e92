#!/usr/bin/env bats
# 05: what the learner's script for gdb found out in a segment of fresh values, and what it changed there.
load "$LAB/check"

ANSWERS="the script starts station, and answers"
DAY="day: the day on which limit was changed"
PUT_BACK="the old limit is in memory again"
TO_THE_END="station ran to its end"

# Bytes of the board, in a file: the number at an offset. board_int OFFSET [FILE]
board_int() { od -An -td4 -j"$1" -N4 "${2:-$KEEP/before}" | tr -d ' '; }
board_real() { od -An -t"f$2" -j"$1" -N"$2" "$KEEP/before" | tr -d ' '; }

# BOARD: the file with the segment's first bytes. Those after the struct are random, but the check knows them.
board_make()
{
    local i weight fields=() total=0
    BOARD=$T/board
    head -c 4096 /dev/urandom >"$BOARD"
    {
        printf 'shmlab layout 1\n0 char[16] name\n16 int open\n20 int word\n24 double weight\n32 int limit\n'
        printf '%d int reading%d\n' 36 0 40 1 44 2 48 3 52 4 56 5 60 6 64 7
        printf '68 int total\n72 int alarm\n1824 double far\n'
    } >"$T/board.layout"
    for ((i = 0; i < 8; i++)); do
        fresh_number $((101 + 1000 * i)) $((990 + 1000 * i))
        fields+=("reading$i=$NUMBER")
        total=$((total + NUMBER))
    done
    fresh_word 9
    fields+=("name=$WORD" open=0 "limit=$((total + 1 + RANDOM))" total=0 alarm=7)
    # four bytes that differ, and the last 12 bits are not those of an address that ends in 014
    fresh_number 0 99
    fields+=("word=$(((NUMBER + 17) << 24 | (NUMBER + 120) << 16 | (RANDOM % 9 + 3) << 8 | 0x80 | RANDOM % 100))")
    # six digits, as many as %g prints. The last is not 0, which %.2f would leave out, and no 5, which bash and gdb round
    # differently. The first 4 bytes are no float near 0, as an address is that is printed with %f
    NUMBER=$(perl -e 'do { $n = 17000 + int rand 983000; $float = abs unpack "f", pack "d", $n / 1000 }
        until $n % 5 && $float > 1 && $float < 1e6; print $n')
    printf -v weight '%d.%03d' $((NUMBER / 1000)) $((NUMBER % 1000))
    fields+=("weight=$weight")
    # where a struct pointer + 24 leads: a number like weight, but another one
    fields+=("far=-$((NUMBER / 1000 + 5)).125")
    pack "$BOARD" "$T/board.layout" "${fields[@]}"
    # on which day the guest changes limit: station draws it from the seed. None that is written in the script
    for ((i = 0; i < 100; i++)); do
        fresh_number 2 7
        day=$NUMBER
        grep -qE "\<day *== *$day\>|ANSWER +day +$day\>" "$LAB_BUILD/tour.gdb" || break
    done
    fresh_number 1000 99999
    SEED=$((8 * NUMBER + 8 - day))
}

# gdb with the learner's script, in the sandbox. steps: why gdb has to step instead of using the debug registers; else empty.
# shellcheck disable=SC2034 # end_name looks at STATUS
tour_run() # SEED
{
    command -v gdb >/dev/null || cannot "gdb is not installed, and this lesson is about gdb: sudo apt-get install gdb"
    local watching=()
    steps=$("$LAB/../../gdb/hw-watch" --say) || true
    if [[ $steps ]] && grep -qE '^[[:blank:]]*wat(c|ch)?[[:blank:]]' "$LAB_BUILD/tour.gdb"; then
        watching=(-iex 'set can-use-hw-watchpoints 0')
        remark "gdb: $steps"
    fi
    STATUS=0
    # in a PID namespace whose /proc isn't its own gdb finds nobody
    [[ $LAB_SANDBOX != pid ]] || LAB_SANDBOX=none
    (
        export LAB_MEMORY=2048
        patience $((LAB_SECONDS * 4))
        LIMIT=$((WAIT / 1000)) sandbox_run gdb -q -nx -batch "${watching[@]}" -x "$LAB_BUILD/tour.gdb" \
            --args "$LAB_BUILD/station" "$SEG_PATH" "$1"
    ) </dev/null >"$OUT" 2>"$ERR" || STATUS=$?
    ! grep -qiE 'ptrace: Operation not permitted|could not trace the inferior' "$ERR" ||
        cannot "gdb may not run a program on this machine (ptrace is not permitted). In a container it needs: --cap-add SYS_PTRACE"
    end_name
    [[ ! $FLOODED ]] || mistake flood "The script prints without end: it was stopped after 1 MB."
    [[ ! $HUNG ]] || mistake hang "gdb did not come to the end of the script: it was stopped."
}

# What the first test kept. Each verdict shows the answers, and what gdb complained of.
tour_kept()
{
    needs "$ANSWERS"
    kept_values
    OUT=$KEEP/answers ERR=$KEEP/err
}

# ANSWER: what the script answered last. Where gdb steps, a watchpoint that stays stops again at what the script itself puts
# back, and when station detaches: there the first day counts.
answer() # NAME VALUE: what it should be
{
    ANSWER=$(sed -nE "s/^ANSWER +$1 +([^ ]+).*/\1/p" "$OUT" | if [[ $1 == day && $steps ]]; then head -n 1; else tail -n 1; fi)
    ! grep -qE "^ANSWER +$1 *\\\$[0-9]+ = " "$OUT" || mistake print-not-printf \
        "It printed \"$(grep -m1 "^ANSWER $1" "$OUT")\". print puts \$N = before the value; printf prints it alone."
    [[ $ANSWER && ! $ANSWER =~ ^[=:] ]] || missing_judge "$@"
}

# Why is there no line with this answer?
missing_judge() # NAME VALUE
{
    local others
    ! grep -qiE "^ANSWER:? *$1 *[=:]" "$OUT" || mistake answer-form \
        "It printed \"$(grep -iE -m1 "^ANSWER:? *$1" "$OUT")\". The form is: ANSWER, the name, the value, with blanks between them and no other sign."
    ! grep -qE "[^ ] *ANSWER +$1 " "$KEEP/out" || mistake no-newline \
        "\"ANSWER $1\" is not at the start of a line. printf ends a line only where you write \\n."
    error_judge
    ! grep -qE "^\\\$[0-9]+ = $2\$" "$KEEP/out" || mistake print-not-printf \
        "gdb showed \"$(grep -m1 -E "^\\\$[0-9]+ = $2\$" "$KEEP/out")\": print shows a value so. printf makes the line \"ANSWER $1 ...\" that was asked for."
    others=$(sed -nE 's/^ANSWER +([^ ]+) .*/\1/p' "$OUT" | grep -vxE 'word|weight|third|day') || true
    [[ ! $others ]] || mistake answer-name \
        "There is no line \"ANSWER $1 ...\", but one for ${others%%$'\n'*}. The names are word, weight, third and day."
    wrong "There is no line \"ANSWER $1 ...\" in what the script printed."
}

# Did gdb leave the script at an error? Its message names the line, and the next one says why. Or is there no end?
error_judge()
{
    local where line why script=$LAB_BUILD/tour.gdb
    if where=$(grep -m1 -A1 -E '^[^ ]*tour\.gdb:[0-9]+: Error in sourced command file:' "$ERR"); then
        line=${where#*tour.gdb:} why=${where##*$'\n'}
        mistake script-error \
            "gdb left the script at line ${line%%:*}, because of an error there: ${why%.}. What comes after this line was not done."
    fi
    grep -qE '^[[:blank:]]*commands' "$script" && ! grep -qE '^[[:blank:]]*python' "$script" || return 0
    (($(grep -cE '^[[:blank:]]*(commands|while|if)\>' "$script") <= $(grep -cE '^[[:blank:]]*end\>' "$script"))) || mistake missing-end \
        "In the script there is commands, but no end for it. So gdb takes all lines that follow for commands of that stop, and then the script is over."
}

# Is a wrong answer written in the script as it is?
typed_judge() # NAME
{
    local number=${ANSWER//./\\.}
    ! grep -qE "^[^#]*ANSWER +$1 +$number([^0-9.]|\$)|^[^#]*ANSWER +$1 .*, *$number *\$" "$LAB_BUILD/tour.gdb" || mistake hard-coded \
        "The number $ANSWER is written in the script. The check has other values each time: let gdb read $1 from memory."
}

answer_number() # NAME VALUE
{
    answer "$@"
    if [[ ! $ANSWER =~ ^-?([0-9]+|0x[0-9a-fA-F]+)$ ]]; then
        ! [[ $ANSWER =~ ^[0-9a-fA-F]{1,8}$ ]] || ! same $((16#$ANSWER)) "$2" || hex_tell "$1"
        ! begins "$ANSWER" "$2" || mistake no-newline \
            "After the number of $1 the line goes on: $ANSWER. printf ends a line only where you write \\n."
        wrong "ANSWER $1 is not a whole number: $ANSWER"
    fi
    # for bash a number that begins with 0 is octal
    [[ ! $ANSWER =~ ^(-?)0+([0-9]+)$ ]] || ANSWER=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
    [[ ! $ANSWER =~ ^[0-9]{1,8}$ ]] || same "$ANSWER" "$2" || ! same $((16#$ANSWER)) "$2" || hex_tell "$1"
}

hex_tell()
{
    mistake hex-without-0x \
        "$1 is right as a hexadecimal number, but nobody can know that it is one: print 0x before it, with 0x%x, or print it with %d."
}

# Does a text begin with a number, in decimal or in hexadecimal, and go on with something else?
begins() # TEXT NUMBER
{
    local as
    for as in "$2" "$(($2 & 0xffffffff))" "$(printf '0x%x' $(($2 & 0xffffffff)))"; do
        [[ ! $1 =~ ^"$as"(0x|ANSWER|[^0-9a-fA-F.]) ]] || return 0
    done
    return 1
}

# Are two numbers the same, as 4 bytes with a sign or without one?
same() { (($1 == $2 || $1 == (($2) & 0xffffffff))); }

# word is the value at another offset of the board: which mistake leads there?
offset_judge()
{
    local at=0
    until same "$ANSWER" "$(board_int "$at")"; do
        at=$((at + 1))
        ((at <= 72)) || return 0
    done
    ((at != 0x20)) || mistake hex-offsets \
        "word is the value at offset 32, which is 0x20. The offsets of this page are decimal: write 20 without 0x."
    ((at != 20 + 20)) || mistake counted-from-sealed \
        "word is the value at offset 40: that is 20 bytes after sealed, which begins at 20 itself. Count from the start of the segment: (char *) board + 20."
    wrong "word is the value at offset $at, not the one at 20."
}

# The segment is mapped at a page's start, so the last three digits of an address there are the offset.
is_address() { (($1 > 0xfff || $1 < 0)) && ((($1 & 0xfff) == $2)); }

# Are two reals equal to half of the third place, or to a millionth of their size?
same_real() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; if (d < 0) d = -d; s = b < 0 ? -b : b; exit !(d <= 0.000501 || d <= s * 1e-6) }'; }

gone_judge()
{
    (($(grep -c '^station: opens' "$OUT") < 2)) || mistake started-twice \
        "station was started more than once, the second time on a board that the first had left open: then it fills the board anew. Write run only once."
    wrong "The segment is gone. station removes only a board that it made itself; the script must not remove one."
}

@test "the script starts station, and answers" {
    local opened
    board_make
    segment_open 4096 0600 "$BOARD"
    tour_run "$SEED"
    keep_values day steps
    cp "$OUT" "$KEEP/out"
    grep '^ANSWER ' "$OUT" >"$KEEP/answers" || true
    cp "$ERR" "$KEEP/err"
    cp "$BEFORE" "$KEEP/before"
    segment_facts || gone_judge
    segment_bytes "$KEEP/after"
    opened=$(board_int 16 "$KEEP/after")
    if ((opened == 0)); then
        if ! grep -qE '^((Temporary b|B)reakpoint [0-9.]+, |station: |\[Inferior 1 )' "$OUT"; then
            ! grep -qE '^[[:blank:]]*(r|run|start)\>' "$LAB_BUILD/tour.gdb" || error_judge
            mistake forgot-run \
                "gdb has read the script, but station was never started: run starts it. Before that there is no process to look into."
        fi
        mistake before-attach \
            "The script came to its end, or to an error, before station had attached its segment. Then the variable board is NULL. In the function work it is set."
    fi
    ! grep -q '^ANSWER ' "$OUT" || return 0
    ! grep -qi '^answer' "$OUT" || mistake answer-form \
        "It printed \"$(grep -m1 -i '^answer' "$OUT")\". The form is: ANSWER, in capitals, the name, the value, with blanks between them."
    if ((opened == 2)) && ! grep -qE '^((Temporary b|B)reakpoint [0-9.]+|Old value)' "$OUT"; then
        mistake never-stopped \
            "station ran to its end without a stop, so nothing is left to look at. A watchpoint needs the segment's address: break work and run come first."
    fi
    error_judge
    ! grep -qE '^\$[0-9]+ = ' "$OUT" || mistake print-not-printf \
        "gdb showed \"$(grep -m1 -E '^\$[0-9]+ = ' "$OUT")\" and the like: print shows a value so. printf makes the lines that begin with ANSWER."
    mistake no-answers \
        "station was started, but the script printed no line that begins with ANSWER. Go on in tour.gdb, at TODO 1."
}

@test "word: the 4 bytes at offset 20 as one number" {
    local at=20 value i
    tour_kept
    value=$(board_int $at)
    answer_number word "$value"
    ! same "$ANSWER" "$value" || return 0
    ! same "$ANSWER" "$(board_int $((at * 76)))" || mistake steps-of-struct \
        "word is the value at offset $((at * 76)), that is 20 * 76. board is a pointer to a struct of 76 bytes: board + 20 is 20 structs further. Make it a char * before you add."
    ! is_address "$ANSWER" $at || mistake address-not-value \
        "word is $ANSWER: that is an address, which ends in 014, hexadecimal for 20. Which value is there? x leaves the address in \$_, and the value in \$__."
    for ((i = 0; i < 4; i++)); do
        ! same "$ANSWER" $((value >> 8 * i & 0xff)) || mistake bytes-not-word \
            "word is $ANSWER: that is one byte, at offset $((at + i)). b is the unit of one byte; w is a word, 4 bytes."
    done
    ! same "$ANSWER" $((value & 0xffff)) || mistake bytes-not-word \
        "word is $ANSWER: those are two bytes. h is the unit of 2 bytes; w is a word, 4 bytes."
    ! same "$ANSWER" "$(od -An -td8 -j20 -N8 "$KEEP/before" | tr -d ' ')" || mistake bytes-not-word \
        "word is $ANSWER: those are 8 bytes. g is the unit of 8 bytes; w is a word, 4 bytes."
    ! same "$ANSWER" $((value << 24 & 0xff000000 | value << 8 & 0xff0000 | value >> 8 & 0xff00 | value >> 24 & 0xff)) || mistake byte-swapped \
        "word has its bytes in the other order. This machine stores the lowest byte first: read the 4 bytes as one number, with x/1xw or a cast."
    typed_judge word
    offset_judge
    wrong "word should be $value (or $(printf '0x%x' "$value")); the script answered $ANSWER."
}

# Was the double read well, but printed badly? Or were its bytes taken for an int?
weight_judge() # VALUE
{
    local int long digits=''
    int=$(board_int 24) long=$(od -An -td8 -j24 -N8 "$KEEP/before" | tr -d ' ')
    [[ $ANSWER != "$(printf %.3f "$1")"?* ]] || mistake no-newline \
        "After the number of weight the line goes on: $ANSWER. printf ends a line only where you write \\n."
    [[ $ANSWER =~ ^-?[0-9]+(\.[0-9]*)?$ ]] || return 0
    [[ $ANSWER != *.* ]] || digits=${ANSWER#*.}
    ((${#digits} >= 3)) || [[ $ANSWER != "$(printf "%.${#digits}f" "$1")" && $ANSWER != "${1%.*}" ]] || mistake too-few-digits \
        "weight is $(printf %.3f "$1"), and the script answered $ANSWER. At least three digits after the point were asked for: %.3f."
    [[ $ANSWER != 0.000* ]] || ! grep -qE 'ANSWER +weight.*[$]_([^_[:alnum:]]|$)' "$LAB_BUILD/tour.gdb" || mistake address-not-value \
        "weight is $ANSWER: the script prints \$_, an address. x leaves the address in \$_, and the value in \$__."
    [[ $ANSWER == *.* ]] || ! { same "$ANSWER" "$int" || same "$ANSWER" "$long"; } || mistake double-as-int \
        "weight is $ANSWER: a whole number, made of the bytes of a double. Print it as a double, with printf and %.3f."
    [[ $ANSWER != *.* ]] || ! same_real "$ANSWER" "$int" || mistake cast-of-value \
        "weight is $ANSWER: the first 4 bytes were read as the int $int, and that was converted. Cast the pointer, not the value: *(double *) ((char *) board + 24)."
    ! same_real "$ANSWER" "$(od -An -tu1 -j24 -N1 "$KEEP/before" | tr -d ' ')" || mistake cast-of-value \
        "weight is $ANSWER: only the byte at offset 24 was read, and that was converted. Cast the pointer, not the value: *(double *) ((char *) board + 24)."
    typed_judge weight
}

@test "weight: the 8 bytes at offset 24 as a double" {
    local value
    tour_kept
    value=$(board_real 24 8)
    answer weight "$value"
    ! same_real "$ANSWER" "$value" || return 0
    ! same_real "$ANSWER" "$(board_real $((24 * 76)) 8)" || mistake steps-of-struct \
        "weight is the value at offset $((24 * 76)), that is 24 * 76: board + 24 is 24 structs further. Make it a char * before you add."
    ! same_real "$ANSWER" "$(board_real 24 4)" || mistake float-for-double \
        "weight is $ANSWER: only 4 of the 8 bytes were read, as a float. In x the unit of 8 bytes is g, and in C the type is double."
    weight_judge "$value"
    wrong "weight should be $(printf %.3f "$value"); the script answered $ANSWER."
}

@test "third: the reading of the third day" {
    local i
    tour_kept
    answer_number third "$(board_int 44)"
    ! same "$ANSWER" "$(board_int 44)" || return 0
    ((ANSWER < 0x10000 && ANSWER >= 0)) || ! is_address "$ANSWER" 44 || mistake address-not-value \
        "third is $ANSWER: that is an address. Without & there is the value: board->readings[2]."
    ! same "$ANSWER" "$(board_int 48)" || mistake index-from-one \
        "third is $ANSWER: that is the reading of the fourth day. The first element of an array is [0]."
    typed_judge third
    for ((i = 0; i < 8; i++)); do
        ! same "$ANSWER" "$(board_int $((36 + 4 * i)))" || wrong "third is $ANSWER: that is the reading of day $((i + 1))."
    done
    wrong "third should be $(board_int 44); the script answered $ANSWER."
}

@test "day: the day on which limit was changed" {
    tour_kept
    answer_number day "$day"
    ! same "$ANSWER" "$day" || return 0
    typed_judge day
    ! grep -q 'left the block in' "$KEEP/out" || mistake watch-left-scope \
        "gdb deleted the watchpoint: the function whose variable it used had returned. So it stopped on day $ANSWER, where nobody wrote. watch -l watches the place in memory."
    ! grep -q 'ead watchpoint [0-9]*: ' "$KEEP/out" || mistake watches-reads \
        "rwatch stops where the value is read, not where it is written. watch stops at a write."
    (($(grep -c '^ANSWER day ' "$OUT") < 2)) || mistake several-answers \
        "The script printed an answer for day $(grep -c '^ANSWER day ' "$OUT") times. Print one, at the stop where limit has changed."
    ! grep -q '^Old value = <' "$KEEP/out" || mistake before-attach \
        "The watchpoint was set when the variable board was still NULL, so it stopped when board got its value. Set it where the segment is attached: after break work and run."
    ! grep -qE "\<day *== *$ANSWER\>" "$LAB_BUILD/tour.gdb" || mistake hard-coded \
        "The script stops on day $ANSWER, for this number is written in it. It is another day each time: let a watchpoint find it."
    ((ANSWER != 0)) || ! sed '/^ANSWER day/q' "$KEEP/out" | grep -q '^\[Inferior 1 .*exited' || mistake never-stopped \
        "day is 0: station had ended when the script asked. Nothing stopped it when limit was changed: watch -l board->limit does."
    ! grep -q 'atchpoint [0-9]*: ' "$KEEP/out" || grep -qE 'atchpoint [0-9]*: .*(limit|\*)' "$KEEP/out" || mistake watches-another \
        "The watchpoint is not on limit, but on $(sed -nE 's/.*atchpoint [0-9]+: //p' "$KEEP/out" | head -n 1). So it stopped on day $ANSWER, and limit was changed on day $day."
    ((ANSWER < day)) || mistake day-of-the-stop \
        "day is $ANSWER, but limit was changed before. The script stopped later than at the write. A watchpoint stops right after it."
    mistake asked-too-early \
        "day is $ANSWER, when limit still had its old value. It was changed on day $day: only then ask for the day. After watch -l board->limit, continue goes there."
}

@test "the old limit is in memory again" {
    local now
    tour_kept
    needs "$DAY"
    now=$(board_int 32 "$KEEP/after")
    ((now != $(board_int 32))) || return 0
    error_judge
    ((now == $(total_after "$day") / 2)) || mistake other-limit \
        "limit was $(board_int 32) at the beginning, and is $now in memory at the end: neither the old value nor the one that guest wrote. Save the old value before the watchpoint, and write it back."
    ! grep -qE '^[^#]*limit *=[^=]' "$LAB_BUILD/tour.gdb" ||
        ! grep -E '^[0-9]+'$'\t' "$KEEP/out" | tail -n 1 | grep -qE 'mood % DAYS|b->limit = ' || mistake put-back-too-early \
        "The script stopped last before guest had written limit: gdb shows a line before it is executed. What you put back there is written over. Go one line on with next, or use watch, which stops after the write."
    mistake not-put-back \
        "limit was $(board_int 32) at the beginning, and is $now in memory at the end, as guest wrote it. Save the old value before that, and write it back: set var board->limit = ... writes into memory, set \$name = ... only sets a variable of gdb."
}

# The sum of the first readings.
total_after() # DAYS
{
    local i total=0
    for ((i = 0; i < $1; i++)); do total=$((total + $(board_int $((36 + 4 * i))))); done
    echo "$total"
}

@test "station ran to its end" {
    tour_kept
    if (($(board_int 16 "$KEEP/after") == 2)); then
        (($(board_int 68 "$KEEP/after") == $(total_after 8))) || wrong \
            "The board is closed, but total is not the sum of all readings: station itself did not go through all days. Let it run, and change nothing but limit."
        return 0
    fi
    error_judge
    mistake not-to-the-end \
        "The script ended while station was still stopped, and gdb killed it then. The board is still open. As its last step the script must continue to the end; each breakpoint or watchpoint on the way stops it again."
}

@test "the report was made with the old limit: no alarm" {
    tour_kept
    needs "$PUT_BACK"
    needs "$TO_THE_END"
    (($(board_int 72 "$KEEP/after") == 0)) || mistake put-back-too-late \
        "limit is right at the end, but the alarm was raised: report looked at the wrong limit before you put the old one back."
}
