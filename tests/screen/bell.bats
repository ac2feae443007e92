#!/usr/bin/env bats
# The bell and the seqlock counter in the viewer: it sleeps, wakes at a write, and says if no picture is whole.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    screen_open
}

teardown()
{
    screen_close
}

# How often the viewer's threads have gone to sleep so far.
sleeps()
{
    cat /proc/"$VIEWER"/task/*/status | awk '/^voluntary_ctxt/ { n += $2 } END { print n }'
}

# true after a second in which it hardly woke, only to see whether the segment still exists.
quiet()
{
    local before
    before=$(sleeps)
    sleep 1
    (($(sleeps) - before <= 3))
}

# true after a second in which it woke again and again: 30 times if the machine has time.
busy() { ! quiet; }

# A server that writes one value, and rings, at each line into $ENTER.
serve_steps()
{
    mkfifo "$T/enter"
    exec {ENTER}<>"$T/enter"
    serve_until 'Enter writes it' --bell --step "$@" <&"$ENTER"
}

# The kernel tells the server how many it has woken: `futex(..., FUTEX_WAKE, ...) = 1`. How soon that is seen is for
# `./shmlab bench view`.
@test "the viewer sleeps on the bell: the ring wakes it, not its next poll" {
    command -v strace >/dev/null || skip "strace is not installed"
    serve_steps
    viewer 80x24 --hz 1
    sees '0 rings'
    strace -f -e trace=futex -o "$T/calls" -p "$SERVER" 2>"$T/strace" 3>&- &
    PIDS+=("$!")
    await grep -q . "$T/strace"
    ! grep -qi 'not permitted' "$T/strace" || skip "ptrace is not permitted"
    for n in 1 2 3 4 5; do
        await quiet_now
        echo >&"$ENTER"
        sees "$n ring"
    done
    await woken
}

# At each ring except those that came during the viewer's slow poll.
woken() { grep -q 'FUTEX_WAKE.* = 1$' "$T/calls"; }

# Between two slow polls: the viewer has just polled.
quiet_now()
{
    local before
    before=$(sleeps)
    sleep 0.15
    [[ $(sleeps) == "$before" ]]
}

@test "while nothing rings it sleeps; without a bell it polls" {
    serve --bell
    viewer 80x24
    sees '1 ring '
    await quiet
    keys '?'
    sees 'sleeps until the bell rings' 'a picture may be torn'
    keys q
    sees 'bell' # keys work while it sleeps
    quit
    stop TERM
    serve
    viewer 80x24
    sees farewell
    await busy
    keys '?'
    sees 'polls; --hz sets how often'
}

@test "a write without a ring is seen at the next slow poll" {
    serve --bell
    viewer 80x24
    sees '1 ring '
    poke 20 17
    sees '00░00*17'
}

@test "a bell that rings all the time neither floods nor starves the screen" {
    serve --bell --every 1
    viewer 80x24
    await rings_told
    await rings_on
    before=$(sleeps) since=${EPOCHREALTIME/[.,]/}
    sleep 1
    # 100 frames a second, of a few sleeps each, where the bell rings 1000 times
    (($(sleeps) - before < 700 * (${EPOCHREALTIME/[.,]/} - since) / 1000000))
    keys '?'
    sees 'any other key closes'
    keys x
    kill -KILL "$SERVER"
    last=$(perl -e 'my $b; shmread($ARGV[0], $b, 64, 4) or die; print unpack("L", $b)' "$ID")
    sees " $last r"
}

# of one screen that was taken: the next may be caught in the middle of a redraw. Of "12345 rings" only the start stands
# in the column.
rings() { screen | grep -E ' [0-9]+ r'; }
rings_told() { first=$(rings); }
rings_on() { [[ $(rings) != "$first" ]]; }

@test "the segment is removed and made again: the viewer detaches, and wakes at the new one's bell" {
    serve --bell
    viewer 80x24
    sees '1 ring ' live
    await quiet
    stop TERM
    sees 'the segment is gone' gone
    [[ -z $(id_of_key) && $(wc -l </proc/sysvipc/shm) == 1 || ${SHMLAB_ISOLATED-} != 1 ]]
    serve_steps
    sees '0 rings' live
    echo >&"$ENTER"
    sees '1 ring '
    quit
    await attached_by 1
}

attached_by()
{
    [[ $(shm_column "$ID" nattch) == "$1" ]]
}

quit()
{
    keys q
    await ended "$VIEWER"
}

@test "it ends at SIGTERM, and goes on after a suspend, while it sleeps on a bell" {
    serve --bell
    viewer 80x24
    sees '1 ring '
    await quiet
    kill -STOP "$VIEWER"
    kill -CONT "$VIEWER"
    resize 100x30
    sees '1 ring ' # the new size is drawn
    await quiet
    kill -TERM "$VIEWER"
    await ended "$VIEWER"
    await attached_by 1
}

# A segment whose last four bytes are a seqlock counter.
guarded()
{
    foreign 1024
    printf '%s\n' 'shmlab layout 1' 'uint32_t words[4]' '1020 shm_seqlock sequence' >"$T/guarded"
    viewer 80x24 --layout "$T/guarded"
    sees '0, whole'
}

@test "with a seqlock counter only whole pictures are shown" {
    guarded
    poke 1020 01000000 # a write is under way
    poke 0 ff
    sees 'no whole picture, the last one stays'
    hides '[ff]'
    poke 4 ee
    poke 1020 02000000
    sees '2, whole' '[ff]00 00 00┊ee 00 00 00'
    loses 'no whole picture'
    keys '?'
    sees 'each picture is whole: seqlock'
}

@test "if a writer stops in the middle of a write, it says so and shows the bytes as they are" {
    guarded
    poke 1020 01000000
    poke 0 ff
    sees 'the writer stopped in mid-write' '[ff]00 00 00┊00' '1, bein'
}

@test "--render draws a whole picture too, or says that it is not whole" {
    foreign 1024
    printf '%s\n' 'shmlab layout 1' '1020 shm_seqlock sequence' >"$T/guarded"
    run -0 --separate-stderr "$BIN/shm-view" --key "$KEY" --layout "$T/guarded" --render text
    [[ -z $stderr ]]
    poke 1020 01000000
    run -0 --separate-stderr "$BIN/shm-view" --key "$KEY" --layout "$T/guarded" --render text
    [[ $stderr == *"no whole picture"* && $output == *"1, being written"* ]]
}
