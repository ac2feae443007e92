#!/usr/bin/env bats
# Kinds of terminals, emulated by a strict terminal: it refuses every byte that the terminfo entry of its kind doesn't
# have, and then on_tty fails. The kinds that tmux can emulate are in terminal.bats.
bats_require_minimum_version 1.5.0
load helper

KINDS=(xterm-256color xterm screen-256color tmux-256color linux vt100)

setup()
{
    # On a linux console curses asks the mouse daemon through libgpm, which leaks 10 bytes. There is no console here.
    export NCURSES_GPM_TERMS=none
    screen_open
    message_file
}

teardown()
{
    screen_close
}

# shot TERM SIZE STEP...: the viewer with the message on such a terminal; what the steps print goes to $T/TERM.
shot()
{
    local term=$1 size=$2
    shift 2
    (cd "$T" && "$BIN/on_tty" "$term" "$size" 'see:layout: layout' "$@" -- \
        "$BIN/shm-view" --file message.bin --layout layout) >"$T/$term"
}

# like NAME TERM: the screen of that kind is tests/golden/NAME. GOLDEN_WRITE=1 writes it: look at it.
like()
{
    [[ -z ${GOLDEN_WRITE-} ]] || cp "$T/$2" "$GOLDEN/$1"
    diff "$GOLDEN/$1" "$T/$2"
}

@test "each kind shows the message with the characters that it has" {
    for term in "${KINDS[@]}"; do
        case $term in
            vt100 | linux) golden=$term-80x24 ;;
            *) golden=kind-80x24 ;;
        esac
        [[ $term != vt100 ]] || local -x LC_ALL=C
        shot "$term" 80x24 still show
        like "$golden" "$term"
    done
}

@test "each character has the colour and the attributes of the picture" {
    for size in 80x24 160x50; do
        (cd "$T" && "$BIN/shm-view" --file message.bin --layout layout --render ansi --screen "$size") >"$T/picture"
        grep -q $'\e\[[0-9;]*3[1-6]m' "$T/picture"
        for term in xterm-256color xterm screen-256color tmux-256color; do
            shot "$term" "$size" still like:picture size:60x20 still size:"$size" still like:picture
        done
    done
}

# The viewer may read a file up to a second later: until then the bytes would be "??".
@test "if a search finds bytes far away, they are shown at once" {
    perl -e 'print "\0" x 600000, "needle", "\0" x 400000' >"$T/far.bin"
    "$BIN/on_tty" xterm-256color 80x24 'see:q quit' 'keys:/needle\r' 'see:0x927c0' still show -- \
        "$BIN/shm-view" --file "$T/far.bin" >"$T/shown"
    says "$T/shown" '[6e]65 65 64 6c 65'
}

@test "each kind gets as many colours as it has: 256, 16, 8 or none" {
    mkdir "$T/terminfo"
    infocmp -x xterm-256color |
        sed -e 's/xterm-256color|[^,]*/shmlab-16|sixteen colours/' -e 's/colors#[^,]*/colors#16/' >"$T/sixteen"
    TERMINFO=$T/terminfo tic -x "$T/sixteen"
    export TERMINFO_DIRS=$T/terminfo:
    for row in 'xterm-256color 4' 'screen-256color 4' 'tmux-256color 4' 'shmlab-16 4' 'xterm 4' 'linux 4' 'vt100 0'; do
        shot "${row% *}" 80x24 still colours
        [[ $(<"$T/${row% *}") == "${row#* }" ]] || { echo "$row: $(<"$T/${row% *}")"; false; }
    done
    NO_COLOR=1 shot xterm 80x24 still colours
    [[ $(<"$T/xterm") == 0 ]]
}

@test "each kind at each size from 20x6 to 500x200" {
    for size in 20x6 40x12 80x24 81x25 132x43 500x200; do
        shot xterm-256color "$size" still show
        mv "$T/xterm-256color" "$T/first"
        [[ $(wc -l <"$T/first") == "${size#*x}" ]]
        for term in "${KINDS[@]:1}"; do
            shot "$term" "$size" still show
            [[ $term == linux || $term == vt100 ]] || diff "$T/first" "$T/$term"
        done
    done
}

@test "each kind follows a new size, down and up again" {
    for term in "${KINDS[@]}"; do
        shot "$term" 80x24 still show size:20x6 still 'see:0004' size:500x200 still \
            'see:the whole segment' size:80x24 still show
        [[ $(head -n 24 "$T/$term") == "$(tail -n 24 "$T/$term")" ]]
    done
}

@test "each kind's own arrows, Tab and help work, and the terminal is restored at the end" {
    for term in "${KINDS[@]}"; do
        right=$(infocmp -1 -x "$term" | sed -n 's/^\tkcuf1=\\E\(.*\),$/\\e\1/p')
        shot "$term" 80x24 modes "keys:$right" 'see:0x0001 = 1 ' 'keys:\t' 'see:0x0014 = 20 ' \
            'keys:?' 'see:Keys' 'keys:q' 'lose:Keys' 'keys:q' end
        [[ $(head -n 1 "$T/$term") == *hidden* || $term == vt100 ]] # it can't hide its cursor
        [[ $(tail -n 2 "$T/$term") == $'\nstatus 0' ]]
    done
}

@test "a creator with escape sequences in its name: no kind of terminal gets them as controls" {
    attacker
    for row in 'xterm-256color C.UTF-8' 'linux C.UTF-8' 'vt100 C' 'xterm C'; do
        LC_ALL=${row#* } "$BIN/on_tty" "${row% *}" 200x60 'see:x1b]0;x' still 'keys:?' still 'keys:x' still \
            'keys:G' still size:90x30 still size:200x60 still 'keys:q' end -- "$BIN/shm-view" --key "$KEY" >"$T/shown"
        [[ $(tail -n 1 "$T/shown") == 'status 0' ]]
    done
}
