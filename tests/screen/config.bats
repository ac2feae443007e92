#!/usr/bin/env bats
# ~/.config/shmlab/config: its settings have effect, its errors are reported, and command-line options override it.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    screen_open
    message_file
    mkdir -p "$XDG_CONFIG_HOME/shmlab"
    CONFIG=$XDG_CONFIG_HOME/shmlab/config
}

teardown()
{
    screen_close
}

view_file()
{
    on 80x24 "$@" "$BIN/shm-view" --file message.bin --layout layout "${WORDS[@]}"
}

# coloured CODE TEXT: TEXT is on the screen in that colour, 31 (red) to 36 (cyan).
coloured()
{
    tmx capture-pane -p -e | grep -qE $'\e''\[([0-9]+;)*'"$1"'m[^'$'\e'']*'"$2"
}

big_endian_first()
{
    screen | grep -q 'big  *little'
}

@test "width, byte order and colours are taken from the file" {
    printf 'width = 8\nbyte-order = big\nsqueeze = yes\ncolour.text = red\n' >"$CONFIG"
    view_file env
    sees '0008 '
    sees 'rows of 00'
    await big_endian_first
    await coloured 31 intro
    hides config
}

@test "command-line options override the file, and NO_COLOR its colours" {
    printf 'width = 8\ncolour.text = red\n' >"$CONFIG"
    WORDS=(--width 16)
    view_file env NO_COLOR=1
    sees '0010 '
    hides '0008 '
    run ! coloured '3[1-7]' .
}

@test "a wrong line is reported with its number in the viewer, and the others have effect" {
    printf 'widht = 8\nwidth = 8\nhz = fast\n' >"$CONFIG"
    view_file ./run
    sees '0008 ' "config, line 1: there is no setting 'widht'"
    keys j
    loses config,
    keys q
    ends 0
    sees 'line 3: hz takes' "not 'fast'" # on the terminal that is back, where the line wraps
}

@test "another user's file, or one that can't be read, is reported, and the viewer goes on" {
    need_root
    printf 'width = 8\n' >"$CONFIG"
    chown $NOBODY "$CONFIG"
    view_file env
    sees '0010 ' 'config: not read: it belongs to somebody else'
    rm "$CONFIG"
    mkdir "$CONFIG"
    view_file env
    sees '0010 ' 'config: not read: Is a directory'
}

@test "--config names another file, which must exist" {
    printf 'width = 8\n' >"$CONFIG"
    printf 'width = 4\n' >"$T/mine"
    WORDS=(--config mine)
    view_file env
    sees '0004 '
    run -1 --separate-stderr "$BIN/shm-view" --config "$T/none" --file "$T/message.bin" --render text
    [[ $stderr == "shm-view: cannot read $T/none: No such file or directory"* && -z $output ]]
}

@test "--render draws the same for every user; only --config changes it" {
    "$BIN/shm-view" --file "$T/message.bin" --layout "$T/layout" --render ansi >"$T/without"
    printf 'width = 8\ncolour.text = red\ncolour.padding = yellow\nnothing\n' >"$CONFIG"
    run -0 --separate-stderr "$BIN/shm-view" --file "$T/message.bin" --layout "$T/layout" --render ansi
    [[ -z $stderr && $output == "$(<"$T/without")" ]]
    run -0 --separate-stderr "$BIN/shm-view" --config "$CONFIG" --file "$T/message.bin" \
        --layout "$T/layout" --render ansi
    [[ $stderr == "shm-view: $CONFIG, line 4: 'nothing' is not 'name = value'" ]]
    [[ $output == *$'\e[31m│50'* && $output == *$'\e[2;33m'* && $output == *0008* ]]
}
