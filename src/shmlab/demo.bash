# One window: the viewer large, and beside or below it the server and the client. The server makes a segment of 1024
# bytes and writes its message into it field by field; you see the bytes arrive. Then the client reads the message.
#
#   q        in the viewer ends everything and leaves nothing behind: no process, no segment, no file
#   Ctrl-C   in the server's pane (click into it first) stops the server: it removes its segment, and the viewer says so
#   Enter    in the server's pane starts it again; in the client's pane it reads again
#
# Needs a terminal, 80x24 or larger at best. Without tmux it shows the viewer alone over a server in the background.
# The demo has a segment, a tmux and a folder of its own: it meets no other program of yours.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

DEMO_DIR='' # holds the file that names the segment, tmux's socket, and what the panes tell
DEMO_JOB='' # the pid of what shows the picture: tmux's client, or the viewer

# UTF-8 where nothing was said about it; whoever asked for another locale has it.
demo_choose_locale()
{
    [[ ${LC_ALL-}${LC_CTYPE-}${LANG-} ]] && return
    [[ -d /usr/lib/locale/C.utf8 || -d /usr/lib/locale/C.UTF-8 ]] && export LC_CTYPE=C.UTF-8
}

# key_is_free FILE: is there no segment yet under ftok(FILE, 15)? ftok takes the project's 8 bits, the lowest 8 of the
# device and the lowest 16 of the inode: files that are not the same can have the same key.
key_is_free()
{
    local device inode key other
    read -r device inode < <(stat -c '%d %i' "$1") || return 0
    key=$((15 << 24 | (device & 0xff) << 16 | inode & 0xffff))
    while read -r other _; do
        [[ $other == "$key" ]] && return 1
    done </proc/sysvipc/shm
    return 0
}

# demo_folder: makes DEMO_DIR, with a file whose key is nobody's.
demo_folder()
{
    local number parent=${TMPDIR:-/tmp}
    # A socket's path has 107 bytes at most.
    [[ ${#parent} -le 60 && -d $parent && -w $parent ]] || parent=/tmp
    DEMO_DIR=$(mktemp -d "$parent/shmlab-demo.XXXXXX") || die "cannot make a folder for the demo in $parent"
    for number in 1 2 3 4 5 6 7 8; do
        : >"$DEMO_DIR/segment-$number"
        key_is_free "$DEMO_DIR/segment-$number" && break
    done
    DEMO_PATH=$DEMO_DIR/segment-$number
}

# server_of_demo: prints the pid of this demo's server, if it is running.
server_of_demo()
{
    local pid
    [[ -r $DEMO_DIR/server.pid ]] && read -r pid <"$DEMO_DIR/server.pid" || return 1
    # the pid may be another program's by now
    [[ /proc/$pid/exe -ef $BIN/shm-server ]] || tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$DEMO_PATH" || return 1
    printf '%s\n' "$pid"
}

# server_stop: asks the server to leave, which removes its segment; insists after 3 seconds.
server_stop()
{
    local pid tries
    for ((tries = 0; tries < 80; tries++)); do
        pid=$(server_of_demo) || return 0
        if ((tries == 0)); then
            kill -TERM "$pid" 2>/dev/null
        elif ((tries == 60)); then
            kill -KILL "$pid" 2>/dev/null
        fi
        sleep 0.05
    done
}

# demo_leave: whatever the way out, nothing stays.
demo_leave()
{
    trap '' HUP INT TERM
    [[ $DEMO_DIR ]] || return
    [[ -S $DEMO_DIR/tmux ]] && tmux -S "$DEMO_DIR/tmux" kill-server 2>/dev/null
    [[ $DEMO_JOB ]] && kill -TERM "$DEMO_JOB" 2>/dev/null && wait "$DEMO_JOB" 2>/dev/null
    server_stop
    rm -rf "$DEMO_DIR"
}

# tmux_can_run: it is there, new enough, and may open its socket.
tmux_can_run() { has tmux && [[ -z ${SHMLAB_NO_TMUX-} ]]; }

# demo_in_tmux: its own server, socket and configuration; a tmux of the user's around it or beside it isn't touched.
demo_in_tmux()
{
    local pane=("$BASH" "$ROOT/src/shmlab/pane.bash")
    env -u TMUX -u TMUX_PANE tmux -S "$DEMO_DIR/tmux" -f "$ROOT/src/shmlab/demo.tmux" \
        new-session -s shmlab "${pane[@]}" viewer \; \
        split-window -d "${pane[@]}" server \; \
        split-window -d -h -t :.1 "${pane[@]}" client \; \
        if -F 1 arrange <&0 2>"$DEMO_DIR/tmux.err" &
    DEMO_JOB=$!
}

# demo_alone: no tmux. The viewer over a server in the background.
demo_alone()
{
    "$BASH" "$ROOT/src/shmlab/pane.bash" server </dev/null >"$DEMO_DIR/server.log" 2>&1 &
    "$BIN/shm-view" --path "$DEMO_PATH" <&0 &
    DEMO_JOB=$!
}

# demo_wait: until the picture ends by itself. Its exit status; a signal's trap may end the wait sooner.
demo_wait()
{
    local status
    wait "$DEMO_JOB"
    status=$?
    DEMO_JOB=''
    return "$status"
}

demo_farewell() # STATUS
{
    local status=$1
    [[ -r $DEMO_DIR/view.status ]] && read -r status <"$DEMO_DIR/view.status"
    if ((status)); then
        warn "the demo ended early (status $status)."
        sed 's/^/    /' "$DEMO_DIR"/*.err "$DEMO_DIR/server.log" >&2 2>/dev/null
        printf 'What may be missing: %s doctor\n' "$CALL" >&2
        return 1
    fi
    [[ -S $DEMO_DIR/tmux ]] && printf '\e[A\e[2K' # over tmux's own last word
    say 'The server has removed its segment, and nothing is left.'
    say 'By hand, each in a terminal of its own:'
    say "    $CALL serve    $CALL read    $CALL view    ipcs -m"
}

command_demo()
{
    local status
    if (($#)); then
        warn "demo takes no words. See: $CALL help demo"
        exit 2
    fi
    terminal_require 'the demo' "For a picture in a pipe: $CALL view --render text"
    build_programs build demo || exit 1
    demo_choose_locale
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap demo_leave EXIT
    demo_folder
    export DEMO_DIR DEMO_PATH BIN
    if tmux_can_run; then demo_in_tmux; else demo_alone; fi
    demo_wait
    status=$?
    demo_farewell "$status"
    exit
}
