#!/usr/bin/env bats
# Every kind of member, compiled in many ways: offsets, sizes and alignments are compared with the running program's.

load helpers

@test "gcc, DWARF 2 to 5" {
    for version in 2 3 4 5; do
        build "$work/kinds" gcc "-gdwarf-$version"
        same_as_compiled "$work/kinds"
    done
}

@test "alignments that strict DWARF 4 does not record follow from holes" {
    build "$work/kinds" gcc -gdwarf-4 -gstrict-dwarf
    # The alignment of a packed struct without a hole can't be found.
    "$work/kinds" | sed 's/^= struct packed_aligned 8 4$/= struct packed_aligned 8 1/' >"$work/expected"
    mapfile -t types < <(sed -nE 's/^= (.*) [0-9]+ [0-9]+$/\1/p' "$work/expected")
    "$dump" -l "$work/kinds" "${types[@]}" >"$work/got"
    diff -u "$work/expected" "$work/got"
}

@test "clang, DWARF 2 to 5" {
    for version in 2 3 4 5; do
        build "$work/kinds" clang "-gdwarf-$version"
        same_as_compiled "$work/kinds"
    done
}

@test "optimised and with macros" {
    build "$work/kinds" gcc -g3 -O2
    same_as_compiled "$work/kinds"
    build "$work/kinds" clang -g -O2
    same_as_compiled "$work/kinds"
}

@test "sections compressed with zlib" {
    build "$work/kinds" gcc -g -gz=zlib
    readelf -SW "$work/kinds" | grep -E '\.debug_info .* C '
    same_as_compiled "$work/kinds"
}

@test "sections compressed in the old GNU way" {
    build "$work/kinds" gcc -g
    objcopy --compress-debug-sections=zlib-gnu "$work/kinds" "$work/old"
    readelf -SW "$work/old" | grep -F .zdebug_info
    same_as_compiled "$work/kinds" "$work/old"
}

@test "sections compressed with zstd are read, or the error says how to unpack them" {
    build "$work/kinds" gcc -g
    objcopy --compress-debug-sections=zstd "$work/kinds" "$work/zstd" 2>/dev/null || skip "objcopy knows no zstd"
    if run "$dump" "$work/zstd" 'struct bits' && [ "$status" -eq 0 ]; then
        same_as_compiled "$work/kinds" "$work/zstd"
    else
        [[ $output == *"--decompress-debug-sections"* ]]
    fi
}

@test "types in separate units (-fdebug-types-section)" {
    for compiler in gcc clang; do
        for version in 4 5; do
            build "$work/kinds" "$compiler" "-gdwarf-$version" -fdebug-types-section
            same_as_compiled "$work/kinds"
        done
    done
}

@test "types in .dwo files (-gsplit-dwarf), and an error that names a missing one" {
    for version in 4 5; do
        build "$work/kinds" gcc "-gdwarf-$version" -gsplit-dwarf
        same_as_compiled "$work/kinds"
    done
    find "$work" -name '*.dwo' -delete
    run -1 "$dump" "$work/kinds" 'struct bits'
    [[ $output == *".dwo files that are missing"*".dwo"* ]]
}

@test "a .dwo file of another build is not used, even beside the program" {
    need gcc
    split() { (cd "$work" && gcc "$1" -gdwarf-5 -gsplit-dwarf -w -I"$src" "$here/kinds.c" -o kinds -lpthread); }
    mkdir "$work/there"
    split -O2
    mv "$work"/*.dwo "$work/there"
    split -O0
    cp "$work/kinds" "$work/there"
    same_as_compiled "$work/kinds" "$work/there/kinds"
    find "$work" -maxdepth 1 -name '*.dwo' -delete
    run -1 "$dump" "$work/there/kinds" 'struct bits'
    [[ $output == *"of another build"* ]]
}

@test "64-bit DWARF and link-time optimisation" {
    build "$work/kinds" gcc -gdwarf-5 -gdwarf64
    same_as_compiled "$work/kinds"
    build "$work/kinds" gcc -g -flto
    same_as_compiled "$work/kinds"
}

@test "an object file, whose names need relocation" {
    for compiler in gcc clang; do
        build "$work/kinds" "$compiler" -g
        (cd "$work" && "$compiler" -g -w -I"$src" -c "$here/kinds.c" -o kinds.o)
        same_as_compiled "$work/kinds" "$work/kinds.o"
    done
}

@test "a split debug file, found by its link" {
    build "$work/kinds" gcc -g -Wl,--build-id=none
    objcopy --only-keep-debug "$work/kinds" "$work/kinds.debug"
    cp "$work/kinds" "$work/stripped"
    (cd "$work" && objcopy --strip-debug --add-gnu-debuglink=kinds.debug stripped)
    same_as_compiled "$work/kinds" "$work/stripped"
    mkdir "$work/.debug"
    mv "$work/kinds.debug" "$work/.debug"
    same_as_compiled "$work/kinds" "$work/stripped"
    mkdir -p "$work/path/$work"
    mv "$work/.debug/kinds.debug" "$work/path/$work"
    same_as_compiled "$work/kinds" "$work/stripped" -d "/nowhere:$work/path"
}

@test "a split debug file that belongs to another program is not used" {
    for id in none sha1; do
        build "$work/kinds" gcc -g "-Wl,--build-id=$id"
        objcopy --only-keep-debug "$work/kinds" "$work/kinds.debug"
        cp "$work/kinds" "$work/stripped"
        (cd "$work" && objcopy --strip-debug --add-gnu-debuglink=kinds.debug stripped)
        "$dump" -r "$work/stripped" 'struct bits'
        build "$work/other" gcc -g -O2 "-Wl,--build-id=$id"
        objcopy --only-keep-debug "$work/other" "$work/kinds.debug"
        run -1 "$dump" "$work/stripped" 'struct bits'
        [[ $output == *"error ENODATA"* ]]
    done
}

@test "a split debug file, found by its build-id" {
    build "$work/kinds" gcc -g -Wl,--build-id=sha1
    id=$(readelf -n "$work/kinds" | sed -n 's/.*Build ID: //p')
    mkdir -p "$work/path/.build-id/${id:0:2}"
    objcopy --only-keep-debug "$work/kinds" "$work/path/.build-id/${id:0:2}/${id:2}.debug"
    cp "$work/kinds" "$work/stripped"
    strip -g "$work/stripped"
    same_as_compiled "$work/kinds" "$work/stripped" -d "$work/path"
    objcopy --compress-debug-sections "$work/path/.build-id/${id:0:2}/${id:2}.debug"
    same_as_compiled "$work/kinds" "$work/stripped" -d "$work/path"
}

@test "a file under the build-id's name that has another build-id, or none, is not used" {
    build "$work/kinds" gcc -g -Wl,--build-id=sha1
    id=$(readelf -n "$work/kinds" | sed -n 's/.*Build ID: //p')
    named="$work/path/.build-id/${id:0:2}/${id:2}.debug"
    mkdir -p "${named%/*}"
    cp "$work/kinds" "$work/stripped"
    strip -g "$work/stripped"
    last=$(printf '%02x' $((0x${id: -2} ^ 1)))
    for other in "0x${id:0:38}$last" "0x${id:0:32}" "0x${id}00000000" none; do # the last byte differs; shorter; longer
        build "$work/other" gcc -g "-Wl,--build-id=$other"
        objcopy --only-keep-debug "$work/other" "$named"
        run -1 "$dump" -d "$work/path" "$work/stripped" 'struct bits'
        [[ $output == *"error ENODATA"* && $output == *"not found either: .build-id/${id:0:2}/${id:2}.debug in $work/path"* ]]
    done
    objcopy --only-keep-debug "$work/kinds" "$named"
    "$dump" -d "$work/path" -r "$work/stripped" 'struct bits'
}

@test "without a build-id, a split debug file with another checksum is not used" {
    build "$work/kinds" gcc -g -Wl,--build-id=none
    objcopy --only-keep-debug "$work/kinds" "$work/kinds.debug"
    cp "$work/kinds" "$work/stripped"
    (cd "$work" && objcopy --strip-debug --add-gnu-debuglink=kinds.debug stripped)
    "$dump" -r "$work/stripped" 'struct bits'
    printf '\1' >>"$work/kinds.debug" # still readable, but not that file
    run -1 "$dump" "$work/stripped" 'struct bits'
    [[ $output == *"error ENODATA"* ]]
}

@test "i386 aligns long long and double to 4, vectors and __float128 to 16" {
    need gcc
    cat >"$work/old.c" <<'END'
struct old {
    char c;
    long long ll;
    char d;
    double f;
    char e;
    long double ld;
    char g;
    __float128 quad;
    char h;
    struct { char c; long long ll; } in;
} keep;
char ll[__builtin_offsetof(struct old, ll)], f[__builtin_offsetof(struct old, f)], ld[__builtin_offsetof(struct old, ld)],
    quad[__builtin_offsetof(struct old, quad)], in[__builtin_offsetof(struct old, in.ll)], all[sizeof(struct old)];
END
    gcc -m32 -g -c "$work/old.c" -o "$work/old.o" 2>"$work/errors" || skip "gcc can't: $(head -1 "$work/errors")"
    head -c 200 /dev/zero >"$work/zeros"
    "${dump%/*}/shm-view" --render json --file "$work/zeros" --elf "$work/old.o" --type 'struct old' >"$work/json"
    # name, offset, align, padding before: as the compiler's own symbols have them
    nm -S "$work/old.o" | awk '{ print $4, $2 }' | while read -r name hex; do echo "$name $((16#$hex))"; done | sort \
        >"$work/compiler"
    perl -MJSON::PP -0777 -ne '$l = decode_json($_)->{layout}; print "all $l->{size}\n";
        for (@{$l->{fields}}) { $n = $_->{name} eq "in.ll" ? "in" : $_->{name};
            print "$n $_->{offset}\n" if $n =~ /^(ll|f|ld|quad|in)$/ }' "$work/json" | sort >"$work/ours"
    diff <(grep -v keep "$work/compiler") "$work/ours"
    run -0 perl -MJSON::PP -0777 -ne 'for (@{decode_json($_)->{layout}{fields}}) {
        print "$_->{name} $_->{align} $_->{padding_before}\n" if $_->{align} > 1 }' "$work/json"
    [ "$output" = "ll 4 3
f 4 3
ld 4 3
quad 16 7
in.ll 4 3" ]
    [[ $(cat "$work/json") != *'"kind":"misaligned"'* ]]
}

@test "types that dwz moved to a file that several programs share" {
    need dwz
    build "$work/kinds" gcc -gdwarf-4
    cp "$work/kinds" "$work/one"
    cp "$work/kinds" "$work/two"
    (cd "$work" && dwz -m common.debug -M common.debug one two 2>&1) || skip "dwz can't"
    readelf -SW "$work/one" | grep -F .gnu_debugaltlink
    same_as_compiled "$work/kinds" "$work/one"
    mkdir "$work/elsewhere"
    mv "$work/two" "$work/elsewhere"
    run ! same_as_compiled "$work/kinds" "$work/elsewhere/two"
    mv "$work/common.debug" "$work/elsewhere"
    same_as_compiled "$work/kinds" "$work/elsewhere/two"
}

@test "C++: namespaces, classes, bases, templates, virtual tables" {
    for compiler in g++ clang++; do
        for version in 4 5; do
            build "$work/kinds" "$compiler" "-gdwarf-$version"
            same_as_compiled "$work/kinds"
            build "$work/kinds" "$compiler" "-gdwarf-$version" -fdebug-types-section
            same_as_compiled "$work/kinds"
        done
    done
}

@test "C++: references, pointers to members and atomics have their own kinds" {
    build "$work/kinds" g++ -g
    run -0 "$dump" "$work/kinds" refs
    [[ $output == *'0 "int &" r (kind pointer, size 8, align 8)'* ]]
    [[ $output == *'method (size 16)'* ]]
    [[ $output == *'_M_i (kind integer, size 4, align 4, noflags, sync)'* ]]
    [[ $output == *'char16_t u16'* ]]
}

@test "a written .layout file has the kinds, flags, enumerators and types of C" {
    build "$work/kinds" gcc -g
    run -0 "$dump" "$work/kinds" 'struct all'
    for line in 'int[3][4] grid' 'char[2][5] names' 'struct point p (size 8, align 4) {' 'point_t[2][2] points (size 32' \
        'path_t path (size 24' 'enum color color {' 'GREEN = 200' 'BLUE = -1' 'WIDE = 4294967296' \
        '"int (*)(int, const char *)" call' 'struct all * next' '_Atomic int at' '"int *_Atomic" atp' \
        'atomic_llong atl' 'long double ld' '__int128 big' '_Bool b'; do
        [[ $output == *" $line"* ]] || { echo "missing: $line"; false; }
    done
}

@test "a row of an array has the type of a row" {
    build "$work/kinds" gcc -g
    head -c 800 /dev/zero >"$work/bytes"
    run -0 "${dump%/*}/shm-view" --render json --file "$work/bytes" --elf "$work/kinds" --type 'struct all'
    [[ $output == *'"name":"names[1]","type":"char[5]"'* ]]
}
