#!/usr/bin/env bats
# shm-server: what it makes, writes, prints and leaves behind. Checked with ipcs, perl, pahole and strace.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    place_open
}

teardown()
{
    place_close
}

# The whole segment in hex as perl's pack writes it: expected TEMPLATE.
expected()
{
    perl -e 'my $bytes = pack $ARGV[0], "PI is defined as: ", 22, "/", 7, "=", "=", 22 / 7, "goodbye";
        print unpack "H*", $bytes . "\0" x (1024 - length $bytes)' "$1"
}

@test "the main job: server, client, ipcs, and nothing left" {
    serve
    run -0 --separate-stderr "$BIN/shm-client" --key "$KEY"
    [[ $output == $'PI is defined as: 22/7==3.14286\ngoodbye' && -z $stderr ]]

    run -0 ipcs -m
    row=$(grep "^$KEY" <<<"$output")
    read -r key id owner perms bytes nattch rest <<<"$row"
    [[ $key == "$KEY" && $id == "$ID" && $owner == "$(id -un)" && $perms == 600 && $bytes == 1024 && $nattch == 1 ]]

    stop TERM
    [[ $STATUS == 0 && -z $(id_of_key) ]]
    grep -qx "shm-server: detached and removed segment $KEY (shmid $ID)" "$T/out"
    [[ ! -s $T/err ]]
}

@test "it says key, shmid, size, mode, pid, where it is attached and what to do next" {
    serve
    grep -qx "shm-server: made segment $KEY: shmid $ID, 1024 bytes, mode 0600, pid $SERVER" "$T/out"
    address=$(awk '/SYSV/ { sub("-.*", "", $1); print "0x" $1 }' "/proc/$SERVER/maps")
    grep -q "attached at $address" "$T/out"
    grep -q "$BIN/shm-client --key $KEY\$" "$T/out"
    grep -q "$BIN/shm-view --key $KEY\$" "$T/out"
    grep -q "ipcs -m" "$T/out"
    stop TERM
    SHMLAB_CALL=./shmlab serve # as the front door starts it
    grep -q ": \./shmlab read --key $KEY\$" "$T/out"
    grep -q " \./shmlab view --key $KEY\$" "$T/out"
}

@test "--quiet omits the hints, and nothing else" {
    serve --quiet
    grep -qx "shm-server: made segment $KEY: shmid $ID, 1024 bytes, mode 0600, pid $SERVER" "$T/out"
    grep -q "attached at 0x" "$T/out"
    run -1 grep -e shm-client -e shm-view -e ipcs "$T/out"
}

@test "the bytes of the natural layout are those of perl's pack" {
    serve --layout natural
    [[ $(bytes_of "$ID") == "$(expected "$NATURAL")" ]]
}

@test "the bytes of the packed layout are those of perl's pack" {
    serve --layout packed
    [[ $(bytes_of "$ID") == "$(expected "$PACKED")" ]]
    "$BIN/shm-client" --key "$KEY" --layout packed | grep -qx 'PI is defined as: 22/7==3.14286'
}

@test "without arguments, server and client in one folder use the same segment: the key is ftok(folder, 15)" {
    copy_programs
    expected=$(ftok_of "$T" 15)
    [[ -z $(id_of_key "$expected") ]] || skip "$expected is taken"
    KEY=$expected
    "$T/shm-server" >"$T/out" 2>&1 3>&- &
    SERVER=$!
    PIDS+=($!)
    await says "$T/out" Ctrl-C
    grep -q "made segment $expected" "$T/out"
    run -0 "$T/shm-client"
    [[ $output == $'PI is defined as: 22/7==3.14286\ngoodbye' ]]
    cd "$T"
    run -0 ./shm-client --path . --proj 15
    stop INT
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

@test "the offsets are those that pahole finds for the server's types" {
    command -v pahole >/dev/null || skip "needs pahole"
    offsets()
    {
        pahole -C "$1" "$BIN/shm-server" |
            sed -nE 's/.* ([a-z0-9]+)(\[[0-9]+\])?( __attribute__.*)?; +\/\* +([0-9]+) +[0-9]+ \*\/.*/\1 \4/p' | xargs
    }
    [[ $(offsets message) == 'intro 0 num 20 slash 24 den 28 eq1 32 eq2 33 ratio 40 farewell 48' ]]
    [[ $(offsets message_packed) == 'intro 0 num 19 slash 23 den 24 eq1 28 eq2 29 ratio 30 farewell 38' ]]
    [[ $(offsets message_live) == 'message 0 counter 56' ]]
    [[ $(offsets message_live_packed) == 'message 0 counter 46' ]]
    [[ $(offsets message_bell) == 'message 0 bell 64' ]]
    [[ $(offsets message_packed_bell) == 'message 0 bell 64' ]]
    [[ $(offsets message_live_bell) == 'message 0 counter 56 bell 64' ]]
    [[ $(offsets message_live_packed_bell) == 'message 0 counter 46 bell 64' ]]
    pahole -C message_packed "$BIN/shm-server" | grep -q 'size: 46,'
    pahole -C message_live "$BIN/shm-server" | grep -q 'size: 64,'
}

@test "its eight types are in the section shm_layout" {
    objcopy -O binary --only-section=shm_layout "$BIN/shm-server" "$T/section"
    run -0 xargs -0 -n 1 -a "$T/section" printf '%s\n'
    sort >"$T/want" <<'END'
struct message
struct message_bell	--bell
struct message_live	--every
struct message_live_bell	--every --bell
struct message_live_packed	packed --every
struct message_live_packed_bell	packed --every --bell
struct message_packed	packed
struct message_packed_bell	packed --bell
END
    diff "$T/want" <(grep . <<<"$output" | sort)
}

@test "SIGINT, SIGTERM and SIGHUP each detach and remove, with exit status 0" {
    for signal in INT TERM HUP; do
        # A test may run with SIGHUP ignored (nohup), and a shell's background job with SIGINT ignored.
        : >"$T/out" # else the output of the last round may be taken for this one's
        env --default-signal=HUP,INT "$BIN/shm-server" --key "$KEY" --every 5 >"$T/out" 2>&1 3>&- &
        SERVER=$!
        PIDS+=("$SERVER")
        await says "$T/out" Ctrl-C
        stop "$signal"
        [[ $STATUS == 0 && -z $(id_of_key) ]]
        grep -q 'detached and removed' "$T/out"
    done
}

@test "it stops on a signal that its parent had blocked" {
    perl -e 'use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM, SIGINT, SIGHUP)); exec @ARGV' \
        "$BIN/shm-server" --key "$KEY" >"$T/out" 3>&- &
    SERVER=$!
    PIDS+=("$SERVER")
    await says "$T/out" Ctrl-C
    stop TERM
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

@test "when its terminal is closed, it removes the segment" {
    command -v script >/dev/null || skip "needs script"
    env --default-signal=HUP script -qfc "$BIN/shm-server --key $KEY" /dev/null >"$T/out" 2>&1 3>&- <>"$T/never" &
    terminal=$!
    PIDS+=("$terminal")
    await says "$T/out" Ctrl-C
    server=$(shm_column "$(id_of_key)" cpid)
    PIDS+=("$server")
    kill -KILL "$terminal"
    await ended "$server"
    [[ -z $(id_of_key) ]]
}

@test "under nohup it outlives SIGHUP" {
    nohup "$BIN/shm-server" --key "$KEY" >"$T/out" 2>&1 3>&- &
    SERVER=$!
    PIDS+=("$SERVER")
    await says "$T/out" Ctrl-C
    kill -HUP "$SERVER"
    kill -HUP "$SERVER"
    "$BIN/shm-client" --key "$KEY"
    stop TERM
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

@test "if its output is closed, it ends, and no segment is left" {
    for options in '' '--every 5' '--pause 5' '--step'; do
        set +o pipefail
        timeout -s KILL 20 "$BIN/shm-server" --key "$KEY" $options 2>"$T/err" <>"$T/never" 3>&- | head -1
        await test -s "$T/err"
        await [ -z "$(id_of_key)" ]
        grep -q 'its output was closed' "$T/err"
        rm "$T/err"
    done
}

@test "it can end even if its output is a full pipe that nobody reads" {
    mkfifo "$T/pipe"
    exec 5<>"$T/pipe"
    perl -e 'use Fcntl; fcntl(STDOUT, F_SETFL, O_NONBLOCK | O_RDWR); 1 while syswrite STDOUT, "x" x 4096;
        1 while syswrite STDOUT, "x";
        fcntl(STDOUT, F_SETFL, O_RDWR)' >&5
    "$BIN/shm-server" --key "$KEY" >&5 2>"$T/err" 3>&- &
    SERVER=$!
    PIDS+=("$SERVER")
    written() { [[ $(bytes_of "$(id_of_key)") == 5049* ]]; }
    await written
    await grep -q pipe_write "/proc/$SERVER/wchan" || true
    stop TERM
    exec 5>&-
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

@test "it keeps serving even if its output is a full disk" {
    "$BIN/shm-server" --key "$KEY" >/dev/full 3>&- &
    SERVER=$!
    PIDS+=("$SERVER")
    readable() { "$BIN/shm-client" --key "$KEY" 2>/dev/null; }
    await readable
    stop TERM
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

@test "--mode sets the permissions that ipcs shows; the default is 0600" {
    serve
    [[ $(shm_column "$ID" perms) == 600 ]]
    stop TERM
    for mode in 0666 644 0660 0777; do
        serve --mode $mode
        [[ $(shm_column "$ID" perms) == "${mode#0}" ]]
        stop TERM
    done
}

@test "--every moves the counter and brings the ratio nearer to pi" {
    for layout in natural packed; do
        template="$NATURAL x![Q] Q"
        [[ $layout == packed ]] && template="$PACKED Q"
        serve --every 2 --layout $layout
        moved() { (($(values_of "$ID" "$template" | tail -1) > 5)); }
        await moved
        kill -STOP "$SERVER" # so that no value moves while we look
        await grep -q '^State:.*T' "/proc/$SERVER/status"
        mapfile -t v < <(values_of "$ID" "$template")
        kill -CONT "$SERVER"
        [[ ${v[0]} == 'PI is defined as: ' && ${v[2]} == / && ${v[4]}${v[5]} == == && ${v[7]} == goodbye ]]
        awk -v n="${v[1]}" -v d="${v[3]}" -v r="${v[6]}" 'BEGIN { x = n / d - r; y = r - 3.14159265358979
            exit !(x * x < 1e-20 && y * y < 0.03) }'
        stop TERM
        [[ $STATUS == 0 && -z $(id_of_key) ]]
    done
}

# convergents SEGMENT: reads a server's segment until it has seen the fifth convergent or a later one.
convergents()
{
    perl -e 'my @known = qw(3/1 22/7 333/106 355/113 103993/33102 104348/33215 208341/66317 312689/99532);
        my ($id, $template) = @ARGV; my ($last, $seen, $bytes) = (0, 0);
        for (1 .. 4000) {
            shmread($id, $bytes, 0, 1024) or die "shmread: $!";
            my @v = unpack $template, $bytes;
            my ($i) = grep { $known[$_] eq "$v[1]/$v[3]" } 0 .. $#known;
            if (defined $i && $i != $last) {
                $i > $last or die "back from $known[$last] to $known[$i]"; $last = $i; $seen++ }
            last if $last >= 4; # any of the last four will do: on a busy machine we may miss some
            select undef, undef, undef, 0.002;
        }
        print "$seen seen\n"; exit($last < 4 || $seen < 2)' "$1" "$NATURAL"
}

@test "--every goes through the convergents of pi, in their order" {
    # Polling may miss some, and may read while half of a pair is new: but it never sees them go back. After the last
    # one that fits into an int they begin again: on a machine so busy that we sleep that long, it tries again.
    for every in 60 400 2000; do
        serve --every "$every"
        convergents "$ID" && return 0
        stop TERM
    done
    false
}

@test "--step announces each value, and writes it at Enter" {
    mkfifo "$T/enter"
    exec 4<>"$T/enter"
    serve_until '[1/8]' --step <"$T/enter"
    zeros=$(printf '%02048d' 0)
    [[ $(bytes_of "$ID") == "$zeros" ]]
    await says "$T/out" '        bytes 0 to 18. Enter writes it'
    says "$T/out" '  [1/8] +0x00 char[19] intro = "PI is defined as: "'
    echo >&4
    await says "$T/out" '        bytes 20 to 23, after 1 byte of padding. Enter writes it'
    says "$T/out" '[2/8] +0x14 int num = 22'
    [[ $(values_of "$ID" 'Z19 x![i] i' | xargs -d '\n') == 'PI is defined as:  0' ]]
    echo "words don't matter, Enter does" >&4
    await says "$T/out" '        byte 24. Enter writes it'
    says "$T/out" "[3/8] +0x18 char slash = '/'"
    [[ $(values_of "$ID" 'Z19 x![i] i C' | xargs -d '\n') == 'PI is defined as:  22 0' ]]
    printf '\n\n\n\n' >&4
    await says "$T/out" '        bytes 40 to 47, after 6 bytes of padding. Enter writes it'
    says "$T/out" '[7/8] +0x28 double ratio = 3.142857142857143'
    ! grep -A1 '/8\]' "$T/out" | grep -E '.{81}' || false # on a narrow terminal they would break within words
    printf '\n\n' >&4
    await says "$T/out" 'waiting; Ctrl-C'
    exec 4>&-
    [[ $(bytes_of "$ID") == "$(expected "$NATURAL")" ]]
    stop INT
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

@test "--step: at the end of the input it stops stepping and waits" {
    serve --step < <(printf '\n\n')
    says "$T/out" 'the input has ended: 2 of 8 values are written'
    [[ $(bytes_of "$ID") == "$(perl -e 'print unpack "H*", pack "Z19 x![i] i x1000", "PI is defined as: ", 22')" ]]
    stop TERM
    [[ $STATUS == 0 && -z $(id_of_key) ]]
    serve --step <&-
    says "$T/out" 'the input has ended: 0 of 8 values are written'
}

@test "--step ends on a signal while it waits for Enter" {
    serve_until '[1/8]' --step <>"$T/never"
    stop TERM
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

@test "--step works at a terminal" {
    command -v script >/dev/null || skip "needs script"
    # script gives it a terminal, in which Enter is typed 8 times, then Ctrl-C. exec, because Ctrl-C would also go to a
    # shell that waits for the server, and end script with 130; which shells stay and wait depends on SHELL.
    { await says "$T/out" '[1/8]'; printf '\n\n\n\n\n\n\n\n'; await says "$T/out" waiting; printf '\003'; } |
        script -qefc "exec $BIN/shm-server --key $KEY --step" /dev/null >"$T/out" 3>&-
    says "$T/out" 'detached and removed'
    [[ -z $(id_of_key) ]]
}

@test "--pause writes value by value and prints each as +0x14 int num = 22" {
    serve --pause 5
    run -0 grep '^+0x' "$T/out"
    [[ $output == '+0x00 char[19] intro = "PI is defined as: "
+0x14 int num = 22
+0x18 char slash = '"'/'"'
+0x1c int den = 7
+0x20 char eq1 = '"'='"'
+0x21 char eq2 = '"'='"'
+0x28 double ratio = 3.142857142857143
+0x30 char[8] farewell = "goodbye"' ]]
    [[ $(bytes_of "$ID") == "$(expected "$NATURAL")" ]]
    stop TERM
    serve --pause 5 --every 5 --layout packed
    grep -qx '+0x13 int num = 22' "$T/out"
    grep -qx '+0x2e uint64_t counter = 0' "$T/out"
    stop TERM
    serve_until 'made' --pause 60000
    stop TERM
    [[ $STATUS == 0 && -z $(id_of_key) ]]
}

@test "an existing segment is refused, with three lines that explain it" {
    serve
    first=$SERVER
    run -1 --separate-stderr "$BIN/shm-server" --key "$KEY"
    [[ -z $output ]]
    [[ ${stderr_lines[0]} == "shm-server: cannot create segment $KEY (1024 bytes): it exists already" ]]
    [[ ${stderr_lines[1]} == "  shmid $ID, owner uid $EUID, mode 0600, 1 attached, "* ]]
    [[ ${stderr_lines[1]} == *"attached, created by pid $first (shm-server, running)" ]]
    [[ ${stderr_lines[2]} == "  stop that server, or give another --proj" && ${#stderr_lines[@]} == 3 ]]
    "$BIN/shm-client" --key "$KEY"
}

@test "each refusal has its own advice, and exits with 1" {
    # refused ADVICE: the server can't have the segment $ID, and says so
    refused()
    {
        run -1 --separate-stderr "$BIN/shm-server" --key "$KEY"
        [[ -z $output && ${#stderr_lines[@]} == 3 && ${stderr_lines[2]} == "  $1" && $(id_of_key) == "$ID" ]]
    }
    foreign 2048
    refused "it has 2048 bytes, so it is not this kit's: give another --proj, or, if nobody needs it, ipcrm -m $ID"
    ipcrm -m "$ID"
    foreign 512
    refused "it has 512 bytes, so it is not this kit's: give another --proj, or, if nobody needs it, ipcrm -m $ID"
    ipcrm -m "$ID"
    foreign 1024 # its creator has ended
    hold
    refused 'end the programs that have it attached, or give another --proj'
    [[ ${stderr_lines[1]} == *', 1 attached, created by pid '*' (which has ended)' ]]
}

@test "what ends with it: a reader that stays, a pipe that is closed" {
    serve
    hold
    stop TERM
    [[ $STATUS == 0 ]]
    says "$T/out" 'still attached: 1; the memory is freed after the last detach'
    kill "$HOLDER"
    # its output is closed: 1, and the segment is removed all the same
    run -0 bash -c '{ "$1" --key "$2" --every 1 2>"$3"; echo $? >"$4"; } | head -n 3 >/dev/null' - "$BIN/shm-server" "$KEY" "$T/err" "$T/status"
    [[ $(cat "$T/status") == 1 && -z $(id_of_key) ]]
    says "$T/err" "shm-server: stopped because its output was closed; removed segment $KEY (shmid "
}

@test "two files with the same key: the server finds the other file's segment, and refuses" {
    copy_programs
    # A key has 16 bits of the inode: of more than 65536 files some have the same key. These are the first two here.
    run -0 perl -e 'use strict; my (%seen, $found);
        sub look { my ($dir, $depth) = @_; opendir(my $d, $dir) or return;
            for (readdir $d) {
                next if /^\.\.?$/; my $p = "$dir/$_"; next if $p =~ /[^\w\/.+-]/; my @s = lstat $p or next;
                my $k = ($s[0] & 255) . ":" . ($s[1] & 65535);
                if (!-l _ && $seen{$k} && $seen{$k}[1] != $s[1]) { print "$seen{$k}[0]\n$p\n"; exit 0 }
                $seen{$k} = [$p, $s[1]] if !-l _;
                look($p, $depth + 1) if -d _ && !-l $p && $depth < 12 } }
        look("/usr", 0); look("/var", 0)'
    [[ ${#lines[@]} == 2 ]] || skip "no two files under /usr and /var share a key"
    echo "$output"
    # A different proj in each run: 1 to 255.
    proj=$((RANDOM % 255 + 1))
    "$BIN/shm-server" --path "${lines[0]}" --proj $proj >"$T/out" 2>"$T/err" 3>&- &
    SERVER=$!
    PIDS+=("$SERVER")
    await says "$T/out" Ctrl-C
    other=${lines[1]}
    run -1 --separate-stderr "$BIN/shm-server" --path "$other" --proj $proj
    [[ ${stderr_lines[0]} == *'it exists already' && ${stderr_lines[2]} == *'another --proj' ]]
    stop TERM
}

@test "a missing path: exit 1, and no segment with the key 0xffffffff" {
    run -1 --separate-stderr "$BIN/shm-server" --path "$T/none"
    [[ ${stderr_lines[0]} == "shm-server: cannot make a key of $T/none (ftok, proj 15): No such file or directory" ]]
    [[ ${#stderr_lines[@]} == 2 && -z $(id_of_key 0xffffffff) ]]
    run -1 --separate-stderr "$BIN/shm-server" --key 0xffffffff
    [[ -z $(id_of_key 0xffffffff) ]]
}

@test "wrong arguments: exit 2, one line, and where to read" {
    wrong()
    {
        run -2 --separate-stderr "$BIN/shm-server" --key "$KEY" "$@"
        [[ -z $output && ${#stderr_lines[@]} == 1 && $stderr == "shm-server: "*"(try 'shm-server --help')" ]]
    }
    wrong --foo
    wrong word
    wrong --every
    wrong --every 0
    wrong --every -5
    wrong --every 1x
    wrong --every 999999999999
    wrong --pause x
    wrong --pause 5 --step
    wrong --layout pack
    wrong --mode 0800
    wrong --mode 01000
    wrong --mode ''
    wrong --mode rw-
    wrong --mode 0400
    wrong --id 5
    wrong --proj 3
    wrong --path /tmp
    [[ -z $(id_of_key) ]]
}

@test "--help and --version print, exit 0 and make nothing" {
    run -0 --separate-stderr "$BIN/shm-server" --key "$KEY" --help
    [[ ${lines[0]} == 'usage: shm-server '* && $output == *--every* && -z $stderr && -z $(id_of_key) ]]
    run -0 "$BIN/shm-server" --version
    [[ $output =~ ^'shm-server '[0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "strace: created with IPC_EXCL and 1024 bytes; detached, then removed by its id" {
    command -v strace >/dev/null || skip "needs strace"
    ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=shmget,shmat,shmdt,shmctl -o "$T/trace" \
        "$BIN/shm-server" --key "$KEY" >"$T/out" 3>&- &
    PIDS+=("$!")
    strace=$!
    await says "$T/out" Ctrl-C
    SERVER=$(shm_column "$(id_of_key)" cpid)
    PIDS+=("$SERVER")
    kill -TERM "$SERVER"
    wait "$strace"
    [[ $(grep -c shmget "$T/trace") == 1 ]]
    grep -q "shmget($(printf '0x%x' "$KEY"), 1024, IPC_CREAT|IPC_EXCL|0600)" "$T/trace"
    run -0 grep -oE 'shmdt|IPC_RMID' "$T/trace"
    [[ $output == $'shmdt\nIPC_RMID' ]]
}

@test "if somebody else has removed its segment, it says so and leaves a new one alone" {
    serve
    ipcrm -m "$ID"
    other=$ID
    foreign 2048
    stop TERM
    [[ $STATUS == 0 && $(id_of_key) == "$ID" && $ID != "$other" ]]
    grep -q "segment $KEY (shmid $other) had already been removed" "$T/out"
}

@test "valgrind finds no error in the server" {
    command -v valgrind >/dev/null || skip "needs valgrind"
    sanitized && skip "a sanitizer is built in"
    for options in '--every 5' '--layout packed --pause 1'; do
        : >"$T/out"
        valgrind -q --error-exitcode=99 --leak-check=full "$BIN/shm-server" --key "$KEY" $options \
            >"$T/out" 2>"$T/err" 3>&- &
        SERVER=$!
        PIDS+=("$SERVER")
        await says "$T/out" Ctrl-C
        stop TERM
        cat "$T/err"
        [[ $STATUS == 0 && ! -s $T/err && -z $(id_of_key) ]]
    done
}
