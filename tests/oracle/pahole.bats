#!/usr/bin/env bats
# Every struct and union of big real libraries and programs: size, offsets and holes are those that pahole tells.

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

@test "valgrind's memcheck (valgrind-dbg)" {
    memcheck=$(find /usr/libexec/valgrind /usr/lib/*/valgrind /usr/lib/valgrind -name 'memcheck-*-linux' 2>/dev/null | head -1)
    [ -n "$memcheck" ] && "$dump" -a "$memcheck" >/dev/null 2>&1 || skip "valgrind-dbg is not installed"
    agrees "$memcheck"
}

# hundredths COMMAND...: the shortest of three runs, in hundredths of a millisecond.
hundredths() {
    local best=999999 start end
    for _ in 1 2 3; do
        start=${EPOCHREALTIME/[.,]/}
        "$@" >/dev/null 2>&1
        end=${EPOCHREALTIME/[.,]/}
        ((end - start < best)) && best=$((end - start))
    done
    echo $((best / 10))
}

@test "one type out of a big library is found faster than by pahole -C" {
    need pahole
    "$dump" -r "$(libc)" 'struct _IO_FILE' || skip "libc6-dbg is not installed"
    pahole=0 ours=0 file=$(libc)
    # Nine types, spread over the whole file, and one that is not there.
    mapfile -t types < <("$dump" -a "$file" | sed -nE 's/^struct ([A-Za-z_0-9]+) [0-9]+$/\1/p' | awk '!seen[$0]++' |
        awk '{ name[NR] = $0 } END { for (i = 0; i < 9; i++) print name[int(NR * i / 9) + 1] }')
    for type in "${types[@]}" no_such_type; do
        a=$(hundredths pahole -F dwarf -C "$type" "$file")
        b=$(hundredths "$dump" -r "$file" "struct $type")
        printf '# %-24s pahole %3d.%02d ms, here %3d.%02d ms\n' "$type" $((a / 100)) $((a % 100)) $((b / 100)) $((b % 100)) >&3
        pahole=$((pahole + a)) ours=$((ours + b))
    done
    printf '# all ten: %d.%02d times as fast as pahole\n' $((pahole / ours)) $((pahole * 100 / ours % 100)) >&3
    [ "$ours" -lt "$pahole" ]
}
