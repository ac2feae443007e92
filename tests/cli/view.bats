#!/usr/bin/env bats
# shm-view --render: one picture for pipes, checks and scripts, compared with perl, ipcs and strace.
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

view()
{
    "$BIN/shm-view" --key "$KEY" "$@"
}

file_view()
{
    "$BIN/shm-view" --file "$@"
}

# The message and, after it, the 256 values of a byte in the file $T/bytes; its layout in $T/layout.
files()
{
    message_file
    head -c 56 "$T/message.bin" >"$T/bytes"
    perl -e 'print pack "C*", 0 .. 255' >>"$T/bytes"
}

# ---- where the bytes come from ----

@test "text shows bytes, padding, fields and values of a server's segment" {
    serve
    run -0 --separate-stderr view --render text
    [[ -z $stderr ]]
    [[ ${lines[0]} == "key $KEY, 1024 bytes" ]]
    [[ ${lines[1]} == '       0  1  2  3  4  5  6  7   8  9  a  b  c  d  e  f' ]]
    [[ ${lines[2]} == '0000═│50 49 20 69 73 20 64 65  66 69 6e 65 64 20 61 73  PI is defined as' ]]
    [[ ${lines[3]} == '0010  3a 20 00░00│16 00 00 00 │2f░00░00░00│07 00 00 00  : ······/·······' ]]
    [[ ${lines[4]} == '0020 │3d│3d░00░00░00░00░00░00 │49 92 24 49 92 24 09 40  ==······I·$I·$·@' ]]
    [[ ${lines[5]} == '0030 │67 6f 6f 64 62 79 65 00  00 00 00 00 00 00 00 00  goodbye·········' ]]
    [[ ${lines[6]} == '0040─ … 60 rows of 00, up to 0x03ff' ]]
    [[ ${lines[7]} == 'layout: struct message, from shm-server' ]]
    [[ ${lines[8]} =~ ^\ name\ +type\ +off\ +sz\ +al\ +pad\ +value$ ]]
    [[ ${lines[10]} =~ ^\ num\ +int\ +20\ +4\ +4\ +\+1\ +22$ ]]
    [[ ${lines[15]} =~ ^\ ratio\ +double\ +40\ +8\ +8\ +\+6\ +3\.142857142857143$ ]]
    [[ ${#lines[@]} == 19 ]]
}

@test "json is what perl reads: bytes, size, and what ipcs knows" {
    serve --layout packed
    view --render json >"$T/json"
    [[ $(json '$j->{version}' "$T/json") == 1 ]]
    [[ $(json '$j->{bytes}' "$T/json") == "$(bytes_of "$ID")" ]]
    [[ $(json '$j->{size}' "$T/json") == 1024 ]]
    [[ $(json '@{$j->{source}}{qw(state key shmid mode owner nattch creator_pid)}' "$T/json") == \
        "live $KEY $ID 0600 $EUID 2 $SERVER" ]]
    [[ $(shm_column "$ID" nattch) == 1 ]] # our attachment is gone again
    [[ $(json 'map { $_->{name} . "@" . $_->{offset} } @{$j->{layout}{fields}}' "$T/json") == \
        'intro@0 num@19 slash@23 den@24 eq1@28 eq2@29 ratio@30 farewell@38' ]]
    [[ $(json 'map { $_->{value} } @{$j->{layout}{fields}}' "$T/json") == \
        "\"PI is defined as: \" 22 '/' 7 '=' '=' 3.142857142857143 \"goodbye\"" ]]
    [[ $(json 'map { $_->{name} } grep { $_->{misaligned} } @{$j->{layout}{fields}}' "$T/json") == 'num ratio' ]]
}

@test "a segment is found by key, id and path, a file by its name, and - is standard input" {
    serve
    : >"$T/file"
    view --render json >"$T/by-key"
    "$BIN/shm-view" --id "$ID" --render json >"$T/by-id"
    # The process before was the last to attach it.
    cmp <(sed '/^"attached"/,$d' "$T/by-key") <(sed '/^"attached"/,$d' "$T/by-id")
    stop TERM
    KEY=$(ftok_of "$T/file" 77)
    [[ -z $(id_of_key) ]] || skip "$KEY is taken"
    serve
    "$BIN/shm-view" --path "$T/file" --proj 77 --render json >"$T/by-path"
    [[ $(json '$j->{source}{shmid}' "$T/by-path") == "$ID" ]]
    files
    file_view "$T/bytes" --layout "$T/layout" --render json >"$T/by-file"
    "$BIN/shm-view" - --layout "$T/layout" --render json <"$T/bytes" >"$T/by-input"
    file_view - --layout "$T/layout" --render json <"$T/bytes" >"$T/by-dash"
    cmp "$T/by-input" "$T/by-dash"
    [[ $(json '$j->{source}{state}, $j->{bytes}' "$T/by-file") == "file $(xxd_of "$T/bytes")" ]]
    [[ $(json '$j->{bytes}' "$T/by-input") == "$(xxd_of "$T/bytes")" ]]
    [[ $(json '$j->{source}{title}' "$T/by-input") == 'standard input' ]]
}

xxd_of()
{
    perl -0777 -ne 'print unpack "H*", $_' "$1"
}

@test "json is ASCII, and decodes to the very names" {
    printf 'abc' >"$T/é😀\"\\"
    file_view "$T/é😀\"\\" --render json >"$T/json"
    LC_ALL=C grep -q '[^ -~]' "$T/json" && false
    [[ $(json 'my $t = $j->{source}{title}; utf8::encode($t); $t' "$T/json") == "file $T/é😀\"\\" ]]
}

@test "a printed layout makes the same picture again" {
    serve
    view --render layout >"$T/layout"
    [[ $(head -n 1 "$T/layout") == 'shmlab layout 1' ]]
    view --render json >"$T/first"
    view --render json --layout "$T/layout" >"$T/second"
    [[ $(json '$j->{cells}' "$T/first") == "$(json '$j->{cells}' "$T/second")" ]]
    [[ $(json '$j->{layout}{fields}' "$T/first") == "$(json '$j->{layout}{fields}' "$T/second")" ]]
    run -1 --separate-stderr view --render layout --no-layout
    [[ $stderr == 'shm-view: there is no layout to print: '* ]]
}

@test "a layout is printed without any memory, from a program and from a .layout file" {
    local options=(--render layout --type 'struct message' --elf "$BIN/shm-server")
    run -0 --separate-stderr "$BIN/shm-view" "${options[@]}"
    [[ $output == *'struct message (size 56, align 8)'*'20 int num'* && -z $stderr ]]
    printf '%s\n' "$output" >"$T/layout"
    run -0 "$BIN/shm-view" --render layout --layout "$T/layout"
    cmp <(printf '%s\n' "$output") "$T/layout"
    run -1 --separate-stderr "$BIN/shm-view" "${options[@]}" --key "$KEY" # a named segment must exist
    [[ $stderr == *'cannot find segment'* ]]
}

@test "an empty file and one byte are shown, an endless file is refused" {
    : >"$T/empty"
    run -0 file_view "$T/empty" --render text
    [[ ${lines[0]} == "file $T/empty, 0 bytes" ]]
    file_view "$T/empty" --render json >"$T/json"
    [[ $(json '$j->{size}, $j->{bytes}, scalar @{$j->{cells}}' "$T/json") == '0  0' ]]
    printf 'A' >"$T/one"
    run -0 file_view "$T/one" --render text
    [[ ${lines[2]} == '0000═ 41 '*' A' ]]
    run -1 --separate-stderr file_view /dev/zero --render json
    [[ ! $output && $stderr == *'read /dev/zero: File too large'* ]]
}

@test "a segment that was removed while another process has it attached is reported as removed" {
    serve
    kill -STOP "$SERVER" # it holds the segment, and does nothing else
    ipcrm -m "$ID"
    "$BIN/shm-view" --id "$ID" --render json >"$T/json"
    kill -CONT "$SERVER"
    [[ $(json '@{$j->{source}}{qw(state key shmid)}' "$T/json") == "removed 0x00000000 $ID" ]]
    [[ $(json '$j->{layout}{fields}[1]{value}' "$T/json") == 22 ]]
}

# ---- marks ----

# A picture with all findings: overlap, misalignment, stale padding, a field past the end.
findings()
{
    printf '%s\n' 'shmlab layout 1' 'struct bad {' 'char tag' '4 int n' '6 int m' '10 short s' '16 double d' '}' \
        >"$T/layout"
    printf 'T\0\1\0\2\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0' >"$T/bytes" # 20 bytes: d needs 24
}

@test "problems are marked by signs, with and without colour, and described in sentences" {
    findings
    for format in text ansi; do
        run -0 file_view "$T/bytes" --layout "$T/layout" --render $format
        plain=$(sed 's/\x1b\[[0-9;]*m//g' <<<"$output")
        [[ $plain == *'0000═│54░00!01░00│02 00&00&00'* ]]
        [[ $plain == *' m '*'4^'* ]]
        [[ $plain == *'! m at 0x0006 claims bytes that n claims too'* ]]
        [[ $plain == *'! m at 0x0006 is misaligned: int wants a multiple of 4'* ]]
        [[ $plain == *'! d at 0x0010 needs 8 bytes, but the segment ends at 0x0014'* ]]
        [[ $plain == *'padding bytes at 0x0001 (before n) are not zero: stale'* ]]
    done
    file_view "$T/bytes" --layout "$T/layout" --render json >"$T/json"
    [[ $(json 'map { my $c = $_; map { "$_:$c->{offset}+$c->{size}" } @{$c->{marks}} } @{$j->{cells}}' "$T/json") == \
        'stale:2+1 overlap:6+2 misaligned:8+2' ]]
    [[ $(json 'sort map { $_->{kind} } @{$j->{findings}}' "$T/json") == 'misaligned overlap past-end stale' ]]
    [[ $(json 'map { $_->{name} } grep { $_->{past_end} } @{$j->{layout}{fields}}' "$T/json") == d ]]
    [[ $(json 'exists $j->{layout}{fields}[4]{value} ? "shown" : "none"' "$T/json") == none ]]
}

@test "padding at a struct's end: text, json and the screen say which struct ends there, and json what made it" {
    printf '%s\n' 'shmlab layout 1' 'struct book {' 'struct item items[2] {' 'int id' 'double price' 'char sym' '}' \
        'int last' '}' >"$T/book"
    perl -e 'print pack "l x4 d a a7 l x4 d a x7 l a4", 1, 2, "a", "stale", 3, 4, "b", 5, "z"' >"$T/bytes"
    file_view "$T/bytes" --layout "$T/book" --render json >"$T/json"
    [[ $(json 'map { "$_->{offset} $_->{field} <$_->{end_of}>" } grep { $_->{role} eq "tail" } @{$j->{cells}}' "$T/json") == \
        '17 items[0].price <items[0]> 22 items[0].price <items[0]> 41 items[1].price <items[1]> 52 items[0].price <> 53 items[0].price <>' ]]
    [[ $(json 'scalar grep { exists $_->{end_of} } @{$j->{cells}}' "$T/json") == 5 ]]
    file_view "$T/bytes" --layout "$T/book" --render text >"$T/text"
    grep -qF '5 of 7 padding bytes at 0x0011 (at the end of items[0]) are not zero: stale' "$T/text"
    grep -qF '1 of 4 padding bytes at 0x0034 (at the end of the whole struct) are not zero:' "$T/text"
    file_view "$T/bytes" --layout "$T/book" --render text --screen 100x30 --at 18 >"$T/text"
    grep -qF 'padding at the end of items[0], made by items[0].price: NOT zero' "$T/text"
    file_view "$T/bytes" --layout "$T/book" --render text --screen 100x30 --at 53 >"$T/text"
    grep -qF 'padding at the end of the whole struct, made by items[0].price' "$T/text"
}

@test "--expect marks what differs and exits 1" {
    files
    cp "$T/bytes" "$T/expected"
    run -0 --separate-stderr file_view "$T/bytes" --expect "$T/expected" --render text
    [[ $output != *≠* && -z $stderr ]]
    printf '\x15' | dd of="$T/expected" bs=1 seek=20 conv=notrunc status=none
    run -1 --separate-stderr file_view "$T/bytes" --layout "$T/layout" --expect "$T/expected" --render text
    [[ $output == *'00░00≠16 00'* ]]
    [[ $stderr == 'shm-view: 1 of 312 bytes are not as expected' ]]
    run -1 file_view "$T/bytes" --expect "$T/expected" --render json
    file_view "$T/bytes" --expect "$T/expected" --render json >"$T/json" || true
    [[ $(json '$j->{differences}, map { @{$_->{marks}} } @{$j->{cells}}' "$T/json") == '1 differs' ]]
}

@test "--expect with a file of another length says so and exits 1, also if it is empty" {
    files
    for length in 10 315 0; do
        { cat "$T/bytes"; printf '\0\0\0'; } | head -c $length >"$T/other"
        run -1 --separate-stderr file_view "$T/bytes" --expect "$T/other" --render text
        [[ $output == *"! $length bytes are expected, but there are 312"* ]]
        [[ $(file_view "$T/bytes" --expect "$T/other" --render text --screen 80x24 2>/dev/null) == \
            *"$length bytes are expected, but there are 312"* ]]
        [[ $stderr == *"shm-view: $length bytes are expected, but there are 312" ]]
        ((length < 312)) || [[ $stderr == 'shm-view: 3 of 315 bytes are not as expected'* ]]
        file_view "$T/bytes" --expect "$T/other" --render json >"$T/json" 2>/dev/null || true
        [[ $(json '$j->{compared}, $j->{expected_size}, $j->{findings}[0]{kind}' "$T/json") == "$((length < 312 ? length : 312)) $length length" ]]
    done
    run -1 --separate-stderr file_view "$T/bytes" --expect "$T/nowhere" --render text
    [[ $stderr == *"$T/nowhere: No such file or directory"* ]]
}

@test "--expect compares everything, also what is too much to be drawn" {
    head -c 3000000 /dev/urandom >"$T/large"
    cp "$T/large" "$T/expected"
    file_view "$T/large" --expect "$T/expected" --render json >"$T/json" 2>"$T/err"
    [[ $(cat "$T/err") != *expected* && $(json '$j->{compared}' "$T/json") == 3000000 ]]
    for at in 70000 2500000 2999999; do # the complement differs whatever was there
        perl -e 'open F, "+<", $ARGV[0]; seek F, $ARGV[1], 0; read F, my $b, 1; seek F, $ARGV[1], 0; print F ~$b' "$T/expected" $at
    done
    file_view "$T/large" --expect "$T/expected" --render json >"$T/json" 2>"$T/err" && false
    grep -q 'shm-view: 3 of 3000000 bytes are not as expected' "$T/err"
    [[ $(json 'map { "$_->{kind}:$_->{offset}+$_->{size}" } @{$j->{findings}}' "$T/json") == \
        'differs:70000+1 differs:2500000+1 differs:2999999+1' ]]
    [[ $(json '@{$j->{findings}[2]}{"expected", "actual"}' "$T/json") == \
        "$(tail -c 1 "$T/expected" | xxd -p) $(tail -c 1 "$T/large" | xxd -p)" ]]
    [[ $(json '$j->{compared}, $j->{differences}' "$T/json") == '3000000 3' ]]
}

@test "a file that is too large to be read whole is refused" {
    files
    truncate -s $(((64 << 20) + 1)) "$T/large"
    run -1 --separate-stderr file_view "$T/large" --render text
    [[ ! $output && $stderr == *"$T/large: File too large"*'at most 64 MiB'* ]]
    run -1 --separate-stderr file_view "$T/bytes" --expect "$T/large" --render text
    [[ $stderr == *"$T/large: File too large"* ]]
    truncate -s $((64 << 20)) "$T/large"
    file_view "$T/large" --expect "$T/large" --render svg >/dev/null 2>&1
}

@test "three rows of zeros or more share a line, unless --all or the configuration asks for every row" {
    files
    { head -c 4 /dev/zero; head -c 91 /dev/zero; printf a; } >"$T/zeros"
    rows() { file_view "$T/zeros" --width 16 --render "${RENDER:-text}" "$@" | grep -oE '^[0-9a-f]{4}|[0-9]+ rows of 00' | paste -sd ' '; }
    squeezed='0000 5 rows of 00 0050' whole='0000 0010 0020 0030 0040 0050'
    [[ $(rows) == "$squeezed" && $(rows --all) == "$whole" ]]
    printf 'squeeze = no\n' >"$T/no"
    printf 'squeeze = yes\n' >"$T/yes"
    [[ $(rows --config "$T/no") == "$whole" && $(rows --config "$T/yes") == "$squeezed" ]]
    [[ $(rows --config "$T/yes" --all) == "$whole" ]]
    [[ $(NO_COLOR=1 RENDER=ansi rows | tr -d '\033') == *'5 rows of 00'* ]]
    # what differs, or belongs to two fields, has a row of its own
    head -c 96 /dev/zero >"$T/wanted"
    printf b | dd of="$T/wanted" bs=1 seek=40 conv=notrunc status=none
    [[ $(rows --expect "$T/wanted" 2>/dev/null) == '0000 0010 0020 0030 0040 0050' ]]
    printf 'shmlab layout 1\n0 int[4] a\n16 int[12] b\n' >"$T/two"
    [[ $(rows --layout "$T/two") == '0000 0010 0020 0030 0040 0050' ]]
    for format in svg html; do
        file_view "$T/zeros" --render $format >"$T/picture"
        perl -CSD -0777 -ne 'exit !/bytes,\sall\szero/' "$T/picture"
        file_view "$T/zeros" --render $format --all >"$T/picture"
        perl -CSD -0777 -ne 'exit /bytes,\sall\szero/' "$T/picture"
    done
}

@test "--at and --count draw a part, in every format, also past the first MiB" {
    files
    head -c 3000000 /dev/urandom >"$T/large"
    expected=$(tail -c +2000006 "$T/large" | head -c 37 | xxd -p | tr -d '\n')
    file_view "$T/large" --at 2000005 --count 37 --render json >"$T/json" 2>"$T/err"
    [[ $(json '$j->{size}, $j->{first}, $j->{bytes}' "$T/json") == "3000000 2000005 $expected" && ! -s $T/err ]]
    [[ $(json 'map { "$_->{offset}+$_->{size}" } @{$j->{cells}}' "$T/json") == 2000005+37 ]]
    # the others begin with the row that has this byte
    rows=$(tail -c +2000001 "$T/large" | head -c 42 | xxd -p | tr -d '\n')
    run -0 --separate-stderr file_view "$T/large" --at 2000005 --count 37 --width 16 --render text
    [[ ! $stderr && ${#lines[@]} == 5 && ${lines[2]} == 1e8480* ]]
    [[ $(perl -CSD -ne 'print $1 =~ s/\s//gr if /^[0-9a-f]{6}.(.{50})/' <<<"$output") == "$rows" ]]
    file_view "$T/large" --at 2000005 --count 37 --width 16 --render svg >"$T/svg"
    perl -CSD -0777 -ne 'exit !/and\s999958\smore\sbytes</' "$T/svg"
    [[ $(grep -o 'data-offset="[0-9]*"' "$T/svg" | head -n 1) == 'data-offset="2000000"' ]]
    file_view "$T/large" --at 2000005 --count 37 --width 16 --render html >"$T/html"
    [[ $(grep -o 'id="byte=[0-9]*"' "$T/html" | sed -n '1p;$p' | paste -sd ' ') == 'id="byte=2000000" id="byte=2000041"' ]]
    # what is drawn by default is told
    run -0 --separate-stderr file_view "$T/large" --at 100 --render svg
    [[ $stderr == 'shm-view: 3000000 bytes; 1048576 from 0x64 on are drawn: --at and --count draw others' ]]
    run -0 --separate-stderr file_view "$T/large" --at 2999990 --render text
    [[ ! $stderr && ${lines[-1]} == '2dc6b0 '* ]]
}

@test "a part has the fields that lie in it, each with its whole value" {
    files
    printf 'shmlab layout 1\n0 int a\n4 int b\n8 int[4] c\n24 int d\n' >"$T/four"
    perl -e 'print pack "l*", 1 .. 30' >"$T/ints"
    part() { file_view "$T/ints" --layout "$T/four" "$@"; }
    part --at b --count 8 --render json >"$T/json"
    [[ $(json 'map { "$_->{name}=$_->{value}" } @{$j->{layout}{fields}}' "$T/json") == 'b=2 c={3, 4, 5, 6}' ]]
    [[ $(part --at b --count 8 --render text | sed -n '/^layout/,$p' | awk 'NR > 2 { print $1, $2 }' | paste -sd ' ') == 'b int c int[4]' ]]
    [[ $(part --at b --count 8 --render html | grep -oE '#byte=[0-9]+"' | paste -sd ' ') == '#byte=4" #byte=8"' ]]
    part --at b --count 8 --render svg | grep -q '<desc[^>]*>Hex grid of 120 bytes, 16 in a row. b, int, 4 bytes at offset 4: 2. c,'
    part --at 9 --render json >"$T/json"
    [[ $(json 'map { $_->{name} } @{$j->{layout}{fields}}' "$T/json") == 'c d' ]]
    for wrong in '--count 0 --render text' '--count 4' '--all' '--count 4 --render layout' '--all --render text --screen 80x24'; do
        # shellcheck disable=SC2086 # words
        run -2 part $wrong
    done
}

@test "--width and --cols set the size of the picture; a width that does not fit is halved" {
    files
    for width in 1 2 4 8 16 32 64; do
        run -0 file_view "$T/bytes" --width $width --cols 400 --render text
        [[ ${lines[3]} == "$(printf '%04x' $width)"[\ ─]* ]]
    done
    run -0 file_view "$T/bytes" --width 64 --cols 80 --render text
    [[ ${lines[3]} == 0010* ]]
    for cols in 10 20 40 79 200; do
        run -0 file_view "$T/bytes" --layout "$T/layout" --cols $cols --render text
        for line in "${lines[@]}"; do ((${#line} <= cols)); done
    done
}

# ---- colour and characters ----

@test "ansi is text with colours; NO_COLOR removes the colours but not the attributes" {
    files
    file_view "$T/bytes" --layout "$T/layout" --render text >"$T/text"
    file_view "$T/bytes" --layout "$T/layout" --render ansi >"$T/ansi"
    cmp "$T/text" <(sed 's/\x1b\[[0-9;]*m//g' "$T/ansi")
    grep -q $'\x1b''\[[0-9;]*3[1-7]m' "$T/ansi"
    NO_COLOR=1 file_view "$T/bytes" --layout "$T/layout" --render ansi >"$T/mono"
    ! grep -q $'\x1b''\[[0-9;]*3[0-7]m' "$T/mono" || false
    grep -q $'\x1b''\[[0-9;]*[127]m' "$T/mono"
    NO_COLOR='' file_view "$T/bytes" --layout "$T/layout" --render ansi | cmp - "$T/ansi" # empty is not set
    ! grep -q $'\x1b' "$T/text" || false
}

@test "a field keeps its colour from run to run" {
    serve
    view --render ansi | sed '1d; /attached/,$d' >"$T/first"
    stop TERM
    serve
    view --render ansi | sed '1d; /attached/,$d' >"$T/second"
    grep -q farewell "$T/second"
    cmp "$T/first" "$T/second"
}

@test "the C locale gets only ASCII, a UTF-8 locale gets UTF-8" {
    files
    for format in text ansi json layout; do
        LC_ALL=C file_view "$T/bytes" --layout "$T/layout" --render $format >"$T/ascii"
        perl -e 'local $/; $_ = <STDIN>; die "not ASCII" if /[^\n\e -~]/' <"$T/ascii"
    done
    LC_ALL=C.UTF-8 file_view "$T/bytes" --layout "$T/layout" --render text >"$T/utf8"
    perl -e 'local $/; $_ = <STDIN>; utf8::decode($_) or die "no UTF-8"; die "ASCII" unless /\x{2591}/' <"$T/utf8"
}

# ---- no control sequences ----

@test "no byte of a segment or a file reaches the output as a control character" {
    foreign 600
    fill "$ID" 'C*' {0..255} {255..0}
    files
    # fields of all kinds over all the bytes
    printf '%s\n' 'shmlab layout 1' 'char[40] text' 'char c' 'int[8] n' 'double d' 'void *p' 'char[200] rest' >"$T/all"
    for format in text ansi json layout; do
        ansi=$([[ $format != ansi ]] || echo ansi)
        for locale in C C.UTF-8; do
            LC_ALL=$locale view --layout "$T/all" --render $format >"$T/out"
            harmless "$T/out" $ansi
            LC_ALL=$locale file_view "$T/bytes" --layout "$T/all" --render $format >"$T/out"
            harmless "$T/out" $ansi
        done
    done
}

@test "names of files and layouts send no control sequences to the terminal" {
    name=$T/$'a\e]0;x\a\x9b31m\xe2\x80\xaeb'
    mkdir "$name"
    printf 'abcd' >"$name/bytes"
    printf 'shmlab layout 1\nint n\n' >"$name/layout"
    printf 'shmlab layout 1\nint n\e[31m\x9b\n' >"$name/bad"
    for locale in C C.UTF-8; do
        export LC_ALL=$locale
        for format in text ansi json layout; do
            file_view "$name/bytes" --layout "$name/layout" --render $format >"$T/out" 2>"$T/err"
            harmless "$T/out" "$([[ $format != ansi ]] || echo ansi)"
        done
        for options in "--file|$name/none" "--layout|$name/none" "--layout|$name/bad" "--expect|$name/none" \
            "--elf|$name/none" "--elf|$name/bytes" "--type|$name" "$name" "--render|$name" "--key|$name" \
            "--path|$name/none" "--width|$name" "--$name"; do
            IFS='|' read -r -d '' -a split <<<"$options" || true
            split[-1]=${split[-1]%$'\n'}
            file_view "$name/bytes" "${split[@]}" --render text >"$T/out" 2>"$T/err" && false
            harmless "$T/out"
            harmless "$T/err"
            [[ -s $T/err ]]
        done
    done
}

@test "names from debug information send no control sequences to the terminal" {
    printf 'struct evil { int MEMBERMEMBER; char x; }; struct evil TYPETYPE;\n' >"$T/evil.c"
    gcc -g -c -o "$T/evil.o" "$T/evil.c"
    perl -0777 -pi -e 's/MEMBERMEMBER/a\e]0;x\a\xc2\x9bzz/g' "$T/evil.o"
    printf 'abcdefgh' >"$T/bytes"
    for locale in C C.UTF-8; do
        for format in text ansi json layout; do
            LC_ALL=$locale file_view "$T/bytes" --elf "$T/evil.o" --type 'struct evil' --render $format \
                >"$T/out" 2>"$T/err" || true
            harmless "$T/out" "$([[ $format != ansi ]] || echo ansi)"
            harmless "$T/err"
            [[ -s $T/out || -s $T/err ]]
        done
    done
}

# ---- failures ----

@test "wrong arguments: exit 2, and a message that says what is right" {
    files
    while IFS= read -r options; do
        eval "set -- $options"
        run -2 --separate-stderr "$BIN/shm-view" "$@"
        [[ -z $output && ${#stderr_lines[@]} == 1 && $stderr == "shm-view: "*"(try 'shm-view --help')" ]]
    done <<'END'
--render
--render png
--render ''
--width 3 --render text
--width 0 --render text
--width 128 --render text
--cols 9 --render text
--cols 1001 --render text
--cols x --render text
--key 0 --render text
--key 99999999999 --render text
--key 1 --id 2 --render text
--key 1 --file "$T/bytes" --render text
--file "$T/bytes" - --render text
--proj 256 --render text
--nonsense
word
- -
--help=3
END
}

@test "--render takes what --help lists, says so, and draws each" {
    files
    "$BIN/shm-view" --help >"$T/help"
    names=$(sed -n '/draw once and exit:/,/--expect/s/^ \{22\}\([a-z]*\)  .*/\1/p' "$T/help")
    [[ $(wc -w <<<"$names") -ge 6 ]]
    listed=$(perl -0pe 's/\n$//; s/\n(?=\N*\z)/ or /; s/\n/, /g' <<<"$names")
    run -2 --separate-stderr "$BIN/shm-view" --render png
    [[ $stderr == "shm-view: --render takes $listed, not 'png' "* ]]
    printf 'shmlab layout 1\nint first\n' >"$T/layout"
    for name in $names; do
        file_view "$T/bytes" --layout "$T/layout" --render "$name" >"$T/drawn"
        [[ -s $T/drawn ]]
    done
}

@test "--help and --version print and exit 0" {
    run -0 --separate-stderr "$BIN/shm-view" --help
    [[ $output == 'usage: shm-view '* && $output == *--render* && -z $stderr ]]
    run -0 "$BIN/shm-view" --version
    [[ $output =~ ^shm-view\ [0-9]+\.[0-9]+ ]]
}

@test "no segment: says what was tried and what to do" {
    run -1 --separate-stderr view --render text
    [[ -z $output ]]
    [[ ${stderr_lines[0]} == "shm-view: cannot find segment $KEY: there is none" ]]
    [[ ${stderr_lines[1]} == *'start the server first: shm-server'* ]]
    run -1 --separate-stderr "$BIN/shm-view" --id 2147483647 --render json
    [[ ${stderr_lines[0]} == 'shm-view: cannot attach segment with shmid 2147483647: there is none' ]]
    run -1 --separate-stderr "$BIN/shm-view" --path "$T/none" --render text
    [[ ${stderr_lines[0]} == "shm-view: cannot make a key of $T/none (ftok, proj 15): No such file or directory" ]]
    [[ ${#stderr_lines[@]} == 2 ]]
}

@test "no file, a folder, a file that may not be read: says why" {
    run -1 --separate-stderr file_view "$T/none" --render text
    [[ -z $output && ${stderr_lines[0]} == "shm-view: cannot read $T/none: No such file or directory" ]]
    [[ ${#stderr_lines[@]} == 2 ]]
    run -1 --separate-stderr file_view "$T" --render text
    [[ ${stderr_lines[0]} == "shm-view: cannot read $T: Is a directory" ]]
    printf 'abc' >"$T/secret"
    chmod 600 "$T/secret"
    need_root
    cp "$BIN/shm-view" "$T/"
    chmod 755 "$T/shm-view"
    run -1 --separate-stderr as_nobody "$T/shm-view" --file "$T/secret" --render text
    [[ ${stderr_lines[0]} == "shm-view: cannot read $T/secret: Permission denied" ]]
}

@test "another user gets a message that says who may allow it, and with 0644 may look but not write" {
    need_root
    cp "$BIN/shm-view" "$T/"
    chmod 755 "$T/shm-view"
    serve
    run -1 --separate-stderr as_nobody "$T/shm-view" --key "$KEY" --render text
    [[ -z $output ]]
    [[ ${stderr_lines[0]} == "shm-view: cannot attach segment $KEY: Permission denied" ]]
    [[ ${stderr_lines[1]} == "  it belongs to uid $EUID with mode 0600, which gives uid $NOBODY no right to read" ]]
    [[ ${stderr_lines[2]} == *'--mode 0644'* ]]
    stop TERM
    serve --mode 0644
    before=$(bytes_of "$ID")
    run -0 as_nobody "$T/shm-view" --key "$KEY" --render text
    [[ ${lines[2]} == *'PI is defined as' ]]
    [[ $(bytes_of "$ID") == "$before" ]]
}

@test "if the key's file is in a folder that may not be read, the message does not blame the segment" {
    need_root
    cp "$BIN/shm-view" "$T/"
    mkdir -m 700 "$T/closed"
    : >"$T/closed/file"
    chmod 755 "$T/shm-view"
    run -1 --separate-stderr as_nobody "$T/shm-view" --path "$T/closed/file" --render text
    [[ ${stderr_lines[0]} == "shm-view: cannot make a key of $T/closed/file (ftok, proj 15): Permission denied" ]]
}

@test "an error in a layout file is reported with its line" {
    files
    printf 'shmlab layout 1\nint x\n\nfoo bar baz\n' >"$T/wrong"
    run -1 --separate-stderr file_view "$T/bytes" --layout "$T/wrong" --render text
    [[ -z $output && $stderr == "shm-view: cannot read $T/wrong, line 4: "* ]]
    run -1 --separate-stderr file_view "$T/bytes" --layout "$T/none" --render text
    [[ $stderr == "shm-view: cannot read the layout file $T/none: No such file or directory"* ]]
}

@test "an ELF file without the type or without DWARF, or a file that is not ELF: it says so" {
    files
    printf 'struct here { int n; }; struct here it;\n' >"$T/a.c"
    gcc -g -c -o "$T/a.o" "$T/a.c"
    gcc -c -o "$T/bare.o" "$T/a.c"
    run -0 file_view "$T/bytes" --elf "$T/a.o" --type 'struct here' --render layout
    [[ $output == *'0 int n'* ]]
    for options in "$T/a.o|struct there" "$T/bare.o|struct here" "$T/bytes|struct here" "$T/none|struct here"; do
        run -1 --separate-stderr file_view "$T/bytes" --elf "${options%|*}" --type "${options#*|}" --render text
        [[ -z $output && $stderr == 'shm-view: '* ]]
    done
    run -1 --separate-stderr file_view "$T/bytes" --type 'struct here' --render text
    [[ $stderr == *'--elf'* ]]
}

@test "if the output is full, it says so" {
    files
    for format in text ansi json layout; do
        run -1 --separate-stderr sh -c '"$1" --file "$2" --layout "$3" --render "$4" >/dev/full' - "$BIN/shm-view" \
            "$T/bytes" "$T/layout" $format
        [[ $stderr == *'No space left on device'* ]]
    done
}

@test "a long path loses its front, so that the member's own name stays: in every table and sentence" {
    local -x LC_ALL=C.UTF-8
    printf '%s\n' 'shmlab layout 1' 'struct registry {' 'struct sub first_subsystem_of_all {' 'struct control all_of_the_controllers[2] {' \
        'struct block current_configuration_block {' 'char a_tag' 'int number_of_attempts' '}' '}' '}' '}' >"$T/long"
    printf 'abcdefghijklmnop' >"$T/full"
    file_view "$T/full" --layout "$T/long" --render text >"$T/text"
    grep -Eq '^ …[a-z_]+\.number_of_attempts +int +4 ' "$T/text"
    [[ $(tr -s '\n ' ' ' <"$T/text") == *'before ...'*'[1].current_configuration_block.number_of_attempts) are not zero: stale'* ]]
    [[ $(wc -L <"$T/text") -le 80 ]]
    file_view "$T/full" --layout "$T/long" --render svg >"$T/svg"
    grep -q '>…[a-z_]*\.number_of_attempts<' "$T/svg"
    file_view "$T/full" --layout "$T/long" --render text --screen 80x24 --at 4 >"$T/screen"
    grep -q '^─ 0x0004 = 4  \.\.\.[a-z_]*\.number_of_attempts: int, byte 1 of 4' "$T/screen"
    file_view "$T/full" --layout "$T/long" --render json >"$T/json"
    grep -q '"first_subsystem_of_all.all_of_the_controllers\[1\].current_configuration_block.number_of_attempts"' "$T/json"
}

@test "--help and --version are errors if the disk is full, in all programs" {
    for program in shm-server shm-client shm-view; do
        for option in --help --version; do
            run -1 --separate-stderr bash -c '"$0" "$1" >/dev/full' "$BIN/$program" "$option"
            [[ $stderr == "$program: cannot print: No space left on device"* ]]
        done
    done
}

@test "no name of a file, type or field breaks the line of an error, or sends a control character" {
    local odd=$'new\nline\e[31m' option
    cd "$T"
    for kind in text folder none cut stripped good layout; do mkdir "$kind"; done
    echo text >"text/$odd"
    mkdir "folder/$odd"
    head -c 3000 "$BIN/shm-client" >"cut/$odd"
    strip -o "stripped/$odd" "$BIN/shm-client"
    cp "$BIN/shm-client" "good/$odd"
    printf 'shmlab layout 1\nchar[4] c\n' >"layout/$odd"
    for kind in text folder none cut stripped good layout; do
        for option in --elf --layout --file --replay --config --expect --was --path --posix; do
            "$BIN/shm-view" "$option" "$kind/$odd" --file "$BIN/shm-client" --render text
            "$BIN/shm-view" "$option" "$kind/$odd" --render text
        done
        "$BIN/shm-view" --file "$BIN/shm-client" --elf "$kind/$odd" --type 'struct nothing' --render text
        "$BIN/shm-client" --path "$kind/$odd"
        timeout 5 "$BIN/shm-server" --path "$kind/$odd" --proj 300
    done >/dev/null 2>errors || true
    for option in --at --type --render --time --screen --pid --key --id --list --"$odd"; do
        "$BIN/shm-view" --file "$BIN/shm-client" "$option" "$odd" --render text
    done >/dev/null 2>>errors || true
    (($(wc -l <errors) > 60))
    run ! grep '^line' errors
    LC_ALL=C run ! grep '[^ -~]' errors
}

@test "without a terminal the live viewer says what to do instead" {
    serve
    run -1 --separate-stderr setsid -w "$BIN/shm-view" --key "$KEY"
    [[ -z $output && ${stderr_lines[0]} == *'Inappropriate ioctl for device' && $stderr == *'--render text'* ]]
}

# ---- its system calls ----

@test "it attaches read-only, makes nothing, removes nothing, sets nothing" {
    serve
    before=$(photo_of "$ID" | grep -v -e nattch -e att_time -e det_time -e lpid -e lspid)
    for format in text ansi json layout; do
        ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=ipc,open,openat,creat,unlink -o "$T/trace" \
            "$BIN/shm-view" --key "$KEY" --render $format >/dev/null
        grep -q "shmat($ID, NULL, SHM_RDONLY)" "$T/trace"
        [[ $(grep -c 'shmat(' "$T/trace") == 1 ]]
        ! grep 'shmat(' "$T/trace" | grep -v SHM_RDONLY || false
        ! grep -E 'IPC_CREAT|IPC_RMID|IPC_SET|SHM_LOCK|SHM_UNLOCK' "$T/trace" || false
        ! grep -E 'open.*(O_WRONLY|O_RDWR|O_CREAT)|^[0-9 ]*(creat|unlink)\(' "$T/trace" || false
    done
    [[ $(photo_of "$ID" | grep -v -e nattch -e att_time -e det_time -e lpid -e lspid) == "$before" ]]
}

@test "live too: it attaches read-only, and nattch is as before when it has ended" {
    serve
    # Keys come after the picture: q would be nothing if the viewer didn't wait for it.
    (await_pattern "$ID" 2; printf q) | ASAN_OPTIONS=detect_leaks=0 TERM=xterm script -qec \
        "stty rows 24 cols 80; strace -f -e trace=ipc -o '$T/trace' '$BIN/shm-view' --key $KEY" /dev/null >"$T/screen"
    grep -q "shmat($ID, NULL, SHM_RDONLY)" "$T/trace"
    grep -q 'shmdt(' "$T/trace"
    ! grep 'shmat(' "$T/trace" | grep -v SHM_RDONLY || false
    ! grep -E 'IPC_CREAT|IPC_RMID|IPC_SET|SHM_LOCK' "$T/trace" || false
    [[ $(shm_column "$ID" nattch) == 1 ]]
}

await_pattern()
{
    await attached_by "$1" "$2"
}

attached_by()
{
    [[ $(shm_column "$1" nattch) == "$2" ]]
}

@test "valgrind finds no error and no leak" {
    ! sanitized || skip "a sanitizer is at work already"
    serve
    findings
    for options in "--key $KEY --render json" "--key $KEY --render ansi --width 8" "--key $KEY --render layout" \
        "--file $T/bytes --layout $T/layout --render json --expect $T/layout" "--key $KEY --render text --no-layout" \
        "--file $T/none --render text" "--key $KEY --layout $T/bytes --render text"; do
        valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
            --log-file="$T/valgrind" "$BIN/shm-view" $options >"$T/out" 2>&1 || [[ $? == 1 ]]
        cat "$T/valgrind"
        [[ ! -s $T/valgrind ]]
    done
}

@test "--file with a folder: it says that this is a folder" {
    run -1 --separate-stderr "$BIN/shm-view" --file "$T" --render text
    [[ ${stderr_lines[1]} == '  it is a folder: name a file in it' && -z $output ]]
}
