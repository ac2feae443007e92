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

memcheck() {
    find /usr/libexec/valgrind /usr/lib/*/valgrind /usr/lib/valgrind -name 'memcheck-*-linux' 2>/dev/null | head -1
}

@test "valgrind's memcheck (valgrind-dbg)" {
    file=$(memcheck)
    [ -n "$file" ] && "$dump" -a "$file" >/dev/null 2>&1 || skip "valgrind-dbg is not installed"
    agrees "$file"
}

# ---- time ----

# microseconds COMMAND...: how long it runs.
microseconds() {
    local start=${EPOCHREALTIME/[.,]/}
    "$@" >/dev/null 2>&1
    echo $((${EPOCHREALTIME/[.,]/} - start))
}

# spread FILE: nine of its structs, from the first to the last.
spread() {
    "$dump" -a "$1" | sed -nE 's/^(struct [A-Za-z_0-9]+) [0-9]+$/\1/p' | awk '!seen[$0]++ { name[++n] = $0 }
        END { for (i = 0; i < 9; i++) print name[int((n - 1) * i / 8) + 1] }'
}

# race FILE TYPE...: times both in turn, the shortest of seven runs each (three where one takes long); shows every
# type's, and wants all of them together to be faster here.
race() {
    local file="$1" type pahole=0 ours=0 a b t i
    shift
    for type in "$@"; do
        a=99999999 b=99999999
        for ((i = 0; i < 3 || (i < 7 && a < 50000); i++)); do
            t=$(microseconds pahole -F dwarf -C "${type#struct }" "$file") && a=$((t < a ? t : a))
            t=$(microseconds "$dump" -r "$file" "$type") && b=$((t < b ? t : b))
        done
        printf '# %-28s pahole %6d us, here %6d us: %d.%02d times as fast\n' "$type" "$a" "$b" \
            $((a / b)) $((a * 100 / b % 100)) >&3
        pahole=$((pahole + a)) ours=$((ours + b))
    done
    printf '# all %d: %d.%02d times as fast\n' $# $((pahole / ours)) $((pahole * 100 / ours % 100)) >&3
    [ "$ours" -lt "$pahole" ]
}

@test "one type out of the C library, compressed, is found faster than by pahole -C" {
    need pahole
    "$dump" -r "$(libc)" 'struct _IO_FILE' || skip "libc6-dbg is not installed"
    mapfile -t types < <(spread "$(libc)")
    race "$(libc)" "${types[@]}" 'struct no_such_type'
}

# pahole stops at the first definition that it meets; here every unit is looked at, as two could define it differently.
@test "one type out of Python's debug build, not compressed, is found faster; also one of its first unit" {
    need pahole
    need python3-dbg
    file=$(readlink -f "$(command -v python3-dbg)")
    mapfile -t types < <(spread "$file")
    race "$file" 'struct _object' 'struct _typeobject' PyObject PyTypeObject "${types[@]}" 'struct no_such_type'
}

@test "one type out of valgrind's memcheck is found faster" {
    need pahole
    file=$(memcheck)
    [ -n "$file" ] && "$dump" -a "$file" >/dev/null 2>&1 || skip "valgrind-dbg is not installed"
    mapfile -t types < <(spread "$file")
    race "$file" "${types[@]}" 'struct no_such_type'
}
