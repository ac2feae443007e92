#!/usr/bin/env bats
# shm-view shows any shared memory: POSIX, memfd, deleted files, segments of other programs. Compared with perl.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    view_open
}

teardown()
{
    place_close
}

view()
{
    "$BIN/shm-view" "$@"
}

# shows HEX ARGUMENT...: the viewer's bytes start with these.
shows()
{
    local hex=$1
    shift
    view "$@" --render json >"$T/j"
    [[ $(json 'substr $j->{bytes}, 0, '${#hex} "$T/j") == "$hex" ]]
}

@test "--posix shows POSIX shared memory, and takes the layout of a program that has it mapped" {
    share
    shows 50492069732064 --posix "/$POSIX"
    [[ $(json '$j->{source}{title}, $j->{source}{state}, $j->{size}, $j->{layout}{title}' "$T/j") == \
        "posix /$POSIX live 5000 struct message, from mapper" ]]
    [[ $(json 'map { $_->{value} } grep { $_->{name} eq "num" } @{$j->{layout}{fields}}' "$T/j") == 22 ]]
    shows 50492069732064 --posix "$POSIX"
    [[ $(json 'exists $j->{source}{shmid} ? "a segment" : "none"' "$T/j") == none ]]
    run -2 --separate-stderr view --list --render svg
    [[ $stderr == *'--list goes with no other source, and with --render text or json'* ]]
}

@test "--posix: an object that doesn't exist, one that may not be read, and a wrong name are reported" {
    run -1 --separate-stderr view --posix "/$POSIX" --render text
    [[ $stderr == "shm-view: cannot open posix /$POSIX: there is none"*'ls /dev/shm'* ]]
    for name in / '' a/b ../x "$(printf 'x%.0s' {1..300})"; do
        run -2 --separate-stderr view --posix "$name" --render text
        [[ $stderr == *'--posix takes a name without folders'* ]]
    done
    need_root
    echo secret >"/dev/shm/$POSIX"
    chmod 600 "/dev/shm/$POSIX"
    cp "$BIN/shm-view" "$T/"
    run -1 --separate-stderr as_nobody "$T/shm-view" --posix "/$POSIX" --render text
    [[ $stderr == "shm-view: cannot open posix /$POSIX: Permission denied"*'chmod a+r'* ]]
    [[ $stderr != *secret* ]]
}

@test "--posix allocates no pages that nobody has touched" {
    share
    truncate -s 300M "/dev/shm/$POSIX"
    before=$(stat -c %b "/dev/shm/$POSIX")
    view --posix "$POSIX" --render text >"$T/out"
    [[ $(stat -c %b "/dev/shm/$POSIX") == "$before" ]]
}

@test "--pid lists what a process shares, and --map opens each by line, name and address" {
    share
    run -0 --separate-stderr view --pid "$MAPPER"
    [[ ${lines[0]} == '  map  address'*'bytes  may  what' ]]
    [[ $output == *"8192  rw-  /dev/shm/$POSIX"* && $output == *'4096  rw-  /memfd:ring (deleted)'* ]]
    [[ $output == *"4096  r--  $T/deleted (deleted)"* ]]
    ring=$(grep -n 'memfd:ring' "/proc/$MAPPER/maps")
    address=0x${ring#*:} # start-end
    for name in ring memfd:ring "${ring%%:*}" "${address%%-*}"; do
        shows 72696e67 --pid "$MAPPER" --map "$name"
        [[ $(json '$j->{source}{title}, $j->{size}' "$T/j") == "pid $MAPPER /memfd:ring (deleted) 4096" ]]
    done
    shows 64656c65746564 --pid "$MAPPER" --map deleted
    [[ $(json '$j->{size}' "$T/j") == 100 ]] # the file ends before its page does
    [[ $(json '$j->{layout}{title}' "$T/j") == 'struct message, from mapper' ]]
}

@test "--map shows a segment of another IPC namespace" {
    unshare --ipc true 2>/dev/null || skip "needs the right to make namespaces"
    unshare --ipc perl -e 'my $id = shmget(0x51, 4096, 01600) // die; shmwrite($id, "elsewhere", 0, 9); print "$id\n";
        $| = 1; exec @ARGV, $id' "$BIN/holder" >"$T/out" 3>&- &
    PIDS+=("$!")
    await says "$T/out" attached
    shows 656c73657768657265 --pid $! --map SYSV00000051
    id=$(awk '/SYSV/ { print $5 }' "/proc/$!/maps")
    view --pid $! | grep -q "  /SYSV00000051 (deleted), shmid $id\$"
}

@test "--pid: a process that can't be looked into is reported, with what to do" {
    run -1 --separate-stderr view --pid 4194305
    [[ $stderr == 'shm-view: cannot look into process 4194305: No such process'*'ps -e'* ]]
    run -1 --separate-stderr view --pid 4194305 --map 3 --render text
    [[ $stderr == 'shm-view: cannot look at mapping 3 of process 4194305: No such process'* ]]
    share
    run -1 --separate-stderr view --pid "$MAPPER" --map nowhere --render text
    [[ $stderr == *"cannot look at mapping nowhere of process $MAPPER"*"shm-view --pid $MAPPER lists"* ]]
    view --pid "$MAPPER" --map '[stack]' --type 'struct message' --render layout | grep -q '^struct message'
    run -1 --separate-stderr view --file /dev/null --type 'struct message' --render text
    [[ $stderr == *'no program was named'* ]]
    run -2 --separate-stderr view --map 3
    [[ $stderr == *'--map goes with --pid'* ]]
    run -2 --separate-stderr view --pid x
    run -2 --separate-stderr view --pid 1 --posix "$POSIX"
    [[ $stderr == *'one source is enough'* ]]
    need_root
    cp "$BIN/shm-view" "$T/"
    run -1 --separate-stderr as_nobody "$T/shm-view" --pid "$MAPPER"
    [[ $stderr == *"cannot look into process $MAPPER: Permission denied"* ]]
    run -1 --separate-stderr as_nobody "$T/shm-view" --pid "$MAPPER" --map ring --render text
    [[ $stderr == *"of process $MAPPER: Permission denied"*ptrace_scope* ]]
}

@test "it only reads: no kind of source makes a call that could write" {
    command -v strace >/dev/null || skip "needs strace"
    share
    for options in "--posix $POSIX" "--pid $MAPPER --map ring" "--pid $MAPPER --map deleted"; do
        # shellcheck disable=SC2086
        ASAN_OPTIONS=detect_leaks=0 strace -f -o "$T/trace" -e trace=open,openat,ptrace,process_vm_writev,shmat,mmap \
            "$BIN/shm-view" $options --render text >"$T/out"
        run -1 grep -E 'ptrace|process_vm_writev|shmat|O_WRONLY|O_CREAT|PROT_WRITE.*MAP_SHARED' "$T/trace"
        run -1 grep -E 'O_RDWR' <(grep -v /dev/tty "$T/trace")
    done
}

@test "a Perl program's segment is shown" {
    foreign 100 0640
    fill "$ID" 'N a*' 7 'from Perl'
    shows 0000000766726f6d205065726c --id "$ID"
}

@test "a Python program's shared memory is shown" {
    python=$(command -v python3) || skip "needs python3"
    "$python" -c 'import multiprocessing.shared_memory' 2>/dev/null || skip "needs multiprocessing.shared_memory"
    "$python" -c 'import sys; from multiprocessing.shared_memory import SharedMemory as S; s = S(sys.argv[1], True, 100)
s.buf[:6] = b"Python"; print("ready", flush=True); sys.stdin.read(); s.close(); s.unlink()' "$POSIX" \
        <>"$T/never" >"$T/out" 2>"$T/err" 3>&- &
    PIDS+=("$!")
    await says "$T/out" ready
    shows 507974686f6e --posix "$POSIX"
}

# PostgreSQL makes a small System V segment at its start: its own key, mode 0600, only to see whether it still runs.
@test "PostgreSQL's segment is shown" {
    need_root
    initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | tail -n 1)
    [[ -n $initdb ]] || skip "needs PostgreSQL"
    install -d -o $NOBODY -g $NOBODY "$T/pg" "$T/pg/data"
    as_nobody "$initdb" -D "$T/pg/data" -A trust -N >"$T/out" 2>"$T/err"
    (cd "$T/pg" && exec setpriv --reuid $NOBODY --regid $NOBODY --clear-groups "${initdb%/*}/postgres" -D "$T/pg/data" \
        -k "$T/pg" -c listen_addresses= >"$T/out" 2>"$T/err" 3>&-) &
    PIDS+=("$!")
    await test -s "$T/pg/data/postmaster.pid"
    await grep -q ready "$T/pg/data/postmaster.pid"
    id=$(awk 'NR == 7 { print $2 }' "$T/pg/data/postmaster.pid")
    shows "$(bytes_of "$id" | cut -c 1-64)" --id "$id"
    [[ $(json '$j->{source}{creator_pid}' "$T/j") == "$(head -n 1 "$T/pg/data/postmaster.pid")" ]]
    kill -INT "$!"
    await ended "$!"
}
