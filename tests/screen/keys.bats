#!/usr/bin/env bats
# Every key and the mouse, tested by what the screen shows. The line under the grid says where the cursor is.
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

message()
{
    on "${1:-80x24}" ./run "$BIN/shm-view" --file message.bin --layout layout
    sees 'PI is defined as'
}

at()
{
    sees "$(printf '0x%04x = %d ' "$1" "$1")"
}

# go KEY OFFSET...: each key leads to its offset.
go()
{
    while (($# > 0)); do
        keys "$1"
        at "$2"
        shift 2
    done
}

@test "hjkl and the arrows move by bytes and rows, and stop at the ends" {
    message
    at 0
    go l 1 Right 2 j 18 Down 34 h 33 Left 32 k 16 Up 0
    keys h k Left Up l
    at 1
    go G 1023
    keys l j Right Down h
    at 1022
}

@test "g G Home End 0 \$ and pages" {
    message
    go G 1023 g 0 End 1023 Home 0 l 1 j 17 '$' 31 0 16
    go NPage 144 C-f 272 PPage 144 C-b 16 C-b 0
    go G 1023
    sees '03f0  00'
}

@test "Tab and Shift-Tab go from field to field" {
    message
    go Tab 20 Tab 24 Tab 28 Tab 32 Tab 33 Tab 40 Tab 48
    sees '▸farewell'
    keys Tab # there is no next one
    go BTab 40 BTab 33
    sees '▸eq2'
    go g 0
    keys BTab l
    at 1
}

@test "without a layout the texts are listed, live; Tab and the mouse go to them" {
    foreign 1024
    fill "$ID" 'a18 x110 a7' 'PI is defined as: ' goodbye
    viewer 80x24 --no-layout
    sees '▸0000  PI is defined as: ' ' 0080  goodbye'
    go Tab 128 BTab 0
    sees '▸0000  PI is'
    keys BTab
    sees 'no text before here'
    poke 64 6e6577
    poke 67 6c79
    sees ' 0040  newly' ' 0080  goodbye'
    click 0 10 15 # the second line
    at 64
    sees '▸0040  newly'
    keys G Tab
    sees 'no text after here'
    poke 64 00
    sees ' 0041  ewly'
    loses newly
}

slots()
{
    nested_file
    on "${1:-80x24}" ./run "$BIN/shm-view" --file nested.bin --layout nested
    sees '-head' '+slots'
}

@test "fields fold and unfold, and Tab goes through the rows that are shown" {
    slots
    sees '+seen' '{0, "s0' 'last'
    go Tab 4 Tab 16 # head.seen, folded, and slots
    sees 'slots: struct slot[200], byte 1 of 1600 = {0, "s0"} {1' '▸+slots'
    keys Enter
    sees '▸-slots' '+[0]' '+[4]'
    go Tab 16 Tab 24
    sees 'slots[1]: struct slot, byte 1 of 8'
    keys +
    sees ' "s1"' 'text'
    go Tab 24 Tab 28
    sees '▸   text' 'slots[1].text: char[4], byte 1 of 4 = "s1"'
    keys - # the element, and then the array around it
    sees '▸ +[1]'
    keys -
    sees '▸+slots'
    go Tab 1616 BTab 16 BTab 4
    keys +
    sees '▸ -seen' '[2]' 'head.seen: int[3], byte 1 of 12'
    go Tab 4 Tab 8
    sees 'head.seen[1]: int, byte 1 of 4' '▸   [1]'
    keys :last
    keys Enter
    at 1616
    keys +
    sees 'nothing to unfold here'
    keys -
    sees 'nothing to fold here'
}

@test "a click chooses a row of the table, a second one unfolds it, and the wheel scrolls it" {
    slots
    click 0 4 15 # slots
    at 16
    sees '▸+slots'
    click 0 4 15
    sees '▸-slots' '+[0]'
    click 65 5 14
    click 65 5 14
    click 65 5 14
    sees '+[9]'
    at 16
    hides '-slots'
    click 64 5 14
    click 64 5 14
    click 64 5 14
    sees '▸-slots'
}

@test "z squeezes rows of zeros, live, and the mouse and the cursor go over them" {
    serve
    viewer 80x24
    sees 0040
    keys z
    sees '0040─ … 60 rows of 00, up to 0x03ff'
    poke 512 2a
    sees '0040─ … 28 rows of 00, up to 0x01ff' '0200─ 2a' '0210  … 31 rows of 00'
    keys :0x30 Enter j j
    at 512
    click 0 30 6 # the line of 28 rows
    at 64
    poke 512 00
    sees '… 60 rows of 00'
    keys z
    loses 'rows of 00'
    sees '0040─[00]'
}

@test "the screen shows the cursor's offset, its field and the values there" {
    message
    go Tab 20
    sees '00░00[16]00 00 00' '▸num' 'num: int, byte 1 of 4 = 22' 'byte 16 22 0001 0110' 'i32 22 '
    go h 19
    sees '00[00]16' 'padding before num (align 4)' '▸num'
    keys :100 Enter
    at 100
    sees 'free: no field lies here'
}

@test ": goes to an offset, a distance or a field, and reports what it does not know" {
    message
    keys -l :0x20
    sees ':0x20_'
    keys Enter
    at 32
    keys :40 Enter
    at 40
    keys :+8 Enter
    at 48
    keys :-0x10 Enter
    at 32
    keys :den Enter
    at 28
    keys :nonsense Enter
    sees 'neither a field nor an offset: nonsense'
    at 28
    keys :1024 Enter
    sees 'the segment ends at 0x400 (1024)'
    keys l
    loses 'the segment ends'
    keys :99 BSpace BSpace 7 Enter
    at 7
    keys :12 Escape
    loses ':12_'
    at 7
}

@test "/ n N find a field, text and bytes, and go on at the other end" {
    message
    keys /goodbye Enter
    at 48
    sees 'found characters'
    keys /ratio Enter
    at 40
    keys /0x3d Enter
    at 32
    sees 'found bytes'
    go n 33 n 32
    sees 'around the end'
    go N 33 N 32
    keys /nowhere Enter
    sees 'not found: nowhere'
    at 32
}

@test "w changes the bytes per row, e the inspector's byte order, L asks for another layout" {
    message 200x60
    sees ' 1e 1f'
    keys w # 64 don't fit
    sees '64 bytes per row need ' 'columns, there are 200: 8 again'
    loses ' 8  9'
    sees '0008 '
    keys w
    sees ' e  f'
    at 0
    sees 'little endian                big endian'
    keys e
    sees 'big endian                   little endian'
    keys L
    sees 'the only layout: layout'
}

@test "L shows the same bytes with the program's other types, and comes back to the first" {
    serve
    viewer 80x24
    sees 'struct message, from shm-server' '00░00│16'
    keys L
    sees 'layout: struct message_'
    screen | grep -q 'PI is defined as'
    for _ in 2 3 4 5 6 7 8; do keys L; done
    sees 'layout: struct message, from shm-server' '00░00│16'
}

@test "? shows the help with every key, and another key closes it" {
    message
    keys '?'
    sees 'any other key closes' 'Tab         next field; Shift-Tab: back' '? q         this help; quit'
    keys x
    loses 'any other key closes'
    resize 20x6
    sees 'shm-view'
    keys '?'
    sees Keys
    keys j j j
    loses Keys
    keys k k k
    sees Keys
    for ((i = 0; i < 30; i++)); do keys NPage NPage NPage; done # far past its end
    sees 'picture may be'
    keys k # and at once back
    loses 'half old'
    for ((i = 0; i < 30; i++)); do keys PPage PPage; done
    sees Keys
    keys q # closes the help only
    sees 0000
    keys q
    ends 0
}

@test "q ends the viewer with status 0" {
    message
    keys q
    ends 0
}

# click BUTTON COL ROW: what a terminal sends for a mouse button (0: left, 64: wheel up, 65: wheel down).
click()
{
    mouse "$@"
    (($1 >= 64)) || mouse 3 "$2" "$3" # release
}

mouse()
{
    keys -l "$(perl -e 'print "\e[M", chr $ARGV[0] + 32, chr $ARGV[1] + 33, chr $ARGV[2] + 33' "$@")"
}

@test "the mouse selects a byte, a character or a field; its wheel moves" {
    message
    click 0 22 3 # byte 5 of the row of 0x10
    at 21
    click 0 60 2 # the 4th character of the first row
    at 3
    click 0 4 13 # the table's second field
    at 20
    click 0 4 0 # no byte is at the title
    click 65 10 10
    at 36
    click 64 10 10
    at 20
}

@test "bytes come from a pipe, keys from the terminal" {
    on 80x24 ./run bash -c 'cat message.bin | "$1" - --layout layout' - "$BIN/shm-view"
    sees 'standard input' 'PI is defined as'
    go Tab 20
    keys q
    ends 0
}

@test "no key of the keyboard breaks it" {
    message
    for key in F1 F5 F12 IC DC C-a C-l C-g M-x C-Right S-Up 'é' '日' a z Z '~' '%' '@' C-@; do
        keys "$key"
    done
    keys -l $'\e[<0;5;5M\e[200~x\e[201~\e[9999~\eOX\xff\xfe'
    keys Escape g
    at 0
    sees 'PI is defined as' '? help  q quit'
}
