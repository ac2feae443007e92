# One window: the viewer large, the server and the client beside or below it. The
# server makes a segment of 1024 bytes and writes its message into it field by
# field; you see the bytes arrive. Then the client reads the message.
#
#   q        in the viewer: ends everything and leaves no process, segment or file
#   Ctrl-C   in the server's pane (click it first): stops the server. It removes
#            its segment, and the viewer says so
#   Enter    in the server's pane: starts it again; in the client's: reads again
#
# Best in a terminal of 80x24 or larger. Without tmux it shows only the viewer,
# with the server in the background. It uses its own segment, tmux and folder, and
# touches nothing else of yours.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

DEMO_DIR='' # holds the file that names the segment, tmux's socket, and the panes' logs and pids
DEMO_JOB='' # the pid of tmux's client, or of the viewer if there is no tmux

# UTF-8, unless the user has chosen a locale.
demo_choose_locale()
{
    [[ ${LC_ALL-}${LC_CTYPE-}${LANG-} ]] && return
    [[ -d /usr/lib/locale/C.utf8 || -d /usr/lib/locale/C.UTF-8 ]] && export LC_CTYPE=C.UTF-8
}

# key_is_free FILE: is there no segment under ftok(FILE, 15)? ftok uses 8 bits of the project, the lowest 8 of the
# device and the lowest 16 of the inode, so two files can have the same key.
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

# demo_folder: makes DEMO_DIR, with a file whose key is free.
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

# demo_cleanup: runs however the demo ends.
demo_cleanup()
{
    local server
    trap '' HUP INT TERM
    [[ $DEMO_DIR ]] || return
    [[ -S $DEMO_DIR/tmux ]] && tmux -S "$DEMO_DIR/tmux" kill-server 2>/dev/null
    [[ $DEMO_JOB ]] && kill -TERM "$DEMO_JOB" 2>/dev/null && wait "$DEMO_JOB" 2>/dev/null
    server=$(server_of_demo) && process_end "$server"
    rm -rf "$DEMO_DIR"
}

tmux_can_run() { has tmux && [[ -z ${SHMLAB_NO_TMUX-} ]]; }

# demo_in_tmux: with a separate server, socket and configuration, so that the user's own tmux isn't touched.
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

demo_without_tmux()
{
    "$BASH" "$ROOT/src/shmlab/pane.bash" server </dev/null >"$DEMO_DIR/server.log" 2>&1 &
    "$BIN/shm-view" --path "$DEMO_PATH" <&0 &
    DEMO_JOB=$!
}

# demo_wait: returns the exit status of DEMO_JOB. The trap of a signal may end the wait sooner.
demo_wait()
{
    local status
    wait "$DEMO_JOB"
    status=$?
    DEMO_JOB=''
    return "$status"
}

demo_report() # STATUS
{
    local status=$1
    [[ -r $DEMO_DIR/view.status ]] && read -r status <"$DEMO_DIR/view.status"
    if ((status)); then
        warn "the demo ended early (status $status)."
        sed 's/^/    /' "$DEMO_DIR"/*.err "$DEMO_DIR/server.log" >&2 2>/dev/null
        printf 'To see what may be missing: %s doctor\n' "$CALL" >&2
        return 1
    fi
    [[ -S $DEMO_DIR/tmux ]] && printf '\e[A\e[2K' # over the line that tmux prints when it ends
    say 'The server has removed its segment, and nothing is left.'
    say 'To do it by hand, run each in its own terminal:'
    say "    $CALL serve    $CALL read    $CALL view    ipcs -m"
}

command_demo()
{
    local status
    (($# == 0)) || usage_error demo 'demo takes no arguments.'
    terminal_require 'the demo' "Without one: $CALL view --render text"
    build_programs build demo || exit 1
    demo_choose_locale
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap demo_cleanup EXIT
    demo_folder
    export DEMO_DIR DEMO_PATH BIN
    if tmux_can_run; then demo_in_tmux; else demo_without_tmux; fi
    demo_wait
    status=$?
    demo_report "$status"
    exit
}
