#!/usr/bin/env bats
# A segment's life: kill -9 at any moment, two servers at once, other users' segments, and creators that only seem to
# run or to have ended. lifecycle.pl does the parts that must be fast.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    place_open
    HOLDER=$BIN/holder
}

teardown()
{
    place_close
}

lifecycle()
{
    local part=$1
    shift
    perl "$BATS_TEST_DIRNAME/lifecycle.pl" "$part" "$BIN/shm-server" "$KEY" "$@"
}

@test "kill -9 at 200 random moments: at most one segment is left, and the next start takes it over" {
    run -0 lifecycle kill
    echo "$output"
    [[ -z $(id_of_key) ]]
}

@test "kill -9 at each system call of its life: the next start recovers" {
    command -v strace >/dev/null || skip "needs strace"
    # At each of its calls on segments in turn, and when it starts to write and to wait.
    left=0
    for call in shmget:1 shmat:1 shmctl:1 write:1 ppoll:1 ppoll:2 shmdt:1 shmctl:2 shmctl:3; do
        trace=${call%:*} when=${call#*:}
        : >"$T/out"
        ASAN_OPTIONS=detect_leaks=0 strace -f -o "$T/trace" -e trace="$trace" \
            -e inject="$trace:signal=KILL:when=$when" "$BIN/shm-server" --key "$KEY" --pause 1 >"$T/out" 2>&1 3>&- &
        strace=$!
        PIDS+=("$strace")
        if [[ $call == shmdt* || $call == shmctl:[23] ]]; then
            await says "$T/out" Ctrl-C
            SERVER=$(shm_column "$(id_of_key)" cpid)
            kill -TERM "$SERVER"
        fi
        await says "$T/trace" 'killed by SIGKILL' # fails where the server never makes that call
        wait "$strace" || true
        ids=$(id_of_key)
        [[ $(wc -w <<<"$ids") -le 1 ]]
        serve
        if [[ -n $ids ]]; then
            left=$((left + 1))
            says "$T/out" "took over from a dead server"
            says "$T/out" "removed its segment (shmid $ids, "
        fi
        stop TERM
        [[ $STATUS == 0 && -z $(id_of_key) ]]
    done
    echo "$left times a segment was left"
    ((left >= 5))
}

@test "if a call fails midway, nothing is left and the error is reported" {
    command -v strace >/dev/null || skip "needs strace"
    fails()
    {
        run -1 --separate-stderr env ASAN_OPTIONS=detect_leaks=0 \
            strace -f -o /dev/null -e trace="${1%%:*}" -e inject="$1" "$BIN/shm-server" --key "$KEY"
        echo "$stderr"
        [[ -z $output && ${stderr_lines[0]} == "shm-server: cannot create segment $KEY (1024 bytes): $2" ]]
        [[ -z $(id_of_key) ]]
    }
    fails shmget:error=ENOSPC 'No space left on device'
    [[ ${stderr_lines[1]} == *'ipcs -l'* ]]
    fails shmget:error=EINVAL 'Invalid argument'
    [[ ${stderr_lines[1]} == '  the kernel does not accept this key or size; ipcs -l shows its limits' ]]
    fails shmat:error=ENOMEM 'Cannot allocate memory'
    fails shmctl:error=EIDRM:when=1 'Stale file handle'
    [[ ${stderr_lines[1]} == '  other programs are using this key right now: try again, or give another --proj' ]]
}

@test "two servers at once, 100 times: one has won each time" {
    run -0 lifecycle race
    echo "$output"
    [[ -z $(id_of_key) ]]
}

@test "a larger segment is refused and unchanged, 100 times out of 100" {
    lifecycle refuse larger
}

@test "a smaller segment is refused and unchanged, 100 times out of 100" {
    lifecycle refuse smaller
}

@test "a segment whose creator runs is refused and unchanged, 100 times out of 100" {
    run -0 lifecycle refuse alive
    [[ ${lines[1]} == *'(perl, running)' ]]
}

@test "a segment that is attached is refused and unchanged, 100 times out of 100" {
    run -0 lifecycle refuse attached "$HOLDER"
    [[ ${lines[1]} == *', 1 attached, '* && ${lines[2]} == *'have it attached'* ]]
}

@test "another user's segment is refused and unchanged, 100 times out of 100" {
    need_root
    run -0 lifecycle refuse nobodys
    [[ ${lines[1]} == *"owner uid $NOBODY, "* && ${lines[2]} == *'belongs to another user'* ]]
    copy_programs
    BIN=$T
    run -0 lifecycle refuse roots
    [[ ${lines[1]} == *'owner uid 0, mode 0600, 0 attached'* ]]
}

@test "a creator that is a zombie counts as dead: its segment is taken over" {
    # perl starts a server, which is killed, and never waits for it.
    perl -e 'my $pid = fork; exec @ARGV if !$pid; $| = 1; sleep 1000' "$BIN/shm-server" --key "$KEY" >"$T/out" 3>&- &
    PIDS+=($!)
    await says "$T/out" Ctrl-C
    server=$(shm_column "$(id_of_key)" cpid)
    kill -KILL "$server"
    await grep -q '^State:.*Z' "/proc/$server/status"
    run -0 "$BIN/shm-server" --version
    serve
    says "$T/out" "took over from a dead server"
    grep -q '^State:.*Z' "/proc/$server/status"
    stop TERM
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

# reuse KEY FOLDER: in its own PID namespace, a server is killed; later another program gets its pid.
reuse()
{
    local pid other
    "$BIN/shm-server" --key "$1" >"$2/out" 3>&- &
    pid=$!
    await says "$2/out" Ctrl-C
    kill -KILL $pid
    wait $pid || true
    # Times are in whole seconds: there must be 2 between them.
    changed=$(date +%s)
    until (($(date +%s) >= changed + 3)); do sleep 0.1; done
    for ((tries = 0; tries < 50; tries++)); do
        echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid || return 77
        sleep 1000 3>&- &
        other=$!
        ((other == pid)) && break
        kill -KILL $other
        wait $other || true
    done
    ((other == pid)) || return 77
    "$BIN/shm-server" --key "$1" >"$2/next" 2>&1 3>&- &
    await says "$2/next" Ctrl-C
    kill -TERM $!
    wait $! && kill -0 $other
}

@test "if another program has the creator's pid by now, the creator counts as dead: its segment is taken over" {
    need_root
    unshare --pid --fork --mount-proc true || skip "no PID namespace may be had"
    export -f reuse await says
    export BIN T
    run unshare --pid --fork --kill-child --mount-proc bash -c 'reuse "$0" "$1"' "$KEY" "$T"
    [[ $status != 77 ]] || skip "pids can't be chosen here (ns_last_pid)"
    echo "$output"
    cat "$T/next"
    [[ $status == 0 && -z $(id_of_key) ]]
    grep -q 'took over from a dead server' "$T/next"
}

@test "a creator in another PID namespace may be alive: its segment is refused" {
    need_root
    unshare --pid --fork --mount-proc true || skip "no PID namespace may be had"
    foreign 1024
    run -1 --separate-stderr unshare --pid --fork --mount-proc "$BIN/shm-server" --key "$KEY"
    [[ ${stderr_lines[1]} == *'created by a process that can'*'another PID namespace)' ]]
    [[ ${stderr_lines[2]} == '  its creator may still run: '*"ipcrm -m $ID" && $(id_of_key) == "$ID" ]]
}

@test "a /proc of another PID namespace is not trusted" {
    need_root
    unshare --pid --fork --mount-proc true || skip "no PID namespace may be had"
    export -f id_of_key
    # Inside, /proc is still that of the outer namespace, where the creator's pid is another process or none.
    run -1 unshare --pid --fork --kill-child bash -c '
        perl -e "print shmget(oct \$ARGV[0], 1024, 03600); sleep 1000" "$1" 3>&- &
        until [[ -n $(id_of_key "$1") ]]; do sleep 0.01; done
        "$0" --key "$1"' "$BIN/shm-server" "$KEY"
    echo "$output"
    [[ $output == *'its creator may still run'* && -n $(id_of_key) ]]
}

@test "a creator's pid that is in /proc of another PID namespace is not trusted" {
    need_root
    unshare --pid --fork --mount-proc true || skip "no PID namespace may be had"
    copy_programs
    export -f id_of_key
    # Mode 0200, so that even its owner can read its facts only in /proc/sysvipc/shm, which has the outer pids.
    run -1 unshare --pid --fork --kill-child setpriv --reuid $NOBODY --regid $NOBODY --clear-groups bash -c '
        perl -e "print shmget(oct \$ARGV[0], 1024, 03200); sleep 1000" "$1" 3>&- &
        until [[ -n $(id_of_key "$1") ]]; do sleep 0.01; done
        "$0" --key "$1"' "$T/shm-server" "$KEY"
    echo "$output"
    [[ $output == *"owner uid $NOBODY, mode 0200"*'another PID namespace'* && -n $(id_of_key) ]]
}

@test "a name from /proc reaches the terminal without control characters" {
    perl -e 'open my $f, ">", "/proc/self/comm"; print $f "\e[31m\r\x9b)\n("; close $f;
        shmget(oct $ARGV[0], 1024, 03600); sleep 1000' "$KEY" 3>&- &
    PIDS+=($!)
    made() { [[ -n $(id_of_key) ]]; }
    await made
    run -1 --separate-stderr "$BIN/shm-server" --key "$KEY"
    [[ ${#stderr_lines[@]} == 3 && ${stderr_lines[1]} == *'(\x1b[31m\r\x9b)\n(, running)' ]]
    [[ $(LC_ALL=C tr -d '\n -~' <<<"$stderr" | wc -c) == 0 ]]
}

@test "a segment is removed while its server runs: the next start makes another, and both go on" {
    serve
    first=$SERVER first_id=$ID
    cp "$T/out" "$T/out.first"
    ipcrm -m "$ID"
    [[ -z $(id_of_key) && $(shm_column "$first_id" nattch) == 1 ]]
    serve --layout packed
    [[ $ID != "$first_id" ]]
    "$BIN/shm-client" --key "$KEY" --layout packed
    run -0 "$BIN/shm-client" --id "$first_id"
    [[ ${lines[0]} == 'PI is defined as: 22/7==3.14286' ]]
    kill -TERM "$first"
    wait "$first"
    [[ $(id_of_key) == "$ID" ]]
    "$BIN/shm-client" --key "$KEY" --layout packed
    stop TERM
}
