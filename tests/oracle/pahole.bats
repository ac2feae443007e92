#!/usr/bin/env bats
# Every struct and union of big real libraries and programs: size, offsets and holes are compared with pahole's.

load helpers

setup_file() {
    export shared="$BATS_FILE_TMPDIR"
}

# agrees FILE: compares, and shows the figures in the test's output.
agrees() {
    need pahole
    run "$here/compare_pahole" "$dump" "$1" "$here/known"
    grep -E 'agree with pahole|^known' <<<"$output" | sed 's/^/# /' >&3
    [ "$status" -eq 0 ] || { head -60 <<<"$output"; false; }
}

libc() {
    ldd /bin/sh | sed -n 's/.*libc\.so\.6 => \([^ ]*\).*/\1/p'
}

@test "the C library (libc6-dbg): split by build-id, compressed" {
    need pahole
    "$dump" -r "$(libc)" 'struct _IO_FILE' || skip "libc6-dbg is not installed"
    agrees "$(libc)"
}

@test "the kernel's headers, by gcc" {
    "$here/make_headers" gcc "$work/headers.so"
    agrees "$work/headers.so"
}

@test "the kernel's headers, by clang" {
    need clang
    "$here/make_headers" clang "$work/headers.so"
    agrees "$work/headers.so"
}

@test "Python's debug build (python3-dbg)" {
    need python3-dbg
    agrees "$(readlink -f "$(command -v python3-dbg)")"
}

memcheck() {
    find /usr/libexec/valgrind /usr/lib/*/valgrind /usr/lib/valgrind -name 'memcheck-*-linux' 2>/dev/null | head -1
}

@test "valgrind's memcheck (valgrind-dbg)" {
    file=$(memcheck)
    [ -n "$file" ] && "$dump" -a "$file" >/dev/null 2>&1 || skip "valgrind-dbg is not installed"
    agrees "$file"
}

@test "bench layout shows the CPU time of both side by side" {
    need pahole
    need python3-dbg
    root="$here/../.."
    [[ ${BUILD_DIR:-} == "$(realpath "$root")/build/"* ]] || skip "no programs built in the tree"
    SHMLAB_PRESET=${BUILD_DIR##*/} run -0 "$root/shmlab" bench layout --quick
    row='^  [a-z_A-Z0-9 -]+ +[0-9.]+ ms   pahole -C +[0-9.]+ ms +[0-9.]+ times'
    [[ $(grep -cE "$row" <<<"$output") == 13 ]]
    grep -qE '^  all of them .*target: below 4 times (ok|MISSED)$' <<<"$output"
    [[ $(grep -cE 'of shm-server .*target: below 30 ms (ok|MISSED)$' <<<"$output") == 2 ]]
}
