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
    # six digits, as many as %g prints
    fresh_number 17001 999999
    printf -v weight '%d.%03d' $((NUMBER / 1000)) $((NUMBER % 1000))
    fields+=("weight=$weight")
    # where a struct pointer + 24 leads: a number like weight, but another one
    fields+=("far=-$((NUMBER / 1000 + 5)).125")
    pack "$BOARD" "$T/board.layout" "${fields[@]}"
    # on which day the guest changes limit: station draws it from the seed
    fresh_number 2 7
    day=$NUMBER
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
answer() # NAME
{
    ANSWER=$(sed -nE "s/^ANSWER $1[ =:]+([^ ]+).*/\1/p" "$OUT" | if [[ $1 == day && $steps ]]; then head -n 1; else tail -n 1; fi)
    [[ $ANSWER ]] || wrong "There is no line \"ANSWER $1 ...\" in what the script printed. If gdb left the script at an error, its message names the line."
}

answer_number()
{
    answer "$1"
    [[ $ANSWER =~ ^-?([0-9]+|0x[0-9a-fA-F]+)$ ]] || wrong "ANSWER $1 is not a whole number: $ANSWER"
}

# Are two numbers the same in their lowest 32 bits?
same() { (((($1) & 0xffffffff) == (($2) & 0xffffffff))); }

# The segment is mapped at a page's start, so the last three digits of an address there are the offset.
is_address() { (($1 > 0xfff || $1 < 0)) && ((($1 & 0xfff) == $2)); }

# Are two reals equal to half of the third place, or to a millionth of their size?
same_real() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; if (d < 0) d = -d; s = b < 0 ? -b : b; exit !(d <= 0.000501 || d <= s * 1e-6) }'; }

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
    segment_bytes "$KEEP/after"
    opened=$(board_int 16 "$KEEP/after")
    if ((opened == 0)); then
        grep -qE '^((Temporary b|B)reakpoint [0-9.]+, |station: |\[Inferior 1 )' "$OUT" || mistake forgot-run \
            "gdb has read the script, but station was never started: run starts it. Before that there is no process to look into."
        mistake before-attach \
            "The script came to its end, or to an error, before station had attached its segment. Then the variable board is NULL. In the function work it is set."
    fi
    grep -q '^ANSWER ' "$OUT" || mistake no-answers \
        "station was started, but the script printed no line that begins with ANSWER. Go on in tour.gdb, at TODO 1."
}

@test "word: the 4 bytes at offset 20 as one number" {
    local at=20 value i
    tour_kept
    answer_number word
    value=$(board_int $at)
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
    wrong "word should be $value (or $(printf '0x%x' "$value")); the script answered $ANSWER."
}

@test "weight: the 8 bytes at offset 24 as a double" {
    local value
    tour_kept
    answer weight
    value=$(board_real 24 8)
    ! same_real "$ANSWER" "$value" || return 0
    ! same_real "$ANSWER" "$(board_real $((24 * 76)) 8)" || mistake steps-of-struct \
        "weight is the value at offset $((24 * 76)), that is 24 * 76: board + 24 is 24 structs further. Make it a char * before you add."
    ! same_real "$ANSWER" "$(board_real 24 4)" || mistake float-for-double \
        "weight is $ANSWER: only 4 of the 8 bytes were read, as a float. In x the unit of 8 bytes is g, and in C the type is double."
    wrong "weight should be $(printf %.3f "$value"); the script answered $ANSWER. (Print it with %f or %g: %d is for whole numbers.)"
}

@test "third: the reading of the third day" {
    tour_kept
    answer_number third
    ! same "$ANSWER" "$(board_int 44)" || return 0
    ! same "$ANSWER" "$(board_int 48)" || mistake index-from-one \
        "third is $ANSWER: that is the reading of the fourth day. The first element of an array is [0]."
    wrong "third should be $(board_int 44); the script answered $ANSWER."
}

@test "day: the day on which limit was changed" {
    tour_kept
    answer_number day
    ! same "$ANSWER" "$day" || return 0
    ! grep -q 'left the block in' "$KEEP/out" || mistake watch-left-scope \
        "gdb deleted the watchpoint: the function whose variable it used had returned. So it stopped on day $ANSWER, where nobody wrote. watch -l watches the place in memory."
    ((ANSWER < day)) || mistake day-of-the-stop \
        "day is $ANSWER, but limit was changed before. The script stopped later than at the write. A watchpoint stops right after it."
    wrong "day should be $day; the script answered $ANSWER. On that day limit still had its old value."
}

@test "the old limit is in memory again" {
    local now
    tour_kept
    needs "$DAY"
    now=$(board_int 32 "$KEEP/after")
    ((now == $(board_int 32))) || mistake not-put-back \
        "limit was $(board_int 32) at the beginning, and is $now in memory at the end. set var board->limit = ... writes into memory; set \$name = ... only sets a variable of gdb."
}

@test "station ran to its end" {
    tour_kept
    (($(board_int 16 "$KEEP/after") == 2)) || mistake not-to-the-end \
        "The script ended while station was still stopped, and gdb killed it then. The board is still open. As its last step the script must continue to the end; each breakpoint or watchpoint on the way stops it again."
}

@test "the report was made with the old limit: no alarm" {
    tour_kept
    needs "$PUT_BACK"
    needs "$TO_THE_END"
    (($(board_int 72 "$KEEP/after") == 0)) || mistake put-back-too-late \
        "limit is right at the end, but the alarm was raised: report looked at the wrong limit before you put the old one back."
}
