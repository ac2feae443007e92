#!/usr/bin/env bats
# shm-view --record: what is in the file, read by docs/recording-format.md and not by our reader; and how it ends.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    screen_open
}

teardown()
{
    screen_close
}

# blocks FILE: a line for each whole block, "TIME KIND", with what is in it; then "end" or "cut".
blocks()
{
    perl -MCompress::Zlib=crc32 -e 'local $/; open my $in, "<:raw", $ARGV[0] or die "open: $!"; $_ = <$in>;
        substr($_, 0, 12) eq "\x89SHMREC\n\1\0\0\0" or die "no recording";
        my ($at, $bytes, @kinds) = (12, "", qw(? facts layout picture changes event end));
        while (length() - $at >= 20) {
            my ($crc, $kind, $size, $time) = unpack "VVVQ<", substr $_, $at;
            last if length() - $at - 20 < $size || crc32(substr $_, $at + 4, 16 + $size) != $crc;
            my $payload = substr $_, $at + 20, $size;
            $at += 20 + $size;
            print "$time $kinds[$kind]";
            printf " size %d recorded %d key 0x%08x id %d %s", unpack "Q<Q<x8q<q<a*", $payload if $kind == 1;
            print " ", $payload =~ s/\0.*//sr if $kind == 2;
            $bytes = $payload if $kind == 3;
            print " ", join " ", unpack "VVx16Z4a*", $payload if $kind == 5;
            while ($kind == 4 && length $payload) {
                my ($passed, $runs, $from) = (unpack("ww", flip($payload, 2)), 0);
                for (1 .. $runs) {
                    my ($gap, $count) = unpack "ww", flip($payload, 2);
                    substr $bytes, $from + $gap, $count, substr $payload, 0, $count, "";
                    $from += $gap + $count;
                }
            }
            print " num ", unpack "x20 l<", $bytes if $kind == 3 || $kind == 4;
            print "\n";
            print("end\n"), exit if $kind == 6;
        }
        print "cut\n";
        # Takes n numbers off; unpack wants the highest 7 bits first.
        sub flip { my $all = ""; for (1 .. $_[1]) { $_[0] =~ s/^([\x80-\xff]*[\x00-\x7f])//s or die "number";
            my @b = map { $_ & 127 } reverse unpack "C*", $1; $all .= pack "C*", map({ $_ | 128 } @b[0 .. $#b - 1]), $b[-1]; } $all }
    ' "$T/$1" >"$T/blocks"
}

has()
{
    blocks "$1" && grep -q "$2" "$T/blocks"
}

@test "a recording holds the facts, the layout, each change, and who attached and left" {
    serve
    on 80x24 ./run "$BIN/shm-view" --key "$KEY" --record r
    sees 'recording, live' '00░00│16'
    poke 20 17
    sees 'num: 22 -> 23'
    poke 20 18
    sees 'num: 23 -> 24'
    hold
    await has r " event 1 $HOLDER "
    kill -KILL "$HOLDER"
    await has r " event 2 $HOLDER "
    keys q
    await test -e "$T/run.status"
    [[ $(<"$T/run.status") == 0 ]]
    blocks r
    cat "$T/blocks"
    grep -q "^0 facts size 1024 recorded 1024 key $KEY id $ID key $KEY\$" "$T/blocks"
    grep -q ' layout struct message, from shm-server$' "$T/blocks"
    grep -q " event 1 $SERVER rw- shm-server\$" "$T/blocks"
    grep -q ' picture num 22$' "$T/blocks"
    grep -q ' changes num 24$' "$T/blocks"
    [[ $(tail -n 1 "$T/blocks") == end ]]
    [[ $(stat -c %a "$T/r") == 600 ]]
}

@test "a recording never overwrites a file" {
    serve
    echo mine >"$T/r"
    run -1 --separate-stderr "$BIN/shm-view" --key "$KEY" --record "$T/r"
    [[ $stderr == "shm-view: cannot record to $T/r: File exists"$'\n'"  a recording never overwrites"* ]]
    [[ $(<"$T/r") == mine ]]
    run -2 --separate-stderr "$BIN/shm-view" --key "$KEY" --record "$T/new" --render text
    [[ $stderr == *'--record goes with the viewer'* && ! -e $T/new ]]
}

@test "a killed viewer loses a second at most" {
    serve
    viewer 80x24 --record r
    sees 'recording, live' '00░00│16'
    for value in 17 18 19; do
        poke 20 "$value"
        sees "00░00*$value"
        sleep 0.2
    done
    await has r 'num 25$' # within its time
    kill -KILL "$VIEWER"
    blocks r
    [[ $(tail -n 1 "$T/blocks") == cut ]]
}

@test "when the disk is full, the viewer says so, goes on, and the file stays readable" {
    serve
    on 80x24 ./run bash -c 'ulimit -f 2; exec "$0" "$@"' "$BIN/shm-view" --key "$KEY" --record r
    sees 'recording, live'
    perl -e 'my $id = $ARGV[0]; for (1 .. 60) { shmwrite($id, pack("a*", chr($_) x 900), 64, 900) or die; select undef, undef, undef, 0.05 }' "$ID"
    sees 'recording ended: File too large; all until now is kept' '│16'
    hides 'recording, live'
    poke 20 17
    sees '*17'
    keys q
    await test -e "$T/run.status"
    [[ $(<"$T/run.status") == 1 ]]
    sees 'cannot record to r to the end: File too large' 'the file has all until then'
    blocks r
    [[ $(tail -n 1 "$T/blocks") == cut ]]
    grep -q picture "$T/blocks"
}

@test "a segment that comes back is recorded on; another size ends the recording" {
    serve
    viewer 80x24 --record r
    sees 'recording, live'
    stop INT
    sees 'recording, gone'
    serve
    sees 'recording, live'
    has r ' event 4 0  reattached: '
    [[ $(sed -n 's/^[0-9]* event \([34]\) 0  \(.\{9\}\).*/\1 \2/p; s/^[0-9]* event 3 0  $/3/p' "$T/blocks") == $'3 the segme\n4 reattache\n3' ]]
    stop INT
    foreign 64
    sees 'recording ended: the segment has another size now'
    has r '^end'
}

@test "of a large segment the first MiB is recorded, whatever the screen shows, frozen or not" {
    foreign 3000000
    viewer 80x24 --record r
    sees 'recording, live' '3000000 bytes: the first 1048576 are recorded'
    keys G
    sees "$(printf '0x%04x = %d' 2999999 2999999)"
    poke 20 17
    await has r ' changes num 23$'
    keys Space
    sees 'recording, frozen'
    poke 20 18
    await has r ' changes num 24$'
    grep -q ' size 3000000 recorded 1048576 ' "$T/blocks"
    keys q
    await has r '^end'
    run -0 "$BIN/shm-view" --replay "$T/r" --time 100% --render json --no-layout
    [[ $(wc -c <"$T/r") -lt 1100000 && $output == *'"size":1048576'* ]]
}

@test "where nothing was seen, no file is left" {
    viewer 80x24 --record r
    sees waiting
    keys q
    await test ! -e "$T/r"
}
