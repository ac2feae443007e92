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

@test "the screen says what was said about the segment then, and the time in less words if need be" {
    recording r '$blocks[-1][1] = 9e6; splice @blocks, -1, 0, map { [5, $_->[0] * 1e6, pack "VVQ<Q<a4a*", $_->[1], 0, 0, 0, "", $_->[2]] }
        [3.0005, 3, "the segment is gone; its last bytes stay. Waiting for a new one"],
        [4, 4, "reattached: there is a new segment here (shmid 9)"], [4, 3, ""], [8, 3, "gone \e[31m again"]'
    last() # WHEN TEXT SIZE: what the screen's last line starts with
    {
        run -0 "$BIN/shm-view" --replay "$T/r" --time "$1" --render text --screen "$3"
        [[ ${lines[-1]} == "$2"* ]] || { echo "${lines[-1]}"; false; }
        harmless /dev/stdin <<<"$output"
    }
    last 2.9 '2.900 s of 9.000 s, change 2 of 2  ' 80x24
    last 3 '3.000 s  the segment is gone; its last bytes stay. Waiting for ' 80x24
    last 3.999 '3.999 s  the segment is gone; its last bytes stay. Waiting for a new one' 100x30
    last 3 '3.000 s of 9.000 s, change 2 of 2  the segment is gone; its last bytes stay. Waiting for a new one' 130x30
    last 4 '4.000 s  reattached: there is a new segment here (shmid 9)' 80x24
    last 6.999 '6.999 s  reattached' 80x24
    last 7 '7.000 s of 9.000 s, change 2 of 2' 80x24
    [[ $output != *reattached* ]]
    last 9 '9.000 s of 9.000 s, change 2 of 2  gone ' 80x24
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

# strip FILE TIMES ARGUMENT...: the moments in one picture, $T/strip.svg, are what --render json says of each: bytes, roles,
# fields and marks. What changed is what perl's xor of two moments says; where it did, the asterisk is drawn.
strip()
{
    local file=$1 times=$2 when number=0
    shift 2
    "$BIN/shm-view" --replay "$T/$file" --times "$times" --render svg "$@" >"$T/strip.svg"
    xmllint --noout --nonet "$T/strip.svg"
    rm -f "$T"/moment.*
    for when in ${times//,/ }; do
        "$BIN/shm-view" --replay "$T/$file" --time "$when" --render json "$@" >"$T/moment.$(printf %02d "$number")"
        ((number += 1))
    done
    perl -MJSON::PP -e 'local $/; my ($file, @moments) = @ARGV; open my $in, "<", $file or die; my $all = <$in>;
        my %entity = (lt => "<", gt => ">", quot => "\"", amp => "&");
        my ($head, @drawn) = split /<g class="moment"/, $all;
        die @drawn . " moments" if @drawn != @moments;
        my ($before, $folding);
        for my $drawn (@drawn) {
            open my $in, "<", shift @moments or die; my $j = decode_json(<$in>);
            my $time = sprintf "%.3f", $j->{source}{time};
            die "not $time s" if $drawn !~ / data-time="$time">\n<text class="b t"[^>]*>$time\xc2\xa0s</;
            my (@wanted, @got, @signs, @folded);
            for my $run (@{$j->{cells}}) {
                $wanted[$_] = join " ", $run->{role}, $run->{field} // "-", substr($j->{bytes}, 2 * $_, 2),
                    sort grep { $_ ne "changed" } @{$run->{marks}} for $run->{offset} .. $run->{offset} + $run->{size} - 1;
            }
            my $bytes = pack "H*", $j->{bytes};
            my @changed = map { $_ ne "\0" } split //, ($before // $bytes) ^ $bytes;
            while ($drawn =~ m{<g class="run"([^>]*)>(.*?)</g>}gs) {
                my ($head, $body) = ($1, $2);
                my %data = $head =~ /data-(\w+)="([^"]*)"/g;
                s/&(\w+);/$entity{$1}/g for values %data;
                my @marks = sort split " ", $data{marks};
                my @bytes = $body =~ m{<text class="m [^>]*>(..)</text>}g;
                push @folded, $data{offset} if $data{squeezed};
                @bytes = ("00") x $data{size} if $data{squeezed};
                my $stars = () = $body =~ m{<text class="l b t"[^>]*>\*</text>}g;
                my $is = 0 + grep { $_ eq "changed" } @marks;
                die "$stars asterisks in the run at $data{offset}" if $stars != $is * $data{size};
                for my $i (0 .. $#bytes) {
                    my $at = $data{offset} + $i;
                    die "twice: $at" if defined $got[$at];
                    $got[$at] = join " ", $data{role}, $data{field} // "-", $bytes[$i], grep { $_ ne "changed" } @marks;
                    die "changed at $at, at $time s: drawn $is" if $is != 0 + $changed[$at];
                }
            }
            $got[$_] eq $wanted[$_] or die "at $time s, byte $_: $got[$_], not $wanted[$_]" for 0 .. $#wanted;
            die "folded: @folded, not $folding" if "@folded" ne ($folding //= "@folded");
            $before = $bytes;
        }' "$T/strip.svg" "$T"/moment.*
}

# texts CLASS: the texts of that class in $T/strip.svg, with blanks, a line each.
texts()
{
    sed -n "s/^<text class=\"$1\"[^>]*>\(.*\)<\/text>\$/\1/p" "$T/strip.svg" | sed 's/\xc2\xa0/ /g'
}

@test "moments in one picture: the bytes of each, and what changed since the one before" {
    recording r
    strip r 0,1,2.5,100%
    [[ $(texts 'b t') == *'0.000 s'*'1.000 s'*'2.500 s'*'4.000 s' ]]
    [[ $(texts 's t') == 'num = 22'$'\n''num = 23, 1 byte in no field'$'\n''nothing changed'$'\n'* ]]
    strip r 25%
    strip r 0,3 --no-layout
    [[ $(texts 's t') == '2 bytes'$'\n'* ]]
    strip r 0.5,1,1.5,2,2.5,3 --width 8 --ground dark
    # changes anywhere: in fields, padding, text, and in rows that were zero
    recording random 'srand 7; splice @blocks, 4, 2, map { my @runs = map { [int rand 15, map { rand() < .2 ? 0 : 32 + int rand 90 }
        0 .. rand 20] } 0 .. 4; [4, $_ * 1e5 + 700, pack "C*", 0, 0 + @runs, map { (shift @$_, 0 + @$_, @$_) } @runs] } 1 .. 39'
    strip random 0,0.1,0.25,1,33%,2,2.1,2.2,3,3.3,3.45,100%
    grep -q 'data-marks="stale changed"' "$T/strip.svg"
    strip random 1,2,3 --no-layout
    # a row that is zero at first and at the end shares no line with others in between
    recording r 'splice @blocks, 4, 2, [4, 1e6, pack "C*", 0, 1, 126, 1, 7], [4, 2e6, pack "C*", 0, 1, 126, 1, 0]'
    strip r 0,1,2,3
}

@test "moments in one picture: names, numbers of columns and legend are there once; rows stand side by side" {
    recording r
    strip r 0,1,2,2.5
    [[ $(texts 'l k.') == $'intro\nnum\nslash\nden\neq1\neq2\nratio\nfarewell' ]]
    [[ $(texts 's t' | grep -c 'since the moment before') == 1 ]]
    perl -e 'local $/; open my $in, "<", shift or die; my ($head, @moments) = split /<g class="moment"/, <$in>;
        my @rows = map { [/<text class="d" x="\d+" y="(\d+)">/g] } @moments;
        die "$_->[0] $_->[1]" for grep { "@{$rows[$_->[0]]}" ne "@{$rows[$_->[1]]}" } [0, 1], [2, 3];
        die "not below" if $rows[2][0] <= $rows[0][-1];
        my ($width, $height) = $head =~ /width="(\d+)" height="(\d+)"/;
        die "not as wide as a slide" if $width < 1.5 * $height' "$T/strip.svg"
    grep -q '<desc id="about">Hex grid of 1024 bytes, 16 in a row, at 4 moments\. At 0\.000 s: intro = &quot;.* At 1\.000 s: num = 22\. At 2\.000 s: nothing changed\.' "$T/strip.svg"
    grep -q '<title id="title">recording of key 0x0f20074e, 1024 bytes</title>' "$T/strip.svg"
}

@test "moments in one picture: what is narrow has room for the legend and no words beside the times" {
    recording r
    strip r 0,1,2.5 --cols 10
    [[ $(texts 's t') == 'padding: made by '* ]]
    grep -q '^<svg [^>]* width="504" ' "$T/strip.svg"
    strip r 1
    grep -q 'at 1 moment\. At 1\.000 s: intro = ' "$T/strip.svg"
}

@test "moments in one picture: of a large segment it draws 16 KiB of each, and says what else changed" {
    recording r '$blocks[0][2] = pack "Q<Q<Q<q<q<a*", 20000, 20000, 0, -1, -1, "large"; $blocks[2][2] .= "\0" x 18976;
        $blocks[4][2] = pack "C*", 0, 2, 20, 1, 22, 0xeb, 0x96, 1, 2, 1, 1'
    "$BIN/shm-view" --replay "$T/r" --times 0,1 --render svg >"$T/strip.svg"
    [[ $(texts 's t') == 'num = 22, 2 bytes not drawn here'$'\n'* ]]
    [[ $(texts z) == *'… and 3616 more bytes' ]]
}

@test "wrong --times: the error names the time, or what goes with it" {
    recording r
    no() # STATUS TEXT ARGUMENT...
    {
        local text=$2
        run "-$1" --separate-stderr "$BIN/shm-view" --replay "$T/r" "${@:3}"
        [[ -z $output && $stderr == "shm-view: "*"$text"* ]] || { echo "$stderr"; false; }
    }
    no 2 "as 1,2.5,50%: 'x' is neither" --times 0,1,x,3 --render svg
    no 2 "as 1,2.5,50%: '101%' is neither" --times 0,101% --render svg
    no 2 "as 1,2.5,50%: '' is neither" --times 0,,1 --render svg
    no 2 'takes at most 12 times' --times 0,1,2,3,4,5,6,7,8,9,10,11,12 --render svg
    no 1 'time 3, 1.000 s, is not after time 2, 2.500 s' --times 0,2.5,1 --render svg
    no 1 'time 2, 1.000 s, is not after time 1, 1.000 s' --times 1,25%,2 --render svg
    no 1 'time 3, 4.000 s, is not after time 2, 4.000 s' --times 0,5,10 --render svg
    [[ $stderr == *'the recording ends at 4.000 s' ]]
    no 2 '--times goes with --render svg' --times 0,1 --render html
    no 2 '--times goes with --render svg' --times 0,1
    no 2 "--time doesn't go with --times" --times 0,1 --time 1 --render svg
    no 2 "--screen doesn't go with --times" --times 0,1 --screen 100x30 --render svg
    no 2 "--expect doesn't go with --times" --times 0,1 --expect "$T/message.bin" --render svg
    run -2 --separate-stderr "$BIN/shm-view" --file "$T/message.bin" --times 0,1 --render svg
    [[ $stderr == *'--times goes with --replay'* ]]
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
    "$BIN/shm-view" --replay "$T/r" --times 0,1 --render svg >"$T/drawn"
    harmless "$T/drawn"
}

@test "wrong arguments: exit 2" {
    for wrong in '--time 1' '--replay r --time x' '--replay r --time 101%' '--replay r --time 1.5s' '--replay r --file r' \
        '--replay r --was r' '--replay r --record n'; do
        # shellcheck disable=SC2086
        run -2 "$BIN/shm-view" $wrong --render text
    done
}
