#!/usr/bin/env bash
# One pane of the demo: pane.bash server|client|viewer. Started by demo.bash, which exports DEMO_DIR (its folder),
# DEMO_PATH (the file that names the segment) and BIN (the programs).
set -u

# A pane's Ctrl-C is for the program in it, not for this script.
trap : INT

# enter_waited TEXT: says it, and waits for Enter. Without a terminal: for ever, until a signal ends it.
enter_waited()
{
    printf '%s\n' "$1"
    [[ -t 0 ]] || exec sleep infinity
    read -r || exit 0
}

# A message of 8 fields in about 5 seconds: slow enough to follow, quick enough to wait for. Then its values move, late
# enough that the client has read the first ones.
pane_server()
{
    while true; do
        (
            printf '%s\n' "$BASHPID" >"$DEMO_DIR/server.pid"
            exec "$BIN/shm-server" --path "$DEMO_PATH" --quiet --pause 600 --every 2000 --quiet
        )
        enter_waited 'It has ended. Enter starts it again.'
    done
}

# message_read: the client's output once the message is complete. 1: not yet.
message_read()
{
    "$BIN/shm-client" --path "$DEMO_PATH" >"$DEMO_DIR/client.out" 2>/dev/null && grep -qx goodbye "$DEMO_DIR/client.out"
}

pane_client()
{
    while true; do
        printf 'shm-client waits for the message ...\n'
        until message_read; do
            sleep 0.3
        done
        cat "$DEMO_DIR/client.out"
        enter_waited 'Enter reads again. q in viewer leaves.'
    done
}

# The viewer's pane ends: tmux ends with it (demo.tmux). What it had to say is kept for the farewell.
pane_viewer()
{
    "$BIN/shm-view" --path "$DEMO_PATH" 2>"$DEMO_DIR/view.err"
    printf '%s\n' $? >"$DEMO_DIR/view.status"
}

"pane_$1"
