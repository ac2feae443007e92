#!/usr/bin/env bats
# shm-view --replay --render: a moment of a recording in all formats. The recordings are written by perl, after
# docs/recording-format.md, not by our writer.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    view_open
}

teardown()
{
    place_close
}

# recording FILE [PERL]: num is 21 at first, 22 at 1 s, 23 at 2.5 s; it ends at 4 s. PERL may change @blocks (kind, us,
# payload) before they are written, or $head.
recording()
{
    message_file
    perl -MCompress::Zlib=crc32 -e 'my ($file, $bytes, $layout, $change) = @ARGV; local $/;
        open my $in, "<:raw", $bytes or die; my $picture = <$in>; substr $picture, 20, 4, pack "l", 21;
        open $in, "<", $layout or die; $layout = <$in>;
        our $head = "\x89SHMREC\n\1\0\0\0";
        our @blocks = ([1, 0, pack "Q<Q<Q<q<q<a*", 1024, 1024, 1700000000000, 0x0f20074e, 7, "key 0x0f20074e"],
            [2, 0, "struct message\0$layout"], [3, 0, $picture], [5, 0, pack "VVQ<Q<a4a*", 1, 41, 0x7000, 4096, "rw-", "shm-server"],
            [4, 1e6, pack "C*", 0, 1, 20, 1, 22], [4, 2.5e6, pack "C*", 0, 2, 20, 1, 23, 43, 1, 7], [6, 4e6, ""]);
        eval $change // ""; die $@ if $@;
        open my $out, ">:raw", $file or die;
        print $out $head;
        for (@blocks) {
            my $rest = pack "VVQ<a*", $_->[0], length $_->[2], $_->[1], $_->[2];
            print $out pack("V", crc32($rest)), $rest;
        }' "$T/$1" "$T/message.bin" "$T/layout" "${2-}"
}

# at WHEN: num, the bytes that are marked as changed, and the time, from JSON.
at()
{
    "$BIN/shm-view" --replay "$T/r" ${1:+--time "$1"} --render json >"$T/json"
    json 'my ($num) = grep { $_->{name} eq "num" } @{$j->{layout}{fields}};
        my @changed = map { $_->{offset} . "+" . $_->{size} } grep { grep { $_ eq "changed" } @{$_->{marks}} } @{$j->{cells}};
        ($num->{value}, "[@changed]", $j->{source}{time})' "$T/json"
}

# refuses FILE TEXT: with exit status 1, the file's name and the text.
refuses()
{
    run -1 --separate-stderr "$BIN/shm-view" --replay "$T/$1" --render text
    [[ -z $output && $stderr == "shm-view: cannot "*"$T/$1: $2"* ]] || { echo "$stderr"; false; }
}

@test "json at a time: the bytes, what changed last, and the time" {
    recording r
    [[ $(at 0) == '21 [] 0' ]]
    [[ $(at 0.999999) == '21 [] 0.999' ]]
    [[ $(at 1) == '22 [20+1] 1' ]]
    [[ $(at 2.499) == '22 [20+1] 2.499' ]]
    [[ $(at 2.5) == '23 [20+1 64+1] 2.5' ]]
    [[ $(at 25%) == '22 [20+1] 1' ]]
    [[ $(at 100%) == '23 [20+1 64+1] 4' ]]
    [[ $(at 999) == '23 [20+1 64+1] 4' ]]
    [[ $(at '') == '23 [20+1 64+1] 4' ]]
    [[ $(json '$j->{source}{title}' "$T/json") == 'recording of key 0x0f20074e at 4.000 s' ]]
}

@test "who had it attached then is shown, and nothing of today's processes" {
    recording r 'splice @blocks, 5, 0, [5, 2e6, pack "VVQ<Q<a4a*", 1, $$, 0x9000, 4096, "r--", "reader"],
        [5, 2.2e6, pack "VVQ<Q<a4a*", 2, 41, 0x7000, 4096, "rw-", "shm-server"]'
    names='join ",", map { "$_->{pid}:$_->{program}:$_->{address}" } @{$j->{attached}{list}}'
    at 1 >/dev/null
    [[ $(json "$names" "$T/json") == 41:shm-server:0x7000 ]]
    at 2.1 >/dev/null
    [[ $(json "$names" "$T/json") == 41:shm-server:0x7000,*:reader:0x9000 ]]
    at 3 >/dev/null
    [[ $(json "$names" "$T/json") == *:reader:0x9000 ]]
    run -0 "$BIN/shm-view" --replay "$T/r" --time 1 --render text
    [[ $output == *'mapped: 1 time, by 1 process'*'41 shm-server'*'0x7000 '*'rw-'* ]]
    recording r 'splice @blocks, 3, 1'
    at 1 >/dev/null
    [[ $(json 'exists $j->{attached} || 0' "$T/json") == 0 ]]
}

@test "each renderer draws a moment, and so does --screen" {
    recording r
    for format in $("$BIN/shm-view" --help | sed -n '/draw once/,/--expect/s/^ *\([a-z]*\)  .*/\1/p'); do
        run -0 --separate-stderr "$BIN/shm-view" --replay "$T/r" --time 1.5 --render "$format"
        [[ -n $output && -z $stderr ]]
        case $format in
            text) [[ $output == 'recording of key 0x0f20074e at 1.500 s'*'00░00*16'* ]] ;;
            layout) [[ $output == *'int num'* ]] ;;
        esac
    done
    run -0 "$BIN/shm-view" --replay "$T/r" --time 1.5 --render svg --screen 100x30
    output=$(sed 's/\xc2\xa0/ /g' <<<"$output")
    [[ $output == *'1.500 s of 4.000 s, change 1 of 2<'* ]]
}

@test "a file that was cut off is shown up to its last whole block" {
    recording r 'pop @blocks'
    [[ $(at '') == '23 [20+1 64+1] 2.5' ]]
    truncate -s -1 "$T/r"
    [[ $(at '') == '22 [20+1] 1' ]]
    recording r
    printf x | dd of="$T/r" bs=1 seek=$(($(stat -c %s "$T/r") - 21)) conv=notrunc status=none # in the last change
    [[ $(at '') == '22 [20+1] 1' ]]
}

@test "what is no recording, or a broken one, is refused by name and place" {
    recording head '$head = "SHMRECORDING"'
    refuses head 'it is not a recording of shm-view --record'
    recording version '$head =~ s/\x01/\x02/'
    refuses version 'it has version 2; this shm-view reads version 1'
    recording outside '$blocks[4][2] = pack "C*", 0, 1, 0xff, 7, 2, 1, 1'
    refuses outside 'block 5, at byte '
    [[ $stderr == *'a change is outside of the bytes recorded'*'--replay takes a file that --record has written'* ]]
    recording early '$blocks[4][2] = pack "C*", 0, 2, 20, 1, 22'
    refuses early 'block 5, at byte '
    recording back '$blocks[5][1] = 5'
    refuses back 'block 6, at byte '
    recording huge '$blocks[0][2] = pack "Q<Q<Q<q<q<", 1 << 40, 1 << 40, 0, 0, 0'
    refuses huge 'block 1, at byte 12: the segment'
    recording empty '@blocks = @blocks[0, 1]'
    refuses empty 'it was cut off before the first picture'
    recording rights 'substr $blocks[3][2], 24, 3, "\e[m"'
    refuses rights 'block 4, at byte '
    mkdir "$T/folder"
    mkfifo "$T/fifo"
    refuses folder 'it is not a regular file'
    refuses fifo 'it is not a regular file'
    refuses none 'No such file or directory'
}

@test "the layout is that of the recording, another one, or none" {
    recording r '$blocks[1][2] = "bad\0struct {"'
    run -0 "$BIN/shm-view" --replay "$T/r" --render json
    [[ $output == *"the one in the recording can't be read"* ]]
    recording r 'splice @blocks, 1, 1'
    run -0 "$BIN/shm-view" --replay "$T/r" --render json
    [[ $output == *'none is in the recording'* ]]
    run -0 "$BIN/shm-view" --replay "$T/r" --render text --layout "$T/layout"
    [[ $output == *'num '*' 23'* ]]
}

@test "names in a recording send no control sequences to the terminal" {
    recording r 'substr $blocks[0][2], 40, 99, "\e]0;x\a\x9b31m"; $blocks[1][2] =~ s/^/\e[31m\a/; $blocks[3][2] .= "\e[31m"'
    for format in text json svg html; do
        "$BIN/shm-view" --replay "$T/r" --render "$format" >"$T/drawn"
        harmless "$T/drawn"
    done
}

@test "wrong arguments: exit 2" {
    for wrong in '--time 1' '--replay r --time x' '--replay r --time 101%' '--replay r --time 1.5s' '--replay r --file r' \
        '--replay r --was r' '--replay r --record n'; do
        # shellcheck disable=SC2086
        run -2 "$BIN/shm-view" $wrong --render text
    done
}
