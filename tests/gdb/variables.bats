#!/usr/bin/env bats
# gdb shows each variable of the server and the client, also in an optimised build.
bats_require_minimum_version 1.5.0
load ../cli/helper

setup_file()
{
    export OPTIMISED=$BATS_FILE_TMPDIR/optimised
    cmake -S "$BATS_TEST_DIRNAME/../.." -B "$OPTIMISED" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo &&
        cmake --build "$OPTIMISED" --target shm-server shm-client
}

setup()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    unset DEBUGINFOD_URLS
    place_open
}

teardown() { place_close; }

# all_variables STOPS COMMAND PROGRAM...: prints all frames at each of the first STOPS function calls of the program,
# then runs COMMAND. $T/seen: gdb's output.
all_variables()
{
    printf '%s\n' 'set $stops = 0' "while \$stops < $1" 'bt full' 'set $stops = $stops + 1' continue end >"$T/look"
    gdb -nx -batch -ex 'handle SIGTERM nostop' -ex 'rbreak server.c:.' -ex 'rbreak client.c:.' \
        -ex 'rbreak message.c:.' -ex 'rbreak segment.c:.' -ex run -x "$T/look" -ex delete -ex "$2" \
        --args "${@:3}" >"$T/seen" 2>&1 </dev/null
    run ! grep 'optimized out' "$T/seen"
}

@test "of the server: from its options to its second message" {
    for bin in "$BIN" "$OPTIMISED/bin"; do
        all_variables 100 'signal SIGTERM' "$bin/shm-server" --key "$KEY" --every 1
        grep -q '^ *settings = {' "$T/seen"
        for function in segment_create print_start keep_writing message_approximate message_write_field; do
            grep -q "^#0 .*\<$function (" "$T/seen"
        done
        grep -q 'detached and removed' "$T/seen"
    done
}

@test "of the client: from its options to its end" {
    serve
    for bin in "$BIN" "$OPTIMISED/bin"; do
        all_variables 100 'echo' "$bin/shm-client" --key "$KEY"
        for function in segment_attach show message_read_field print_message segment_detach; do
            grep -q "^#0 .*\<$function (" "$T/seen"
        done
        grep -q 'goodbye' "$T/seen"
    done
}
