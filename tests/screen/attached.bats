#!/usr/bin/env bats
# Who has the segment attached, on the screen: the panel and the screen of key a, while processes come and go.
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

address_of()
{
    awk -v id="$ID" '$5 == id && $6 ~ /SYSV/ { split($1, at, "-"); print "0x" at[1] }' "/proc/$1/maps"
}

@test "the panel follows them as they come and go" {
    serve
    viewer 100x30
    sees 'attached: 2 times, by 2 processes' "$SERVER shm-server" "$(address_of "$SERVER") rw-  made it"
    hold
    sees 'attached: 3 times, by 3 processes' "$HOLDER holder" "$(address_of "$HOLDER") r--"
    kill "$HOLDER"
    sees 'attached: 2 times, by 2 processes'
    hides holder
    kill -KILL "$SERVER"
    sees 'attached: 1 time, by 1 process' 'this viewer'
}

@test "if there are more than fit, it says so, and a shows all, on each size of screen" {
    serve
    for _ in 1 2 3 4 5; do hold; done
    viewer 100x30
    sees 'attached: 7 times' '+5: a shows all'
    keys a
    sees 'attached: 7 times, by 7 processes' 'pid program' "made by pid $SERVER (shm-server)"
    sees 'The same bytes, each time at'
    sees "$HOLDER holder" "$(address_of "$HOLDER") r--" "$(address_of "$SERVER") rw-  made it"
    resize 80x24
    sees 'The same bytes, each time at' "$HOLDER holder" "$(address_of "$HOLDER") r--"
    resize 20x6
    sees "$SERVER shm-se" '+4: j scrolls'
    keys j j j j j
    sees "$VIEWER shm-vi"
    keys x
    sees '0000'
    hides 'shm-view: attached'
}

# row ROW TEXT: does the screen's row, from 1 on, begin with this?
row()
{
    [[ $(screen | sed -n "$1p") == " $2"* ]]
}

@test "a terminal that grew while the viewer started deletes lines as curses expects" {
    serve
    hold
    viewer 80x24
    keys a
    await row 12 'inside its own process. What is stored in the segment must be an offset, not a'
    printf '\e[1;10r' >"$(tmx display -p '#{pane_tty}')" # the scrolling region of a smaller one
    kill -WINCH "$VIEWER"
    kill -KILL "$HOLDER"
    await row 11 'inside its own process. What is stored in the segment must be an offset, not a'
}

@test "at 80x24 the panel is shown only with its key" {
    serve
    viewer 80x24
    sees 0000
    hides attached
    keys a
    sees 'shm-view: attached: 2 times, by 2 processes'
    keys a
    sees 0000
}

@test "a file has nobody attached, and key a says so" {
    message_file
    on 80x24 "$BIN/shm-view" --file message.bin --no-layout
    sees 0000
    keys a
    sees 'was read once: nobody is attached'
}

@test "processes that we may not look into are reported, and escape sequences in names are shown as text" {
    need_root
    serve --mode 0644
    cp "$BIN/shm-view" "$T/"
    cp "$BIN/holder" "$T/"$'x\e]0;t\a'
    HOLD=$T/$'x\e]0;t\a' hold
    on 100x30 setpriv --reuid $NOBODY --regid $NOBODY --clear-groups "$T/shm-view" --key "$KEY"
    sees 'attached: 3 times, 1 seen' '2 more: not permitted'
    viewer 100x30
    sees 'attached: 4 times' 'x\x1b]0;t\a'
}

@test "POSIX shared memory: removed, it stays while somebody maps it" {
    share
    on 100x30 "$BIN/shm-view" --posix "$POSIX"
    sees 'PI is defined as' "posix /$POSIX  5000 bytes" 'mapped: 1 time, by 1 process' "$MAPPER mapper"
    rm "/dev/shm/$POSIX"
    sees 'removed, but still mapped 1 time: you see the removed one'
    kill -KILL "$MAPPER"
    sees 'it is gone; its last bytes stay. Waiting for a new one' 'PI is defined as'
    echo again >"/dev/shm/$POSIX"
    sees 'reopened: now 6 bytes, before 5000' 'again'
    : >"/dev/shm/$POSIX" # shrinks below what is shown
    sees 'resized: now 0 bytes, before 6'
    rm "/dev/shm/$POSIX"
}

@test "a mapping of a process: when it ends, the viewer says so" {
    share
    on 80x24 "$BIN/shm-view" --pid "$MAPPER" --map ring
    sees '[72]69 6e 67' "pid $MAPPER /memfd:ring (deleted)  4096 bytes"
    kill -KILL "$MAPPER"
    sees 'the process has ended; its last bytes stay' '[72]69 6e 67'
}
