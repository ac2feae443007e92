#!/usr/bin/env bats
# 09: do the links that the builder wrote lead through its list, and does the walker follow lists that the check wrote?
# shellcheck disable=SC2153,SC2030,SC2031 # check.bash sets STATUS; each test has its own words
load "$LAB/check"

BUILDS="builder writes into the segment, waits for Enter, and removes it"
LINKS="the links are offsets, and lead through all words in order"
WALKS="walker follows offsets, wherever the nodes are"
readonly SIZE=4096

# COUNT fresh words of 3 to 7 letters in the array words
words_draw()
{
    words=()
    while ((${#words[@]} < $1)); do
        fresh_number 3 7
        fresh_word "$NUMBER"
        words+=("$WORD")
    done
}

# Runs the builder with these words on a segment full of old bytes, and keeps what stands there in KEEP/NAME.
builder_run() # NAME WORD...
{
    local name=$1
    shift
    segment_open "$SIZE"
    start_program builder "$SEG_PATH" "$@"
    ((RUNS)) || { finish_program && wrong "builder ended (status $STATUS) before Enter was pressed."; }
    cp "$BEFORE" "$KEEP/$name.before"
    segment_bytes "$KEEP/$name"
    send_line ''
    finish_program
    exits 0
}

# How the links of the file must be read so that they lead through the words, a word for each way that fits:
# offset, reversed, endless, half, behind-head, index, from-link; and address, base, text: what has addresses in it
ways()
{
    perl -e '
        open my $in, "<:raw", shift or die;
        my ($all, @words) = (do { local $/; <$in> }, @ARGV);
        my $quad = sub { $_[0] >= 0 && $_[0] + 8 <= length $all ? unpack "Q<", substr $all, $_[0], 8 : -1 };
        # the sixth byte of an address of user space, on x86-64 and on arm64; no letter of a word is one of these
        my %sixth = map { $_ => 1 } 0x55, 0x56, 0x7e, 0x7f, 0xaa, 0xab, 0xfe, 0xff;
        my $address = sub { $sixth{$quad->($_[0]) >> 40} };
        my $word = sub { my $at = $_[0]; $at + 16 <= length $all ? unpack "Z8", substr $all, $at + 8, 8 : "" };
        # follows so many links as there are words; place gives the offset of a node for a link and where that stands
        my $leads = sub {
            my ($place, @list) = @_;
            my $link = 0;
            for my $want (@list) {
                my $at = $place->($quad->($link), $link);
                return undef if $at < 16 || $at > length($all) - 16 || $word->($at) ne $want;
                $link = $at;
            }
            return $quad->($link);
        };
        my $plain = sub { $_[0] };
        my $end = $leads->($plain, @words);
        print "offset\n" if defined $end && $end == 0;
        print "endless\n" if defined $end && $end != 0;
        $end = $leads->($plain, reverse @words);
        print "reversed\n" if defined $end;
        print "half\n" if defined $leads->(sub { $_[0] & 0xffffffff }, @words);
        print "behind-head\n" if defined $leads->(sub { $_[0] + 16 }, @words);
        print "index\n" if defined $leads->(sub { $_[0] < 256 ? 16 + 16 * $_[0] : -1 }, @words);
        print "from-link\n" if defined $leads->(sub { $_[0] + $_[1] }, @words);
        print "address\n" if $address->(0);
        my $base = grep { $address->(8 * $_) } 0 .. length($all) / 8 - 1;
        print "base\n" if $base;
        my $at = $quad->(0);
        print "text\n" if $at >= 16 && $at <= length($all) - 16 && $address->($at + 8);
    ' "$@"
}

# The first rows of the segment, as the learner's own types have it.
rows_show() # FILE
{
    layout_of "$T/layout" 'struct list' builder 2>/dev/null || return 0
    { echo 'in memory:' && grid_rows "$1" "$1" "$T/layout"; } >"$VERDICT.grid"
}

@test "builder writes into the segment, waits for Enter, and removes it" {
    fresh_number 5 9
    words_draw "$NUMBER"
    printf '%s\n' "${words[@]}" >"$KEEP/words"
    builder_run list "${words[@]}"
    ! segment_facts || wrong "After Enter the segment still exists."
    ! cmp -s "$KEEP/list" "$KEEP/list.before" || wrong "builder wrote nothing into the segment."
}

@test "the links are offsets, and lead through all words in order" {
    needs "$BUILDS"
    mapfile -t words <"$KEEP/words"
    ways "$KEEP/list" "${words[@]}" >"$T/ways"
    way() { grep -qx "$1" "$T/ways"; }
    ! way offset || return 0
    rows_show "$KEEP/list"
    ! way address || mistake raw-pointers \
        "At offset 0, where the first link belongs, is an address in builder's own memory. In another process the segment is somewhere else."
    ! way text || mistake text-pointer \
        "The first node holds an address where its word belongs. That is builder's own memory: walker cannot see it. Copy the characters."
    ! way endless || mistake end-not-set \
        "The links lead through all ${#words[@]} words. But the link of the last node holds old bytes: it must be 0, the end."
    ! way reversed || mistake reversed \
        "The words are in the list from the last to the first. A node that is put at the front comes before all others."
    ! way half || mistake half-written \
        "The lower 4 bytes of each link are right, and the upper 4 are old ones. A link has 8 bytes: write a uint64_t."
    ! way from-link || mistake offset-from-node \
        "Each link counts from its own place. Count from the start of the segment."
    ! way behind-head || mistake behind-head \
        "The offsets count from the end of the head, so the first node has offset 0. But 0 is the end. Count from the start of the segment."
    ! way index || mistake index-stored \
        "The links are the numbers of the nodes: 0, 1, 2. They must be bytes from the start of the segment: 16, 32, 48."
    wrong "Begin with the link at offset 0, and follow the offsets: they don't lead through the ${#words[@]} words that builder was given."
}

@test "a list without words has 0 as its first link" {
    needs "$LINKS"
    builder_run none
    [[ $(head -c 8 "$KEEP/none" | od -An -tx1 | tr -d ' \n') == 0000000000000000 ]] ||
        wrong "builder was called without words. Then the 8 bytes at offset 0 are all 0."
}

@test "there is no address in the segment" {
    needs "$LINKS"
    mapfile -t words <"$KEEP/words"
    ! ways "$KEEP/list" "${words[@]}" | grep -qx base && return
    rows_show "$KEEP/list"
    mistake stored-base \
        "There is an address in the segment. No other process can use it: each has the segment at a different address, and walker knows its own."
}

# ---- the walker ----

# list_open NODE...: a segment with old bytes, the first link (FIRST_LINK), and these nodes. NODE: OFFSET:NEXT[:WORD]
list_open()
{
    segment_open "$SIZE"
    cp "$BEFORE" "$T/list"
    perl -e '
        open my $out, "+<:raw", shift or die;
        print $out pack "Q<", shift;
        for (@ARGV) {
            my ($at, $next, $word) = split /:/;
            seek $out, $at, 0;
            print $out pack "Q<", $next;
            print $out pack "a8", $word if defined $word;
        }
        close $out or die;
    ' "$T/list" "$FIRST_LINK" "$@"
    segment_open "$SIZE" 0600 "$T/list"
}

# COUNT offsets at random places in the array places, with room for a second node behind each
places_draw()
{
    local slot
    places=()
    for slot in $(shuf -i 0-73 -n "$1"); do places+=($((512 + 48 * slot + 8 * (RANDOM % 2)))); done
}

# Nodes in the array nodes: one at 16, then at the places; the words from the array words; LAST is the last one's link.
nodes_make() # LAST
{
    local i at=16
    nodes=()
    for ((i = 0; i < ${#words[@]}; i++)); do
        nodes+=("$at:${places[i]-$1}:${words[i]}")
        at=${places[i]-0}
    done
}

prints_words()
{
    printf '%s\n' "${words[@]}" | cmp -s - "$OUT"
}

@test "walker follows offsets, wherever the nodes are" {
    local decoy first second
    needs "$LINKS"
    words_draw 6
    places_draw 5
    nodes_make 0
    # where somebody comes who counts in another way, a word stands that tells it
    for decoy in 32 64 128 256 $((16 + places[0])); do nodes+=("$decoy:0:at$decoy"); done
    FIRST_LINK=16 list_open "${nodes[@]}"
    MAY_CRASH=1 run_program walker "$SEG_PATH"
    [[ ! $CRASHED ]] || mistake link-as-address \
        "walker was ended by $CRASHED on a list whose first link is 16. Did it use 16 as an address, or add the address of the segment twice?"
    end_judge walker
    { read -r first && read -r second; } <"$OUT" || true
    case $first in
        at32) mistake adds-head "The link 16 led walker to offset 32: the 16 bytes of the head were added to it. The offset counts from the start of the segment." ;;
        at64 | at128 | at256)
            mistake scaled-steps "The link 16 led walker to offset ${first#at}. + on a pointer steps as many bytes as its element has. Add to a char pointer, then cast."
            ;;
    esac
    case $second in
        at32) mistake takes-the-next "The first node's link is ${places[0]}, but walker went on at 32, right after that node. Follow the link." ;;
        at[0-9]*) mistake counts-from-node "The first node is at 16, and its link is ${places[0]}. walker went to ${second#at}: it counts from the node. All offsets count from the start of the segment." ;;
    esac
    prints_words || wrong "walker did not print the words of the list, a line each: ${words[*]}"
    exits 0
}

@test "walker prints a list that fills the segment, and one without words" {
    needs "$WALKS"
    words_draw 255
    mapfile -t places < <(shuf -i 2-255 | awk '{ print 16 * $1 }')
    nodes_make 0
    FIRST_LINK=16 list_open "${nodes[@]}"
    run_program walker "$SEG_PATH"
    prints_words || wrong "The segment holds a list of 255 words, which is right. walker did not print them all in order."
    exits 0
    words=()
    FIRST_LINK=0 list_open
    run_program walker "$SEG_PATH"
    [[ ! -s $OUT ]] || wrong "The list has no word, and walker printed something."
    exits 0
}

# A list of 4 whose last link is LINK.
broken_run() # LINK [NODE...]
{
    words_draw 4
    places_draw 3
    nodes_make "$1"
    shift
    FIRST_LINK=16 list_open "${nodes[@]}" "$@"
    MAY_CRASH=1 run_program walker "$SEG_PATH"
}

refused_not() # LINK
{
    ((${#1} < 19)) || mistake wraps-around \
        "A node's link is $1. walker took it for a small offset (${CRASHED:-status $STATUS}): a sum that passes 2^64 begins at 0 again, and with a sign this number is negative. Compare without adding: link > SIZE - 16."
    mistake no-bounds "A node's link is $1, in a segment of 4096 bytes. walker followed it, and ended with ${ENDED:-no status}."
}

@test "walker refuses a link that leads out of the segment" {
    local link decoy
    needs "$WALKS"
    fresh_word 7 && decoy=$WORD
    # so far that it is no address at all; right behind the segment; near 2^64; with a lower half that leads to a word
    for link in $(((1 << 44) + 1024)) $SIZE 18446744073709551600 18446744073709551592 9223372036854776320 $(((7 << 32) + 256)); do
        broken_run "$link" "256:0:$decoy"
        ! grep -qxF "$decoy" "$OUT" || mistake half-read \
            "A node's link is $link, far out of the segment. walker took only its lower 4 bytes, 256, and printed the word there. A link has 8 bytes: read a uint64_t."
        [[ ! $CRASHED && $STATUS != 0 ]] || refused_not "$link"
        fails_well
    done
    broken_run $((SIZE - 8)) "$((SIZE - 8)):0"
    [[ ! $CRASHED && $STATUS != 0 ]] || mistake half-out \
        "A node's link is $((SIZE - 8)): only the first 8 of its 16 bytes are in the segment. walker accepted it (${CRASHED:-status $STATUS})."
    fails_well
    broken_run 8 8:0
    ((STATUS == 1)) || wrong "A node's link is 8, which is inside the head. walker accepted it (${CRASHED:-status $STATUS}); expected: status 1."
}

@test "walker refuses an endless list" {
    local back
    needs "$WALKS"
    for back in 16 last; do
        words_draw 4
        places_draw 3
        [[ $back != last ]] || back=${places[2]}
        nodes_make "$back"
        FIRST_LINK=16 list_open "${nodes[@]}"
        MAY_CRASH=1 run_program walker "$SEG_PATH"
        [[ ! $HUNG && ! $FLOODED ]] || mistake no-loop-guard \
            "The list's 4th node leads back to offset $back. walker followed the loop until it was stopped. More nodes than fit into the segment are too many."
        end_judge walker
        fails_well
    done
}
