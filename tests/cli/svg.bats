#!/usr/bin/env bats
# shm-view --render svg: a picture for slides and pages. xmllint checks the XML; the cells are compared with
# --render json.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    view_open
    cd "$T" || return
    message_file
    mv message.bin natural
}

teardown()
{
    cd /
    place_close
}

view()
{
    "$BIN/shm-view" "$@"
}

# well_formed FILE: xmllint reads it, it refers to nothing outside itself, and it has no control characters. What a page's
# script may do is tried in a browser: tests/page.
well_formed()
{
    xmllint --noout --nonet "$1"
    perl -CSD -0777 -ne 'die "control"
            if /[\x00-\x09\x0b-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{202a}-\x{202e}]/;
        s/<script.*?<\/script>|<a href="#byte=\d+">//gs if $ARGV =~ m{html$};
        die "refers to $1" if /(<script|<image|<foreignObject|href|url\((?!#)|\@import|\@font-face)/;
        die "fraction: $1" if /( (?:x|y|width|height|d|viewBox)="[^"]*[.,][^"]*")/' "$1"
}

# cells_of svg|json FILE: a line for each byte: offset, role, field, marks, value. Hex digits are the texts of class m.
# cells_of html FILE: the same; role and digits are those of the table, the field that of the script's data. Of several
# marks it has the one whose sign is shown.
cells_of()
{
    perl -MJSON::PP -e 'my ($kind, $file) = @ARGV; local $/; open my $in, "<", $file or die; my $all = <$in>;
        my @cells;
        if ($kind eq "json") {
            my $j = decode_json($all);
            for my $run (@{$j->{cells}}) {
                for my $i ($run->{offset} .. $run->{offset} + $run->{size} - 1) {
                    $cells[$i] = join " ", $run->{role}, $run->{field} // "-", join(",", sort @{$run->{marks}}) || "-",
                        substr $j->{bytes}, 2 * $i, 2;
                }
            }
        } elsif ($kind eq "html") {
            my %signs = ("≠" => "differs", "!" => "stale", "&amp;" => "overlap", "*" => "changed", "•" => "since",
                "^" => "-"); # only at the first byte
            my %roles = (f => "field", p => "padding", q => "tail", v => "free", u => "unreadable");
            my $j = decode_json($all =~ m{id="data">(.*?)</script>}s && $1);
            for my $run (@{$j->{cells}}) {
                $cells[$_] = ["", $run->{field} // "-", "-", ""]
                    for $run->{offset} .. $run->{offset} + $run->{size} - 1;
            }
            my $size = 1;
            while ($all =~ m{data-size="(\d+)"|<td id="byte=(\d+)" class="(\w)[^"]*"[^>]*>(?:<sup>([^<]+)</sup>)?([^<]{2})}g) {
                if (defined $1) { $size = $1; next }
                my ($mark, $digits) = (defined $4 ? $signs{$4} // die("sign $4") : "-", $5);
                for my $i ($2 .. $2 + $size - 1) {
                    die "twice or nowhere: $i" if !$cells[$i] || $cells[$i][0];
                    @{$cells[$i]}[0, 2, 3] = ($roles{$3} // die("role $3"), $mark, $size > 1 ? "00" : $digits);
                }
                $size = 1;
            }
            $_ = join " ", @$_ for @cells;
        } else {
            my %entity = (lt => "<", gt => ">", quot => "\"", amp => "&");
            while ($all =~ m{<g class="run"([^>]*)>(.*?)</g>}gs) {
                my ($head, $body) = ($1, $2);
                my %data = $head =~ /data-(\w+)="([^"]*)"/g;
                s/&(\w+);/$entity{$1}/g for values %data;
                my @bytes = $body =~ m{<text class="m [^>]*>(..)</text>}g;
                @bytes = ("00") x $data{size} if ($data{squeezed} // "") eq "zero";
                die "run at $data{offset}: " . @bytes . " bytes" if @bytes != $data{size};
                for my $i (0 .. $#bytes) {
                    die "twice: " . ($data{offset} + $i) if defined $cells[$data{offset} + $i];
                    $cells[$data{offset} + $i] = join " ", $data{role}, $data{field} // "-",
                        join(",", sort split " ", $data{marks}) || "-", $bytes[$i];
                }
            }
        }
        print "$_ $cells[$_]\n" for 0 .. $#cells' "$1" "$2"
}

# signs_of FILE: the same cells, with the mark whose sign is shown
signs_of()
{
    perl -pe 's{^(\d+ \S+ .* )(\S+) (\S\S)$}{ my $marks = ",$2,";
        $1 . ((grep { $marks =~ /,$_,/ } qw(differs stale overlap changed since))[0] // "-") . " $3" }e' "$1"
}

# same_cells ARGUMENT...: the svg, the html and the json of the same bytes have the same cells.
same_cells()
{
    view "$@" --render svg >picture.svg 2>/dev/null || [[ " $* " == *' --expect '* ]]
    view "$@" --render json >picture.json 2>/dev/null || [[ " $* " == *' --expect '* ]]
    view "$@" --render html >page.html 2>/dev/null || [[ " $* " == *' --expect '* ]]
    well_formed picture.svg
    well_formed page.html
    cells_of svg picture.svg >svg.cells
    cells_of html page.html >html.cells
    cells_of json picture.json >json.cells
    [[ -s json.cells ]]
    diff svg.cells json.cells
    diff html.cells <(signs_of json.cells)
}

@test "an svg has the cells that json has: the message, natural and packed" {
    same_cells --file natural --layout layout
    [[ $(wc -l <svg.cells) == 1024 ]]
    grep -qx '20 field num - 16' svg.cells
    grep -qx '34 padding ratio - 00' svg.cells
    perl -e 'print pack("Z19 i a i a a d Z8", "PI is defined as: ", 22, "/", 7, "=", "=", 22 / 7, "goodbye"),
        "\0" x 978' >packed
    sed 's/message {/message (packed) {/' layout >packed.layout
    same_cells --file packed --layout packed.layout
    grep -qx '19 field num misaligned 16' svg.cells
}

@test "an svg has the cells that json has: an overrun, stale padding, an expected picture, overlaps, no layout" {
    perl -e 'print pack("Z19 x i a a3 i a a a6 d Z8", "PI is defined as: ", 22, "/", "abc", 7, "=", "=", "stale!",
        22 / 7, "goodbye"), "\0" x 968' >stale
    same_cells --file stale --layout layout
    grep -qx '25 padding den stale 61' svg.cells
    same_cells --file stale --layout layout --expect natural
    grep -qx '25 padding den differs,stale 61' svg.cells
    perl -e 'print "A" x 60, "\0" x 964' >overrun
    same_cells --file overrun --layout layout --expect natural
    same_cells --file overrun --no-layout
    printf '%s\n' 'shmlab layout 1' '0 int a' '2 int b' '9 double c' '30 char[8] past' >overlap
    head -c 32 overrun >short
    same_cells --file short --layout overlap
    grep -qx '2 field a overlap 41' svg.cells || grep -qx '2 field b misaligned,overlap 41' svg.cells
    for format in svg html; do
        view --file /dev/null --render "$format" >"picture.$format"
        well_formed "picture.$format"
    done
}

@test "an svg has the cells that json has: nested structs and arrays, at each width" {
    printf '%s\n' 'shmlab layout 1' 'struct queue {' 'uint32_t head' 'struct slot[3] slots {' 'char tag' \
        'struct point {' 'int x' 'double y' '} where' 'char[5] name' '}' 'int[40] totals' '}' >queue
    perl -e 'print pack "C*", map { $_ * 7 % 256 } 0 .. 299' >bytes
    for width in 1 2 4 8 16 32 64; do
        same_cells --file bytes --layout queue --width "$width" --cols 300
        grep -q "$width in a row" picture.svg
    done
    same_cells --file bytes --layout queue --cols 20
}

@test "all 256 values of a byte, at many offsets, make a well-formed picture" {
    perl -e 'print pack("C*", 0 .. 255), map { pack "C*", map { $_ * 167 % 256 } $_ .. $_ + 254 } 1 .. 3' >all
    same_cells --file all
    for shift in 1 3 7; do
        { head -c "$shift" /dev/zero; cat all; } >shifted
        same_cells --file shifted --width 8
        same_cells --file shifted --layout layout
    done
    view --file all --layout layout --render svg --screen 80x24 >screen.svg
    well_formed screen.svg
}

@test "a name of a file or of a field can't break out of the picture" {
    name=$'<g>&"\x1b[31m\xff\xc2\x9b\xe2\x80\xae</text>'
    name=${name//\//_}
    cp natural "$name"
    view --file "$name" --render svg >picture.svg
    well_formed picture.svg
    view --file "$name" --render svg --screen 80x24 >picture.svg
    well_formed picture.svg
    printf '%s\n' 'shmlab layout 1' '"pair<int, char> &" a (size 8)' >evil
    view --file natural --layout evil --render svg >picture.svg
    well_formed picture.svg
    grep -q 'pair&lt;int,' picture.svg
    view --file natural --layout evil --render html >page.html
    well_formed page.html
    grep -q '<td>pair&lt;int,' page.html
}

@test "a long run of zeros is one line, and the rest is not" {
    view --file natural --layout layout --render svg >picture.svg
    grep -qF '960'$'\xc2\xa0''free'$'\xc2\xa0''bytes,' picture.svg
    [[ $(grep -c 'data-squeezed' picture.svg) == 1 ]]
    (($(wc -c <picture.svg) < 20000))
    view --file natural --layout layout --width 8 --render svg | sed 's/\xc2\xa0/ /g' | grep -qF '… 968 free bytes, all zero<'
    printf '\1' | dd of=natural bs=1 seek=700 conv=notrunc status=none
    view --file natural --layout layout --render svg >picture.svg
    [[ $(grep -c 'data-squeezed' picture.svg) == 2 ]]
}

@test "of a large file it draws the first 16 KiB, and says how many more bytes there are" {
    perl -e 'print pack "C*", map { $_ % 255 + 1 } 1 .. 20000' >large
    view --file large --no-layout --render svg >picture.svg
    well_formed picture.svg
    cells_of svg picture.svg >svg.cells
    view --file large --no-layout --render json >picture.json
    cells_of json picture.json | head -n 16384 | diff - svg.cells
    view --file large --no-layout --render html >page.html
    cells_of html page.html | diff - <(signs_of svg.cells)
    grep -q 'and 3616 more bytes' page.html
    grep -qF 'and'$'\xc2\xa0''3616'$'\xc2\xa0''more' picture.svg
}

@test "html is a page whose tables have the names, the values and the problems as text" {
    cp natural '<i>'
    printf '\7' | dd of='<i>' bs=1 seek=19 conv=notrunc status=none
    view --file '<i>' --layout layout --render html >page.html
    well_formed page.html
    [[ $(head -n 1 page.html) == '<!DOCTYPE html>' ]]
    [[ $(xmllint --xpath 'string(/*/*/*[local-name()="title"])' page.html) == 'file <i>' ]]
    text=$(sed -n '/<body>/,/<script/p' page.html | sed 's/<\/t[dh]>/ /g; s/<[^>]*>//g')
    [[ $text == *'intro '*'0000 50 49 20 69 '*'20 61 73 PI is defined as '*'0040 '*' 960 free bytes, all zero '* ]]
    [[ $text == *'num int 20 4 1 22 '*'farewell char[8] 48 8  &quot;goodbye&quot; '* ]]
    [[ $text == *'1 of 1 padding bytes at 0x0013 (before num) are not zero: stale'* ]]
    [[ $(view --file natural --render html --ground dark) != *prefers-color-scheme* ]]
}

@test "the legend explains only the signs that are in the picture" {
    view --file natural --layout layout --render svg >picture.svg
    grep -q 'made'$'\xc2\xa0''by'$'\xc2\xa0''the'$'\xc2\xa0''next' picture.svg
    ! grep -q stale picture.svg || false
    ! grep -q '>wanted<' picture.svg || false
    printf '\7' | dd of=natural bs=1 seek=19 conv=notrunc status=none
    cp natural wanted
    printf '\6' | dd of=wanted bs=1 seek=20 conv=notrunc status=none
    run -1 --separate-stderr view --file natural --layout layout --expect wanted --render svg
    [[ $stderr == *'1 of 1024 bytes are not as expected' ]]
    [[ $output == *'>06</text>'*'>wanted</text>'* && $output == *stale* ]]
}

@test "a screen reader gets the title, the fields and the problems" {
    printf '\7' | dd of=natural bs=1 seek=19 conv=notrunc status=none
    view --file natural --layout layout --render svg >picture.svg
    [[ $(xmllint --xpath 'string(//*[local-name()="title"])' picture.svg) == 'file natural, 1024 bytes' ]]
    about=$(xmllint --xpath 'string(//*[local-name()="desc"])' picture.svg)
    [[ $about == *'num, int, 4 bytes at offset 20 after 1 bytes of padding: 22.'* ]]
    [[ $about == *'1 of 1 padding bytes at 0x0013 (before num) are not zero: stale.'* ]]
    [[ $(xmllint --xpath 'string(/*/@role)' picture.svg) == img ]]
    view --file natural --layout layout --render svg --expect /dev/null | grep -q ' 0 bytes are not as expected\.</desc>'
}

@test "a screen as svg has the text of the text screen, and --at sets the cursor" {
    view --file natural --layout layout --render svg --screen 100x30 --at num >screen.svg
    well_formed screen.svg
    texts=$(sed -n 's/.*<text[^>]*>\(.*\)<\/text>/\1/p' screen.svg)
    [[ $texts == *shm-view*file*natural* ]]
    [[ $texts == *0x0014* ]]
    LC_ALL=C TERM=linux NO_COLOR=1 view --file natural --layout layout --render svg --screen 100x30 --at num |
        cmp - screen.svg
    run -1 --separate-stderr view --file natural --layout layout --render svg --at nosuch
    [[ $stderr == 'shm-view: --at: neither a field nor an offset: nosuch'* && -z $output ]]
}

@test "--was marks what has changed since, in each kind of picture" {
    cp natural before
    printf '\25' | dd of=before bs=1 seek=20 conv=notrunc status=none
    same_cells --file natural --layout layout --was before
    grep -qx '20 field num changed 16' svg.cells
    [[ $(grep -c changed svg.cells) == 1 ]]
    head -c 30 before >short
    same_cells --file natural --layout layout --was short
    [[ $(grep -c changed svg.cells) == 1 ]]
    view --file natural --layout layout --was before --render text | grep -qF '*16 00'
    view --file natural --layout layout --was before --render svg --screen 80x24 |
        grep -qF 'num:'$'\xc2\xa0''21'$'\xc2\xa0''-&gt;'$'\xc2\xa0''22'
    run -1 --separate-stderr view --file natural --was nosuch --render text
    [[ $stderr == 'shm-view: cannot read nosuch: '* ]]
    run -2 view --file natural --was before
}

@test "--since is a second level of marks: what changed before --was" {
    cp natural long_ago
    printf '\25' | dd of=long_ago bs=1 seek=20 conv=notrunc status=none
    printf '\11' | dd of=long_ago bs=1 seek=28 conv=notrunc status=none
    cp natural before
    printf '\11' | dd of=before bs=1 seek=28 conv=notrunc status=none
    export LC_ALL=C
    view --file natural --layout layout --since long_ago --was before --render text >both
    grep -qF '+16 00' both
    grep -qF '*07 00' both
    view --file natural --layout layout --since long_ago --was natural --render text >older
    grep -qF '+16 00' older
    grep -qF '+07 00' older
    run -1 --separate-stderr view --file natural --since nosuch --render text
    [[ $stderr == *'--since takes a file with the bytes as they were'* ]]
}

@test "--top scrolls a screen, and --at stays where it is" {
    view --file natural --layout layout --render text --screen 100x30 --at num >screen.text
    [[ $(wc -l <screen.text) == 30 ]]
    [[ $(sed -n 3p screen.text) == *0000*50\ 49* ]]
    view --file natural --layout layout --render ansi --screen 100x30 --at num | sed 's/\x1b\[[0-9;]*m//g' |
        sed 's/ *$//' | diff - <(sed 's/ *$//' screen.text)
    dd if=/dev/zero of=natural bs=1 count=0 seek=1024 status=none
    view --file natural --layout layout --render text --screen 40x14 --top 0x11 --at num >screen.text
    [[ $(sed -n 3p screen.text) == *0010* ]]
    view --file natural --layout layout --render svg --screen 40x14 --top 0x11 --at num >screen.svg
    [[ $(grep -m1 -o '00[0-9a-f]0<' screen.svg) == '0010<' ]]
    view --file natural --layout layout --render text --screen 40x14 --top 9999 >screen.text
    [[ $(sed -n 13p screen.text) == *03f* ]]
}

@test "wrong arguments are reported" {
    run -2 --separate-stderr view --file natural --render svg --screen 80
    [[ $stderr == *"--screen takes columns and rows as 100x30, from 20x6 to 500x200, not '80'"* ]]
    run -2 --separate-stderr view --file natural --render svg --screen 9999x9
    run -2 --separate-stderr view --file natural --render json --screen 80x24
    [[ $stderr == *'--screen goes with --render text, '* ]]
    run -2 --separate-stderr view --file natural --render text --top 8
    [[ $stderr == *'--top goes with --screen'* ]]
    run -2 --separate-stderr view --file natural --render text --screen 80x24 --top up
    [[ $stderr == *"--top takes an offset, as 64 or 0x40, not 'up'"* ]]
    run -2 --separate-stderr view --file natural --render svg --ground green
    [[ $stderr == *"--ground takes auto, light or dark, not 'green'"* ]]
}

# Machado, Oliveira and Fernandes 2009, severity 1; CIE 1976 colour difference; contrast as in WCAG 2.
@test "the colours differ for the colour-blind and in gray, and have enough contrast to the background" {
    for ground in light dark; do
        view --file natural --layout layout --render svg --ground "$ground" >picture.svg
        perl -e 'local $/; my $all = <STDIN>; my %kinds = (normal => [1,0,0, 0,1,0, 0,0,1],
            protan => [.152286,1.052583,-.204868, .114503,.786281,.099216, -.003882,-.048116,1.051998],
            deutan => [.367322,.860646,-.227968, .280085,.672501,.047413, -.011820,.042940,.968881],
            tritan => [1.255528,-.076749,-.178779, -.078411,.930809,.147602, .004733,.691367,.303900]);
            sub linear { map { $_ /= 255; $_ <= .04045 ? $_ / 12.92 : (($_ + .055) / 1.055) ** 2.4 }
                map { hex } $_[0] =~ /[0-9a-f]{2}/g }
            sub f { $_[0] > (6 / 29) ** 3 ? $_[0] ** (1 / 3) : $_[0] / (3 * (6 / 29) ** 2) + 4 / 29 }
            sub luminance { .2126 * $_[0] + .7152 * $_[1] + .0722 * $_[2] }
            sub lab { my ($r, $g, $b) = @_; my $x = f((.4124 * $r + .3576 * $g + .1805 * $b) / .95047);
                my $y = f(luminance(@_)); my $z = f((.0193 * $r + .1192 * $g + .9505 * $b) / 1.08883);
                (116 * $y - 16, 500 * ($x - $y), 200 * ($y - $z)) }
            sub seen { my ($m, @c) = @_; map { my $i = $_; my $v = 0; $v += $m->[3 * $i + $_] * $c[$_] for 0 .. 2;
                $v < 0 ? 0 : $v > 1 ? 1 : $v } 0 .. 2 }
            sub contrast { my ($a, $b) = sort { $b <=> $a } map { luminance(linear($_)) } @_; ($a + .05) / ($b + .05) }
            my ($ground, $ink, $zero, $pale) =
                map { $all =~ /\.$_\{fill:(#\w+)/ ? $1 : die "no $_" } "g,.i", "t", "z", "d";
            my @tints = map { $all =~ /\.f$_\{fill:(#\w+)/ ? $1 : die "no f$_" } 1 .. 7;
            my @full = map { $all =~ /\.k$_,[^{]*\{fill:(#\w+)/ ? $1 : die "no k$_" } 1 .. 7;
            for my $set (\@tints, \@full) {
                my @light = sort { $a <=> $b } map { (lab(linear($_)))[0] } @$set;
                $light[$_ + 1] - $light[$_] >= 3 or die "gray: @light" for 0 .. 5;
                for my $kind (sort keys %kinds) {
                    my @labs = map { [lab(seen($kinds{$kind}, linear($_)))] } @$set;
                    for my $i (0 .. 6) { for my $j (0 .. $i - 1) {
                        my $far = 0; $far += ($labs[$i][$_] - $labs[$j][$_]) ** 2 for 0 .. 2; $far = sqrt $far;
                        die "$kind: $set->[$i] and $set->[$j] differ by $far" if $far < 11 } }
                }
            }
            contrast($_, $ink) >= 4.5 && contrast($_, $zero) >= 4.5 or die "text on $_" for @tints;
            contrast($_, $ground) >= 4.5 or die "$_ on $ground" for @full, $pale, $zero, $ink;' <picture.svg
    done
}
