#!/usr/bin/env bats
# Types of a program: --types lists them, --type takes their names in C's spellings and arrays of them.

bats_require_minimum_version 1.5.0
load helper

setup_file() {
    export PROGRAM="$BATS_FILE_TMPDIR/shop.o"
    cat >"$BATS_FILE_TMPDIR/shop.c" <<'END'
struct prod { int id; char name[5]; double price; } keep;
struct tight { int a, b; } tight;
struct holes { char a; short b; char c; long d; char e; } holes;
struct inner { char c; struct prod two[2]; char end; } inner;
union any { char c; struct prod p; } any;
typedef struct { char c; int i; } nameless_t;
nameless_t nameless;
typedef int row_t[4];
row_t rows;
unsigned long ul;
char letters[60];
END
    # a second source file with one of the types, which are one line in the list
    printf '%s\n' 'struct prod { int id; char name[5]; double price; } other;' 'signed int si; char c;' \
        >"$BATS_FILE_TMPDIR/other.c"
    (cd "$BATS_FILE_TMPDIR" && gcc -g -r shop.c other.c -o "$PROGRAM")
    seq -s ' ' 100 >"$BATS_FILE_TMPDIR/text"
    head -c 60 /dev/zero >"$BATS_FILE_TMPDIR/zeros"
}

fields() {
    local json
    json=$("$BIN/shm-view" --render json --file "${BYTES:-$BATS_FILE_TMPDIR/zeros}" --elf "$PROGRAM" --type "$1") || return
    perl -MJSON::PP -0777 -ne '$l = decode_json($_)->{layout}; print "size $l->{size}\n";
            print "$_->{name} $_->{type} $_->{offset} $_->{size}\n" for @{$l->{fields}}' <<<"$json"
}

@test "--types lists the types by name, with size, fields, holes and padding" {
    run -0 --separate-stderr "$BIN/shm-view" --types --elf "$PROGRAM"
    [ -z "$stderr" ]
    [ "$output" = '    size  fields  holes  padding  type
      24       4      1        7  union any
      24       5      2       11  struct holes
      64       8      3       28  struct inner
       8       2      1        3  nameless_t
      24       3      1        7  struct prod
       8       2      0        0  struct tight' ]
}

@test "its sizes, holes and padding are pahole's" {
    command -v pahole >/dev/null || skip "pahole is not installed"
    pahole -s "$PROGRAM" | sort >"$BATS_TEST_TMPDIR/pahole"
    for name in prod tight holes; do
        read -r _ size holes <<<"$(grep "^$name"$'\t' "$BATS_TEST_TMPDIR/pahole")"
        read -r ours _ gaps padding _ <<<"$("$BIN/shm-view" --types "struct $name" --elf "$PROGRAM" | tail -1)"
        [ "$size $holes" = "$ours $gaps" ]
        sum=$(pahole -C "$name" "$PROGRAM" | sed -nE 's/.*sum holes: ([0-9]+).*/\1/p; s/.*padding: ([0-9]+).*/\1/p' |
            awk '{ n += $1 } END { print n + 0 }')
        [ "$sum" = "$padding" ]
    done
}

@test "--types PATTERN chooses by a part of the name, or as the shell chooses files" {
    run -0 "$BIN/shm-view" --types in --elf "$PROGRAM"
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[1]} == *"struct inner" ]]
    run -0 "$BIN/shm-view" '--types=*s' --elf "$PROGRAM"
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[1]} == *"struct holes" ]]
    run -1 --separate-stderr "$BIN/shm-view" --types nothing --elf "$PROGRAM"
    [ -z "$output" ]
    [[ $stderr == "shm-view: no struct or union in $PROGRAM has 'nothing' in its name"* ]]
}

@test "--types needs --elf, and lists nothing else" {
    run -2 --separate-stderr "$BIN/shm-view" --types
    [[ $stderr == "shm-view: --types goes with --elf"* ]]
    run -2 "$BIN/shm-view" --types --elf "$PROGRAM" --id 7
    run -2 "$BIN/shm-view" --types --elf "$PROGRAM" a b
    run -1 --separate-stderr "$BIN/shm-view" --types --elf "$BATS_FILE_TMPDIR/text"
    [[ $stderr == *"not an ELF file"* ]]
    run -1 "$BIN/shm-view" --types --elf "$BATS_TEST_TMPDIR/none"
}

@test "an unknown type gets: did you mean" {
    for case in "struct prd:'struct prod'" "union inner:'struct inner'" "nameles_t:'nameless_t'" "struct Tight:'struct tight'" \
        "row:'row_t'"; do
        run -1 --separate-stderr fields "${case%%:*}"
        [[ $stderr == *"no type '${case%%:*}' in the debug information"*"did you mean ${case#*:}"* ]] ||
            { echo "$case: $stderr" && false; }
    done
    run -1 --separate-stderr fields 'struct quite_another'
    [[ $stderr != *"did you mean"* ]]
    [[ $stderr == *"a compiler omits a type that the program doesn't use"* ]]
    run -1 --separate-stderr fields 'struct prod *'
    [[ $stderr == *"'struct prod *' is a pointer: name the type that lies in the segment"* ]]
}

@test "blanks don't matter in a type's name, nor which of its C names a base type has" {
    for name in 'unsigned long' 'long unsigned int' 'unsigned   long int' ' int unsigned long '; do
        run -0 fields "$name"
        [ "${lines[1]}" = "value long unsigned int 0 8" ]
    done
    for name in int signed 'signed int' 'int  signed'; do
        run -0 fields "$name"
        [ "${lines[1]}" = "value int 0 4" ]
    done
    run -0 fields char
    run -1 fields 'signed char'
    run -0 fields '  struct   prod '
    [ "${lines[0]}" = "size 24" ]
    run -1 fields 'long long'
    run -1 fields 'unsigned char'
}

@test "an array of a type is laid out: of scalars, of structs, of texts, of a typedef of an array" {
    run -0 fields 'int[15]'
    [ "$output" = "size 60
value int[15] 0 60" ]
    run -0 fields 'struct prod[2]'
    [ "$output" = "size 48
value[0].id int 0 4
value[0].name char[5] 4 5
value[0].price double 16 8
value[1].id int 24 4
value[1].name char[5] 28 5
value[1].price double 40 8" ]
    run -0 fields 'char [6] [10]'
    [ "${lines[6]}" = "value[5] char[10] 50 10" ]
    run -0 fields 'row_t[3]'
    [ "${lines[1]}" = "value row_t[3] 0 48" ]
    run -0 fields 'struct prod[2]@shop.c'
    [ "${lines[0]}" = "size 48" ]
}

@test "an array without a length has the rest of the segment" {
    BYTES="$BATS_FILE_TMPDIR/text" run -0 fields 'struct prod[]'
    [ "${lines[0]}" = "size 288" ]
    [ "${#lines[@]}" -eq 37 ]
    run -0 fields 'int[]'
    [ "${lines[1]}" = "value int[] 0 60" ]
}

@test "an array that can't be is refused by the true reason" {
    for name in 'int[3][]' 'int[99999999999999999999]' 'int[1][1][1][1][1][1][1][1][1]'; do
        run -1 --separate-stderr fields "$name"
        [[ $stderr == *"'$name' is not the name of a type"* ]] || { echo "$name: $stderr" && false; }
    done
    run -1 --separate-stderr fields 'row_t[281474976710656]'
    [[ $stderr == *"cannot lay out"*": no memory has that many bytes" ]]
}

# odd: an object file with bit-fields and names beyond ASCII, and 24 bytes for it.
odd() {
    printf '%s\n' 'enum farbe { GRÜN = 1, ROT };' \
        'struct maß { int länge; enum farbe größe; unsigned ready : 1, level : 5; unsigned wide : 12; } keep;' \
        >"$BATS_TEST_TMPDIR/odd.c"
    gcc -g -c "$BATS_TEST_TMPDIR/odd.c" -o "$BATS_TEST_TMPDIR/odd.o" || skip "this gcc can't"
    printf '\7\0\0\0\1\0\0\0\27\1\0\0%12s' '' >"$BATS_TEST_TMPDIR/bytes"
}

draw() {
    LC_ALL=$1 "$BIN/shm-view" --file "$BATS_TEST_TMPDIR/bytes" --elf "$BATS_TEST_TMPDIR/odd.o" --type 'struct maß' "${@:2}"
}

@test "a bit-field shows its first bit and its width in bits in every table" {
    odd
    run -0 draw C.UTF-8 --render text
    [[ $output == *" ready unsigned int 8.0  1b  4     1"*" level unsigned int 8.1  5b  4     11"*" wide  unsigned int 8.6 12b  4     4"* ]]
    [[ $output == *" länge int            0   4  4     7"* ]]
    run -0 draw C.UTF-8 --render ansi
    [[ $output == *"8.6"*"12b"* ]]
    run -0 draw C.UTF-8 --render svg
    [[ $output == *">8.1<"*">5b<"*">8.6<"*">12b<"* ]]
    run -0 draw C.UTF-8 --render html
    [[ $output == *'<td class="number">8.1</td><td class="number">5b</td>'* ]]
    run -0 draw C.UTF-8 --render svg --screen 100x30 --at 9
    output=${output//$'\xc2\xa0'/ } # the blanks of a screen are no-break spaces
    [[ $output == *"wide: unsigned int:12 from bit 6, byte 2 of 3 = 4"* ]]
    [[ $output == *"8.6 12b"* ]]
}

@test "names beyond ASCII are shown where the locale can, and harmless where it can't" {
    odd
    run -0 draw C.UTF-8 --render text
    [[ $output == *"layout: struct maß, from odd.o"*" länge "*" größe "*"GRÜN (1)"* ]]
    run -0 draw C --render text
    [[ $output == *" l?nge "*" gr??e "*"GR?N (1)"* ]]
    LC_ALL=C grep -q '^[ -~]*$' <<<"$output"
    run ! grep -P '[^\x00-\x7f]' <<<"$output"
    for locale in C C.UTF-8; do
        run -0 draw "$locale" --render json
        [[ $output == *'"name":"gr\u00f6\u00dfe"'*'"value":"GR\u00dcN (1)"'* ]]
    done
    LC_ALL=C.UTF-8 run -0 "$BIN/shm-view" --types --elf "$BATS_TEST_TMPDIR/odd.o"
    [[ $output == *"struct maß" ]]
    LC_ALL=C.UTF-8 run -1 "$BIN/shm-view" --render text --file /dev/null --elf "$BATS_TEST_TMPDIR/odd.o" --type 'struct maßß'
    [[ $output == *"no type 'struct maßß'"*"did you mean 'struct maß'?"* ]]
    LC_ALL=C run -1 "$BIN/shm-view" --render text --file /dev/null --elf "$BATS_TEST_TMPDIR/odd.o" --type 'struct maßß'
    [[ $output == *"no type 'struct ma????'"* ]]
    # what would turn the text around, or start an escape sequence, is not shown anywhere
    LC_ALL=C.UTF-8 run -1 "$BIN/shm-view" --render text --file /dev/null --elf "$BATS_TEST_TMPDIR/odd.o" \
        --type $'struct a\xe2\x80\xaeb\xc2\x9bc\e[md'
    [[ $output == *"no type 'struct a???b??c?[md'"* ]]
}

@test "JSON says of each field whether it is in a union, and whether it is past the end" {
    cat >"$BATS_TEST_TMPDIR/u.c" <<'END'
struct u {
    int a;
    union { int i; double d; struct { char x; short y; } in; } one;
    struct { int p; union { char c; } deep; } two;
    union { int n; } many[2];
    int last;
} keep;
END
    gcc -g -c "$BATS_TEST_TMPDIR/u.c" -o "$BATS_TEST_TMPDIR/u.o"
    flags() {
        head -c "$1" /dev/zero | "$BIN/shm-view" --render json --elf "$BATS_TEST_TMPDIR/u.o" --type 'struct u' - |
            perl -MJSON::PP -0777 -ne 'for (@{decode_json($_)->{layout}{fields}}) {
                print "$_->{name} ", $_->{in_union} ? "union" : "alone", $_->{past_end} ? " past" : "", "\n" }'
    }
    run -0 flags 36
    [ "$output" = "a alone
one.i union
one.d union
one.in.x union
one.in.y union
two.p alone
two.deep.c union
many[0].n union
many[1].n union
last alone" ]
    run -0 flags 35
    [ "${lines[9]}" = "last alone past" ]
    [ "${lines[8]}" = "many[1].n union" ]
    run -0 flags 15
    [ "${lines[1]}${lines[2]}" = "one.i unionone.d union past" ]
    run -0 flags 16
    [ "${lines[2]}" = "one.d union" ]
}
