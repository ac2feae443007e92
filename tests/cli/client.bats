#!/usr/bin/env bats
# shm-client: reads the message, trusts none of its bytes, and asks only to read. perl writes, strace watches.
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

client()
{
    "$BIN/shm-client" --key "$KEY" "$@"
}

# The message, as perl packs it, in a segment that no server of ours made: message TEMPLATE [INTRO [FAREWELL]].
message()
{
    fill "$ID" "$1" "${2-PI is defined as: }" 22 / 7 = = "$(perl -e 'printf "%.17g", 22 / 7')" "${3-goodbye}"
}

@test "it reads what perl packed, natural and packed" {
    foreign 1024
    message "$NATURAL"
    run -0 --separate-stderr client
    [[ $output == $'PI is defined as: 22/7==3.14286\ngoodbye' && -z $stderr ]]
    message "$PACKED"
    run -0 --separate-stderr client --layout packed
    [[ $output == $'PI is defined as: 22/7==3.14286\ngoodbye' && -z $stderr ]]
}

@test "the smallest segment that holds the message is enough, one byte less is not" {
    foreign 56
    message "$NATURAL"
    run -0 client
    ipcrm -m "$ID"
    foreign 55
    message "$PACKED"
    run -1 --separate-stderr client
    [[ -z $output && ${#stderr_lines[@]} == 2 ]]
    [[ ${stderr_lines[0]} == "shm-client: cannot read the message in segment $KEY: it has 55 bytes, the message 56" ]]
    run -0 client --layout packed
}

@test "it finds the segment by key, id, and path with proj" {
    : >"$T/file"
    KEY=$(ftok_of "$T/file" 77)
    [[ -z $(id_of_key) ]] || skip "$KEY is taken"
    serve
    for options in "--key $KEY" "--key $((KEY))" "--id $ID" "--path $T/file --proj 77" "--proj 0x4d --path $T/file"; do
        run -0 "$BIN/shm-client" $options
        [[ ${lines[0]} == 'PI is defined as: 22/7==3.14286' ]]
    done
    # The key comes from the inode: a new file with the same name gives another key.
    : >"$T/new"
    mv "$T/new" "$T/file"
    run -1 --separate-stderr "$BIN/shm-client" --path "$T/file" --proj 77
    [[ $stderr == *'there is none'* ]]
}

@test "no server: it says so and what to do" {
    run -1 --separate-stderr client
    [[ -z $output && ${stderr_lines[0]} == "shm-client: cannot find segment $KEY: there is none" ]]
    [[ ${stderr_lines[1]} == '  start the server first: shm-server --key '"$KEY; ipcs"* && ${#stderr_lines[@]} == 2 ]]
    SHMLAB_CALL='./shmlab' run -1 --separate-stderr client
    [[ ${stderr_lines[1]} == "  start the server first: ./shmlab serve --key $KEY; ipcs"* ]]
    foreign 1024
    ipcrm -m "$ID"
    run -1 --separate-stderr "$BIN/shm-client" --id "$ID"
    [[ ${stderr_lines[0]} == "shm-client: cannot attach segment with shmid $ID: there is none" ]]
    run -1 --separate-stderr "$BIN/shm-client" --path "$T/none"
    [[ ${stderr_lines[0]} == "shm-client: cannot make a key of $T/none (ftok, proj 15): No such file or directory" ]]
}

@test "a segment of zeros holds no message yet" {
    serve_until '[1/8]' --step <>"$T/never"
    run -1 --separate-stderr client
    [[ -z $output && ${stderr_lines[0]} == "shm-client: cannot read the message in segment $KEY: all its bytes are 0" ]]
    [[ ${#stderr_lines[@]} == 2 ]]
}

@test "a message that is only half written is shown as far as it goes, and it says so" {
    serve --step < <(printf '\n\n\n')
    run -1 --separate-stderr client
    [[ ${lines[0]} == 'PI is defined as: 22/0\0\00' ]]
    [[ ${stderr_lines[0]} == "shm-client: segment $KEY has no complete message: its farewell is empty" ]]
}

@test "read with the other layout, the values are different, and nothing breaks" {
    serve --layout packed
    run --separate-stderr client --layout natural
    [[ $status -le 1 && ${lines[0]} == 'PI is defined as: '* && ${lines[0]} != *22/7==3.14286* ]]
    stop TERM
    serve --layout natural
    run --separate-stderr client --layout packed
    [[ $status -le 1 && ${lines[0]} != *22/7==3.14286* ]]
}

@test "no byte of the segment reaches the terminal as a control character" {
    foreign 1024
    for byte in 1b 9b 07 0d ff c3; do
        perl -e 'my ($id, $byte) = @ARGV; shmwrite($id, chr(hex $byte) x 1024, 0, 1024) or die' "$ID" $byte
        for layout in natural packed; do
            run -0 --separate-stderr client --layout $layout
            [[ ${#lines[@]} == 2 && -z $stderr ]]
            [[ $(LC_ALL=C tr -d '\n -~' <<<"$output" | wc -c) == 0 ]]
            [[ ${lines[1]} == *"\\"*"\\"*"\\"*"\\"*"\\"*"\\"*"\\"*"\\"* ]]
        done
    done
}

@test "a text without NUL ends at the end of its field" {
    foreign 1024
    message "${NATURAL/Z19/a19}" 'nineteen characters' 'eight ch'
    perl -e 'shmwrite($ARGV[0], "eight chBEHIND", 48, 14) or die' "$ID"
    run -0 --separate-stderr client
    [[ $output == $'nineteen characters22/7==3.14286\neight ch' ]]
}

@test "while the values move it prints what is there at that moment" {
    serve --every 1
    for round in {1..20}; do
        run -0 --separate-stderr client
        [[ $output =~ ^'PI is defined as: '[0-9]+/[0-9]+==3(\.[0-9]+)?$'\n'goodbye$ ]]
    done
}

@test "strace: it attaches with SHM_RDONLY and asks for no segment to be made" {
    command -v strace >/dev/null || skip "needs strace"
    serve
    ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=shmget,shmat,shmdt,shmctl -o "$T/trace" \
        "$BIN/shm-client" --key "$KEY"
    cat "$T/trace"
    grep -qE "shmget\($(printf '0x%x' "$KEY"), 0, 0+\) += $ID" "$T/trace"
    grep -qE "shmat\($ID, NULL, SHM_RDONLY\) += 0x" "$T/trace"
    [[ $(grep -c shmget "$T/trace") == 1 && $(grep -c shmat "$T/trace") == 1 && $(grep -c shmdt "$T/trace") == 1 ]]
    [[ $(grep shmctl "$T/trace" | grep -cv IPC_STAT) == 0 && $(grep -c IPC_CREAT "$T/trace") == 0 ]]
}

@test "it leaves the segment as it was" {
    serve
    before=$(bytes_of "$ID")
    client
    [[ $(bytes_of "$ID") == "$before" && $(shm_column "$ID" nattch) == 1 && $(id_of_key) == "$ID" ]]
}

@test "another user's segment of mode 0600: a clear line; of mode 0644: it may look" {
    need_root
    copy_programs
    serve
    run -1 --separate-stderr as_nobody "$T/shm-client" --key "$KEY"
    [[ -z $output && ${stderr_lines[0]} == "shm-client: cannot attach segment $KEY: Permission denied" ]]
    [[ ${stderr_lines[1]} == "  it belongs to uid 0 with mode 0600, which gives uid $NOBODY no right to read" ]]
    [[ ${stderr_lines[2]} == *'--mode 0644'* && ${#stderr_lines[@]} == 3 ]]
    stop TERM
    serve --mode 0644
    run -0 --separate-stderr as_nobody "$T/shm-client" --key "$KEY"
    [[ $output == $'PI is defined as: 22/7==3.14286\ngoodbye' ]]
    # ... but not write: the kernel refuses perl's shmwrite.
    before=$(bytes_of "$ID")
    run -13 as_nobody perl -e 'shmwrite($ARGV[0], "x", 0, 1) or exit $! + 0' "$ID"
    [[ $(bytes_of "$ID") == "$before" ]]
}

@test "if the output can't be written, it says so and exits 1" {
    serve
    run -1 --separate-stderr bash -c '"$0" --key "$1" >/dev/full' "$BIN/shm-client" "$KEY"
    [[ $stderr == 'shm-client: cannot print the message: No space left on device' ]]
}

@test "wrong arguments: exit 2 and one line; --help and --version: exit 0" {
    for options in --foo word --layout=pack --key=0 --id=-1 '--id=5 --key=6' --proj=0 --every=5; do
        run -2 --separate-stderr "$BIN/shm-client" $options
        [[ -z $output && ${#stderr_lines[@]} == 1 && $stderr == "shm-client: "*"(try 'shm-client --help')" ]]
    done
    run -0 "$BIN/shm-client" --help
    [[ ${lines[0]} == 'usage: shm-client '* ]]
    run -0 "$BIN/shm-client" --version
    [[ $output =~ ^'shm-client '[0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "valgrind finds no error in the client" {
    command -v valgrind >/dev/null || skip "needs valgrind"
    sanitized && skip "a sanitizer is built in"
    for layout in natural packed; do
        serve --layout $layout
        run -0 --separate-stderr valgrind -q --error-exitcode=99 --leak-check=full \
            "$BIN/shm-client" --key "$KEY" --layout $layout
        [[ -z $stderr && ${lines[0]} == 'PI is defined as: 22/7==3.14286' ]]
        stop TERM
    done
}
