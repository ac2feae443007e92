#!/usr/bin/env bats
# What DWARF says in an unusual way: no byte that a type owns is free or padding. What can't be decoded is raw bytes.

load helpers

view="${dump%/*}/shm-view"

# rows ELF TYPE: "NAME KIND OFFSET SIZE" of each field of 200 bytes.
rows() {
    head -c 200 /dev/zero >"$work/zeros"
    "$view" --render json --file "$work/zeros" --elf "$1" --type "$2" | perl -MJSON::PP -0777 -ne '
        print "$_->{name} $_->{kind} $_->{offset} $_->{size}\n" for @{decode_json($_)->{layout}{fields}}'
}

# table ELF TYPE: the field table of $work/bytes.
table() {
    "$view" --render text --file "$work/bytes" --elf "$1" --type "$2" | sed -n '/^layout:/,/^$/p'
}

@test "an enum of Rust with data is one row of raw bytes" {
    gcc -c "$here/variant.s" -o "$work/variant.o"
    run -0 rows "$work/variant.o" Msg
    [ "$output" = "tag unsigned 0 1
opt bytes 4 8
pair[0] bytes 12 8
pair[1] bytes 20 8
last unsigned 28 1" ]
    printf '\1\0\0\0\1\0\0\0\7\0\0\0%60s' '' >"$work/bytes"
    run -0 table "$work/variant.o" Msg
    [[ $output == *" opt "*"raw: 01 00 00 00 07 00 00 00"* ]]
    [ "$(rows "$work/variant.o" 'Option<u32>')" = "value bytes 0 8" ]
}

@test "the same from rustc itself" {
    need rustc
    cat >"$work/r.rs" <<'END'
#[repr(C)] pub struct Msg { pub tag: u8, pub opt: Option<u32>, pub e: Kind, pub s: Small, pub tup: (u8, u32) }
pub enum Kind { A, B(u32), C { x: u8, y: i64 } }
#[repr(u8)] pub enum Small { X = 1, Y = 200 }
fn main() {
    let all = [Kind::A, Kind::C { x: 1, y: 2 }];
    let m = Msg { tag: 1, opt: Some(7), e: Kind::B(5), s: Small::X, tup: (1, 2) };
    println!("{} {} {}", std::mem::size_of::<Msg>(), m.tag, all.len());
}
END
    (cd "$work" && rustc -g r.rs 2>errors) || skip "rustc can't: $(head -1 "$work/errors")"
    run -0 rows "$work/r" Msg
    [[ $output == *"opt bytes 4 8"*"e bytes 16 16"*"s enum 32 1"*"tup.__0 unsigned"* ]]
}

cat_virtual() {
    cat <<'END'
#include <cstddef>
#include <cstdio>
struct B { int b; virtual ~B() {} };
struct N { virtual void f() {} };
struct P { short p; };
struct D : virtual B { int d; };
struct E : D { int e; };
struct F : virtual N { int x; };
struct G : E, virtual P { char g; };
struct H { char c; D d; E e; };
G g; D d; E e; F f; H h;
#define AT(o, T) (long)((char *)(T *)&o - (char *)&o)
int main() {
    std::printf("D %ld %zu\nE %ld %zu\nF %ld %zu\nG %ld %zu\nG %ld %zu\n", AT(d, B), sizeof(B), AT(e, B), sizeof(B),
                AT(f, N), sizeof(N), AT(g, B), sizeof(B), AT(g, P), sizeof(P));
}
END
}

@test "C++: the bytes of virtual bases, whose place the program computes, are raw" {
    cat_virtual >"$work/v.cc"
    for compiler in g++ clang++; do
        need "$compiler"
        "$compiler" -g "$work/v.cc" -o "$work/v"
        "$work/v" >"$work/places"
        while read -r type at size; do
            rows "$work/v" "$type" >"$work/rows"
            # one raw row has all of the base's bytes, and no other row has any of them
            awk -v at="$at" -v end=$((at + size)) '
                $2 == "bytes" && $(NF - 1) <= at && $(NF - 1) + $NF >= end { raw = 1; next }
                $2 != "bytes" && $(NF - 1) < end && $(NF - 1) + $NF > at { other = 1 }
                END { exit !(raw && !other) }' <(sed 's/^B, P /B,P /' "$work/rows") || {
                cat "$work/rows" && false
            }
        done <"$work/places"
        run -0 rows "$work/v" E
        [[ $output == *"D.d integer 8 4"*"e integer 12 4"*"B bytes 16 16" ]]
        run -0 rows "$work/v" F
        [ "$output" = "N bytes 0 8
x integer 8 4" ]
        run -0 rows "$work/v" H
        [[ $output == *"d.B bytes 20 20"*"e.e integer 52 4"*"e.B bytes 56 16" ]]
    done
}

@test "a member whose class is not described has the bytes up to the next one" {
    need clang++
    printf '%s\n' 'struct far { far(); int a; long b; virtual void f(); };' 'struct near { char c; far f; short s; } keep;' \
        'int main() { return keep.s; }' >"$work/n.cc"
    clang++ -g -w -c "$work/n.cc" -o "$work/n.o"
    run -0 rows "$work/n.o" near
    [ "$output" = "c character 0 1
f bytes 8 24
s integer 32 2" ]
}

@test "a struct whose size the program computes is refused by that reason" {
    need gcc
    printf '%s\n' '#include <string.h>' \
        'int f(int n) { struct v { int n; char buf[n]; int tail; } x; memset(&x, n, sizeof x); return x.tail; }' \
        'int main(int argc, char **argv) { (void)argv; return f(argc); }' >"$work/v.c"
    gcc -g "$work/v.c" -o "$work/v"
    run -1 "$dump" "$work/v" 'struct v'
    [[ $output == *"cannot lay out 'struct v' of"*": the size of buf is known only when the program runs"* ]]
}

@test "a flexible member of the last member has the rest of the segment; in the middle it has no bytes" {
    need gcc
    printf '%s\n' 'struct item { int n; char name[]; };' 'struct old { int n; short v[0]; };' \
        'struct outer { int x; struct item last; } *keep;' 'struct older { int x; struct old last; } *older;' \
        'struct middle { struct item first; int x; } *middle;' >"$work/f.c"
    gcc -g -c "$work/f.c" -o "$work/f.o"
    printf '\1\0\0\0\5\0\0\0hello\0\0\0' >"$work/bytes"
    run -0 table "$work/f.o" 'struct outer'
    [[ $output == *' last.name char[]   8  8  1     "hello"'* ]]
    [ "$(rows "$work/f.o" 'struct older' | tail -1)" = "last.v integer 8 192" ]
    run -0 table "$work/f.o" 'struct middle'
    [[ $output == *" first.name char[]   4  0  1     no bytes here"*" x "*" 4  4  4     5"* ]]
}

@test "vectors with room at their end keep it, and are aligned each by itself" {
    need clang
    printf '%s\n' 'typedef float f3 __attribute__((ext_vector_type(3)));' \
        'typedef float f4 __attribute__((vector_size(16)));' \
        'struct s { char c; f3 v; f3 w[2]; f4 x[2]; char end; } keep;' >"$work/v.c"
    clang -g -c "$work/v.c" -o "$work/v.o"
    run -0 rows "$work/v.o" 'struct s'
    [ "$output" = "c character 0 1
v real 16 16
w bytes 32 32
x real 64 32
end character 96 1" ]
    run -0 "$dump" "$work/v.o" 'struct s'
    [[ $output == *"x (kind real, size 32, align 16, count 8"* ]]
}

@test "Ada: packed arrays and records with variants are raw bytes" {
    need gnatmake
    cat >"$work/p.adb" <<'END'
procedure P is
   type Kind is (Circle, Dot);
   type Bits is array (1 .. 12) of Boolean; pragma Pack (Bits);
   type Shape (K : Kind := Dot) is record
      case K is when Circle => Radius : Long_Float; when Dot => null; end case;
   end record;
   type Plain is record Id : Integer; Flags : Bits; A : Character; Sh : Shape; end record;
   Y : Plain; pragma Volatile (Y);
begin
   Y.Id := 1;
end P;
END
    (cd "$work" && gnatmake -q -c -g p.adb 2>errors) || skip "gnatmake can't: $(head -1 "$work/errors")"
    run -0 rows "$work/p.o" p__plain
    [ "$output" = "id integer 0 4
flags bytes 4 2
a unsigned 6 1
sh bytes 8 16" ]
}

@test "Fortran: an array from 1 to 3 has three elements" {
    need gfortran
    printf '%s\n' 'program f' ' type :: rec' '  sequence' '  integer :: a(3), m(2,0:3)' '  real(8) :: d' ' end type' \
        ' type(rec) :: r' ' common /blk/ r' ' r%a = 1; r%m = 7; r%d = 1.5' 'end program' >"$work/f.f90"
    gfortran -g -c "$work/f.f90" -o "$work/f.o"
    run -0 rows "$work/f.o" rec
    [ "$output" = "a integer 0 12
m integer 12 32
d real 44 8" ] || [ "$output" = "a integer 0 12
m integer 12 32
d real 48 8" ]
}
