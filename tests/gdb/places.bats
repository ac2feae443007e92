#!/usr/bin/env bats
# What the Python commands in gdb look at: expressions, all kinds of shared memory, a process behind gdbserver, files with
# any name. The program places maps one of each kind.
bats_require_minimum_version 1.5.0
load ../cli/helper

setup()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    gdb -nx -batch -ex 'python gdb.events' >/dev/null 2>&1 || skip "this gdb has no Python"
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    unset SHMLAB_GDB COLUMNS NO_COLOR DEBUGINFOD_URLS
    export SHMLAB_VIEW=$BIN/shm-view LC_ALL=C.UTF-8 SHMLAB_HW_WATCH=0
    place_open
}

teardown() { place_close; }

# in_gdb COMMAND...: runs places until its first stop(), up to the frame of fill(p, "posix"), then the commands, each after a
# line ">>> COMMAND". $output: what gdb says from then on.
in_gdb()
{
    local args=() command
    for command; do args+=(-ex "echo >>> $command\\n" -ex "$command"); done
    cd "$T"
    rm -f "/dev/shm/$POSIX"
    run gdb_run -nx -q -batch -iex 'set auto-load off' -x "$ROOT/gdb/.gdbinit" -ex 'break stop' -ex "run /$POSIX" -ex up \
        "${args[@]}" "${PLACES:-$BIN/places}" </dev/null
    output=">>>${output#*>>>}"
    [[ $output != *Traceback* && $output != *"Python Exception"* && $output != *gdb_run:* ]]
}

# answer N: what the Nth command said.
answer() { awk -v n="$1" '/^>>> / { i++; next } i == n' <<<"$output"; }
says_all() { local text; for text; do [[ $output == *"$text"* ]] || { echo "not said: $text"; return 1; }; done; }

readonly TO_SYSV=(continue continue continue 'up 2') # all is mapped, and the frame is main's

@test "an expression calls no function of the program and assigns nothing, in no command" {
    in_gdb 'set $n = 5' 'set $x = 0x10' 'shm-window called()' 'shm-window $n++' 'shm-window --$n' 'shm-window $n = 7' \
        'shm-window (char *) p->num += 4' 'shm-window $n >>= 1' 'shm-window "text"' 'shm-grid called()' \
        'shm-grid (called()) 64' 'shm-grid p->num = 9' 'shm-break-field num == called()' 'shm-break-field num == $n++' \
        'print $n' 'print calls' 'print p->num' 'print called()' 'set may-call-functions off' 'shm-window p' 'print called()'
    local i
    for i in 3 10 13 21; do # the last one: as the user has set it
        [[ $(answer $i) == *"Cannot call functions in the program"* ]] || { answer $i; false; }
    done
    [[ $(answer 9) == "shm: \"text\": it is not in the program's memory" && $(answer 11) == *'A syntax error in expression'* ]]
    for i in 4 5 6 7 8 12 14; do
        [[ $(answer $i) == *"would assign a value, but this command only looks"* ]] || { answer $i; false; }
    done
    # 18 shows that gdb may call again
    [[ $(answer 15) == '$1 = 5' && $(answer 16) == '$2 = 0' && $(answer 17) == '$3 = 0' && $(answer 18) == '$4 = 1' ]]
}

@test "a comparison, a text with = and an operator with = are no assignment" {
    in_gdb 'shm-window (char *) p + (1 == 1)' 'shm-window (char *) p + (p->num >= 1) + (p->num <= 5) + (p != 0)' \
        "shm-window (char *) p + ('=' == 61)" 'shm-window p' 'shm-fields num'
    says_all ' num '
    [[ $output != *'shm:'* ]]
}

@test "what shm-window chose keeps its address and type when the function has returned, and in a callee" {
    in_gdb "${TO_SYSV[@]}" 'continue' 'up 2' 'shm-window mine' 'down' 'shm-fields num' 'finish' 'shm-fields from' \
        'shm-window item' 'shm-fields sym' 'finish' 'shm-fields sym' 'set $p = (struct place *) s' 'shm-window $p' \
        'set $p = 0' 'shm-fields from'
    says_all 'struct place at ' ', mine' '"work"' 'struct item at ' ', item' "'x'" ', $p'
    [[ $output != *'No symbol'* && $(grep -c '"work"$' <<<"$output") == 2 ]]
    [[ $(grep -c "'x'" <<<"$output") == 2 ]]
}

@test "in another process the address of an expression means nothing, and gdb says what to type" {
    in_gdb 'shm-window p' 'shm-fields from' kill 'shm-fields from' "shell rm /dev/shm/$POSIX" 'tbreak main' run \
        'shm-fields from' continue up 'shm-fields from' 'shm-window p' 'shm-fields from'
    [[ $(answer 2) == *'"posix"'* && $(answer 4) == *'no program is running'* ]]
    [[ $(answer 8) == 'shm: p was chosen in another process. In this one: shm-window p' && $(answer 11) == "$(answer 8)" ]]
    [[ $(answer 13) == *'"posix"'* ]]
}

@test "without fields the reason is true: another place, no record, a type that gdb doesn't know" {
    in_gdb 'shm-window (char *) p' shm-fields 'shm-watch num' shm-window 'shm-fields num'
    for i in 2 3; do
        [[ $(answer $i) == 'shm: no fields are known at (char *) p, because that is no struct. Name one: shm-window (struct TYPE *) 0x'* ]]
    done
    [[ $(answer 5) == *' num '* ]]
    strip -o "$T/stripped" "$BIN/places"
    rm "/dev/shm/$POSIX"
    run gdb_run -nx -q -batch -x "$ROOT/gdb/.gdbinit" -ex 'catch syscall exit_group' -ex "run /$POSIX" -ex shm-fields -ex 'shm-window $sp 64' -ex shm-fields "$T/stripped" </dev/null
    says_all 'gdb knows no struct place (is the program stripped' 'no fields are known at $sp, because that is no struct'
    rm -f "/dev/shm/$POSIX"
}

@test "padding at the end of an element, and of the whole struct, is named after the struct, with gdb's offsets" {
    in_gdb shm-fields 'print sizeof(struct item)' 'print (long) &((struct place *) 0)->items[1]' 'print sizeof(struct place)'
    grep -qE '^ +25 +7 +\(padding at the end of items\[0\]\) ' <<<"$output"
    grep -qE '^ +41 +7 +\(padding at the end of items\[1\]\) ' <<<"$output"
    grep -qE '^ +52 +4 +\(padding at the end of the whole struct\) ' <<<"$output"
    [[ $(answer 2) == '$1 = 16' && $(answer 3) == '$2 = 32' && $(answer 4) == '$3 = 56' ]]
}

@test "shm-diff compares the place that was chosen after the stop, and still knows the others" {
    in_gdb shm-diff 'shm-window p' shm-diff 'continue' shm-diff 'up 2' 'shm-window m' shm-diff continue shm-diff 'shm-window 1' shm-diff
    [[ $(answer 1) == 'since this stop, the first one with the segment: 0 of 100 bytes have changed' ]]
    [[ $(answer 3) == 'since shm-window chose it: 0 of 56 bytes have changed' ]]
    [[ $(answer 5) == 'since shm-window chose it: 1 of 56 bytes have changed'*'num, 4 bytes at 12: 0 -> 1'* ]] # p->num++
    [[ $(answer 8) == 'since shm-window chose it: 0 of 56 bytes have changed' ]]
    [[ $(answer 10) == 'since shm-window chose it: '*'num, 4 bytes at 12: 0 -> 1'* ]]
    [[ $(answer 12) == 'since the last stop: 0 of 100 bytes have changed' ]]
}

@test "shm-list has System V, /dev/shm, memfd and nameless memory, with the kernel's sizes and addresses; all work" {
    in_gdb "${TO_SYSV[@]}" shm-list 'info proc mappings' 'shm-window 2' 'shm-fields from' 'shm-window 3' 'shm-fields from' \
        'shm-window 4' 'shm-fields from' 'shm-window 1' 'shm-fields from' shm-list 'shm-window 5' 'shm-window 0' 'shm-fields from'
    local list at
    list=$(answer 5)
    [[ $(wc -l <<<"$list") == 5 && $list == *$'\n>  1  0x'* ]]
    grep -qE '^>  1  0x[0-9a-f]+ +200  rw-  shmid [0-9]+$' <<<"$list"
    grep -qE "^   2  0x[0-9a-f]+ +100  rw-  /dev/shm/$POSIX\$" <<<"$list"
    grep -qE '^   3  0x[0-9a-f]+ +5000  rw-  memfd ring$' <<<"$list"
    grep -qE '^   4  0x[0-9a-f]+ +4096  rw-  shared, without a name$' <<<"$list"
    for at in $(grep -o '0x[0-9a-f]*' <<<"$list"); do
        grep -qE "^ *${at/0x/0x0*} .*(SYSV|/dev/shm/|memfd:|/dev/zero)" <<<"$(answer 6)"
    done
    [[ $(answer 8) == *'"posix"' && $(answer 10) == *'"memfd"' && $(answer 12) == *'"nameless"' && $(answer 14) == *'"sysv"' ]]
    [[ $(answer 16) == 'shm: there is no segment 5: the program has 4 (shm-list)' ]]
    [[ $(answer 17) == 'shm: there is no segment 0: the program has 4 (shm-list)' && $(answer 18) == *'"sysv"' ]]
}

@test "a private mapping of an object in /dev/shm is no shared memory" {
    in_gdb kill "shell rm /dev/shm/$POSIX" "run /$POSIX private" 'info proc mappings' shm-list shm-find
    [[ $(grep -c "p  */dev/shm/$POSIX" <<<"$(answer 4)") == 1 ]]
    [[ $(answer 5) == *"  1  "*" rw-  /dev/shm/$POSIX"* && $(wc -l <<<"$(answer 5)") == 4 && $(wc -l <<<"$(answer 6)") == 4 ]]
}

@test "a chosen segment stays chosen when another comes before it, and when it goes gdb says so" {
    in_gdb continue 'shm-window 2' 'shm-fields from' continue continue shm-list 'shm-fields from' continue continue \
        'shm-fields from' shm-window 'shm-fields from'
    [[ $(answer 3) == *'memfd ring'*'"memfd"' && $(answer 6) == *'>  3  '*'memfd ring'* && $(answer 7) == *'"memfd"' ]]
    answer 9
    in_gdb 'delete' 'break munmap' continue 'shm-window 3' finish 'shm-fields from' shm-list shm-window 'shm-fields from'
    [[ $(answer 6) == 'shm: memfd ring, which was chosen, is not attached any more: shm-list, shm-window N' ]]
    [[ $(answer 7) != *memfd* && $(answer 9) == *'"work"' ]]
}

@test "shm-map shows who else has a memfd or /dev/shm mapped, as their maps do" {
    in_gdb "${TO_SYSV[@]}" "shell sleep 600 3<>/dev/shm/$POSIX >/dev/null 2>&1 & echo \$! >pid" 'shm-window 2' shm-map \
        'shm-window 3' shm-map 'shm-window 1' shm-map 'shm-window 4' shm-map
    PIDS+=("$(cat "$T/pid")")
    [[ $(answer 7) == "/dev/shm/$POSIX, 100 bytes"*' places '*' rw-  this program'*'perhaps more'* ]]
    [[ $(answer 9) == 'memfd ring, 5000 bytes'*'this program'* && $(answer 11) == *'nattch): 1;'*'creator, last, this program'* ]]
    [[ $(answer 13) == 'shared, without a name, 4096 bytes'*'this program'* ]]
}

@test "a core file: the same list; sizes that only the kernel knew are those of whole pages, and it says so" {
    in_gdb "${TO_SYSV[@]}" "generate-core-file $T/core"
    run gdb_run -nx -q -batch -x "$ROOT/gdb/.gdbinit" "$BIN/places" "$T/core" -ex shm-list -ex 'shm-window 3' -ex 'shm-fields from' \
        -ex 'shm-find 2' -ex 'print $shm_size' </dev/null
    says_all 'memfd ring, whole pages' "/dev/shm/$POSIX as it is now, whole pages" '"memfd"' '$1 = 4096' # the kernel keeps no file
    [[ $(grep -c 'as it is now' <<<"$output") == 1 ]]
    [[ $(grep -c 'whole pages$' <<<"$output") -ge 3 && $output != *Traceback* ]]
    [[ $(grep -c ' 8192  ' <<<"$output") == 1 ]]
}

# behind_gdbserver COMMAND...: the same behind gdbserver, on a socket of its own.
behind_gdbserver()
{
    local args=() command
    command -v gdbserver >/dev/null || skip "gdbserver is not installed"
    for command; do args+=(-ex "echo >>> $command\\n" -ex "$command"); done
    cd "$T"
    run gdb_run -nx -q -batch -iex 'set auto-load off' -x "$ROOT/gdb/.gdbinit" \
        -ex "target remote | ${apart-} gdbserver --once - $BIN/places /$POSIX 2>server" -ex 'break stop' -ex continue "${args[@]}" -ex kill \
        "${LOCAL_FILE[@]}" </dev/null
    output=">>>${output#*>>>}"
    [[ $output != *Traceback* && $output != *"Python Exception"* && $output != *gdb_run:* ]]
}

@test "over gdbserver: sizes, types, values, shm-diff and shm-watch; what can't work says so" {
    local LOCAL_FILE apart
    # another namespace: what this machine's own /proc says of its segments is wrong there
    [[ $EUID != 0 ]] || ! unshare --ipc true 2>/dev/null || apart='unshare --ipc'
    for LOCAL_FILE in '' "$BIN/places"; do
        [[ $LOCAL_FILE ]] && LOCAL_FILE=("$LOCAL_FILE") || LOCAL_FILE=()
        behind_gdbserver continue continue continue shm-list shm-fields shm-map 'shm-window 3' shm-map 'shm-window 1' \
            'shm-watch num' continue shm-diff shm-live 'shm-grid 1'
        grep -qE '^>  1  0x[0-9a-f]+ +200  rw-  shmid [0-9]+$' <<<"$(answer 4)"
        [[ $(answer 4) == *'memfd ring, whole pages'* ]]
        [[ $(answer 5) == 'struct place at '*'"sysv"'*'(padding at the end of items[0])'* ]]
        [[ $(answer 6) == 'shmid '*', 200 bytes, mode 0600'*'(nattch): 1;'*"can't be seen over a remote connection"* ]]
        [[ $(answer 8) == *"can't be seen over a remote connection" ]]
        [[ $(answer 10) == *'atchpoint '*'num'* && $(answer 11) == *'shm: num, 4 bytes at offset 12: 0 -> 1, written by fill, places.c:'* ]]
        [[ $(answer 12) == *'num, 4 bytes at 12: 0 -> 1'* && $(answer 13) == *'over a remote connection the memory can be read only when'* ]]
        [[ $(answer 14) == *'"sysv"'* ]]
        rm -f "/dev/shm/$POSIX"
    done
}

@test "in the C locale, and in any, the program's folder may have any name" {
    local locale folder
    for folder in 'каталог' $'\xe9t\xe9'; do
        mkdir "$T/$folder"
        cp "$BIN/places" "$T/$folder/"
        for locale in C C.UTF-8; do
            PLACES=$T/$folder/places LC_ALL=$locale in_gdb "${TO_SYSV[@]}" shm-map shm-list 'shm-fields from' shm-grid 'shm-watch last' \
                'show host-charset'
            [[ $(answer 5) == *' creator, last, this program' && $(answer 6) == *'shmid '* && $(answer 7) == *'"sysv"' ]]
            [[ $(answer 8) == *'struct place'* || $(answer 8) == *'that of the program'* ]]
            [[ $(answer 9) == *'atchpoint '* && $(answer 10) == *'"auto; currently '* ]]
        done
    done
}

@test "the C locale: a letter beyond ASCII in a C name, and the kit itself in such a folder" {
    mkdir "$T/каталог"
    cp -r "$ROOT/gdb" "$T/каталог/"
    cat >"$T/letters.c" <<'END'
struct größe { int zähler; char c; } one = {7, 'x'};
int main(void) { __builtin_trap(); }
END
    gcc -g -w "$T/letters.c" -o "$T/letters"
    LC_ALL=C run gdb_run -nx -q -batch -x "$T/каталог/gdb/.gdbinit" -ex run -ex 'shm-window one' -ex shm-fields "$T/letters" </dev/null
    says_all 'struct größe at ' ' zähler '
    [[ $output != *Traceback* && $output != *shm:* ]]
}

@test "wrong arguments: one line that is true, and nothing else" {
    : >"$T/big.bin"
    truncate -s 2M "$T/big.bin"
    mkfifo "$T/fifo.bin"
    in_gdb 'shm-grid-select -1' 'shm-fields 20@0' 'shm-fields num@0' 'shm-load /dev/zero' 'shm-load ./fifo.bin' 'shm-load ./big.bin' \
        'shm-diff ./big.bin' 'shm-map all' 'shm-list 1' 'shm-grid-reset now' 'shm-fields num last' 'shm-grid-select 20 30' \
        'shm-grid-select 100' 'shm-watch num now' 'shm-live on off' 'shm-window p 64 64' 'shm-load ./no such.bin' 'shm-find 7'
    local said=('-1 is not the name of a field' '20@0 has no bytes' 'num@0 has no bytes' 'cannot read /dev/zero: it is not a regular file'
        'cannot read ./fifo.bin: it is not a regular file' './big.bin has 2097152 bytes, and here at most 1048576'
        './big.bin has 2097152 bytes' 'shm-map takes no argument, but there is: all' 'shm-list takes no argument' 'shm-grid-reset takes no argument'
        'num last is not the name of a field' '20 30 is not the name of a field' 'byte 100 ends at byte 101, but there are only 100'
        'num now is not the name of a field' 'shm-live: on or off' 'p 64: A syntax error in expression' 'cannot read ./no such.bin: No such file'
        'there is no segment 7: the program has 3')
    local i
    for ((i = 0; i < ${#said[@]}; i++)); do
        [[ $(answer $((i + 1))) == *"${said[i]}"* && $(answer $((i + 1)) | wc -l) == 1 ]] || { echo "not: ${said[i]}" && answer $((i + 1)) && false; }
    done
}

# on_tty COMMAND...: gdb on a terminal, with its colours. $T/seen: all that it prints, from the first command on.
on_tty()
{
    local args=() command words
    for command; do args+=(-ex "$command"); done
    printf -v words '%q ' gdb -nx -q -iex 'set auto-load off' -iex 'set width 0' -iex 'set pagination off' \
        -iex 'set confirm off' -x "$ROOT/gdb/.gdbinit" -ex 'break stop' -ex "run /$POSIX" -ex up -ex 'echo ===\n' "${args[@]}" -ex kill -ex quit "$BIN/places"
    rm -f "/dev/shm/$POSIX"
    TERM=xterm timeout 60 script -qec "$words" /dev/null </dev/null 2>&1 | tr -d '\r' | sed '1,/^===/d' >"$T/seen"
    grep -q '0000.*posix' "$T/seen"
}

@test "shm-grid has colours on a terminal, but not after set style enabled off and not in a pipe" {
    command -v script >/dev/null || skip "script (util-linux) is not installed"
    on_tty shm-grid
    grep '0000' "$T/seen" | grep -q $'\e\[[0-9;]*3[1-6]m'
    on_tty 'set style enabled off' shm-grid
    grep '0000' "$T/seen" >"$T/picture"
    run -1 grep $'\e' "$T/picture"
    on_tty 'pipe shm-grid | cat' 'pipe shm-grid 1 | sed s/^/piped:/'
    [[ $(grep -c '0000' "$T/seen") == 2 && $(grep -c '^piped:0000' "$T/seen") == 1 ]]
    grep '0000' "$T/seen" >"$T/picture"
    run -1 grep $'\e' "$T/picture"
    rm -f "/dev/shm/$POSIX"
    run gdb_run -nx -q -x "$ROOT/gdb/.gdbinit" -ex 'set confirm off' -ex 'set style enabled on' -ex 'break stop' -ex "run /$POSIX" \
        -ex shm-grid -ex kill -ex quit "$BIN/places" </dev/null # no terminal
    [[ $output == *0000*posix* && $output != *$'\e[3'* ]]
}
