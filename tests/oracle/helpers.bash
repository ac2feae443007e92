# For the bats files of this folder. BUILD_BIN is the folder of layout_dump; by hand, that of the dev preset.
bats_require_minimum_version 1.5.0
here="$BATS_TEST_DIRNAME"
dump="${BUILD_BIN:-$here/../../build/dev/bin}/layout_dump"
src="$here/../../src"

setup() {
    work="$(mktemp -d "${BATS_TEST_TMPDIR}/XXXXXX")"
}

# Skips the test where the program is not installed.
need() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}

# build OUT COMPILER OPTION...: the program with all kinds of members; skips where the compiler can't.
build() {
    local out="$1" compiler="$2" file="$here/kinds.c"
    shift 2
    need "$compiler"
    [[ $compiler == *++ ]] && file="$here/kinds_cxx.cc"
    (cd "$work" && "$compiler" "$@" -w -I"$src" "$file" -o "$out" -lpthread 2>"$work/errors") ||
        skip "$compiler can't: $(head -1 "$work/errors")"
}

# same_as_compiled PROGRAM [ELF [OPTION...]]: what the program says of its own types is what layout_dump reads in ELF.
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
