#!/usr/bin/env bats
# Files and names that can't give a layout: each gives an error message that says what to do next; nothing crashes.

load helpers

# fails NUMBER FILE TYPE TEXT...: layout_dump fails with that error, and its message has all the texts.
fails() {
    local number="$1" file="$2" type="$3"
    shift 3
    run -1 "$dump" "$file" "$type"
    [[ $output == *"error $number"* ]] || { echo "$output"; false; }
    for text in "$@"; do
        [[ $output == *"$text"* ]] || { echo "missing '$text' in: $output"; false; }
    done
}

@test "a program without debug information: build with -g, or install it" {
    build "$work/kinds" gcc -g0 -Wl,--build-id=sha1
    id=$(readelf -n "$work/kinds" | sed -n 's/.*Build ID: //p')
    fails ENODATA "$work/kinds" 'struct all' "no debug information" "-g" "-dbgsym" "${id:2}.debug" "$work/kinds"
}

@test "a text file, an empty file, a folder, a device: not an ELF file" {
    echo 'struct all { int a; };' >"$work/kinds.h"
    fails ENOEXEC "$work/kinds.h" 'struct all' "not an ELF file" "$work/kinds.h"
    : >"$work/empty"
    fails ENOEXEC "$work/empty" 'struct all' "not an ELF file"
    fails "Is a directory" "$work" 'struct all' "cannot read types"
    fails ENOEXEC /dev/null 'struct all' "not an ELF file"
}

@test "an ELF file that is cut short anywhere: an error, or the right layout" {
    build "$work/kinds" gcc -g
    "$dump" "$work/kinds" 'struct bits' >"$work/whole"
    size=$(stat -c %s "$work/kinds")
    for part in 1 4 20 63 64 100 1000 $((size / 4)) $((size / 2)) $((size - 5000)) $((size - 100)) $((size - 1)); do
        head -c "$part" "$work/kinds" >"$work/cut"
        run "$dump" "$work/cut" 'struct bits'
        if [ "$status" -eq 0 ]; then
            diff <(printf '%s\n' "$output") "$work/whole"
        else
            [ "$status" -eq 1 ]
            [[ $output == *"error E"* ]]
        fi
    done
}

@test "a file that shrinks while it is read: an error, or the right layout, never a crash" {
    for options in -gdwarf-5 -gdwarf-4 '-g -gz'; do
        # shellcheck disable=SC2086
        build "$work/kinds" gcc $options
        shrinks "$work/kinds" "$dump" "$work/kinds" 'struct all'
        [ "$changed" -gt 0 ]
    done
    cp "$here/kinds.c" "$work"
    (cd "$work" && gcc -g -w -I"$src" -c kinds.c)
    shrinks "$work/kinds.o" "$dump" "$work/kinds.o" 'struct all'
    [ "$changed" -gt 0 ]
    printf '#include "shm_layout.h"\nstruct m { int a; };\nSHM_LAYOUT(struct m);\nint main(void) { return 0; }\n' >"$work/a.c"
    gcc -g -I"$src" "$work/a.c" -o "$work/a"
    shrinks "$work/a" "$dump" -c "$work/a"
    [ "$changed" -gt 0 ]
}

@test "the same for a split debug file, a file made by dwz, and a .dwo file" {
    build "$work/kinds" gcc -g -Wl,--build-id=sha1
    (cd "$work" && objcopy --only-keep-debug kinds kinds.debug && objcopy --strip-debug --add-gnu-debuglink=kinds.debug kinds)
    shrinks "$work/kinds.debug" "$dump" "$work/kinds" 'struct all'
    [ "$changed" -gt 0 ]
    build "$work/kinds" gcc -gdwarf-5 -gsplit-dwarf
    shrinks "$(echo "$work"/*.dwo)" "$dump" "$work/kinds" 'struct all'
    need dwz
    build "$work/one" gcc -gdwarf-4
    cp "$work/one" "$work/two"
    (cd "$work" && dwz -m common.debug -M common.debug one two 2>&1) || skip "dwz can't"
    shrinks "$work/common.debug" "$dump" "$work/one" 'struct all'
    [ "$changed" -gt 0 ]
}

# pipe FILE: puts a pipe in its place.
pipe() {
    rm "$1"
    mkfifo "$1"
}

in_time() {
    timeout 20 "$dump" "$@"
}

@test "a pipe in place of a debug file is not waited for" {
    build "$work/kinds" gcc -g -Wl,--build-id=none
    (cd "$work" && objcopy --only-keep-debug kinds kinds.debug && objcopy --strip-debug --add-gnu-debuglink=kinds.debug kinds)
    pipe "$work/kinds.debug"
    run -1 in_time "$work/kinds" 'struct all'
    [[ $output == *"error ENODATA"* ]]
    build "$work/kinds" gcc -gdwarf-5 -gsplit-dwarf
    pipe "$(echo "$work"/*.dwo)"
    run -1 in_time "$work/kinds" 'struct all'
    [[ $output == *".dwo files that are missing"*"kinds.dwo"* ]]
    need dwz
    build "$work/one" gcc -gdwarf-4
    cp "$work/one" "$work/two"
    (cd "$work" && dwz -m common.debug -M "$work/common.debug" one two 2>&1) || skip "dwz can't"
    in_time -r "$work/one" 'struct all'
    pipe "$work/common.debug"
    run -1 in_time "$work/one" 'struct all'
    [[ $output == *"dwz moved the rest"*"install that file too: $work/common.debug"* ]]
}

@test "no debug file is downloaded" {
    need strace
    build "$work/kinds" gcc -g -Wl,--build-id=sha1
    strip -g "$work/kinds"
    export ASAN_OPTIONS=detect_leaks=0 # which can't be under strace
    DEBUGINFOD_URLS=http://127.0.0.1:9 run strace -f -qq -e trace=%network "$dump" "$work/kinds" 'struct all'
    [[ $output == *"error ENODATA"* ]]
    [[ $output != *"socket("* ]]
    (cd "$work" && gcc -g -w -I"$src" -c "$here/kinds.c")
    DEBUGINFOD_URLS=http://127.0.0.1:9 run -0 strace -f -qq -e trace=%network "$dump" -r "$work/kinds.o" 'struct all'
    [[ $output != *"socket("* ]]
}

@test "damaged bytes in the debug information: never a crash" {
    build "$work/kinds" gcc -g
    offset=$(($(readelf -SW "$work/kinds" | sed -nE 's/.* \.debug_info +PROGBITS +[0-9a-f]+ ([0-9a-f]+).*/0x\1/p')))
    for i in {0..60}; do
        cp "$work/kinds" "$work/bad"
        printf '\xff\x81\x13' | dd of="$work/bad" bs=1 seek=$((offset + i * 97 % 3000)) conv=notrunc status=none
        run "$dump" "$work/bad" 'struct all'
        [ "$status" -le 1 ]
        run "$dump" -a "$work/bad"
        [ "$status" -le 1 ]
    done
}

@test "names that do not end within their section: damaged" {
    build "$work/kinds" gcc -gdwarf-5
    for section in .debug_str .debug_line_str; do
        cp "$work/kinds" "$work/bad"
        read -r offset size < <(readelf -SW "$work/kinds" | sed -nE "s/.* \\$section +PROGBITS +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+).*/0x\1 0x\2/p")
        printf x | dd of="$work/bad" bs=1 seek=$((offset + size - 1)) conv=notrunc status=none
        fails ENOEXEC "$work/bad" 'struct all@kinds.c' "damaged"
    done
}

@test "debug information that unpacks to more than 4 GiB is refused" {
    build "$work/kinds" gcc -g -gz
    offset=$(readelf -SW "$work/kinds" | sed -nE 's/.* \.debug_info +PROGBITS +[0-9a-f]+ ([0-9a-f]+).*/0x\1/p')
    printf '\1\0\0\0\1\0\0\0' | dd of="$work/kinds" bs=1 seek=$((offset + 8)) conv=notrunc status=none
    run -1 "$dump" "$work/kinds" 'struct all'
    [[ $output == *"more than 4 GiB"* ]]
}

@test "an unknown type: a struct's name needs 'struct', and unused types are not in the file" {
    build "$work/kinds" gcc -g
    fails ENOENT "$work/kinds" 'struct nosuch' "no type 'struct nosuch'" "SHM_LAYOUT"
    fails ENOENT "$work/kinds" nosuch "as in 'struct message'"
    fails ENOENT "$work/kinds" 'union all' "no type 'union all'"
    fails ENOENT "$work/kinds" 'enum point' "no type 'enum point'"
}

@test "texts that are not the name of a type" {
    build "$work/kinds" gcc -g
    for name in '' '   ' 'struct ' 'struct' '::' 'a::' '@file.c' 'point@'; do
        run -1 "$dump" "$work/kinds" "$name"
        [[ $output == *"error EINVAL"* || $output == *"error ENOENT"* ]]
    done
}

@test "a type that is declared and not defined" {
    echo 'struct hidden; struct hidden *p; int main(void) { return p != 0; }' >"$work/a.c"
    gcc -g "$work/a.c" -o "$work/a"
    fails ENOENT "$work/a" 'struct hidden' "only declares" "in which it is defined"
}

two_messages() {
    echo 'struct message { int a; char b; }; struct message one; struct same { int x; }; struct same s1; extern void f(void);
          int main(void) { f(); return 0; }' >"$work/a.c"
    printf '\n\nstruct message { char b[12]; }; struct message two; struct same { int x; }; struct same s2; void f(void) {}' >"$work/b.c"
    (cd "$work" && "${1:-gcc}" -g "${@:2}" a.c b.c -o two)
}

@test "two different types with one name: the error lists file, line and size, and @file chooses" {
    for compiler in gcc clang; do
        command -v "$compiler" || continue
        two_messages "$compiler"
        fails ENOTUNIQ "$work/two" 'struct message' "2 different types" "a.c:1, 8 bytes" "b.c:3, 12 bytes" \
            "struct message@"
        run -0 "$dump" "$work/two" 'struct message@a.c'
        [[ $output == *"0 int a"*"4 char b"* ]]
        run -0 "$dump" "$work/two" 'struct message@b.c'
        [[ $output == *"0 char[12] b"* ]]
        run -0 "$dump" "$work/two" 'struct message@b.c:3'
        [[ $output == *"0 char[12] b"* ]]
        fails ENOENT "$work/two" 'struct message@c.c'
        fails ENOENT "$work/two" 'struct message@b.c:4'
    done
}

@test "the name of a source file does not break the line of an error, or send a control character" {
    odd=$'new\nline\e[31m.c'
    for text in 'struct m { int a; } m;' 'struct m { char a; } n; int main(void) { return 0; }'; do
        echo "$text" >"$work/$odd"
        (cd "$work" && gcc -g -c "$odd" -o "${#text}.o")
    done
    gcc "$work"/*.o -o "$work/two"
    fails ENOTUNIQ "$work/two" 'struct m' "2 different types" "new?line?[31m.c:1, 4 bytes"
    run ! grep -E $'^line|\e' <<<"$output"
}

@test "the same type in several source files is one type" {
    for options in -gdwarf-4 -gdwarf-5 -fdebug-types-section -gsplit-dwarf; do
        two_messages gcc "$options"
        run -0 "$dump" "$work/two" 'struct same'
        [[ $output == *"0 int x"* ]]
    done
}

@test "a difference deep inside makes two types" {
    cat >"$work/m.h" <<'END'
struct in { KIND k; int z; };
struct out { int a; struct in list[3]; struct in *p; };
END
    printf '#define KIND int\n#include "m.h"\nstruct out o1; int main(void) { return 0; }' >"$work/a.c"
    printf '#define KIND unsigned\n#include "m.h"\nstruct out o2;' >"$work/b.c"
    (cd "$work" && gcc -g a.c b.c -o two)
    fails ENOTUNIQ "$work/two" 'struct out' "m.h:2 in a.c, 40 bytes" "m.h:2 in b.c, 40 bytes"
    run -0 "$dump" "$work/two" 'struct out@b.c'
    [[ $output == *"unsigned int k"* ]]
}

# crowd N: N structs, each with about fifty bytes of debug information, so that the next type is far away.
crowd() {
    for ((i = 0; i < $1; i++)); do
        printf 'struct crowd%d { int a, b; }; static struct crowd%d crowd%d __attribute__((used));\n' "$i" "$i" "$i"
    done
}

@test "a difference is found wherever the type is in the debug information of its file" {
    echo 'struct in { KIND k; int z; }; struct out { int a; struct in list[3]; struct in *p; };' >"$work/m.h"
    printf '#define KIND int\n#include "m.h"\nstruct out o1; int main(void) { return 0; }' >"$work/a.c"
    for crowd in 0 100 300 2000; do
        (crowd "$crowd"; printf '#define KIND unsigned\n#include "m.h"\nstruct out o2;') >"$work/b.c"
        (crowd "$crowd"; printf '#define KIND int\n#include "m.h"\nstruct out o3;') >"$work/c.c"
        for compiler in gcc clang; do
            need "$compiler"
            (cd "$work" && "$compiler" -g a.c c.c -o same && "$compiler" -g a.c c.c b.c -o three)
            run -0 "$dump" "$work/same" 'struct out'
            fails ENOTUNIQ "$work/three" 'struct out' "2 different types" "in a.c, 40 bytes" "in b.c, 40 bytes"
        done
    done
}

# differ DEFINITION...: a.c and b.c have the same header; in b.c these macros have other values.
differ() {
    local defaults='-DTYPE=int -DNAME=amount -DBITS=4 -DCOUNT=12 -DPART=float -DENUM=third -DTARGET=wide' set
    (cd "$work" && gcc -g $defaults -c a.c && gcc -g $defaults -c -o same.o b.c && gcc a.o same.o -o same)
    run -0 "$dump" "$work/same" 'struct out'
    for set in "$@"; do
        (cd "$work" && gcc -g $defaults "-U${set%%=*}" "-D$set" -c b.c && gcc a.o b.o -o two)
        echo "with $set:"
        fails ENOTUNIQ "$work/two" 'struct out' "2 different types"
    done
}

@test "a difference in any member, or in any member's type, makes two types" {
    cat >"$work/m.h" <<'END'
struct part { int first; int second; TYPE third; int NAME; int bits : BITS, more : 16 - BITS; PART real; };
struct row { char a[COUNT]; char b[24 - COUNT]; };
struct wide { int i; };
struct other { int i; };
enum color { red, green, ENUM };
struct out { MANY int one; int two; struct part parts[2]; struct part again; struct row row; struct TARGET *to; enum color color; };
END
    for members in 0 600 650 700 750 1000; do
        many=$(for ((i = 0; i < members; i++)); do printf 'int member%d; ' "$i"; done)
        for file in a b; do
            printf '#define MANY %s\n#include "m.h"\nstruct out %s;\n' "$many" "$file" >"$work/$file.c"
        done
        echo 'int main(void) { return 0; }' >>"$work/a.c"
        differ TYPE=unsigned NAME=number BITS=5 COUNT=13 PART=int ENUM=fourth TARGET=other
    done
}

@test "a struct inside a function is not taken for the file's own" {
    echo 'struct message { int a; char b; } one; void f(void); int main(void) { f(); return 0; }' >"$work/a.c"
    cat >"$work/b.c" <<'END'
void f(void)
{
    struct message { int a; char b; } l = {0};
    l.a++;
}
struct message { char b[12]; } two;
END
    echo 'struct message { int a; char b; } three;' >"$work/c.c"
    (sed s/three/four/ "$work/c.c"; echo 'void g(void) { struct message { char b[12]; } l = {{0}}; l.b[0]++; }') >"$work/d.c"
    for compiler in gcc clang; do
        need "$compiler"
        (cd "$work" && "$compiler" -g a.c b.c c.c -o three && "$compiler" -g a.c b.c c.c d.c -o four &&
            sed 's/two;/;/' b.c >e.c && "$compiler" -g a.c e.c d.c -o local)
        fails ENOTUNIQ "$work/three" 'struct message' "2 different types" "a.c:1, 8 bytes" "b.c:6, 12 bytes"
        fails ENOTUNIQ "$work/four" 'struct message' "2 different types"
        run -0 "$dump" "$work/local" 'struct message'
        [[ $output == *"0 int a"*"4 char b"* ]]
    done
}

@test "a definition with too many fields is reported, even if a smaller one has the same name" {
    cat >"$work/a.c" <<'END'
#define TEN(type) type a, b, c, d, e, f, g, h, i, j
struct one { TEN(int); }; struct two { TEN(struct one); }; struct three { TEN(struct two); };
struct four { TEN(struct three); }; struct message { TEN(struct four); } huge; int main(void) { return 0; }
END
    echo 'struct message { int a; } small;' >"$work/b.c"
    (cd "$work" && gcc -g a.c b.c -o huge)
    fails E2BIG "$work/huge" 'struct message' "too many fields"
    run -0 "$dump" "$work/huge" 'struct message@b.c'
    [[ $output == *"0 int a"* ]]
}

@test "a typedef is not the struct of the same name" {
    echo 'typedef struct { char c; } thing; struct thing { int i; }; thing a; struct thing b; int main(void) { return 0; }' >"$work/a.c"
    gcc -g "$work/a.c" -o "$work/a"
    run -0 "$dump" "$work/a" thing
    [[ $output == *"0 char c"* ]]
    run -0 "$dump" "$work/a" 'struct thing'
    [[ $output == *"0 int i"* ]]
    echo 'struct thing { int i; } a; typedef struct { char c; } thing; thing b; int main(void) { return 0; }' >"$work/a.c"
    gcc -g "$work/a.c" -o "$work/a"
    run -0 "$dump" "$work/a" thing
    [[ $output == *"0 char c"* ]]
}

@test "a name alone is the typedef of any source file, in whatever order they are linked" {
    echo 'struct thing { int i; }; struct thing first; int main(void) { return 0; }' >"$work/b.c"
    echo 'typedef struct { char c; } thing; thing second;' >"$work/c.c"
    for compiler in gcc clang; do
        need "$compiler"
        for order in 'b.c c.c' 'c.c b.c'; do
            # shellcheck disable=SC2086
            (cd "$work" && "$compiler" -g $order -o both)
            run -0 "$dump" "$work/both" thing
            [[ $output == *"0 char c"* ]]
            run -0 "$dump" "$work/both" 'struct thing'
            [[ $output == *"0 int i"* ]]
        done
    done
}

@test "C++ may define two types with one name in a file, one of them in an unnamed namespace" {
    need g++
    printf 'struct message { int a; } one;\nnamespace { struct message { char b[12]; } two; }\nint main() { return two.b[0]; }\n' \
        >"$work/a.cc"
    g++ -g "$work/a.cc" -o "$work/a"
    fails ENOTUNIQ "$work/a" 'struct message' "a.cc:1, 4 bytes" "a.cc:2, 12 bytes"
}

@test "a type inside a function is found if no other has its name" {
    echo 'int main(void) { struct local { char c; int i; } l = {0}; return l.i; }' >"$work/a.c"
    gcc -g "$work/a.c" -o "$work/a"
    run -0 "$dump" "$work/a" 'struct local'
    [[ $output == *"4 int i"* ]]
    echo 'int f(void) { struct local { int i; } l = {0}; return l.i; }' >>"$work/a.c"
    gcc -g "$work/a.c" -o "$work/a"
    fails ENOTUNIQ "$work/a" 'struct local' "a.c:1, 8 bytes" "a.c:2, 4 bytes"
}

@test "a deleted program is read through a descriptor, as with /proc/PID/exe" {
    build "$work/kinds" gcc -g
    "$dump" "$work/kinds" 'struct bits' >"$work/whole"
    exec 7<"$work/kinds"
    rm "$work/kinds"
    "$dump" /proc/self/fd/7 'struct bits' >"$work/got"
    exec 7<&-
    diff "$work/whole" "$work/got"
}

@test "SHM_LAYOUT's types, in the order of the command line" {
    cat >"$work/a.c" <<'END'
#include "shm_layout.h"
struct message { int a; };
struct packed { int a; } __attribute__((packed));
typedef struct { int live; } live_t;
SHM_LAYOUT(struct message);
SHM_LAYOUT_WHEN(struct packed, "packed");
SHM_LAYOUT_WHEN(live_t, "packed --every");
int main(void) { return 0; }
END
    for compiler in gcc clang; do
        need "$compiler"
        "$compiler" -g -O2 -Wall -Wextra -Wpedantic -Werror -I"$src" "$work/a.c" -o "$work/a"
        strip -g -o "$work/stripped" "$work/a"
        run -0 "$dump" -c "$work/stripped"
        [ "$output" = 'struct message|' ]
        run -0 "$dump" -c "$work/a" --layout packed
        [ "$output" = $'struct packed|packed\nstruct message|' ]
        run -0 "$dump" -c "$work/a" --layout=packed --ev=50
        [ "$output" = $'live_t|packed --every\nstruct packed|packed\nstruct message|' ]
        for type in 'struct message' 'struct packed' live_t; do
            "$dump" -r "$work/a" "$type"
        done
    done
}

@test "a program without SHM_LAYOUT has no candidates" {
    run -0 "$dump" -c "$(command -v sleep)"
    [ -z "$output" ]
    run -1 "$dump" -c /etc/passwd
    [[ $output == *"not an ELF file"* ]]
}

@test "a layout that C++ defines compiles with SHM_LAYOUT in clang++ and g++" {
    printf '#include "shm_layout.h"\nnamespace ns { struct m { int a; char b; }; }\nSHM_LAYOUT(ns::m);\nint main() {}\n' >"$work/a.cc"
    for compiler in g++ clang++; do
        need "$compiler"
        "$compiler" -g -I"$src" "$work/a.cc" -o "$work/a"
        run -0 "$dump" "$work/a" "$("$dump" -c "$work/a" | cut -d'|' -f1)"
        [[ $output == *"4 char b"* ]]
    done
}
