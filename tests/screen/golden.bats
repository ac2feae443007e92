#!/usr/bin/env bats
# Whole screens, as text, at the sizes that we promise. They are in tests/golden/; a person has compared each with the
# layout. GOLDEN_WRITE=1 bats tests/screen/golden.bats writes them again: then look at every one.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    screen_open
}

teardown()
{
    screen_close
}

@test "the message at 80x24" {
    serve
    viewer 80x24
    golden natural-80x24
}

@test "the message at 100x30" {
    serve
    viewer 100x30
    golden natural-100x30
}

@test "the message at 200x60" {
    serve
    viewer 200x60
    golden natural-200x60
}

@test "the message at 20x6" {
    serve
    viewer 20x6
    golden natural-20x6
}

@test "the packed message at 80x24" {
    serve --layout packed
    viewer 80x24
    keys :ratio Enter
    golden packed-80x24
}

@test "a file with findings at 80x24" {
    printf '%s\n' 'shmlab layout 1' 'struct bad {' 'char tag' '4 int n' '6 int m' '10 short s' '16 double d' \
        'struct slot slots[3] {' 'char c' 'int n' '}' '}' >"$T/layout"
    perl -e 'print pack "C*", map { $_ * 7 % 256 } 0 .. 99' >"$T/bytes.bin"
    on 80x24 "$BIN/shm-view" --file bytes.bin --layout layout
    keys :6 Enter
    golden findings-80x24
}

@test "help at 80x24, 100x30, 200x60 and 20x6" {
    message_file
    on 80x24 "$BIN/shm-view" --file message.bin --layout layout
    sees 0000
    keys '?'
    golden help-80x24
    resize 100x30
    golden help-100x30
    resize 200x60
    golden help-200x60
    resize 20x6
    golden help-20x6
}

@test "waiting at 80x24 and 20x6" {
    viewer 80x24
    golden waiting-80x24
    resize 20x6
    golden waiting-20x6
}

@test "who is attached at 80x24 and 100x30, and without a server" {
    serve
    viewer 80x24
    sees 0000
    keys a
    sees 'made it' 'this viewer'
    golden attached-80x24
    resize 100x30
    golden attached-100x30
    kill -KILL "$SERVER"
    sees 'it has ended'
    loses 'made it'
    golden attached-gone-100x30
}

@test "not permitted, removed and gone at 80x24" {
    need_root
    serve
    cp "$BIN/shm-view" "$T/"
    on 80x24 setpriv --reuid $NOBODY --regid $NOBODY --clear-groups env HOME=/ "$T/shm-view" --key "$KEY" --no-layout
    sees 'not permitted: shmid'
    screen | sed -e 's/shmid [0-9]*/shmid N/' | normal >"$T/denied"
    [[ -z ${GOLDEN_WRITE-} ]] || cp "$T/denied" "$GOLDEN/denied-80x24"
    diff "$GOLDEN/denied-80x24" "$T/denied"
    hold
    viewer 80x24 --no-layout
    sees 'PI is defined as'
    ipcrm -m "$ID"
    echo "$ID" >"$T/ids" # it has no key any more
    sees 'removed, but 2 others have it attached'
    golden removed-80x24
    kill -KILL "$HOLDER"
    kill -INT "$SERVER"
    sees 'the segment is gone'
    golden gone-80x24
}

@test "only ASCII at 80x24 in the C locale" {
    serve
    on 80x24 env LC_ALL=C "$BIN/shm-view" --key "$KEY"
    golden ascii-80x24
    ! LC_ALL=C grep -q '[^ -~]' "$GOLDEN/ascii-80x24" || false
}

@test "without a layout at 80x24" {
    message_file
    on 80x24 "$BIN/shm-view" --file message.bin --no-layout
    golden bytes-80x24
}

@test "each width: w at 280x24 and at 80x24" {
    message_file
    on 280x24 "$BIN/shm-view" --file message.bin --layout layout
    sees ' 1e 1f'
    keys w
    golden width-64
    keys w
    golden width-8
    keys w
    golden width-16
    keys w
    golden width-32
    resize 80x24
    sees "$(printf '1024 bytes%41s' file)" # drawn for 80 columns
    keys w
    sees '32 bytes per row need'
    golden width-32-80x24
}

# Text and numbers far apart, one of them at a page's edge.
@test "z squeezes rows of zeros, at 80x24 and 20x6" {
    perl -e 'print pack "a16 x160 a5 x3939 V4 x2000 a3", "first", "lone", 1, 2, 3, 4, "end"' >"$T/holes.bin"
    on 80x24 "$BIN/shm-view" --file holes.bin
    sees first
    keys z
    golden squeeze-80x24
    keys Tab
    golden squeeze-tab-80x24
    resize 20x6
    golden squeeze-20x6
}

@test "folded and unfolded fields at 80x24 and 140x40" {
    nested_file
    on 80x24 "$BIN/shm-view" --file nested.bin --layout nested
    sees '+slots'
    golden folded-80x24
    keys :slots Enter + Tab Tab +
    golden unfolded-80x24
    resize 140x40
    golden unfolded-140x40
}
