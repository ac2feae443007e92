#!/usr/bin/env bats
# 06: with which rights a process has the segment, and what happened to a write.
load "$LAB/check"

READS="reader shows the number in the segment, and ends well"
READ_ONLY="it has the segment attached read-only: r--"
REFUSED="it reports the signal that ended the child which tried to write"

# maker_start MODE: the lesson's own program makes the segment of a fresh number under SEG_KEY.
maker_start()
{
    segment_name
    fresh_number 100000 900000000
    FIRST_NUMBER=$NUMBER
    start_program maker "$SEG_PATH" "$FIRST_NUMBER" "$1"
    MAKER=$SEND
    segment_facts || cannot "The lesson's own program maker made no segment: $(cat "$ERR")"
}

reader_start()
{
    witness
    start_program reader "$SEG_PATH"
    CHILD=$(children_of "${PROGRAM:-0}")
}

# Does a child of the reader's run without rest?
child_busy()
{
    local rest=0
    [[ $CHILD ]] || return 1
    "$PROBE" rest "${CHILD%% *}" 1000 || rest=$?
    ((rest == 4))
}

# Is there a child that goes on beside its parent? One that only has not ended yet is waited for.
child_stays()
{
    local rest=0
    CHILD=$(children_of "${PROGRAM:-0}")
    [[ $CHILD ]] || return 1
    "$PROBE" rest "${CHILD%% *}" 5000 || rest=$?
    ((rest != 3))
}

number_now()
{
    segment_bytes "$T/now"
    od -An -td4 -N4 "$T/now" | tr -d ' '
}

# Waits until reader has said what became of the write: it also rests while it waits for its child. CHILD: one that it has
# still then.
answer_await()
{
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        ! grep -q 'refused' "$OUT" || break
        sleep 0.01
    done
    CHILD=$(children_of "${PROGRAM:-0}")
}

# Runs reader so that its write is allowed, and waits until it rests. NOW: the number then.
writable_start()
{
    local tries
    WITNESS_WRITABLE=1 reader_start
    for ((tries = 0; tries < 100; tries++)); do # on a busy machine its child may come late
        NOW=$(number_now)
        [[ $NOW == "$FIRST_NUMBER" ]] || break
    done
}

# To find out why a run did not print "refused": NOW, and what it prints of an allowed write.
writable_run()
{
    writable_start
    ALLOWED=$(grep -m1 -E '^(not )?refused' "$OUT") || true
    send_line ''
    finish_program
}

# Has a child of the process ended, and has it been waited for? A child needs memory, and /proc tells how often those that
# were waited for were given some.
child_ended() # PID
{
    local faults
    faults=$(sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f9)
    ((faults > 0))
}

# The letters and digits of its output or of a text, without the rest.
letters() { tr '[:upper:]' '[:lower:]' | tr -cd '[:alnum:]'; }

# says TEXT: is this a line of its output?
says()
{
    ! grep -qxF -- "$1" "$OUT" || return 0
    ! grep -qxF -- "$1" "$ERR" || mistake results-on-stderr \
        "It printed this line on standard error, which is for errors: $1. printf prints on standard output."
    ! letters <"$OUT" | grep -qE "$(letters <<<"$1")([^0-9]|\$)" || mistake other-form \
        "The words are right, but their form is not. Exactly this must be on a line of its own: $1"
    said "$OUT" "$1"
}

# Is there a call of FUNCTION with one of these bits among its flags (octal) or, with "without", one that has none of them?
flags_with() { witnessed "$1" | awk '{ print $NF }' | while read -r flags; do ((flags & $2)) && echo yes; done | grep -q yes; }
flags_without() { witnessed "$1" | awk '{ print $NF }' | while read -r flags; do ((flags & $2)) || echo yes; done | grep -q yes; }

# The flags of a call, as a learner reads them.
flags_of() { witnessed "$1" | awk '{ print $NF; exit }'; }

# reader was ended by SIGSEGV: was that the refused write? Then it survives where the write is allowed.
allowed_run() { WITNESS_WRITABLE=1 run_program reader "$SEG_PATH" && SURVIVED=${CRASHED:-yes}; }

crash_judge()
{
    again allowed_run
    [[ $SURVIVED != yes ]] || mistake parent-writes \
        "reader itself was ended by SIGSEGV. The kernel refused its write: that write must be tried in a child, so that reader survives."
    CRASHED=SIGSEGV
}

rights_judge() # how it is attached
{
    ! flags_with shmget 010000 || mistake rdonly-in-shmget \
        "SHM_RDONLY is in the flags of shmget ($(flags_of shmget)). There it does not mean read-only. It belongs to shmat's flags."
    ! flags_with shmat 0777 || mistake mode-bits-in-shmat \
        "The flags of shmat were $(flags_of shmat). Mode bits mean nothing there, and SHM_RDONLY, which is 010000, is not among them: it attached for reading and writing."
    ! flags_with shmat 010000 || mistake attached-twice \
        "shmat was called with SHM_RDONLY, and once more without it. That second attachment may be written. Attach only once, for reading."
    [[ $1 != r-- ]] || mistake mprotect-only \
        "The pages are protected now, but shmat attached them for reading and writing: its flags were $(flags_of shmat). That needs the right to write, and the process can give it back to itself."
    mistake attached-rw "The kernel lists the segment in reader as $1: it may write. A const pointer doesn't change that; a flag of shmat does."
}

@test "reader shows the number in the segment, and ends well" {
    local waited
    maker_start 0600
    MAY_CRASH=1 reader_start
    waited=$RUNS
    ! child_busy || mistake handler-returns \
        "A child of reader runs without end. Its handler for SIGSEGV returns to the write that was refused, which is tried again, is refused again, and so on."
    send_line ''
    ((!RUNS)) || [[ ! $(children_of "$PROGRAM") ]] || mistake child-goes-on \
        "Enter was pressed, but reader still waits, and it has a child that it has not waited for: a second reader took the Enter. Each child must end with _exit(0)."
    ((!RUNS)) || mistake enter-not-enough \
        "Enter was pressed, but reader still waits. getchar() returns at Enter; scanf(\"%d\") waits for a number, and pause() for a signal."
    MAY_CRASH=1 finish_program
    [[ $CRASHED != SIGSEGV ]] || ((waited)) || crash_judge
    end_judge reader
    [[ $STATUS == 0 || -s $OUT ]] || wrong \
        "There is a segment for this path, but reader failed: its exit status is $STATUS. Below is what it said."
    says "first: $FIRST_NUMBER"
    exits 0
    ((waited)) || mistake no-wait "reader ended before Enter was pressed. It must wait for a line on its standard input."
}

@test "it has the segment attached read-only: r--" {
    local rights
    needs "$READS"
    maker_start 0600
    reader_start
    rights=$(attached_as "$PROGRAM")
    [[ $rights ]] || wrong "While reader waits for Enter, it doesn't have the segment attached."
    [[ $rights == r-- ]] && ! flags_without shmat 010000 || rights_judge "$rights"
}

@test "it reads a segment that nobody may write: mode 0400" {
    needs "$READ_ONLY"
    maker_start 0400
    reader_start
    send_line ''
    finish_program
    ! flags_with shmget 0222 || mistake asks-to-write \
        "shmget was called with the flags $(flags_of shmget): they ask for the right to write, which a segment of mode 0400 gives to nobody. A reader asks for 0400, or for 0."
    exits 0
    says "first: $FIRST_NUMBER"
}

@test "it reports the signal that ended the child which tried to write" {
    local signal early ended=0
    needs "$READ_ONLY"
    signal=$(kill -l SEGV)
    maker_start 0600
    WITNESS_CORE=1 reader_start # another bit of the status is set then
    answer_await
    ! child_ended "$PROGRAM" || ended=1
    early=$(grep -c refused "$OUT") || true
    send_line ''
    finish_program
    ((early)) || ! grep -q refused "$OUT" || mistake tries-too-late \
        "It printed \"$(grep -m1 refused "$OUT")\" only after Enter. The child's try comes before that."
    if ! grep -qx "refused by signal $signal" "$OUT"; then
        status_judge "$signal"
        refusal_judge
        answer_judge
        says "refused by signal $signal"
    fi
    ((ended)) || mistake no-child \
        "It printed \"refused by signal $signal\", but no child of it has ended. fork makes a child; the write must be tried there."
    [[ $(grep -oE '^(first|refused)' "$OUT" | head -n 1) == first ]] || mistake other-order \
        "Its first line is \"$(head -n 1 "$OUT")\". The number belongs before it: first read it, then let the child try to change it."
}

# What was printed in place of the signal's number?
status_judge() # SIGNAL
{
    ! grep -qx "refused by signal $((128 + $1))" "$OUT" || mistake raw-status \
        "It printed \"refused by signal $((128 + $1))\": the whole status. It has more in it than the signal $1, here that there is a core. WTERMSIG takes the signal out of it."
    ! grep -qE '^refused by signal [0-9]+$' "$OUT" || mistake status-not-decoded \
        "It printed \"$(grep -m1 '^refused' "$OUT")\". SIGSEGV is signal $1. The status from wait contains several things: WIFSIGNALED says whether it was a signal, WTERMSIG says which one."
    ! grep -qiE '^refused by signal.*seg' "$OUT" || mistake signal-by-name \
        "It printed the signal's name. Its number was asked for: WTERMSIG(status), with %d."
}

not_waited()
{
    mistake not-waited \
        "It printed \"$(grep -m1 refused "$OUT")\" before its child had been waited for. waitpid(child, &status, 0) waits for the child's end, and tells how it ended."
}

# Has it a handler for SIGSEGV? Such a child does not end by the signal.
caught_judge()
{
    ! { witnessed signal || witnessed sigaction; } | grep -q "^[a-z]* $(kill -l SEGV)\>" || mistake signal-caught \
        "A handler for SIGSEGV is set, so the signal does not end the child. wait tells which signal it was only if there is no handler."
}

# Is nothing printed but the two numbers?
answer_judge()
{
    grep -qvE '^(first|second): ' "$OUT" || mistake no-answer \
        "It printed nothing about the child's write. Both cases need a line: \"refused by signal N\" or \"not refused\"."
}

# It attaches read-only, and still says that nothing was refused: why?
refusal_judge()
{
    grep -qx 'not refused' "$OUT" || return 0
    [[ ! $CHILD ]] || not_waited
    again writable_run
    [[ $NOW != "$FIRST_NUMBER" ]] || mistake no-attempt \
        "It printed \"not refused\". The check ran it once more, so that the write was allowed, and number was still the same: the child doesn't write into the segment."
    [[ $ALLOWED != refused* ]] || mistake answers-swapped \
        "It printed \"not refused\" when the write was refused, and \"$ALLOWED\" when it was allowed. WIFSIGNALED is true if a signal ended the child."
    caught_judge
    mistake never-refused \
        "It printed \"not refused\", but a signal has ended its child. waitpid(child, &status, 0) stores how the child ended. status is no plain number (a core is in it, too): ask WIFSIGNALED(status)."
}

@test "its child really tries: without the kernel's refusal the number changes" {
    needs "$REFUSED"
    maker_start 0600
    segment_bytes "$T/made"
    writable_start
    [[ $(witnessed shmat) ]] || skip "programs can't be watched here (LD_PRELOAD)"
    ! child_stays || mistake child-goes-on \
        "For this test the write was allowed. Then the child should end at once, with _exit(0). But it goes on after the write, as a second reader or in a loop."
    [[ $NOW != "$FIRST_NUMBER" ]] || attempt_judge
    send_line ''
    finish_program
    ! grep -q '^refused' "$OUT" || mistake always-refused \
        "For this test the write was allowed, and the number did change. Still it printed \"$(grep -m1 '^refused' "$OUT")\". Look at how the child ended: WIFSIGNALED."
    ! grep -qx "first: $NOW" "$OUT" || mistake other-order \
        "For this test the write was allowed. The number that reader prints as the first one is $NOW, which its child has written: first read and print it, then let the child try to change it."
    answer_judge
    says "not refused"
    (($(grep -c refused "$OUT") == 1)) || wrong "It printed more than one line about the write: the child must print none."
}

# The write was allowed, but number is the same.
attempt_judge()
{
    cmp -s "$T/made" "$T/now" || mistake writes-elsewhere \
        "For this test the write was allowed. It changed the byte at offset $(cmp -l "$T/made" "$T/now" | awk '{ print $1 - 1; exit }'), but number is the int at offset 0."
    ! grep -qx 'not refused' "$OUT" || mistake same-number \
        "For this test the write was allowed, and the child ended well, but the number is still $NOW. The child must write a different number."
    mistake no-attempt \
        "For this test the write was allowed, but the number is still the same: the child doesn't write into the segment. Its end by a signal has another cause."
}

@test "it reports any other signal by its number, too" {
    local other
    needs "its child really tries: without the kernel's refusal the number changes"
    other=$(kill -l BUS)
    maker_start 0600
    WITNESS_SIGNAL=$other reader_start # the child ends a little later then
    answer_await
    send_line ''
    finish_program
    [[ $(witnessed shmat) ]] || skip "programs can't be watched here (LD_PRELOAD)"
    [[ $(witnessed refused) ]] || { caught_judge; return 0; }
    ! grep -qx "refused by signal $(kill -l SEGV)" "$OUT" || mistake hard-coded \
        "For this test signal $other ended the child. Still it printed \"$(grep -m1 '^refused' "$OUT")\": the number is written in the program. WTERMSIG(status) has it."
    [[ ! $CHILD ]] || not_waited
    ! grep -qx 'not refused' "$OUT" || mistake only-sigsegv \
        "For this test signal $other ended the child, and it printed \"not refused\". Every signal that ends the child counts, not only SIGSEGV: WIFSIGNALED(status) is true then."
    says "refused by signal $other"
}

@test "the second number is the one in the segment then" {
    local second
    needs "$READS"
    maker_start 0600
    fresh_number 100000 900000000
    second=$NUMBER
    reader_start
    ! grep -q '^second' "$OUT" || mistake second-too-early \
        "It printed the second line before Enter was pressed. First wait for a line on standard input, then read number again."
    printf '%s\n' "$second" >&"$MAKER"
    for ((tries = 0; tries < 1000; tries++)); do
        [[ $(number_now) != "$second" ]] || break
    done
    send_line ''
    finish_program
    ! grep -qx "second: $FIRST_NUMBER" "$OUT" || mistake stale-copy \
        "The number was changed from $FIRST_NUMBER to $second while reader waited for Enter. It printed the old one again: read the segment again, not a copy."
    says "second: $second"
}

@test "without a segment it says so, and makes none" {
    local left
    segment_name
    MAY_CRASH=1 run_program reader "$SEG_PATH"
    left=$(segments_left)
    [[ ! $left ]] || mistake creates-one \
        "There was no segment, and now there is one: shmget was called with IPC_CREAT. A reader that makes its own segment reads zeros, and does not report that maker is missing."
    [[ ! $CRASHED ]] && ! grep -q '^first' "$OUT" || mistake ignores-minus-one \
        "There was no segment, so shmget returned -1, and shmat then (void *)-1. reader went on as if these were an id and an address."
    end_judge reader
    fails_well
}

@test "it leaves the segment to its maker" {
    needs "$READS"
    maker_start 0600
    reader_start
    send_line ''
    finish_program
    segment_facts || mistake removes-it \
        "After reader has ended, the segment is marked for removal: nobody can attach it any more. Its maker removes it; a reader only detaches."
    [[ $SEG_MODE == 600 || $SEG_MODE == 0600 ]] || wrong \
        "The segment's mode was 0600, and is $SEG_MODE now. It is maker's: a reader changes nothing in it."
}
