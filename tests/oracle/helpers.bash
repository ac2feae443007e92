# For the bats files of this folder. BUILD_BIN is the folder of layout_dump; by hand, that of the dev preset.
bats_require_minimum_version 1.5.0
here="$BATS_TEST_DIRNAME"
dump="${BUILD_BIN:-$here/../../build/dev/bin}/layout_dump"
src="$here/../../src"

setup() {
    work="$(mktemp -d "${BATS_TEST_TMPDIR}/XXXXXX")"
}

# shrinks FILE COMMAND...: runs the command again and again; in each run, FILE is cut to 64 bytes at a later moment, until
# it is read to its end. Each run gives the right layout or an error; $changed: how many errors say that the file changed.
shrinks() {
    local file="$1" at
    shift
    cp "$file" "$work/before"
    "$@" >"$work/whole"
    changed=0
    for ((at = 1; at < 100; at++)); do
        cp "$work/before" "$file"
        SHRINK_FILE="$file" SHRINK_AT="$at" LD_PRELOAD="$BUILD_DIR/tests/libshrink.so" \
            ASAN_OPTIONS=verify_asan_link_order=0 run "$@"
        [ "$(stat -c %s "$file")" -eq 64 ] || break
        if [ "$status" -eq 0 ]; then
            diff <(printf '%s\n' "$output") "$work/whole"
        else
            [ "$status" -eq 1 ]
            [[ $output == *"error "* ]] || { echo "$output"; false; }
            [[ $output != *"changed while it was read"* ]] || changed=$((changed + 1))
        fi
    done
    echo "$file: $at moments, $changed told as a change"
    [ "$at" -gt 3 ] && [ "$at" -lt 100 ]
    cp "$work/before" "$file"
}

# Skips the test if the program is not installed.
need() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}

# build OUT COMPILER OPTION...: the program with all kinds of members; skips the test if the compiler can't build it.
build() {
    local out="$1" compiler="$2" file="$here/kinds.c"
    shift 2
    need "$compiler"
    [[ $compiler == *++ ]] && file="$here/kinds_cxx.cc"
    (cd "$work" && "$compiler" "$@" -w -I"$src" "$file" -o "$out" -lpthread 2>"$work/errors") ||
        skip "$compiler can't: $(head -1 "$work/errors")"
}

# same_as_compiled PROGRAM [ELF [OPTION...]]: layout_dump reads in ELF the layouts that the running program prints.
same_as_compiled() {
    local program="$1" elf="${2:-$1}" types
    shift
    [ $# -gt 0 ] && shift
    "$program" >"$work/expected"
    mapfile -t types < <(sed -nE 's/^= (.*) [0-9]+ [0-9]+$/\1/p' "$work/expected")
    [ "${#types[@]}" -ge 10 ]
    "$dump" "$@" -l "$elf" "${types[@]}" >"$work/got"
    diff -u "$work/expected" "$work/got"
}
