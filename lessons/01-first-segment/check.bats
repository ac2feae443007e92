#!/usr/bin/env bats
# 01: the life of one segment: made, attached, removed, and what the program does when a call fails.
load "$LAB/check"

MAKES="first makes a segment with the key of its path, and waits"
MODE="only its owner may read and write it: mode 0600"
ATTACHED="first has it attached, for reading and writing"
ENTER="after Enter it ends well, and the segment is gone"

# Runs first once more, with Enter after its start, to see its calls. Call it with `again`.
watched() # SIZE
{
    witness
    rm -f "$BOX/witness"
    start_program first "$SEG_PATH" "$1"
    ((! RUNS)) || send_line ''
    finish_program
}

# The flags of its shmget, in octal.
flags_seen() { witnessed shmget | awk '{ print $3; exit }'; }

# ---- the first test looks at the segment; the next ones judge what it saw ----

# Without the right to read and write even its owner cannot attach it. The test of the mode reports that.
mode_forbids() { (((8#$SEG_MODE & 8#600) != 8#600)); }

# A segment that first has made elsewhere.
elsewhere_judge()
{
    local id key
    id=$(segments_left | head -n 1)
    [[ $id ]] || return 0
    key=$("$PROBE" list | awk -v id="$id" '$1 == id { print $2 }')
    SEG_KEY=id:$id segment_facts
    ((! SEG_REMOVED)) || mistake removed-too-early \
        "The segment is marked for removal while first still waits for Enter: nobody can find it by its key any more."
    [[ $key != 0x00000000 ]] || mistake ipc-private \
        "There is a new segment, but its key is 0: that is IPC_PRIVATE. Expected: $SEG_KEY, the key that ftok makes from the path and PROJ."
    ((key != size)) || mistake arguments-swapped \
        "There is a new segment, but its key is $key: that is SIZE, $size. shmget takes the key first, then the size."
    (((key & 0xffffff) != (SEG_KEY & 0xffffff))) || mistake other-key \
        "There is a new segment with the key $key. Expected: $SEG_KEY. The path is right, but ftok got the number $((key >> 24)), not PROJ ($LAB_PROJ)."
    mistake other-key \
        "There is a new segment with the key $key. Expected: $SEG_KEY, the key that ftok makes from the path and PROJ ($LAB_PROJ)."
}

# Does it attach an existing segment? Then only IPC_CREAT is missing.
finds_only() # SIZE
{
    segment_open "$1"
    start_program first "$SEG_PATH" "$1"
    ((RUNS)) && segment_facts && ((SEG_NATTCH > 0))
}

# Does it attach 0 or 1, whatever shmget returned?
attaches_comparison()
{
    segment_name
    witness
    start_program first "$SEG_PATH" 1024
    segment_facts || return
    local id
    id=$(witnessed shmat | awk '{ print $2; exit }')
    [[ $id == [01] && $id != "$SEG_ID" ]]
}

# first has ended before it was told to; its segment is there.
ended_judge()
{
    mode_forbids && return
    success_judge
    ! again attaches_comparison || mistake id-is-comparison \
        "shmget made the segment, but shmat got another id: 0 or 1. In id = shmget(...) == -1, id is the result of the comparison. Write (id = shmget(...)) == -1."
    (($(witnessed shmget | wc -l) < 2)) || mistake shmget-twice \
        "first calls shmget twice. The first call made the segment; the second found that it exists already, and failed. Call it once, and compare the id that you keep: (id = shmget(...)) == -1."
    ((STATUS == 0)) || wrong "first ended with exit status $STATUS before Enter was pressed, and left its segment behind."
    mistake no-wait "first ended before Enter was pressed. It should hold its segment until then.$(sleep_hint)"
}

sleep_hint()
{
    ! program_calls first '(u|nano)?sleep' ||
        echo " It sleeps for a time; to wait for Enter is something else: getchar() does that."
}

# mode_judge MODE: the known mistakes, from the mode of the segment or from the flags of shmget.
mode_judge()
{
    local decimal
    [[ $1 != 0000 ]] || mistake mode-zero \
        "The mode is 0000: nobody may read or write the segment, not even you. Is | 0600 missing in shmget's flags? 0x600 is another number: hexadecimal."
    for decimal in 600 666 644 660 640 700 777; do
        ((8#$1 != (decimal & 8#777))) || mistake mode-decimal \
            "The mode is $1. It looks like $decimal without the leading 0: in C that is a decimal number, with other bits than 0$decimal."
    done
}

# first was not allowed to attach the segment, and has removed it: its flags show which mode it had.
forbidden_judge()
{
    local flags mode
    again watched "$size"
    flags=$(flags_seen)
    printf -v mode '%04o' $((${flags:-0600} & 8#777))
    mode_judge "$mode"
    [[ $mode == 0600 ]] || wrong "There is no segment any more: its mode was $mode, so first was not allowed to attach it for reading and writing. Expected: 0600."
    wrong "There is no segment any more: first says that it was not allowed to attach it."
}

# Why is there no segment?
missing_judge()
{
    if ! program_calls first shmget; then
        ! { program_calls first malloc || program_calls first calloc; } || mistake malloc-instead \
            "There is no segment: first calls malloc or calloc. That memory belongs to this one process; no other can reach it."
        mistake nothing-made \
            "There is no segment with the key $SEG_KEY, and first never calls shmget, which makes one."
    fi
    ((RUNS || STATUS != 0)) || mistake no-wait \
        "first ended before Enter was pressed, and its segment is gone. It should exist until then.$(sleep_hint)"
    ! grep -q 'Permission denied' "$ERR" || forbidden_judge
    success_judge
    again watched "$size"
    case $(flags_seen) in
        00) mistake no-creat \
            "shmget got 0 as its flags, so it only looked for a segment that exists already. | combines flags: IPC_CREAT | IPC_EXCL | 0600. & keeps only what both have: nothing." ;;
        01) mistake logical-or \
            "shmget got 1 as its flags: that is the result of ||, a logical or. A single | combines flags." ;;
    esac
    [[ $(witnessed shmget | awk '{ print $2; exit }') != 0 ]] || mistake size-zero \
        "shmget got 0 as its size, and the kernel refuses that. Pass size, which has the value of the argument."
    ! again finds_only "$size" || mistake no-creat \
        "first makes no segment; it only uses one that exists already. Without IPC_CREAT, shmget only looks for a segment."
    local ended='first waits'
    ((RUNS)) || ended="first ended with exit status $STATUS"
    wrong "There is no segment with the key that ftok makes from the path and PROJ ($LAB_PROJ), and $ended."
}

@test "first makes a segment with the key of its path, and waits" {
    # more than eight pages, as 8 is also the size of a variable, but not a whole number of pages
    fresh_number 40001 90000
    size=$((NUMBER % 4096 ? NUMBER : NUMBER + 1))
    segment_name
    start_program first "$SEG_PATH" "$size"
    ((RUNS)) || finish_program
    if ! segment_facts; then
        elsewhere_judge
        missing_judge
    fi
    ((RUNS)) || ended_judge
    found_size=$SEG_SIZE found_mode=$SEG_MODE found_nattch=$SEG_NATTCH rights=
    [[ ! $PROGRAM ]] || rights=$(attached_as "$PROGRAM")
    keep_values size found_size found_mode found_nattch rights
}

@test "it has as many bytes as SIZE says" {
    needs "$MAKES"
    kept_values
    pages=$(((size + 4095) / 4096))
    ((found_size != pages && found_size != size / 4096)) || mistake size-in-pages \
        "The segment has $found_size bytes; it should have $size. shmget takes bytes, not pages: the kernel rounds up by itself."
    ((found_size != pages * 4096)) || mistake size-rounded \
        "The segment has $found_size bytes, that is $pages whole pages; it should have $size. Pass the size to shmget as it is: the kernel rounds up by itself."
    ((found_size != size + 1 && found_size != size - 1)) || mistake size-off-by-one \
        "The segment has $found_size bytes; it should have $size. Pass SIZE as it is. A text needs one byte more, for its NUL; a segment does not."
    ((found_size != 8 && found_size != 4)) || mistake size-of-variable \
        "The segment has $found_size bytes; it should have $size. That is what sizeof says of a variable: how many bytes the variable has. Pass its value."
    ((found_size != 4 * size && found_size != 8 * size)) || mistake size-in-ints \
        "The segment has $found_size bytes, that is $((found_size / size)) times $size. SIZE says how many bytes, not how many ints or longs: pass it as it is."
    ((found_size != 1024 && found_size != 4096)) || mistake size-fixed \
        "The segment has $found_size bytes, but SIZE was $size this time. Pass size, which has the value of the argument."
    ((found_size == size)) || wrong "The segment has $found_size bytes; it should have $size."
}

@test "only its owner may read and write it: mode 0600" {
    needs "$MAKES"
    kept_values
    mode_judge "$found_mode"
    (((8#$found_mode & 8#077) == 0)) || mistake mode-for-all \
        "The mode is $found_mode: other users may access the segment too. With 0600 only you may."
    [[ $found_mode == 0600 ]] || wrong "The mode is $found_mode; expected: 0600."
}

@test "first has it attached, for reading and writing" {
    needs "$MODE"
    kept_values
    ((found_nattch > 0)) || ! program_calls first shmat || mistake waits-detached \
        "While first waits for Enter, it does not have the segment attached (nattch is 0). Attach it before that, and detach it after that."
    ((found_nattch > 0)) || mistake not-attached \
        "The segment was made, but nobody has it attached (nattch is 0). shmat gives it an address in your process."
    [[ $rights != r-- ]] || mistake attached-read-only \
        "first has the segment attached for reading only. Without SHM_RDONLY it can also write."
    [[ $rights == rw- ]] || wrong "first should have the segment attached as rw-; it has it as '$rights'."
    ((found_nattch == 1)) || mistake attached-twice \
        "The segment is attached $found_nattch times. Call shmat once, and compare the address that you keep. A call inside if (...) is a call, too."
}

# ---- its end ----

# gone_judge HOW: first has ended after HOW, and its segment must be gone.
gone_judge()
{
    [[ ! $CRASHED ]] || ! program_calls first free || program_calls first '(m|c|re)alloc' || mistake freed \
        "first was ended by $CRASHED. It calls free, which is only for memory from malloc. shmdt detaches a segment."
    end_judge first
    ((STATUS == 0)) || detached_judge
    exits 0
    ! segment_facts || left_judge "$1 first has ended, but its segment still exists (id $SEG_ID, nattch $SEG_NATTCH)."
    [[ ! $(segments_left) ]] || wrong "$1 first has ended, but left another segment behind: id $(segments_left | head -n 1)."
}

# left_judge WHAT: why is it not removed? IPC_RMID is 0.
left_judge()
{
    local number
    segment_name
    again watched 1024
    number=$(witnessed shmctl | awk '$2 == 0 { print $3; exit }')
    if [[ $number ]] && segment_facts && ((number != SEG_ID)); then
        ((number != SEG_KEY)) || number+=", the key"
        mistake rmid-other-number \
            "$1 shmctl removes the segment with the id that it gets, but it got $number. Pass the id, as shmget has returned it."
    fi
    ! segment_facts || ! witnessed shmctl | grep -qx "shmctl $SEG_ID 0" || mistake rmid-other-number \
        "$1 shmctl got the id as its command, and IPC_RMID, which is 0, as the id. The id comes first: shmctl(id, IPC_RMID, NULL)."
    mistake no-rmid "$1 Detaching does not remove it: shmctl with IPC_RMID does."
}

# Has it detached the segment? Its end alone would do that, too: only its calls can show it.
detached_judge()
{
    segment_name
    WITNESS_ZERO=1 again watched 1024
    [[ $(witnessed shmget) ]] || return 0 # programs can't be watched here
    [[ $(witnessed shmat) ]] || mistake zero-refused \
        "This time the id of the segment was 0, and first took that for a failure. 0 is an id, too, that of the first segment after a start of the machine. Only -1 is a failure."
    [[ $(witnessed shmdt) ]] || mistake no-shmdt \
        "first removes the segment, but never calls shmdt: it has it attached until its end. Detach it first."
    [[ $(witnessed shmdt) == *'shmdt 0'* ]] || mistake shmdt-refused \
        "first calls shmdt, but that returned -1: nothing was detached. Pass the address that shmat has returned, as in shmdt(base), and let base stay as it was."
}

# Starts first, and waits until it has its segment.
first_starts()
{
    segment_name
    start_program first "$SEG_PATH" 1024
    segment_facts || wrong "There is no segment, this time of 1024 bytes."
}

@test "after Enter it ends well, and the segment is gone" {
    needs "$ATTACHED"
    first_starts
    send_line ''
    ((! RUNS)) || enter_judge
    MAY_CRASH=1 finish_program
    gone_judge "Enter was pressed and"
    detached_judge
}

@test "it ends the same way at the end of its input" {
    needs "$ENTER"
    first_starts
    MAY_CRASH=1 send_end
    MAY_CRASH=1 finish_program
    [[ ! $HUNG ]] || mistake eof-ignored \
        "Its input has ended, but first goes on, as if there were an Enter to come. At the end getchar() returns EOF: stop then, too."
    gone_judge "Its input has ended and"
}

@test "without arguments it uses . and 1024 bytes" {
    needs "$ATTACHED"
    SEG_KEY=$("$PROBE" key "$BOX" "$LAB_PROJ")
    ! segment_facts || skip "somebody has made a segment with this key on this machine"
    start_program first
    ((RUNS)) || finish_program
    ! cat "$OUT" "$ERR" | grep -qiE 'usage|argument' || segment_facts || mistake arguments-needed \
        "Without arguments first only prints how to call it. PATH and SIZE may be left out: then it uses . and 1024."
    segment_facts || wrong "Without PATH there should be a segment with the key of the folder in which first was started; there is none."
    ((SEG_SIZE == 1024)) || wrong "Without SIZE the segment should have 1024 bytes; it has $SEG_SIZE."
}

# ---- when a call fails ----

# A call has failed and first has ended. errno has the kernel's answer: does first ask for it?
reports_failure()
{
    fails_well
    program_calls first '(perror|v?err|v?warn|error(_at_line)?|(__xpg_)?strerror[a-z_]*|__errno_location)' ||
        grep -qa '%m' "$LAB_BUILD/first" || mistake no-reason \
        "It says that something failed, but not why. The kernel's answer is in errno; perror prints it after your text."
}

# The segment that was there before must be unchanged.
untouched_judge()
{
    local facts
    facts=$("$PROBE" facts "id:$FOREIGN") && [[ $facts == *SEG_REMOVED=0* ]] || mistake removes-foreign \
        "Before first ran, somebody else's segment had this key (id $FOREIGN). Now it is removed. Remove only what you made yourself."
    segment_bytes "$T/now" "$FOREIGN"
    cmp -s "$BEFORE" "$T/now" || wrong "first wrote into a segment that somebody else had made."
}

# It has attached a segment that somebody else made.
foreign_judge()
{
    local flags
    again watched "$NUMBER"
    flags=$(flags_seen)
    ((${flags:-0} & 8#2000)) || mistake no-excl \
        "A segment with this key existed already, and first attached it as if it were its own. With IPC_CREAT alone, shmget makes a segment or takes an existing one, and does not say which."
    mistake takes-existing \
        "A segment with this key existed already, and with IPC_EXCL shmget said so. Then first took that one all the same. It is somebody else's: report it, and end with status 1."
}

# It has ended, but was it attached before that?
attached_before()
{
    segment_open "$NUMBER"
    again watched "$NUMBER"
    witnessed shmat | grep -q "^shmat $SEG_ID "
}

@test "a segment that exists already is left alone" {
    needs "$ATTACHED"
    fresh_number 1024 4000
    segment_open "$NUMBER"
    FOREIGN=$SEG_ID
    start_program first "$SEG_PATH" "$NUMBER"
    ((! RUNS)) || ! segment_facts || ((SEG_ID != FOREIGN || SEG_NATTCH == 0)) || foreign_judge
    untouched_judge
    goes_on shmget
    ((! RUNS)) || mistake shmget-ignored \
        "A segment with this key existed already, so shmget returned -1. first went on as if it had a segment."
    finish_program
    ! grep -q 'Invalid argument' "$ERR" || mistake shmget-ignored \
        "A segment with this key existed already, so shmget returned -1: File exists. first went on with -1 as an id, and a later call failed: Invalid argument."
    reports_failure
    ! attached_before || wrong "A segment with this key existed already. first attached it before it gave up: let it alone."
}

@test "a path that does not exist is reported, and nothing is made" {
    needs "$ATTACHED"
    SEG_PATH=$BOX/no/such/path
    SEG_KEY=0xffffffff # that is -1
    ! segment_facts || skip "somebody has made a segment under the key -1 on this machine"
    start_program first "$SEG_PATH" 1024
    goes_on ftok
    ! segment_facts || mistake ftok-ignored \
        "The path does not exist, so ftok returned -1. first used that as a key, and made a segment with the key 0xffffffff."
    ((! RUNS)) || wrong "The path does not exist, but first went on and waits for Enter."
    finish_program
    reports_failure
}

@test "a failure of shmat is reported" {
    needs "$ATTACHED"
    segment_name
    # more than a program may have at a time, and less than all segments together
    LAB_MEMORY=100 start_program first "$SEG_PATH" 200000000
    if ((RUNS)) && segment_facts; then
        ((SEG_NATTCH > 0)) || goes_on shmat
        ((SEG_NATTCH > 0)) || mistake shmat-null \
            "200 MB were too much to attach here: shmat returned -1. first went on as if it had an address. Compare with (void *)-1: shmat never returns NULL."
        return 0
    fi
    goes_on shmat
    ((! RUNS)) || wrong "shmget or shmat returned -1, but first went on and waits for Enter."
    finish_program
    reports_failure
}
