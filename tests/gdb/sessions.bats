#!/usr/bin/env bats
# The prepared sessions of gdb: each compared with its transcript, and step by step on a terminal.
bats_require_minimum_version 1.5.0
load ../screen/helper
load minimal

setup()
{
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    screen_open
    export SHMLAB_BIN=$BIN TMPDIR=$T
    unset DEBUGINFOD_URLS
}

teardown() { screen_close; }

# No process and no folder is left, and no segment, if the test is isolated.
nothing_left()
{
    [[ $(wc -l </proc/sysvipc/shm) == 1 || -z ${SHMLAB_ISOLATED-} ]] || return 1
    ! compgen -G "$T/shmlab-session.*" >/dev/null && ! pgrep -f "$T/shmlab-session" >/dev/null
}

@test "each session prints what its transcript has, and leaves nothing behind" {
    "$ROOT/gdb/session-run" all --batch </dev/null >"$T/said"
    [[ $(grep -c '^0[1-9] ' "$T/said") == 9 ]]
    await nothing_left
}

@test "a gdb without Python runs all of them too" {
    minimal
    GDB=$GDB_MINIMAL "$ROOT/gdb/session-run" all --batch </dev/null >"$T/said"
    [[ $(grep -c '^0[1-9] ' "$T/said") == 9 ]]
}

# said N: puts the output of session N into $T/said. bytes_after COMMAND: the bytes, in hex, that this command printed.
said() { "$ROOT/gdb/session-run" "$1" --batch </dev/null >"$T/said"; }
bytes_after()
{
    awk -v command="(gdb) $1" '$0 == command { on = 1; next } on && !/^0x/ { exit } on' "$T/said" | sed 's/^[^:]*://; s/0x//g' |
        tr -d ' \t\n'
}

# packed TEMPLATE: the message, made by perl's pack, in hex.
packed()
{
    perl -e 'print unpack "H*", pack $ARGV[0], "PI is defined as: ", 22, "/", 7, "=", "=", 22 / 7, "goodbye"' "$1"
}

# read_as HEX TEMPLATE: the values that perl's unpack reads from the bytes, as gdb prints a struct.
read_as()
{
    perl -e 'my ($intro, $num, $slash, $den, $eq1, $eq2, $ratio) = unpack $ARGV[1], pack "H*", $ARGV[0];
        printf "num = %d, slash = %d %%, den = %d, eq1 = %d %%, eq2 = %d %%, ratio = %.17g", $num, ord $slash, $den,
            ord $eq1, ord $eq2, $ratio' "$1" "$2"
}
struct_lines() { sed -n "s/ '[^']*'/ %/g; s/.*\(num = .*\), farewell = .*/\1/p" "$T/said"; }

@test "01: its bytes are those that perl's pack makes" {
    said 1
    [[ $(bytes_after 'x/56xb $segment') == "$(packed "$NATURAL")" ]]
}

@test "02: the whole struct and each of its fields have perl's values" {
    said 2
    [[ $(struct_lines) == "$(read_as "$(packed "$NATURAL")" "$NATURAL")" ]]
    local value
    for value in '"PI is defined as: "' 22 0x16 "$(perl -e 'printf "%.17g", 22 / 7')" '"goodbye"'; do
        grep -qE "^\\\$[0-9]+ = $value\$" "$T/said" || { echo "not said: $value"; false; }
    done
}

@test "03: the packed bytes are perl's, and perl reads the same values from them in both layouts" {
    said 3
    local bytes all
    bytes=$(bytes_after 'x/46xb $packed')
    [[ $bytes == "$(packed "$PACKED")" ]]
    all=$bytes$(printf '%036d' 0)
    [[ $(struct_lines | sed -n 1p) == "$(read_as "$all" "$PACKED")" ]]
    [[ $(struct_lines | sed -n 2p) == "$(read_as "$all" "$NATURAL")" ]]
}

@test "04: perl reads the same numbers in both byte orders" {
    said 4
    [[ $(bytes_after 'x/4xb &$m->num') == "$(perl -e 'print unpack "H*", pack "V", 22')"* ]]
    grep -q "$(perl -e 'printf "0x%08x\$", unpack "N", pack "V", 0x11223344')" "$T/said"
}

@test "09: in the core the fields before the crash have perl's values, and the others are 0" {
    said 9
    [[ $(struct_lines) == "$(read_as "$(packed "$NATURAL" | cut -c 1-80)$(printf '%032d' 0)" "$NATURAL")" ]]
    [[ $(bytes_after 'x/16xb (char *) base + 40') =~ ^0{32}$ ]]
}

@test "a session that differs from its transcript fails and shows the difference" {
    cp -r "$ROOT/gdb" "$T/gdb"
    sed -i 's/num = 22/num = 23/' "$T/gdb/sessions/02-fields.txt"
    run -1 --separate-stderr "$T/gdb/session-run" 2 --batch
    [[ $stderr == *'num = 23'*'num = 22'* ]]
}

@test "it lists the sessions, and says if one doesn't exist" {
    run -0 "$ROOT/gdb/session-run"
    [[ $output == *'01 raw-bytes:'*'09 core:'* ]]
    run -2 "$ROOT/gdb/session-run" 99
    [[ $output == *"no session '99'"*'01 raw-bytes'* ]]
}

@test "step by step: it shows the command, Enter runs it, Ctrl-C leaves nothing" {
    on 80x24 ./run "$ROOT/gdb/session-run" 1
    sees "just before it writes"
    sees "(gdb) break message_write"
    hides 'Breakpoint 1'
    keys Enter
    sees "Breakpoint 1 at"
    sees "(gdb) run"
    keys Enter
    sees '(gdb) x/32xb base'
    keys C-c
    ends 130
    await nothing_left
}

@test "if the terminal is closed in the middle, nothing is left" {
    on 80x24 ./run "$ROOT/gdb/session-run" 1
    sees '(gdb) break message_write'
    keys Enter
    sees '(gdb) run'
    keys Enter
    sees '(gdb) x/32xb base'
    tmx kill-server
    await nothing_left
}
