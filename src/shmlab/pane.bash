#!/usr/bin/env bash
# One pane of the demo: pane.bash server|client|viewer. demo.bash starts it, and exports DEMO_DIR (its folder),
# DEMO_PATH (the file that names the segment) and BIN (the programs).
set -u

# Ctrl-C is for the program in the pane, not for this script.
trap : INT

# enter_await TEXT: prints it and waits for Enter. Without a terminal it waits until a signal comes.
enter_await()
{
    printf '%s' "$1" # the pane may have three rows
    [[ -t 0 ]] || exec sleep infinity
    read -r || exit 0
}

# The 8 fields take about 5 seconds: slow enough to follow, fast enough to wait for. The values change only after the
# client has read the first ones.
pane_server()
{
    while true; do
        (
            printf '%s\n' "$BASHPID" >"$DEMO_DIR/server.pid"
            exec "$BIN/shm-server" --path "$DEMO_PATH" --quiet --pause 600 --every 2000 --quiet
        )
        enter_await 'It has ended. Enter starts it again.'
    done
}

# message_read: 1 if the message isn't complete yet.
message_read()
{
    "$BIN/shm-client" --path "$DEMO_PATH" >"$DEMO_DIR/client.out" 2>/dev/null && grep -qx goodbye "$DEMO_DIR/client.out"
}

pane_client()
{
    while true; do
        printf 'shm-client is waiting for the message ...\n'
        until message_read; do
            sleep 0.3
        done
        cat "$DEMO_DIR/client.out"
        enter_await 'Enter reads again. q in viewer leaves.'
    done
}

# When this pane ends, tmux ends too (demo.tmux). demo_report prints the viewer's errors.
pane_viewer()
{
    "$BIN/shm-view" --path "$DEMO_PATH" 2>"$DEMO_DIR/view.err"
    printf '%s\n' $? >"$DEMO_DIR/view.status"
}

"pane_$1"
