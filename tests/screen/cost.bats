#!/usr/bin/env bats
# What the viewer sends to its terminal, counted by the bench: bytes are the same on every machine, times are not.
bats_require_minimum_version 1.5.0
load helper

# figure NAME: the viewer's figure in the row of that name.
figure()
{
    awk -v name="$1" 'index($0, name) == 1 { print substr($0, 45) + 0 }' <<<"$output"
}

@test "an idle viewer sends no byte, and a changed byte only a few" {
    LC_ALL=C.UTF-8 run -0 "$BIN/bench-view" --quick bytes
    [[ $(figure 'idle, in all') == 0 ]]
    awk -v grid="$(figure 'a changed byte, in the grid')" -v all="$(figure 'a changed byte, all panels')" \
        'BEGIN { exit !(grid > 10 && grid <= 30 && all > grid && all <= 250) }' || { echo "$output"; false; }
}
