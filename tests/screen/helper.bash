# helper: a terminal for the tests of screens: tmux with its own socket. Loaded by `load helper`.
#
# Tests wait for what the screen shows, and never just sleep. screen_close ends the terminal and all programs in it.

load ../cli/helper

GOLDEN=$BATS_TEST_DIRNAME/../golden
# A crash must be a crash, even in a build with AddressSanitizer.
export ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0

screen_open()
{
    place_open
    TERMINAL=0
    unset NO_COLOR TMUX TMUX_PANE LINES COLUMNS
    export LC_ALL=C.UTF-8
    printf '%s\n' 'set -g default-shell /bin/bash' 'set -g default-terminal "screen-256color"' 'set -g status off' \
        'set -g remain-on-exit on' 'set -s escape-time 0' 'set -gq remain-on-exit-format ""' >"$T/tmux.conf"
    printf '%s\n' '#!/bin/bash' 'rm -f run.status' '"$@"' 'echo $? >run.new' 'mv run.new run.status' >"$T/run"
    chmod 755 "$T/run"
}

screen_close()
{
    for ((; TERMINAL > 0; TERMINAL--)); do tmx kill-server 2>/dev/null || true; done
    place_close
}

# Each terminal has its own socket: a tmux server that is ending accepts no more commands.
tmx()
{
    tmux -u -S "$T/tmux.$TERMINAL" -f "$T/tmux.conf" "$@"
}

# on COLSxROWS COMMAND...: runs it in a new terminal of that size, in the folder $T. Variables set by `env` in COMMAND.
on()
{
    local size=$1 words
    shift
    ((TERMINAL += 1))
    printf -v words '%q ' "$@"
    (cd "$T" && tmx new-session -d -x "${size%x*}" -y "${size#*x}" "exec $words") 3>&-
}

# The file nested.bin with a struct, 200 slots and a number, and its layout in the file nested.
nested_file()
{
    printf '%s\n' 'shmlab layout 1' 'struct r {' 'struct head head {' 'int magic' 'int[3] seen' '}' \
        'struct slot slots[200] {' 'int seq' 'char[4] text' '}' 'int last' '}' >"$T/nested"
    perl -e 'print pack("l4", 77, 1, 2, 3), map({ pack "l a4", $_, "s$_" } 0 .. 199), pack "l", -5' >"$T/nested.bin"
}

# poke OFFSET HEX: another process writes into the segment $ID.
poke()
{
    perl -e 'my ($id, $offset, $hex) = @ARGV; my $bytes = pack "H*", $hex;
        shmwrite($id, $bytes, $offset, length $bytes) or die "shmwrite: $!"' "$ID" "$1" "$2"
}

# viewer COLSxROWS ARGUMENT...: the viewer with $KEY, on such a terminal. VIEWER: its pid.
viewer()
{
    local size=$1
    shift
    on "$size" "$BIN/shm-view" --key "$KEY" "$@"
    viewer_pid
}

viewer_pid()
{
    VIEWER=$(tmx display -p '#{pane_pid}')
}

# stream: from now on all bytes that the program sends to its terminal go to the file stream.
stream()
{
    tmx pipe-pane -o "cat >'$T/stream'"
}

# harmless_stream: no control from the names came through: no title is set, no bell rings, no C1 control.
harmless_stream()
{
    perl -e 'local $/; open my $in, "<:raw", $ARGV[0] or die; $_ = <$in>; die "empty" unless length;
        die "sets the title" if /\e\]/; die "rings" if /\a/;
        die "C1" if /(?<![\xc2-\xf4\x80-\xbf])[\x80-\x9f]/ || /\xc2[\x80-\x9f]/;
        s/\e\[[0-9;?]*[\@A-Za-z]|\e[()][AB0]|\e[=>78M]|[\r\n\b\t\x0f\x0e]//g;
        die sprintf "%vd", $1 if /([\x00-\x1f\x7f].{0,9})/s' "$1"
}

screen()
{
    tmx capture-pane -p
}

# shows TEXT...: each of them is on the screen, within one line.
shows()
{
    local now text
    now=$(screen)
    for text in "$@"; do
        [[ $now == *"$text"* ]] || return 1
    done
}

hides()
{
    ! shows "$@"
}

# sees TEXT...: waits until all of them are shown.
sees()
{
    await shows "$@" && return
    screen >&2
    return 1
}

# loses TEXT: waits until it is gone.
loses()
{
    await hides "$1" && return
    screen >&2
    return 1
}

keys()
{
    tmx send-keys "$@"
}

resize()
{
    tmx resize-window -x "${1%x*}" -y "${1#*x}"
}

# What is different from run to run: pids and addresses; the key of the title and of a command, and what follows the size.
normal()
{
    sed -E -e 's/ {0,6}[0-9]{1,7} (shm-server|shm-view  ) {6}0x[0-9a-f]{12}/    PID \1      0x--address---/' \
        -e 's/pid [0-9]+( |;|$)/pid N\1/g' -e '1s/key 0x[0-9a-f]{8}/key 0x--------/' -e 's/--key 0x[0-9a-f]{8}/--key 0x--------/' -e 's/ +$//' \
        -e '1s/(0x-{8}).* ([0-9]+ bytes).*  (.*[^ ]) *$/\1 ... \2 ... \3/'
}

like_golden()
{
    cmp -s <(screen | normal) "$GOLDEN/$1"
}

# golden NAME: waits until the screen is like tests/golden/NAME. GOLDEN_WRITE=1 writes it: look at it before you keep
# it.
golden()
{
    if [[ -n ${GOLDEN_WRITE-} ]]; then
        await_still
        screen | normal >"$GOLDEN/$1"
    fi
    await like_golden "$1" && return
    diff "$GOLDEN/$1" <(screen | normal) >&2
    return 1
}

# Only to write goldens: until the screen stays as it is.
await_still()
{
    local before now=
    until before=$now; now=$(screen); [[ -n $now && $now == "$before" ]]; do sleep 0.5; done
}

# ends STATUS: waits until the command of `on SIZE ./run COMMAND...` has ended with it. (tmux sometimes loses a status.)
ends()
{
    await ended_with "$1" && return
    cat "$T/run.status" >&2
    return 1
}

ended_with()
{
    [[ $(cat "$T/run.status" 2>/dev/null) == "$1" ]]
}

# The viewer has ended and the terminal is as it was before it: alternate screen, cursor, keys and mouse.
terminal_restored()
{
    [[ $(tmx display -p '#{alternate_on} #{cursor_flag} #{keypad_cursor_flag} #{mouse_any_flag}') == '0 1 0 0' ]]
}

# A zombie counts as gone: if pid 1 reaps nobody, as in some containers, orphans stay zombies.
gone()
{
    [[ ! -e /proc/$1/stat || $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) == [ZX]* ]]
}
