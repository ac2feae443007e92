#!/usr/bin/env bats
# shm-view --replay in a terminal: what --record has written is played, stopped, stepped through and searched.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    screen_open
    # num is 22, then 23, 24 and 25.
    serve
    on 100x30 "$BIN/shm-view" --key "$KEY" --record r
    sees 'recording, live' '00░00│16' ' rw-' # the server was found
    for value in 17 18 19; do
        poke 20 "$value"
        sees "00░00*$value"
    done
    keys q
    await ends_whole
    stop INT
}

teardown()
{
    screen_close
}

# The recording's last block is the end.
ends_whole()
{
    [[ $(tail -c 16 "$T/r" | od -An -tx1 -N 8 | tr -d ' ') == 0600000000000000 ]]
}

# replay ARGUMENT...: the viewer over it, stopped at the start.
replay()
{
    on 100x30 "$BIN/shm-view" --replay r --time 0 "$@"
    sees 'stopped' '0.000 s of ' 'change 0 of 3' '│16 00 00 00'
}

@test "it plays from the start to the end, without the segment and its program" {
    on 100x30 "$BIN/shm-view" --replay r
    sees "recording of key $KEY"
    sees 'change 3 of 3' 'stopped' 'num: 24 -> 25'
    keys '<<<<<<' Space # again, but so slowly that it can be seen
    sees 'playing' '0.0'
}

@test "steps, speed, and the keys of the history" {
    replay
    keys ']'
    sees 'change 1 of 3' 'num: 22 -> 23' '00░00*17'
    keys ']' ']'
    sees 'change 3 of 3' '00░00*19'
    keys ']'
    sees 'this is the last change of the recording'
    keys :num Enter '{'
    sees 'change 2 of 3' 'num: 23 -> 24'
    keys '<' '<'
    sees '1/4 as fast'
    keys '>' '>' '>'
    sees '2 times as fast'
    keys '<<<<<<<' Space
    sees playing '1/64 as fast'
    keys Space
    sees stopped
    keys '.'
    sees playing
}

@test "goes to a time, a percentage, the next change of a field, and a value" {
    replay
    keys ':t 100%' Enter
    sees 'change 3 of 3' 'num: 24 -> 25'
    keys ':t 0' Enter
    sees 'change 0 of 3'
    keys ':t num' Enter
    sees 'change 1 of 3' '00░00*17'
    keys ':t num=25' Enter
    sees 'change 3 of 3' '00░00*19'
    keys ':t num=22' Enter
    sees 'num did not become 22'
    keys ':t num=24' Enter # before this
    sees '00░00*18' 'from the start again'
    keys a
    sees 'shm-server' 'rw-'
    keys a
    keys ':num' Enter # a field, as ever
    sees '0x0014 = 20'
}

@test "what happened to the segment is said as it was then" {
    rm "$T/r"
    serve
    viewer 80x24 --record r
    sees 'recording, live' '00░00│16'
    poke 20 17
    sees '*17'
    stop INT
    sees 'the segment is gone; its last bytes stay' 'recording, gone'
    keys q
    await ends_whole
    on 80x24 "$BIN/shm-view" --replay r --time 100%
    sees stopped ' s  the segment is gone; its last bytes stay'
    keys '[' # the change to 17, before that
    sees 'change 0 of 1'
    hides gone
    keys ':t 100%' Enter
    sees 'the segment is gone'
}

@test "news are said for three seconds" {
    recording news '$blocks[-1][1] = 9e6; splice @blocks, -1, 0, [5, 3.0005e6, pack "VVx20a*", 4, 0, "reattached: a new one"]'
    on 100x30 "$BIN/shm-view" --replay news --time 3
    sees '3.000 s of 9.000 s' 'reattached: a new one'
    keys ':t 5.9' Enter
    sees '5.900 s of 9.000 s' 'reattached: a new one'
    keys ':t 7' Enter
    sees '7.000 s of 9.000 s'
    hides reattached
}

@test "a recording that has nothing about processes says so" {
    foreign 64
    rm "$T/r"
    viewer 100x30 --record r
    sees 'recording, live'
    keys q
    await ends_whole
    on 100x30 "$BIN/shm-view" --replay r
    sees stopped
    keys a
    sees 'This recording has nothing about processes: who had it attached is not known.'
    hides 'was read once'
}

@test "the kept history of a live segment is searched, too" {
    serve
    viewer 80x24
    sees '00░00│16'
    poke 20 17
    sees '*17'
    poke 20 18
    sees '*18'
    keys ':t num=23' Enter
    sees frozen 'num: 22 -> 23'
    keys ':t 12' Enter
    sees 'only a recording has times to go to'
    keys '>'
    sees 'only a recording can be played faster or slower'
}
