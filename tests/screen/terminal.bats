#!/usr/bin/env bats
# The terminal: whatever happens, it is restored, and no control sequence from outside reaches it.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    screen_open
    message_file
}

teardown()
{
    screen_close
}

# shell COLSxROWS COMMAND...: saves the terminal's modes before and after COMMAND; its pid, status and error messages go
# to the files pid, status and errors. The shell stays until the file end exists.
shell()
{
    local size=$1
    shift
    cat >"$T/shell" <<'END'
#!/bin/bash
ulimit -c 0
stty -g >before
bash -c 'echo $$ >pid; exec "$0" "$@"' "$@" 2>errors
echo $? >status.new
stty -g >after
mv status.new status
until [[ -e end ]]; do read -rt 0.05 <>never; done
END
    on "$size" bash ./shell "$@"
}

# ended: the viewer has ended, its status is in STATUS, and modes and screen are as before.
ended()
{
    await test -e "$T/status"
    STATUS=$(<"$T/status")
    cat "$T/errors" >&2
    cmp "$T/before" "$T/after"
    await terminal_restored
}

viewer_signal()
{
    kill -"$1" "$(<"$T/pid")"
}

live()
{
    shell 80x24 "$BIN/shm-view" --file message.bin --layout layout
    sees 'PI is defined as' '? help  q quit'
    ! cmp -s "$T/before" <(stty -g <"$(tmx display -p '#{pane_tty}')") || false # it has other modes now
    [[ $(tmx display -p '#{alternate_on} #{cursor_flag} #{mouse_any_flag}') == '1 0 1' ]]
}

@test "q restores the terminal" {
    live
    keys q
    ended
    [[ $STATUS == 0 && ! -s $T/errors ]]
    hides 'PI is defined as'
}

@test "SIGTERM, SIGINT, SIGHUP and Ctrl-C restore it, status 0" {
    for signal in TERM INT HUP C-c; do
        live
        if [[ $signal == C-c ]]; then keys C-c; else viewer_signal $signal; fi
        ended
        [[ $STATUS == 0 && ! -s $T/errors ]]
        tmx kill-server
        rm "$T/status"
    done
}

@test "a crash restores it too, and is still a crash" {
    for signal in SEGV ABRT BUS FPE ILL QUIT SYS TRAP; do
        live
        viewer_signal $signal
        ended
        [[ $STATUS == $((128 + $(kill -l $signal))) ]]
        hides 'PI is defined as'
        tmx kill-server
        rm "$T/status"
    done
}

@test "a stack overflow restores it too" {
    live
    gdb -p "$(<"$T/pid")" -batch -ex 'handle SIGSEGV nostop noprint' -ex 'set $sp = 16' -ex 'signal SIGSEGV' &>"$T/gdb" ||
        skip "gdb can't take hold of a process here"
    ended
    [[ $STATUS == 139 ]]
    hides 'PI is defined as'
}

@test "Ctrl-\\ ends it like a crash" {
    live
    keys 'C-\'
    ended
    [[ $STATUS == 131 ]]
}

@test "a crash on a slow old terminal leaves no odd characters" {
    shell 80x24 env TERM=vt100 "$BIN/shm-view" --file message.bin
    sees 'PI is defined as'
    stream
    viewer_signal SEGV
    await test -e "$T/status"
    cmp "$T/before" "$T/after"
    await test -s "$T/stream"
    ! grep -q '\$<' "$T/stream" || false # terminfo's padding is not sent as text
}

@test "Ctrl-Z and fg: the shell gets its terminal, then the viewer gets it again" {
    on 80x24 bash --norc --noprofile -i
    keys -l "PS1='ready\$ '; stty -g >before"
    keys Enter
    sees 'ready$'
    await test -s "$T/before"
    viewer_pid # the shell's
    for how in C-z SIGTSTP; do
        keys -l "clear; '$BIN/shm-view' --file message.bin --layout layout"
        keys Enter
        sees 'PI is defined as' '? help  q quit'
        screen >"$T/first"
        if [[ $how == C-z ]]; then keys C-z; else kill -TSTP "$(pgrep -x shm-view -P "$VIEWER")"; fi
        sees 'Stopped'
        await terminal_restored
        keys -l 'stty -g >after; echo x >done'
        keys Enter
        await test -s "$T/done"
        rm "$T/done"
        cmp "$T/before" "$T/after"
        keys -l 'fg'
        keys Enter
        sees 'PI is defined as' '? help  q quit'
        keys Tab
        sees '▸num'
        keys BTab
        sees '▸intro'
        [[ $(screen) == "$(<"$T/first")" ]]
        keys q
        sees 'ready$'
        await terminal_restored
    done
}

@test "SIGSTOP and SIGCONT: the picture comes back, whatever was written over it" {
    live
    screen >"$T/first"
    viewer_signal STOP
    await stopped "$(<"$T/pid")"
    printf '\e[2J\e[H scribbled over' >"$(tmx display -p '#{pane_tty}')"
    sees 'scribbled over'
    viewer_signal CONT
    sees 'PI is defined as'
    await same_as "$T/first"
    keys q
    ended
    [[ $STATUS == 0 ]]
}

stopped()
{
    [[ $(sed 's/.*) //' "/proc/$1/stat") == T* ]]
}

same_as()
{
    [[ $(screen) == "$(<"$1")" ]]
}

@test "smaller down to 20x6 and back: the very same screen" {
    live
    keys :100 Enter
    sees '0x0064 = 100 '
    screen >"$T/first"
    resize 20x6
    sees '0064'
    resize 80x24
    await same_as "$T/first"
    for size in 100x30 1x1 2x1 200x60 5x3 20x6 80x5 19x40 80x24; do
        resize $size
    done
    await same_as "$T/first"
    keys q
    ended
}

@test "a new size redraws everything: what was drawn for the old one may have wrapped" {
    live
    screen >"$T/first"
    printf '\e[5;5H scribbled over' >"$(tmx display -p '#{pane_tty}')"
    sees 'scribbled over'
    resize 81x24
    loses 'scribbled'
    resize 80x24
    await same_as "$T/first"
}

@test "a size that has come back before the viewer looks redraws everything, too" {
    on 80x24 "$BIN/shm-view" --file message.bin --layout layout
    viewer_pid
    sees 'PI is defined as' '? help  q quit'
    screen >"$T/first"
    printf '\e[5;5H scribbled over' >"$(tmx display -p '#{pane_tty}')"
    sees 'scribbled over'
    kill -WINCH "$VIEWER"
    await same_as "$T/first"
}

@test "a new size is noticed even if its signal is lost, for example while the viewer starts" {
    on 80x24 env --block-signal=WINCH "$BIN/shm-view" --file message.bin --layout layout
    sees '? help  q quit'
    screen >"$T/first"
    resize 60x12
    sees '0020 ' '? help  q quit'
    hides '0060'
    resize 80x24
    await same_as "$T/first"
}

@test "TERM=dumb, an unknown TERM and no TERM are refused with a clear message" {
    for term in dumb no-such-terminal ''; do
        shell 80x24 env TERM="$term" "$BIN/shm-view" --file message.bin
        ended
        [[ $STATUS == 1 ]]
        grep -q 'cannot open the screen' "$T/errors"
        grep -q -e '--render text' "$T/errors"
        tmx kill-server
        rm "$T/status"
    done
}

@test "TERM=vt100 has no colours: bold, dim and signs show everything" {
    on 80x24 ./run env TERM=vt100 LC_ALL=C "$BIN/shm-view" --file message.bin --layout layout
    stream
    sees '00~00|16' '>intro'
    resize 90x25 # redraws
    sees '? help  q quit'
    keys Tab
    sees '[16]'
    keys q
    ends 0
    ! grep -q $'\e\\[[0-9;]*[34][0-9]m' "$T/stream" || false
}

@test "NO_COLOR removes the colours" {
    on 80x24 env NO_COLOR=1 "$BIN/shm-view" --file message.bin --layout layout
    sees '░00│16'
    ! tmx capture-pane -p -e | grep -q $'\e\\[[0-9;]*[34][0-7]m' || false
    tmx kill-server
    on 80x24 "$BIN/shm-view" --file message.bin --layout layout
    sees '░00│16'
    tmx capture-pane -p -e | grep -q $'\e\\[[0-9;]*3[1-6]m'
}

@test "the C locale gets only ASCII, on all screens" {
    on 80x24 ./run env LC_ALL=C "$BIN/shm-view" --file message.bin --layout layout
    stream
    resize 200x60
    sees '00~00|16' 'the whole segment'
    keys '?'
    sees Keys
    keys x
    sees '>intro'
    keys q
    ends 0
    ! LC_ALL=C grep -q '[^ -~]' <(tr -d '\000-\037\177' <"$T/stream") || false
}

@test "a creator's name, a file's name and all 256 bytes send no control sequences to the terminal" {
    attacker
    for locale in C C.UTF-8; do
        on 200x60 ./run env LC_ALL=$locale "$BIN/shm-view" --key "$KEY"
        stream
        resize 180x50
        sees 'by \x1b]0;x\a\x9b31m' '00'
        keys PPage NPage G g l '?' x
        sees '0x0001 = 1 '
        keys q
        ends 0
        harmless_stream "$T/stream"
        tmx kill-server
        rm "$T/stream"
    done
    name=$'e\e]0;x\a\x9b\xc2\x9b31m\xe2\x80\xae'
    cp "$T/message.bin" "$T/$name"
    cp "$T/layout" "$T/$name.layout"
    for locale in C C.UTF-8; do
        on 200x60 ./run env LC_ALL=$locale "$BIN/shm-view" --file "$name" --layout "$name.layout"
        stream
        resize 180x50
        sees 'file e\x1b]0;x\a\x9b'
        keys q
        ends 0
        harmless_stream "$T/stream"
        tmx kill-server
        rm "$T/stream"
    done
}

@test "control characters typed or pasted into a prompt are not sent back to the terminal" {
    live
    stream
    keys -l $'/a\x07b\x1bc'
    keys -l $':\x9b31m\xc2\x9b'
    keys Escape
    sees 'PI is defined as'
    keys q
    ended
    ! grep -q $'\a' "$T/stream" || false
}

@test "when the terminal is closed, the viewer ends" {
    serve
    viewer 80x24
    sees 'PI is defined as'
    tmx kill-server
    await gone "$VIEWER"
    on 80x24 bash -c 'trap "" HUP; exec "$0" "$@"' "$BIN/shm-view" --key "$KEY"
    viewer_pid
    sees 'PI is defined as'
    tmx kill-server
    await gone "$VIEWER"
    [[ $(shm_column "$ID" nattch) == 1 ]]
}

@test "an idle picture costs next to nothing" {
    serve
    viewer 80x24
    sees 'PI is defined as'
    stream
    before=$(awk '{ print $14 + $15 }' "/proc/$VIEWER/stat")
    since=$EPOCHREALTIME
    await second_after "$since"
    (($(awk '{ print $14 + $15 }' "/proc/$VIEWER/stat") - before <= 20)) # of 100 ticks
    [[ ! -s $T/stream ]] # and sends nothing
}

second_after()
{
    ((${EPOCHREALTIME/./} - ${1/./} > 1000000))
}
