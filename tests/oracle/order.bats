#!/usr/bin/env bats
# Byte orders: the values that shm-view reads are those that the program, which was compiled for that order, prints.

load helpers

view="${dump%/*}/shm-view"

# values FILE ELF TYPE: "NAME VALUE" of each field, as shm-view reads the bytes.
values() {
    "$view" --render json --file "$1" --elf "$2" --type "$3" | perl -MJSON::PP -0777 -ne '
        print "$_->{name} $_->{value}\n" for @{decode_json($_)->{layout}{fields}}'
}

@test "a struct stored big-endian by order of the compiler is read so, DWARF 3 to 5" {
    need gcc
    for version in 3 4 5; do
        gcc "-gdwarf-$version" -w "$here/order.c" -o "$work/order" || skip "this gcc can't"
        "$work/order" "$work/bytes" >"$work/expected"
        [ "$(wc -l <"$work/expected")" -eq 20 ]
        values "$work/bytes" "$work/order" 'struct net' >"$work/got"
        diff -u "$work/expected" "$work/got"
    done
    run -0 "$view" --render json --file "$work/bytes" --elf "$work/order" --type 'struct net'
    [[ $output == *'"name":"port",'*'"byte_order":"big"'*'"name":"addr"'* ]]
    [[ $output == *'"name":"in.a",'* && ${output##*'"name":"in.a"'} != *byte_order* ]]
    [[ $output == *'"name":"at",'* ]]
    pointer=${output##*'"name":"at",'}
    [[ ${pointer%%\}*} != *byte_order* ]] # gcc stores pointers in the machine's order
    run -0 "$view" --render text --file "$work/bytes" --elf "$work/order" --type 'struct net'
    [[ $output == *" port "*" 264 (big-endian)"*" in.a "*" 5"$'\n'* ]]
}

@test "its byte order is in the .layout file, and read back" {
    need gcc
    gcc -g -w "$here/order.c" -o "$work/order" || skip "this gcc can't"
    "$work/order" "$work/bytes" >"$work/expected"
    "$view" --render layout --file "$work/bytes" --elf "$work/order" --type 'struct net' >"$work/net.layout"
    grep -F 'short unsigned int port (big)' "$work/net.layout"
    "$view" --render json --file "$work/bytes" --layout "$work/net.layout" | perl -MJSON::PP -0777 -ne '
        print "$_->{name} $_->{value}\n" for @{decode_json($_)->{layout}{fields}}' >"$work/got"
    diff -u "$work/expected" "$work/got"
}

# foreign TARGET: an object file of another machine, and in $work/bytes what a program there would have written.
foreign() {
    need clang
    cat >"$work/far.c" <<'END'
enum color { RED, GREEN = 200 };
struct far {
    unsigned char c;
    unsigned short s;
    int i;
    double d;
    enum color e;
    unsigned ver : 4, len : 12;
    short list[2];
    long double ld;
} keep;
END
    (cd "$work" && clang "--target=$1" -g -c far.c -o far.o 2>errors) || skip "clang can't: $(head -1 "$work/errors")"
}

@test "an ELF file of a big-endian machine is read in its order" {
    for target in s390x-linux-gnu powerpc64-linux-gnu aarch64_be-linux-gnu; do
        foreign "$target"
        printf 'A\0\1\2\377\377\377\376\100\11\41\373\124\104\55\30\0\0\0\310\161\170\0\0\0\1\377\376%64s' '' >"$work/bytes"
        values "$work/bytes" "$work/far.o" 'struct far' >"$work/got"
        printf '%s\n' 'c 65' 's 258' 'i -2' 'd 3.141592653589793' 'e GREEN (200)' 'ver 7' 'len 376' >"$work/expected"
        diff -u "$work/expected" <(head -7 "$work/got")
    done
}

@test "a long double of another machine is bytes, not a wrong number" {
    for target in aarch64-linux-gnu s390x-linux-gnu; do
        foreign "$target"
        head -c 80 /dev/zero >"$work/bytes"
        run -0 "$view" --render json --file "$work/bytes" --elf "$work/far.o" --type 'struct far'
        [[ $output == *'"name":"ld","type":"long double","kind":"bytes"'* ]]
        [[ $output != *'"kind":"misaligned"'* ]]
    done
}

@test "of an unknown machine, a program is read, and an object file is refused by the true reason" {
    build "$work/kinds" gcc -g
    cp "$work/kinds" "$work/other"
    printf '\260\376' | dd of="$work/other" bs=1 seek=18 conv=notrunc status=none
    "$dump" -l "$work/kinds" 'struct half_packed' >"$work/expected"
    run -0 "$dump" -l "$work/other" 'struct half_packed'
    diff <(tail -n +2 "$work/expected") <(tail -n +2 <<<"$output")
    (cd "$work" && gcc -g -w -I"$src" -c "$here/kinds.c" -o other.o)
    printf '\260\376' | dd of="$work/other.o" bs=1 seek=18 conv=notrunc status=none
    run -1 "$dump" "$work/other.o" 'struct bits'
    [[ $output == *"object file of a machine that the installed elfutils does not know"* ]]
}
