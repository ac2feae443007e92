# The demo's tmux: three panes, no status line, nothing of the user's own configuration.

set -s escape-time 10
set -s default-terminal screen-256color
set -g default-shell /bin/sh
set -g status off
set -g mouse on
set -g destroy-unattached on # to detach ends the demo too
set-hook -g pane-exited kill-server

# Pane 0 is the viewer, 1 the server, 2 the client.
set -g pane-border-format ' #{?#{==:#{pane_index},0},shm-view: every byte of the segment#, read-only (q ends all),#{?#{==:#{pane_index},1},shm-server: writes,shm-client: reads}} '
set -g main-pane-width 20
set -g main-pane-height 5
set -g other-pane-width 39

# From 120 columns on, server and client are beside the viewer, else below it. With fewer than 18 rows the viewer takes
# the whole window.
set -s command-alias[100] arrange='if -F "#{e|>=:#{window_height},30}" "set -w pane-border-status top; set -w other-pane-height 9" "set -w pane-border-status off; set -w other-pane-height 3" ; if -F "#{e|>=:#{window_width},120}" "select-layout main-vertical" "select-layout main-horizontal" ; if -F "#{e|<:#{window_height},18}" "resize-pane -Z -t :.0"'
set-hook -g window-resized arrange
