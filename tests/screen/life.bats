#!/usr/bin/env bats
# The life of a segment in the viewer: changes, not there yet, gone, made again, another size, removed, not permitted.
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

attached_by()
{
    [[ $(shm_column "$ID" nattch) == "$1" ]]
}

state()
{
    [[ $(screen | head -n 1) == *" $1" ]]
}

is()
{
    await state "$1"
}

@test "a change is marked, reported and fades" {
    serve
    viewer 80x24
    sees '00░00│16 00 00 00'
    hides '*'
    poke 20 17
    sees '00░00*17 00 00 00' 'num: 22 -> 23' ' 23 '
    sees '00░00│17 00 00 00' # within its time the sign is gone
    hides '*'
    poke 48 48
    sees '*48 6f' 'farewell: "goodbye" -> "Hoodbye"'
    poke 25 ff # padding
    sees '0x0019 (padding): 00 -> ff' '2f!ff' # the mark for stale has priority over that for changed
}

@test "the marks differ without colour too" {
    serve
    on 80x24 env NO_COLOR=1 "$BIN/shm-view" --key "$KEY"
    sees '00░00│16'
    poke 20 17
    sees '*17'
    poke 25 01
    sees '2f!01'
    ! tmx capture-pane -p -e | grep -q $'\e\\[[0-9;]*[34][0-7]' || false
    tmx capture-pane -p -e | grep -q $'\e\\[[0-9;]*7' # the title is still reversed
}

@test "with --every the picture moves by itself" {
    serve --every 50
    viewer 80x24
    sees counter
    first=$(screen | grep 'counter')
    await counter_moves
    sees '*'
}

counter_moves()
{
    [[ $(screen | grep counter) != "$first" ]]
}

@test "no server yet: waits, and goes on by itself when one starts" {
    viewer 80x24
    sees 'waiting: no segment exists here yet.' "Start the server: shm-server --key $KEY"
    is waiting
    serve
    sees 'PI is defined as' "key $KEY  id $ID  1024 bytes" '▸intro'
    is live
    loses waiting
    await attached_by 2
}

@test "no POSIX shared memory yet: waits, says how it goes on, and goes on by itself when it is made" {
    on 80x24 "$BIN/shm-view" --posix "/$POSIX"
    sees "waiting: nothing in /dev/shm has this name yet" 'This viewer goes on by itself' 'lists what memory there is'
    echo 'of POSIX' >"/dev/shm/$POSIX"
    sees 'of POSIX'
}

@test "the title says what ipcs says: key, id, size, owner, mode, nattch, and who made it" {
    serve --mode 0640
    viewer 120x30
    sees "key $KEY  id $ID  1024 bytes  $(id -un) 640  nattch 2  by shm-server $SERVER"
    [[ $(ipcs -m -i "$ID") == *'access_perms=0640'*'bytes=1024'*"cpid=$SERVER"*'nattch=2'* ]]
    tmx new-window -d "exec $BIN/shm-view --key $KEY"
    sees 'nattch 3'
}

@test "the title says when the creator has ended, though the segment stays" {
    serve
    hold
    viewer 120x24
    sees "by shm-server $SERVER"
    kill -KILL "$SERVER"
    sees "by dead pid $SERVER"
}

@test "the file of the key does not exist yet" {
    on 80x24 "$BIN/shm-view" --path "$T/later"
    sees 'waiting: the file that gives the key does not exist yet' 'no key yet'
    : >"$T/later"
    sees 'waiting: no segment exists here yet'
    KEY=$(ftok_of "$T/later" 15)
    [[ -z $(id_of_key) ]] || skip "$KEY is taken"
    serve
    sees "key $KEY" 'PI is defined as'
}

@test "the server ends: the last bytes stay, and it follows a new server, again and again" {
    serve
    viewer 80x24
    sees 'PI is defined as'
    for _ in 1 2; do
        await attached_by 2
        stop TERM
        [[ -z $(id_of_key) ]] # the viewer has detached: its memory is freed
        sees 'the segment is gone; its last bytes stay. Waiting for a new one' 'PI is defined as' '00░00│16 00'
        is gone
        serve
        sees "reattached: there is a new segment here (shmid $ID)" "id $ID"
        is live
    done
    hides 'dead pid'
}

@test "a new segment of another size is reported and shown" {
    serve
    viewer 80x24
    sees 'PI is defined as'
    keys G
    sees '03f0'
    stop TERM
    is gone
    foreign 256
    fill "$ID" a5 hello
    sees "reattached: shmid $ID, now 256 bytes, before 1024" '  256 bytes'
    sees '00f0' # the cursor has moved there
    keys g
    sees 'hello···' '"hello"' # its creator has ended, but the layout is still used
    is live
    ipcrm -m "$ID"
    is gone
    foreign 2048
    sees 'now 2048 bytes, before 256' '  2048 bytes'
}

@test "removed while another process has it attached: it says that the segment is removed" {
    serve
    viewer 80x24
    sees 'PI is defined as'
    await attached_by 2
    kill -STOP "$SERVER" # it holds on to it
    ipcrm -m "$ID"
    sees 'removed, but 1 other has it attached: you see the removed one'
    is removed
    poke 20 17 # and it is still live
    sees '*17'
    kill -KILL "$SERVER"
    sees 'the segment is gone'
    [[ -z $(shm_column "$ID" size) ]] # nobody holds it any more
}

@test "removed and made again with the same key: the new one is shown" {
    serve
    viewer 80x24
    sees 'PI is defined as'
    kill -STOP "$SERVER"
    ipcrm -m "$ID"
    is removed
    foreign 1024
    fill "$ID" a5 hello
    sees "reattached: there is a new segment here (shmid $ID)" 'hello···'
    is live
    kill -KILL "$SERVER"
}

@test "by id: when it is gone, no other segment is shown instead" {
    serve
    on 80x24 "$BIN/shm-view" --id "$ID"
    sees 'PI is defined as' "key $KEY"
    stop TERM
    sees 'the segment is gone'
    serve
    await attached_by 1
    is gone
    hides 'reattached'
}

@test "not permitted: it says so in one line, and goes on when the owner allows it" {
    need_root
    cp "$BIN/shm-view" "$T/"
    chmod 755 "$T/shm-view"
    serve
    on 80x24 setpriv --reuid $NOBODY --regid $NOBODY --clear-groups "$T/shm-view" --key "$KEY"
    sees "not permitted: shmid $ID belongs to uid 0, mode 0600"
    is 'not permitted'
    # IPC_STAT, the mode changed, IPC_SET: struct ipc_perm has it at byte 20 (x86-64, arm64).
    perl -e 'my $id = $ARGV[0]; my $ds = "\0" x 200; shmctl($id, 2, $ds) or die $!; substr($ds, 20, 2) = pack "S", 0644;
        shmctl($id, 1, $ds) or die $!' "$ID"
    sees 'PI is defined as' ' 644'
    is live
    stop TERM
    is gone
    serve
    sees 'not permitted'
    stop TERM
    serve --mode 0644
    sees 'reattached'
    is live
}

@test "Space freezes the picture, and lets it go on" {
    serve
    viewer 80x24
    sees '░00│16'
    keys Space
    is frozen
    sees 'the newest change'
    poke 20 17
    poke 28 09
    keys Tab # the viewer has drawn since
    sees '0x0014 = 20'
    sees '00[16]00'
    keys Space
    sees '00[17]00' '*09'
    is live
}

@test "[ and ] step through the past, and . goes back to live" {
    serve
    viewer 80x24
    sees '░00│16'
    poke 20 17
    sees '*17'
    poke 20 18
    sees 'num: 23 -> 24'
    poke 28 09
    sees 'den: 7 -> 9'
    keys '['
    is frozen
    sees '*18' '1 change back' 'num: 23 -> 24'
    keys '[' '['
    sees '░00│16' '3 changes back'
    keys ']'
    sees '*17' '2 changes back' 'num: 22 -> 23'
    # by field: den is 0x1c
    keys ':' d e n Enter '}'
    sees 'the newest change' 'den: 7 -> 9'
    keys .
    is live
    sees '18'
}

@test "r marks what changes from then on, R removes the marks" {
    serve
    viewer 80x24
    sees '░00│16'
    keys r
    sees 'from now on'
    poke 20 17
    sees '*17'
    sees '•17' # the glow has gone
    keys R
    sees '│17'
}

@test "a new segment ends the freeze" {
    serve
    viewer 80x24
    sees '░00│16'
    keys Space
    is frozen
    stop TERM
    serve
    sees 'reattached' '░00│16'
    is live
}

@test "an error in a layout file that was changed meanwhile is reported on the last line" {
    serve
    message_file
    viewer 80x24 --layout layout
    sees '▸intro'
    stop TERM
    is gone
    echo 'foo bar baz' >>"$T/layout"
    serve
    sees 'cannot read layout, line 12: '
    keys l
    sees '50[49]'
    [[ $(screen | grep -c 'shm-view:') == 0 ]]
}

@test "after a stop and continue it shows the present bytes" {
    serve
    viewer 80x24
    sees '░00│16'
    kill -STOP "$VIEWER"
    poke 20 17
    kill -CONT "$VIEWER"
    sees '*17'
    sees '│17'
}

@test "nattch is as before when the viewer has ended, however it ends" {
    serve
    for signal in q TERM HUP INT SEGV KILL; do
        viewer 80x24
        sees 'PI is defined as'
        await attached_by 2
        if [[ $signal == q ]]; then keys q; else kill -"$signal" "$VIEWER"; fi
        await attached_by 1
        # before its terminal goes: that sends SIGCONT, which can cancel the SIGSTOP that LeakSanitizer waits for at exit
        await gone "$VIEWER"
        tmx kill-server
    done
    [[ -n $(id_of_key) ]]
}

@test "ten viewers show one segment at once" {
    serve
    viewer 80x24
    for _ in 2 3 4 5 6 7 8 9 10; do
        tmx new-window -d "exec $BIN/shm-view --key $KEY"
    done
    await attached_by 11
    poke 20 17
    sees '*17'
    tmx kill-server
    await attached_by 1
}
