#!/usr/bin/env bats
# The Python commands in gdb, in batch: they agree with ipcs, perl and gdb's own commands, an error is one line, and
# they write nothing into the program.
bats_require_minimum_version 1.5.0
load ../cli/helper

setup()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    gdb -nx -batch -ex 'python gdb.events' >/dev/null 2>&1 || skip "this gdb has no Python"
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    unset SHMLAB_GDB COLUMNS NO_COLOR DEBUGINFOD_URLS
    export SHMLAB_VIEW=$BIN/shm-view LC_ALL=C.UTF-8
    place_open
}

teardown() { place_close; }

# in_gdb PID|PROGRAM|none COMMAND...: $output gets gdb's output and errors.
in_gdb()
{
    local what=$1 args=()
    shift
    case $what in
        none) ;;
        /*) args=("$what") ;;
        *) args=(-p "$what") ;;
    esac
    for command; do args+=(-ex "$command"); done
    cd "$T"
    run gdb_run -nx -q -batch -iex 'set auto-load off' -x "$ROOT/gdb/.gdbinit" "${args[@]}" </dev/null
    [[ $output != *Traceback* && $output != *"Python Exception"* && $output != *gdb_run:* ]]
}

start_of() { sed -n 's/^\([0-9a-f]*\)-.*\/SYSV.*/0x\1/p' "/proc/$1/maps"; }

@test "shm-fields has the offsets and sizes of ptype /o, perl's values, and the padding" {
    serve
    in_gdb "$SERVER" shm-fields 'ptype /o struct message'
    local name at size last=''
    while read -r at size name; do
        grep -qE "^ +$at +$size +[^ ].* $name " <<<"$output"
        last=$name
    done < <(sed -nE 's,^/\* +([0-9]+)(: *[0-9]+)? +\| +([0-9]+) +\*/ +.*[ *]([a-z0-9]+)(\[[0-9]+\])?;$,\1 \3 \4,p' <<<"$output")
    [[ $last == farewell ]]
    while read -r name; do
        grep -qE "[ \"']$name *[0-9]*[\"']?\$" <<<"$output"
    done < <(values_of "$ID" "$NATURAL" | sed 's/^3\.1428.*/3.142857/')
    grep -qE '^ +34 +6 +\(padding before ratio\) +00 00 00 00 00 00$' <<<"$output"
    in_gdb "$SERVER" 'shm-fields num'
    grep -qE '^ +20 +4 +int +num +22$' <<<"$output"
}

@test "shm-map agrees with ipcs, and shows where each process has the segment" {
    serve
    local last
    last=$(ipcs -mp | awk -v id="$ID" '$1 == id { print $3, $4 }')
    in_gdb "$SERVER" shm-map
    [[ $output == *"shmid $ID, key $KEY, 1024 bytes, mode 0600"* ]]
    [[ $output == *"attachments (nattch): 1; creator pid ${last% *}, last pid ${last#* }"* ]]
    grep -qE "^ +$SERVER +shm-server +$(start_of "$SERVER") +rw- +creator, last, this program$" <<<"$output"
}

# kernel_view ID: what the kernel knows of the segment, with its times.
kernel_view() { ipcs -m -i "$1"; }

@test "shm-map only reads: it doesn't attach" {
    serve
    kernel_view "$ID" >"$T/before"
    in_gdb "$SERVER" shm-map
    [[ $output == *"creator, last, this program"* ]]
    kernel_view "$ID" | diff "$T/before" -
}

@test "shm-map shows each attachment: two processes, and it counts one that it can't read" {
    need_root
    BIN_HOLDER=$T/holder
    cp "$BIN/holder" "$T/"
    cp -r "$ROOT/gdb" "$T/gdb"
    cp "$BIN/shm-view" "$T/"
    chmod -R a+rX "$T"
    serve --mode 0666
    HOLD=$BIN_HOLDER hold setpriv --reuid "$NOBODY" --regid "$NOBODY" --clear-groups
    in_gdb "$HOLDER" shm-map
    grep -qE "^ +$SERVER +shm-server +$(start_of "$SERVER") +rw- +creator$" <<<"$output"
    grep -qE "^ +$HOLDER +holder +$(start_of "$HOLDER") +r(w|-)- +last, this program$" <<<"$output"
    [[ $output == *"attachments (nattch): 2;"* && $output != *"and 1 more"* ]]
    cd "$T"
    run setpriv --reuid "$NOBODY" --regid "$NOBODY" --clear-groups env SHMLAB_VIEW="$T/shm-view" gdb -nx -q -batch \
        -iex 'set auto-load off' -x "$T/gdb/shmgrid.py" -p "$HOLDER" -ex shm-map </dev/null
    [[ $output == *"attachments (nattch): 2;"*" $HOLDER  holder "*"and 1 more that can't be seen from here: you may not look into "*" processes"* ]]
}

@test "shm-map leaves out a segment of the same number in another namespace" {
    need_root
    serve
    unshare --ipc perl -e 'my $id; do { shmctl($id, 0, 0) if defined $id; $id = shmget(0, 64, 0600) }
        until !defined $id || $id >= $ARGV[0]; exec @ARGV[1, 2, 3, 0]' "$ID" "$BIN/shm-probe" stay attach 3>&- &
    PIDS+=($!)
    await grep -q "00:01 $ID  *.SYSV00000000" "/proc/$!/maps"
    in_gdb "$SERVER" shm-map
    [[ $output == *" $SERVER  shm-server "* && $output != *" $!  shm-probe "* ]]
}

@test "shm-grid in Python draws what the plain one draws, has completion, and takes blanks" {
    serve
    local start gdb=(gdb -nx -q -batch -iex 'set auto-load off')
    start=$(start_of "$SERVER")
    "${gdb[@]}" -x "$ROOT/gdb/.gdbinit" -p "$SERVER" -ex 'echo ===\n' -ex shm-grid </dev/null 2>/dev/null |
        sed '1,/^===$/d' >"$T/python"
    "${gdb[@]}" -iex 'set $shm_plain = 1' -x "$ROOT/gdb/.gdbinit" -p "$SERVER" -ex 'echo ===\n' -ex shm-grid </dev/null \
        2>/dev/null | sed '1,/^===$/d' >"$T/plain"
    (($(wc -l <"$T/python") > 15))
    diff "$T/plain" "$T/python"
    in_gdb "$SERVER" 'complete shm-grid (struct message_pac' "shm-grid (struct message *) $start" 'help shm-grid'
    [[ $output == *"shm-grid (struct message_packed"*"$start of process $SERVER, 56 bytes"*"struct message, as gdb knows it"* ]]
    [[ $output == *"shm-grid [N | EXPR [SIZE]]"* ]]
    in_gdb "$SERVER" "shm-grid (char *) $start 24" "shm-grid (char *) $start + 8" 'shm-grid nosuch' 'shm-grid 8 64' 'echo on\n'
    [[ $output == *"$start of process $SERVER, 24 bytes"*"${start%???}008 of process $SERVER, 1024 bytes"* ]]
    [[ $output == *'shm: nosuch: No symbol "nosuch"'*'shm: cannot read 64 bytes at 0x8'*on* ]]
}

@test "shm-watch shows who wrote a field: name, old, new, function and line" {
    serve --every 50
    in_gdb "$SERVER" 'shm-watch num' continue 'x/dw ((struct message_live *) $sp, '"$(start_of "$SERVER")"' + 20)'
    [[ $output == *"atchpoint 1: ((struct message_live *) $(start_of "$SERVER"))->message.num"* ]]
    local old new
    old=$(sed -n 's/^Old value = //p' <<<"$output") new=$(sed -n 's/^New value = //p' <<<"$output")
    [[ -n $old && $old != "$new" ]]
    [[ $output == *"shm: message.num, 4 bytes at offset 20: $old -> $new, written by message_write_field, message.c:"*", pid $SERVER"* ]]
    [[ $output =~ :[[:space:]]+"$new" ]]
}

@test "shm-watch says that the program has the segment read-only, only if it has" {
    serve
    in_gdb "$BIN/shm-client" "set args --key $KEY" 'break show' run 'shm-watch num'
    [[ $output == *"this program has the segment read-only and can't write to it"* ]]
    in_gdb "$SERVER" 'shm-watch num'
    [[ $output == *"atchpoint 1"* && $output != *"read-only"* ]]
}

@test "shm-break-field stops once; with a value, only when the field has it" {
    serve --every 20
    in_gdb "$SERVER" 'shm-break-field counter' continue 'info breakpoints' \
        'set $want = *(unsigned long *) ('"$(start_of "$SERVER")"' + 56) + 3' 'shm-break-field counter >= $want' \
        continue 'print *(unsigned long *) ('"$(start_of "$SERVER")"' + 56) == $want' 'info breakpoints'
    [[ $(grep -c '^No breakpoints' <<<"$output") == 2 && $output == *'$1 = 1'* ]]
}

@test "shm-diff shows the fields and bytes that changed, since the last stop and since a snapshot" {
    serve --every 20
    in_gdb "$SERVER" 'shm-save first' 'shm-watch num' continue continue shm-diff 'shm-diff first' \
        'set var *(char *) ('"$(start_of "$SERVER")"' + 100) = 7' \
        'set var *(char *) ('"$(start_of "$SERVER")"' + 1023) = 8' shm-diff
    [[ $output == *"Saved first: 1024 bytes"*"since the last stop: "*"message.num, 4 bytes at 20: "*" -> "* ]]
    [[ $output == *"since first: "*"bytes 100 to 100: 00 -> 07"*"bytes 1023 to 1023: 00 -> 08"* ]]
}

@test "shm-save writes the raw bytes that perl reads, and overwrites no file; shm-load shows them and writes nothing" {
    serve
    bytes_of "$ID" >"$T/before"
    in_gdb "$SERVER" 'shm-save ./kept.bin' 'shm-save ./kept.bin' \
        'set var *(int *) ('"$(start_of "$SERVER")"' + 20) = 99' 'shm-load ./kept.bin' 'shm-diff ./kept.bin'
    [[ $(od -An -v -tx1 "$T/kept.bin" | tr -d ' \n') == "$(cat "$T/before")" ]]
    [[ $output == *"kept.bin exists already and was not changed"* ]]
    [[ $output == *"nothing is written into the program"*"num, 4 bytes at 20: 22 -> 99"* ]]
    [[ $(values_of "$ID" "$NATURAL" | sed -n 2p) == 99 ]]
    "$BIN/shm-view" --file "$T/kept.bin" --type 'struct message' --elf "$BIN/shm-server" --render text | grep -q '"goodbye"'
}

# memory_of PID: all bytes that it may write, also the segment's, and a checksum of the rest.
memory_of()
{
    perl -e 'my ($pid) = @ARGV; open my $maps, "<", "/proc/$pid/maps" or die; open my $mem, "<:raw", "/proc/$pid/mem" or die;
        while (<$maps>) {
            my ($start, $end, $rights) = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/ or next;
            next if /\[v/ || $rights !~ /^r/; # vvar has the time
            sysseek $mem, hex $start, 0 or next;
            sysread $mem, my $bytes, hex($end) - hex($start) or next;
            print "$start $rights ", unpack("%32C*", $bytes), " ", unpack("H*", substr $bytes, 0, 4096), "\n";
            print unpack("H*", $bytes), "\n" if $rights =~ /w/;
        }' "$1"
}

# The server has printed everything and waits: from now on it writes nothing itself.
asleep()
{
    grep -q '^State:.*S' "/proc/$SERVER/status" && memory_of "$SERVER" >"$T/once" && sleep 0.1 &&
        memory_of "$SERVER" | cmp -s - "$T/once"
}

readonly ALL_COMMANDS=(shm-fields 'shm-fields num' shm-map shm-grid shm-save shm-diff 'shm-load saved' 'shm-watch num'
    'shm-break-field den == 3' shm-window 'shm-grid-select num' shm-grid-reset shm-live)

@test "no command writes into the program: not one byte of its memory changes, and it goes on after gdb" {
    # When the kernel moves a thread to another processor, it writes that one's number into the thread's rseq area
    # (rseq(2)).
    export GLIBC_TUNABLES=glibc.pthread.rseq=0
    serve
    unset GLIBC_TUNABLES
    await asleep
    memory_of "$SERVER" >"$T/before"
    in_gdb "$SERVER" "${ALL_COMMANDS[@]}"
    [[ $output == *"atchpoint 1"* ]]
    memory_of "$SERVER" | cmp - "$T/before"
    (($(wc -c <"$T/before") > 100000))
    kill -0 "$SERVER"
    stop TERM
    [[ $STATUS == 0 ]]
}

# writes_seen COMMAND...: $T/writes gets gdb's writes into the server by ptrace or /proc.
writes_seen()
{
    local args=()
    for command; do args+=(-ex "$command"); done
    # without -f: gdb tries ptrace on a child, which can't have two tracers, and would wait for ever
    (cd "$T" && timeout 60 strace -y -o "$T/strace" -e trace=ptrace,process_vm_writev,pwrite64,pwritev,write \
        gdb -nx -q -batch -iex 'set auto-load off' -x "$ROOT/gdb/.gdbinit" -p "$SERVER" "${args[@]}" </dev/null >"$T/said" 2>&1)
    grep -q 'PTRACE_ATTACH\|PTRACE_SEIZE' "$T/strace"
    grep -E "POKE(TEXT|DATA)|process_vm_writev\\($SERVER|write(64|v)?\\([0-9]+</proc/$SERVER/" "$T/strace" >"$T/writes" || true
}

@test "no command writes into the program: strace sees no such call, but sees that of set var" {
    command -v strace >/dev/null || skip "strace is not installed"
    serve
    writes_seen "${ALL_COMMANDS[@]}"
    grep -q 'atchpoint 1' "$T/said"
    [[ ! -s $T/writes ]]
    writes_seen "set var *(int *) ($(start_of "$SERVER") + 20) = 23"
    [[ $(wc -l <"$T/writes") == 1 ]]
}

@test "the fields are known also in another mount namespace, as in a container" {
    need_root
    printf '#!/bin/bash\nexec unshare --mount %q "$@"\n' "$BIN/shm-server" >"$T/apart"
    chmod 755 "$T/apart"
    SERVE=$T/apart serve
    # gdb enters that namespace to read files, and so leaves a chroot
    nsenter -t "$SERVER" -m test "$BIN/shm-server" -ef "/proc/$SERVER/exe" || skip "in a chroot gdb finds none of its files"
    in_gdb "$SERVER" 'shm-fields num'
    grep -qE '^ +20 +4 +int +num +22$' <<<"$output"
}

@test "no process, a process without a segment, a stripped program: each command prints one line" {
    local commands=(shm-fields shm-map shm-diff 'shm-save x' 'shm-watch num' 'shm-break-field num == 1')
    in_gdb none "${commands[@]}" 'echo on\n'
    [[ $(grep -c 'shm: no program is running' <<<"$output") == 6 && $output == *on ]]
    sleep 1000 3>&- &
    PIDS+=($!)
    await grep -q sleep "/proc/$!/cmdline"
    in_gdb $! "${commands[@]}" 'echo on\n'
    [[ $(grep -c 'shm: no shared memory is attached' <<<"$output") == 6 && $output == *$'\non\n'* ]]
    cp "$BIN/shm-server" "$T/stripped"
    strip "$T/stripped"
    BIN=$T
    mv "$T/stripped" "$T/shm-server"
    serve
    in_gdb "$SERVER" shm-fields 'shm-watch num' 'shm-watch 20@4' 'echo on\n'
    [[ $(grep -c 'gdb knows no struct message' <<<"$output") == 2 && $output == *"atchpoint 1"*on* ]]
}

@test "a wrong field, index, width, snapshot: one line that helps, and gdb goes on" {
    serve
    export SHMLAB_HW_WATCH=1 # the program does not run: it does not matter whether they work
    in_gdb "$SERVER" 'shm-watch nmu' 'shm-watch intro[30]' 'shm-watch num.x' 'shm-watch 1024' 'shm-watch 1023' 'shm-watch 0@40' \
        'shm-watch num=4' shm-watch 'shm-load nosuch' 'shm-load ./nosuch' shm-load 'shm-break-field num == "a"' \
        'shm-window 8 64' 'shm-window $sp 99999999' 'echo on\n'
    for said in 'has no field nmu; did you mean num?' 'intro has elements 0 to 18, but no 30' 'num has no fields' \
        'there are only 1024 bytes here' 'atchpoint 1: *(unsigned char *)' 'watches only 4 places of at most 8 bytes' "num=4 is not the name of a field" \
        'which field? shm-fields' 'there is no snapshot nosuch' 'cannot read ./nosuch: No such file' 'which snapshot?' \
        'cannot read 64 bytes at 0x8'; do
        [[ $output == *"$said"* ]] || { echo "not said: $said"; false; }
    done
    [[ $output == *on ]] || [[ $output == *$'on\n'* ]]
    [[ $(bytes_of "$ID" | cut -c41-48) == 16000000 ]]
}

@test "a field that needs more debug registers than are left is refused before the program runs" {
    serve --layout packed
    export SHMLAB_HW_WATCH=1 # the program does not run: it does not matter whether they work
    in_gdb "$SERVER" 'shm-watch num' 'shm-watch ratio' 'delete 1' 'shm-watch ratio'
    [[ $output == *"ratio needs "*" of the processor's 4 debug registers, but "*" are in use: delete 1"* ]]
    [[ $output == *"->ratio"* ]]
}

@test "a core file: fields and snapshots work, and shm-watch says why it can't" {
    serve
    in_gdb "$SERVER" "generate-core-file $T/core"
    run gdb -nx -q -batch -x "$ROOT/gdb/shmgrid.py" "$BIN/shm-server" "$T/core" -ex shm-fields -ex 'shm-save c' \
        -ex 'shm-watch num' -ex shm-map -ex 'echo on\n' </dev/null
    [[ $output == *'"goodbye"'*"Saved c: "*"can't watch: "*"can't tell who has it"*on* ]]
    [[ $output != *Traceback* ]]
}

@test "Tab completes the names of fields, and each command has help" {
    serve --every 1000
    in_gdb "$SERVER" 'complete shm-watch message.f' 'complete shm-break-field nu' 'help shm-fields' 'help shm-map' \
        'help shm-diff' 'help shm-save' 'help shm-load' 'help shm-watch' 'help shm-break-field'
    [[ $output == *"shm-watch message.farewell"*"shm-break-field num"* ]]
    for usage in 'shm-fields [FIELD].' shm-map. 'shm-diff [NAME | FILE].' 'shm-save [NAME | FILE].' \
        'shm-load NAME | FILE.' 'shm-watch FIELD.' 'shm-break-field FIELD [OP VALUE].'; do
        [[ $output == *": $usage"* ]] || { echo "no help: $usage"; false; }
    done
}
