#!/usr/bin/env bats
# The bell: shm-server --bell, and the headers that a program includes. Checked with perl, strace and the compilers.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    place_open
    export LC_ALL=C.UTF-8
}

teardown()
{
    place_close
}

# rings [SIZE]: how often it was rung, read by perl. After the message, of SIZE bytes, nothing but the bell is written.
rings()
{
    perl -e 'my ($id, $size) = @ARGV; my $bytes; shmread($id, $bytes, 0, 1024) or die "shmread: $!";
        die "bytes beside the bell are written" if (substr($bytes, $size, 64 - $size) . substr $bytes, 68) =~ /[^\0]/;
        print unpack("L", substr $bytes, 64), "\n"' "$ID" "${1:-64}"
}

rung()
{
    (($(rings) >= $1))
}

@test "--bell has a bell on the cache line after the message, rung once for the message" {
    serve --bell
    [[ $(rings 56) == 1 ]]
    says "$T/out" 'a bell at bytes 64 to 67 rings after each write'
    [[ $(values_of "$ID" "$NATURAL") == $(printf '%s\n' 'PI is defined as: ' 22 / 7 = = 3.14285714285714 goodbye) ]]
}

@test "without --bell the bytes after the message stay 0" {
    serve
    [[ $(rings 56) == 0 ]]
    [[ $(<"$T/out") != *"a bell"* ]]
}

@test "each write rings once: value by value, and the whole message with --every" {
    serve --bell --pause 1
    [[ $(rings 56) == 8 ]]
    stop TERM
    serve --bell --every 5
    await rung 3
    perl -e 'my $bytes; kill "STOP", $ARGV[1]; shmread($ARGV[0], $bytes, 0, 1024) or die;
        my ($counter, $rings) = (unpack("Q", substr $bytes, 56), unpack "L", substr $bytes, 64);
        kill "CONT", $ARGV[1]; # it may be stopped between write and ring
        exit !($rings == $counter + 1 || $rings == $counter)' "$ID" "$SERVER"
}

@test "viewer and client read the message beside a bell, natural and packed, with and without --every" {
    for layout in natural packed; do
        for every in '' '--every 50'; do
            # shellcheck disable=SC2086
            serve --bell --layout $layout $every
            run -0 --separate-stderr "$BIN/shm-client" --key "$KEY" --layout $layout
            [[ ${lines[0]} == 'PI is defined as: '* && ${lines[1]} == goodbye ]]
            run -0 --separate-stderr "$BIN/shm-view" --key "$KEY" --render text
            [[ $output =~ bell\ +shm_bell\ +64\ +4\ +64\ +(\+[0-9]+\ )?[0-9]+\ rings? ]]
            [[ $output =~ message.ratio\ +double ]]
            [[ -z $every || $output =~ counter\ +uint64_t ]]
            run -0 --separate-stderr "$BIN/shm-view" --key "$KEY" --render layout
            [[ $output == *$'\n'"    64 shm_bell bell (align 64)"$'\n}'* ]]
            stop TERM
            [[ $STATUS == 0 && -z $(id_of_key) ]]
        done
    done
}

@test "a write makes one FUTEX_WAKE with a bell, and none without; there is no other call" {
    command -v strace >/dev/null || skip "needs strace"
    ! sanitized || skip "a sanitizer uses futexes of its own"
    for options in '--bell --every 2' '--every 2'; do
        : >"$T/out"
        # shellcheck disable=SC2086
        strace -f -e trace=futex -o "$T/trace" "$BIN/shm-server" --key "$KEY" $options <&0 >"$T/out" 2>"$T/err" 3>&- &
        SERVER=$!
        PIDS+=("$SERVER")
        await says "$T/out" Ctrl-C
        ID=$(id_of_key)
        await perl -e 'my $bytes; shmread($ARGV[0], $bytes, 56, 8) or die; exit !(unpack("Q", $bytes) > 20)' "$ID"
        pkill -TERM -P "$SERVER"
        await ended "$SERVER"
        if [[ $options == --bell* ]]; then
            # Except for the C library's own, there are no others.
            (($(grep -c 'FUTEX_WAKE, 2147483647) = 0$' "$T/trace") > 20))
            run ! grep -v 'FUTEX_WAKE, 2147483647) = 0$\|_PRIVATE\|+++\|---' "$T/trace"
        else
            run ! grep -v '_PRIVATE\|+++\|---' "$T/trace"
        fi
    done
}

@test "the headers compile by themselves: C11 without extensions, C++, gcc and clang, all warnings on" {
    cat >"$T/use.c" <<'END'
#include "shm_bell.h"
#include "shm_seqlock.h"
#include "shm_layout.h"
struct board {
    shm_seqlock sequence;
    int x;
    shm_bell bell;
};
SHM_LAYOUT(struct board);
int main(void)
{
    static struct board b;
    uint32_t rings = shm_bell_rings(&b.bell), seen = shm_seqlock_read(&b.sequence);
    SHM_SEQLOCK_BEGIN(&b.sequence);
    b.x = 1;
    SHM_SEQLOCK_END(&b.sequence);
    SHM_BELL_RING(&b.bell);
    shm_bell_wait(&b.bell, rings);
    return shm_bell_rings(&b.bell) == 1 && !shm_seqlock_whole(&b.sequence, seen) ? 0 : 1;
}
END
    cp "$T/use.c" "$T/use.cc"
    headers=$BATS_TEST_DIRNAME/../../src
    warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'
    tried=0
    for compiler in 'gcc -std=c11' 'gcc -std=gnu17' 'g++ -std=c++11' 'g++ -std=c++20' 'clang -std=c11' \
        'clang++ -std=c++17'; do
        command -v "${compiler%% *}" >/dev/null || continue
        source=use.c
        [[ $compiler != *++* ]] || source=use.cc
        # shellcheck disable=SC2086
        (cd "$T" && $compiler $warnings -I "$headers" -g "$source" -o use)
        "$T/use"
        tried=$((tried + 1))
    done
    ((tried > 0)) || skip "needs a compiler"
}

@test "the program of docs/bell.md builds without a warning, and the viewer shows its counters" {
    command -v gcc >/dev/null || skip "needs a compiler"
    awk '/^```c$/ { n++; take = n == 1; next } /^```$/ { take = 0 } take' \
        "$BATS_TEST_DIRNAME/../../docs/bell.md" >"$T/board.c"
    gcc -g -Wall -Wextra -Wpedantic -Werror -I "$BATS_TEST_DIRNAME/../../src" "$T/board.c" -o "$T/board"
    "$T/board" 30 >"$T/out" 3>&- &
    PIDS+=($!)
    await says "$T/out" 'look at it'
    id=$(grep -o '[0-9]*$' "$T/out")
    echo "$id" >>"$T/ids"
    await perl -e 'my $b; shmread($ARGV[0], $b, 0, 4) or die; exit !(unpack("L", $b) > 0)' "$id"
    run -0 "$BIN/shm-view" --id "$id" --render text
    [[ $output =~ sequence\ +shm_seqlock\ .*\ [0-9]+,\ whole ]]
    [[ $output =~ bell\ +shm_bell\ .*\ [0-9]+\ rings? ]]
}
