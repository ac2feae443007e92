#!/usr/bin/env bats
# docs/layout-format.md is true: its examples can be read, and mean what it says.

load helpers

# example N: the Nth block of the page that is a whole file, written to $work/example
example() {
    awk -v n="$1" '/^```$/ { inside = !inside; next_is_first = inside; if (!inside && mine) exit; next }
        next_is_first { next_is_first = 0; if ($0 == "shmlab layout 1" && ++seen == n) mine = 1 }
        inside && mine' "$here/../../docs/layout-format.md" >"$work/example"
    [ -s "$work/example" ]
}

# has LINE...: the example, read and written again, has these lines, except for blanks at the start.
has() {
    run -0 "$dump" -t "$work/example"
    for line in "$@"; do
        grep -qxF -- "$line" <<<"$(sed 's/^ *//' <<<"$output")" || { echo "missing '$line' in: $output"; false; }
    done
}

@test "the first file: C's offsets for the message" {
    example 1
    has 'struct (size 56, align 8) {' '20 int num' '40 double ratio' '48 char[8] farewell'
}

@test "offsets before a field" {
    example 2
    has '19 int num' '64 double far' '16 int overlap'
}

@test "structs, unions, arrays and the rest of the segment" {
    example 3
    has 'struct message (size 32, align 8) {' '4 struct point where (size 8, align 4) {' \
        '12 struct slot[3] slots (size 12, align 2) {' '24 "union" number (size 8, align 8) {' '32 char[] rest'
}

@test "bit-fields and enums" {
    example 4
    has '0 unsigned level : 5 (bit 1)' '4 unsigned late : 3 (bit 2)' '8 enum color tint {' 'BLUE = 6'
}

@test "there is no other example that is a whole file" {
    run ! example 5
}

@test "what the page says about errors" {
    printf 'shmlab layout 1\nint a\nint b\nfoo_t x\n' >"$work/example"
    run -1 "$dump" -t "$work/example"
    line=$(grep "^line 4: the type 'foo_t'" "$here/../../docs/layout-format.md")
    [[ $output == *"$line"* ]]
}
