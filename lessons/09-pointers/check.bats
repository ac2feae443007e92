#!/usr/bin/env bats
# 09: do the links that the builder wrote lead through its list, and does the walker follow lists that the check wrote?
# shellcheck disable=SC2153,SC2030,SC2031 # check.bash sets STATUS; each test has its own words
load "$LAB/check"

BUILDS="builder writes into the segment, waits for Enter, and removes it"
LINKS="the links are offsets, and lead through all words in order"
WALKS="walker follows offsets, wherever the nodes are"
readonly SIZE=4096

# COUNT fresh words of 3 to 7 characters in the array words; the second one fills its 8 bytes, the third has %%
words_draw()
{
    words=()
    while ((${#words[@]} < $1)); do
        fresh_number 3 7
        ((${#words[@]} != 1)) || NUMBER=7
        fresh_word "$NUMBER"
        ((${#words[@]} != 2)) || WORD=${WORD:0:1}%%${WORD:3}
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
    # where builder has it: see proc(5)
    awk -v id="$SEG_ID" '$5 == id && /SYSV/ { sub(/-.*/, ""); print; exit }' "/proc/$PROGRAM/maps" >"$KEEP/$name.base"
    send_line ''
    finish_program
    exits 0
}

# How the links of KEEP/NAME must be read so that they lead through the words, a line for each way that fits: see the
# verdicts below. And address, base, text: what has addresses in it.
ways() # NAME WORD...
{
    perl -e '
        my ($name, @words) = @ARGV;
        my $read = sub { local $/; open my $in, "<:raw", shift or return ""; <$in> // "" };
        my ($all, $old, $base) = map { $read->($_) } $name, "$name.before", "$name.base";
        $base = hex $base =~ s/\s//r;
        my $quad = sub { my $at = $_[0]; $at >= 0 && $at + 8 <= length $all ? unpack "Q<", substr $all, $at, 8 : -1 };
        my $was = sub { unpack "Q<", substr $old, $_[0], 8 };
        # the sixth byte of an address of user space, on x86-64 and on arm64; no letter of a word is one of these
        my %sixth = map { $_ => 1 } 0x55, 0x56, 0x7e, 0x7f, 0xaa, 0xab, 0xfe, 0xff;
        my $address = sub {
            my $n = $quad->($_[0]);
            $sixth{$n >> 40} || $base && $n >= $base && $n < $base + length $all;
        };
        # Follows the links through the list, and returns the last one and where it stands; nothing if it does not lead
        # through. place: the offset of a node for a link and where that stands. In a node the link is at $link_at, and
        # the word at $word_at; ends: what follows its letters; start: where the first link is.
        my ($link_at, $word_at, $ends, $start) = (0, 8, "\0", 0);
        my $leads = sub {
            my ($place, @list) = @_;
            my $link = $start;
            for my $want (@list) {
                my $at = $place->($quad->($link), $link);
                return if $at < 8 || $at > length($all) - 16;
                return if substr($all, $at + $word_at, length "$want$ends") ne "$want$ends";
                $link = $at + $link_at;
            }
            return ($quad->($link), $link);
        };
        my $say = sub { print "$_[0]\n" if defined $_[1] };
        my $plain = sub { $_[0] };
        my ($end, $where) = $leads->($plain, @words);
        if (defined $end) {
            print $end == 0 ? "offset" : $end == $was->($where) ? "end-old" : $end == 0xffffffffffffffff ? "end-minus"
                : $end >= 16 && $end <= $where ? "end-back" : $end > $where && $end <= length $all ? "end-on=$end"
                : $end == $was->($where) >> 32 << 32 ? "half" : "end-other", "\n";
        }
        my $only = sub { my ($end) = $leads->($plain, @_[1 .. $#_]); print "$_[0]\n" if defined $end && $end == 0 };
        $only->("first=$_", @words[0 .. $_ - 1]) for 1 .. $#words;
        $only->("without-first", @words[1 .. $#words]) if @words > 1;
        $only->("last-only", $words[-1]) if @words > 1;
        $say->("reversed", $leads->($plain, reverse @words));
        $say->("half", $leads->(sub { $_[0] >> 32 == $was->($_[1]) >> 32 ? $_[0] & 0xffffffff : -1 }, @words));
        $say->("behind-head", $leads->(sub { $_[0] + 16 }, @words));
        $say->("eight-less", $leads->(sub { $_[0] + 8 }, @words));
        $say->("eight-a-node", $leads->(sub { 2 * $_[0] - 16 }, @words));
        $say->("one-further", $leads->(sub { $_[0] - 16 }, @words));
        $say->("index-0", $leads->(sub { $_[0] < 256 ? 16 + 16 * $_[0] : -1 }, @words));
        $say->("index-1", $leads->(sub { $_[0] < 256 ? 16 * $_[0] : -1 }, @words));
        $say->("from-link", $leads->(sub { $_[0] + $_[1] }, @words));
        $say->("digits", $leads->(sub { substr($all, $_[1], 8) =~ /^(\d+)/ ? $1 : -1 }, @words));
        $start = 8;
        $say->("first-at-8", $leads->($plain, @words));
        ($start, $link_at, $word_at) = (0, 0, 4);
        $say->("four-bytes", $leads->(sub { $_[0] & 0xffffffff }, @words));
        ($link_at, $word_at) = (8, 0);
        $say->("swapped", $leads->($plain, @words));
        ($link_at, $word_at) = (0, 16);
        $say->("grown", $leads->($plain, @words));
        ($word_at, $ends) = (8, "");
        $say->("no-nul", $leads->($plain, @words));
        print "address\n" if $address->(0);
        print "base\n" if grep { $address->(8 * $_) } 0 .. length($all) / 8 - 1;
        print "first-old\n" if $quad->(0) == $was->(0);
        my $fits = sub { $_[0] >= 16 && $_[0] <= length($all) - 16 };
        my $at = $quad->(0);
        print "text\n" if $fits->($at) && $address->($at + 8);
        print "self\n" if $fits->($at) && $quad->($at) == $at;
        # through how many right words the links lead, and to where then; if to the end: which word is another one
        my $word = sub { unpack "Z8", substr $all, $_[0] + 8, 8 };
        my ($n, $link) = (0, $at);
        ($n, $link) = ($n + 1, $quad->($link)) while $n < @words && $fits->($link) && $word->($link) eq $words[$n];
        print "stops=$n:$link\n";
        my @found;
        ($at, @found) = ($quad->($at), @found, $word->($at)) while $fits->($at) && @found <= @words;
        print "other-word=", $n + 1, ":", $found[$n] =~ s/[^ -~]/?/gr, "\n" if $at == 0 && @found == @words && $n < @words;
    ' "$KEEP/$1" "${@:2}"
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

way() { grep -qx "$1" "$T/ways"; }

# Why the links do not lead through the words, by what an address, the end, an offset or a node is in the segment.
named_by_address()
{
    ! way address || mistake raw-pointers \
        "At offset 0, where the first link belongs, is an address in builder's own memory. In another process the segment is somewhere else."
    ! way text || mistake text-pointer \
        "The first node holds an address where its word belongs. That is builder's own memory: walker cannot see it. Copy the characters."
}

named_by_end()
{
    local all="The links lead through all ${#words[@]} words. But the link of the last node" count why="Does its loop stop too early?"
    ! way end-old || mistake end-not-set "$all holds old bytes: it must be 0, the end."
    ! way end-minus || mistake end-is-minus-1 "$all is -1, which is not the end. It must be 0."
    ! way end-back || mistake circular "$all leads back to a node, so the list never ends. It must be 0, the end."
    ! grep -q '^end-on=' "$T/ways" || mistake end-leads-on \
        "$all is $(sed -n 's/^end-on=//p' "$T/ways"): it leads on, to a node that is not in the list. It must be 0, the end."
    ! way end-other || wrong "$all is not 0, the end."
    count=$(sed -n 's/^first=//p' "$T/ways" | tail -n 1)
    # a shorter list was right
    ((${#words[@]} < 255)) || why="A shorter list was right: is an offset kept in a type that is too small, or is there a limit?"
    [[ ! $count ]] || mistake word-missing \
        "builder was given ${#words[@]} words, and the list ends after $count. $why"
    ! way last-only || mistake first-is-last \
        "The link at offset 0 leads to the last word, ${words[-1]}, and no link to the others. Is it written again in each round of a loop?"
    ! way without-first || mistake word-missing \
        "The list has all words but the first, ${words[0]}. Does a loop begin with 1?"
    ! way reversed || mistake reversed \
        "The words are in the list from the last to the first. A node that is put at the front comes before all others."
}

named_by_offsets()
{
    local i numbers
    ! way half || mistake half-written \
        "The lower 4 bytes of a link are right, and its upper 4 are old ones. A link has 8 bytes: write a uint64_t."
    ! way from-link || mistake offset-from-node \
        "Each link is a distance from one link to the next. Count from the start of the segment, and subtract what the pointers hold, not their own addresses (&node)."
    ! way first-at-8 || mistake head-changed \
        "The first link is at offset 8. It belongs at 0, and the 8 bytes after it are not used."
    ! way first-old || mistake first-not-set \
        "The 8 bytes at offset 0 are the old ones. The first link belongs there: without it nobody finds the list."
    ! way self || mistake links-to-itself \
        "The first node's link is its own offset. A link leads to the node that follows."
    ! way eight-less || mistake head-too-small \
        "Each link is 8 too small: it leads to 8 bytes before its node. The head has 16 bytes, and sizeof of a pointer is 8."
    ! way eight-a-node || mistake node-of-8 \
        "The links are 16, 24, 32: each node was counted as 8 bytes. It has 16. Is it sizeof of a pointer, or of the word alone?"
    ! way behind-head || mistake behind-head \
        "The offsets count from the end of the head, so the first node has offset 0. But 0 is the end. Count from the start of the segment."
    ! way one-further || mistake one-node-further \
        "Each link is 16 too large: it leads to the node behind the right one. Was the head, or a node, added twice?"
    for i in 0 1; do
        numbers="$i, $((i + 1)), $((i + 2))"
        ! way "index-$i" || mistake index-stored \
            "The links are the numbers of the nodes: $numbers. They must be bytes: 16, 32, 48. The difference of two node pointers is a number of nodes; that of two char pointers is bytes."
    done
    ! way digits || mistake number-as-text \
        "The links are texts: the digits of a number, with a NUL. A link is the number itself, in 8 bytes: assign it."
}

named_by_nodes()
{
    ! way swapped || mistake fields-swapped \
        "In each node the word comes first, and then the link. A node begins with its link; the word follows at 8."
    ! way four-bytes || mistake four-byte-links \
        "In each node the word is at 4, right behind a link of 4 bytes. A link has 8 bytes, a uint64_t, and the word is at 8."
    ! way grown || mistake node-grown \
        "In each node the word is at 16. A node has 16 bytes and nothing else: the link, and at 8 the word."
    ! way no-nul || mistake word-without-nul \
        "The characters of the words are there, but a NUL is missing after ${words[1]} at least. Old bytes follow there. Copy the NUL, too."
}

@test "the links are offsets, and lead through all words in order" {
    local other count at
    needs "$BUILDS"
    mapfile -t words <"$KEEP/words"
    ways list "${words[@]}" >"$T/ways"
    if way offset; then
        words_draw 255
        builder_run full "${words[@]}"
        ways full "${words[@]}" >"$T/ways"
        ! way offset || return 0
        rows_show "$KEEP/full"
    else
        rows_show "$KEEP/list"
    fi
    named_by_address
    named_by_end
    named_by_offsets
    named_by_nodes
    other=$(sed -n 's/^other-word=//p' "$T/ways")
    [[ ! $other ]] || mistake other-word \
        "The links are right, but word ${other%%:*} is \"${other#*:}\"; expected \"${words[${other%%:*} - 1]}\". A word has up to 7 letters, and its NUL."
    at=$(sed -n 's/^stops=//p' "$T/ways")
    count=${at%:*} at=${at#*:}
    ((count == 0 || at != SIZE)) || mistake past-the-end \
        "The node of word $((count + 1)) is at $SIZE, past the end of the segment. ${#words[@]} nodes fit, if the first is at 16."
    wrong "Begin with the link at offset 0, and follow the offsets: after $count of ${#words[@]} words they lead to $at, and ${words[count]} is not there."
}

@test "a list without words has 0 as its first link" {
    needs "$LINKS"
    builder_run none
    ! cmp -s -n 8 "$KEEP/none" "$KEEP/none.before" || mistake end-not-set \
        "builder was called without words, and the link at offset 0 holds old bytes. It must be 0, the end."
    cmp -s -n 8 "$KEEP/none" /dev/zero || mistake empty-not-ended \
        "builder was called without words, and the link at offset 0 is not 0. The list ends there: no node follows."
}

@test "there is no address in the segment" {
    needs "$LINKS"
    mapfile -t words <"$KEEP/words"
    ! ways list "${words[@]}" | grep -qx base && return
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
            my ($at, $next, $word) = split /:/, $_, -1;
            seek $out, $at, 0;
            print $out pack "Q<", $next;
            print $out pack "a8", $word if defined $word;
        }
        close $out or die;
    ' "$T/list" "$FIRST_LINK" "$@"
    segment_open "$SIZE" 0600 "$T/list"
}

# COUNT offsets at random places in the array places, with room for a second node behind each. The first is no multiple
# of 16, and the second is before it.
places_draw()
{
    local slot first
    places=()
    for slot in $(shuf -i 0-73 -n "$1"); do places+=($((512 + 48 * slot + 8 * (RANDOM % 2)))); done
    if ((places[0] < places[1])); then
        first=${places[0]} places[0]=${places[1]} places[1]=$first
    fi
    places[0]=$((places[0] / 16 * 16 + 8))
}

# Nodes in the array nodes: one at START, or 16, then at the places; the words from the array words; LAST is the last one's link.
nodes_make() # LAST
{
    local i at=${START:-16}
    nodes=()
    for ((i = 0; i < ${#words[@]}; i++)); do
        nodes+=("$at:${places[i]-$1}:${words[i]}")
        at=${places[i]-0}
    done
}

# Runs walker on the list of the words, at the places; more nodes may stand elsewhere.
walk() # LAST [NODE...]
{
    nodes_make "$1"
    FIRST_LINK=${FIRST_LINK:-${START:-16}} list_open "${nodes[@]}" "${@:2}"
    MAY_CRASH=1 run_program walker "$SEG_PATH"
}

prints_words()
{
    printf '%s\n' "${words[@]}" | cmp -s - "$OUT"
}

begins_with_words() { head -n "${#words[@]}" "$OUT" | cmp -s - <(printf '%s\n' "${words[@]}"); }

walks_well()
{
    walk 0
    prints_words && [[ ! $CRASHED ]] && ((STATUS == 0))
}

# walker did not print the words of a good list: why not? It runs again with lists of another kind.
misprint_named()
{
    local expected count next first=("${places[@]}")
    expected=$(printf '%s\n' "${words[@]}")
    [[ $(<"$OUT") != "${expected//%%/%}" ]] || mistake text-as-format \
        "Of the word ${words[2]} a % is missing: the word was used as a format. Use the format \"%s\\n\", and the word as its argument."
    [[ $(<"$OUT") != "$expected" ]] || mistake not-a-line-each \
        "walker printed all words, but after the last one the newline is missing: each word is a line."
    [[ $(tr -s '[:space:]' '\n' <"$OUT") != "$expected" ]] || mistake not-a-line-each \
        "walker printed all words, but not a line each: each word needs its own line, and nothing else in it."
    [[ $(grep -oE "$(IFS='|' && echo "${words[*]}")" "$OUT") != "$expected" ]] || mistake more-than-words \
        "walker printed more than the words: \"$(diff <(echo "$expected") "$OUT" | sed -n 's/^> //p' | head -n 1)\". A line has one word, and nothing else."
    [[ $(tac "$OUT") != "$expected" ]] || mistake prints-reversed \
        "walker printed the last word first. Print each word before you follow its node's link."
    [[ $(<"$OUT") != "$(head -n -1 <<<"$expected")" ]] || mistake last-word-missing \
        "walker printed all words but the last, ${words[-1]}. The link 0 means that no node follows; its own node is in the list."
    [[ $(<"$OUT") != "$(tail -n +2 <<<"$expected")" ]] || mistake first-word-missing \
        "walker printed all words but the first, ${words[0]}. Print a node's word before you go on to the next node."
    [[ $(says) != "$expected" ]] || mistake words-on-stderr \
        "walker printed the words on standard error. Results belong on standard output: printf."
    mapfile -t places < <(printf '%s\n' "${first[@]}" | awk '{ print $1 - $1 % 16 }')
    ! again walks_well || mistake only-multiples \
        "walker prints a list whose offsets are multiples of 16, but not this one, with a node at ${first[0]}. A node can be at any offset from 16 on."
    mapfile -t places < <(printf '%s\n' "${first[@]}" | sort -n)
    ! again walks_well || mistake only-forward \
        "walker prints a list whose links lead forward, but not this one: from ${first[0]} a link leads back to ${first[1]}, where no node was yet. That is allowed."
    ! again same_again || mistake hard-coded \
        "walker prints the same words, whatever the list holds. Print what is in the segment."
    places=("${first[@]}")
    count=$(wc -l <"$OUT")
    if ((STATUS == 1)) && printf '%s\n' "${words[@]:0:count}" | cmp -s -n "$(wc -c <"$OUT")" - "$OUT"; then
        next=(16 "${places[@]}")
        mistake refuses-good-link \
            "walker printed $count of the ${#words[@]} words, and took the list for broken (status 1). The next link is ${next[count]}, which is right: a node can be at any offset from 16 to 4080. The head's unused bytes may hold anything."
    fi
}

# Does what it printed stand in its own file, and does it print the same of another list?
same_again()
{
    local line
    line=$(LC_ALL=C grep -a -m 1 -xE '[a-zA-Z ]{3,}' "$T/first") || return 1
    grep -qaF -- "$line" "$LAB_BUILD/walker" || return 1
    words_draw 6
    walk 0
    cmp -s "$T/first" "$OUT"
}

# Did walker change the segment?
changes_list()
{
    segment_bytes "$T/now"
    ! cmp -s "$BEFORE" "$T/now"
}

changes_if_writable()
{
    witness
    WITNESS_WRITABLE=1 walk 0
    changes_list
}

@test "walker follows offsets, wherever the nodes are" {
    local decoy decoys=() first second
    needs "$LINKS"
    words_draw 6
    places_draw 5
    # where somebody comes who counts in another way, a word stands that tells it
    for decoy in 32 64 128 256 272 $((16 + places[0])); do decoys+=("$decoy:0:at$decoy"); done
    walk 0 "${decoys[@]}"
    if changes_list || { [[ $CRASHED ]] && (again changes_if_writable); }; then
        mistake walker-writes \
            "walker writes into the segment${CRASHED:+, and was ended by $CRASHED}. It only reads: others read the same list. Keep your notes in memory of your own."
    fi
    [[ ! $CRASHED ]] || mistake link-as-address \
        "walker was ended by $CRASHED on a list whose first link is 16. Did it use 16 as an address, or add the address of the segment twice?"
    if [[ $FLOODED || $HUNG ]] && begins_with_words; then
        mistake passes-the-end \
            "walker printed all ${#words[@]} words, and then went on. The last link is 0, the end: compare the offset with 0, not the pointer."
    fi
    (($(wc -l <"$OUT") < 2)) || [[ $(head -n 1000 "$OUT" | sort -u) != "${words[0]}" ]] || mistake stays-at-first \
        "walker printed the first word, ${words[0]}, again and again. After each word, the link of its node is the next offset."
    end_judge walker
    { read -r first && read -r second; } <"$OUT" || true
    case $first in
        at32) mistake adds-head "The link 16 led walker to offset 32: the 16 bytes of the head were added to it. The offset counts from the start of the segment." ;;
        at64 | at128 | at256 | at272)
            mistake scaled-steps "The link 16 led walker to offset ${first#at}. + on a pointer steps as many bytes as its element has. Add to a char pointer, then cast."
            ;;
    esac
    case $second in
        at32) mistake takes-the-next "The first node's link is ${places[0]}, but walker went on at 32, right after that node. Follow the link." ;;
        at[0-9]*) mistake counts-from-node "The first node is at 16, and its link is ${places[0]}. walker went to ${second#at}: it counts from the node. All offsets count from the start of the segment." ;;
    esac
    cp "$OUT" "$T/first"
    prints_words || misprint_named
    prints_words || wrong "walker did not print the words of the list, a line each: ${words[*]}"
    ((STATUS != 1)) || mistake good-is-broken \
        "walker printed all words, and then took the list for broken (status 1). list_print returns 0 for a list that is right."
    exits 0
}

# walker printed only some of the words of a full list: which was the first that is missing?
stop_named()
{
    local count
    [[ ! $CRASHED ]] || mistake array-too-small \
        "The list has ${#words[@]} words, and walker was ended by $CRASHED; with 6 words it was not. There is room for ${#words[@]} nodes: is there in an array of yours?"
    count=$(wc -l <"$OUT")
    [[ $(head -n 1 "$OUT") == "${words[0]}" ]] || mistake first-ignored \
        "The first link is $((SIZE - 32)). walker did not begin with the node there: follow the link at offset 0."
    ((count < ${#words[@]})) || return 0
    printf '%s\n' "${words[@]:0:count}" | cmp -s - "$OUT" || return 0
    ((count != 1)) || mistake refuses-last-place \
        "walker did not follow a link to offset ${places[0]}. A whole node fits there: ${places[0]} + 16 is $SIZE, the segment's end."
    [[ ${words[count]} ]] || mistake stops-at-empty-word \
        "Word $((count + 1)) of the list is empty, and walker stopped there. The list ends at the link 0; print an empty line for an empty word."
    [[ " ${words[*]:0:count} " != *" ${words[count]} "* ]] || mistake same-word-is-loop \
        "Word $((count + 1)) of the list stood in another node before, and walker stopped there. Two nodes may hold the same word; a loop leads to the same node."
    mistake too-few-nodes \
        "The list has ${#words[@]} words, and walker stopped after $count. There is room for ${#words[@]} nodes: only more than that are too many."
}

@test "walker prints a list that fills the segment, and one without words" {
    needs "$WALKS"
    words_draw 255
    words[150]=
    words[200]=${words[100]}
    # it does not begin at 16, and the last place is the second
    mapfile -t places < <(echo $((SIZE - 16)) && shuf -i 1-253 | awk '{ print 16 * $1 }')
    START=$((SIZE - 32)) walk 0
    prints_words || stop_named
    prints_words || wrong "The segment holds a list of 255 words, which is right. walker did not print them all in order."
    end_judge walker
    ((STATUS == 0)) || mistake full-is-broken \
        "walker printed all ${#words[@]} words of a list that is right, and its exit status is $STATUS; expected: 0. Only more nodes than that are too many."
    words=()
    FIRST_LINK=0 walk 0
    end_judge walker
    [[ ! -s $OUT ]] || wrong "The list has no word, and walker printed \"$(head -n 1 "$OUT")\"."
    ((STATUS == 0)) || mistake empty-is-broken \
        "The first link is 0: a list without words, which is right. walker's exit status is $STATUS; expected: 0."
}

# A list of 4 whose last link is LINK.
broken_run() # LINK [NODE...]
{
    words_draw 4
    places_draw 3
    walk "$@"
}

# What does walker say on standard error, but for the line that it prints each time?
says() { grep -v '^Attached at' "$ERR"; }

# More words than the list has: a message is none.
printed_more()
{
    (($(wc -l <"$OUT") > ${#words[@]})) && ! tail -n "+$((${#words[@]} + 1))" "$OUT" | grep -qaE '[[:alpha:]]{4}'
}

# Did walker not find the list broken, or only after it had printed a word too many?
accepted()
{
    [[ $CRASHED ]] || ((STATUS == 0)) || { printed_more && says >"$T/said"; }
}

# walker ended, as the list is broken: as fails_well judges it.
says_broken()
{
    says >"$T/said" || true
    local ERR=$T/said
    fails_well
}

# walker accepted a link out of the segment.
refused_not() # LINK
{
    [[ $CRASHED != SIGABRT ]] || mistake aborts \
        "A node's link is $1. walker did not follow it, but ended itself with SIGABRT, as assert and abort do. Say on standard error that the list is broken, and end with 1."
    if [[ ! $CRASHED ]] && ! printed_more; then
        ! says >"$T/said" || return 0
        mistake broken-is-end \
            "A node's link is $1, and no node fits there. walker ended as if that were the end of the list, with status 0. Say on standard error that it is broken, and end with 1."
    fi
    ((${#1} < 19)) || mistake wraps-around \
        "A node's link is $1. walker took it for a small offset (${CRASHED:-status $STATUS}): a sum that passes 2^64 begins at 0 again, and with a sign this number is negative. Compare without adding: link > SIZE - 16."
    mistake no-bounds "A node's link is $1, in a segment of 4096 bytes. walker followed it, and ended with ${ENDED:-no status}."
}

@test "walker refuses a link that leads out of the segment" {
    local link decoy
    needs "$WALKS"
    fresh_word 7 && decoy=$WORD
    # so far that it is no address at all; right behind the segment; near 2^64; with a lower half that leads to a word
    for link in $(((1 << 44) + 256)) $SIZE 18446744073709551600 18446744073709551592 9223372036854776320 $(((7 << 32) + 256)); do
        broken_run "$link" "256:0:$decoy"
        ! grep -qxF "$decoy" "$OUT" || mistake half-read \
            "A node's link is $link, far out of the segment. walker took only its lower bytes, 256, and printed the word there. A link has 8 bytes: read a uint64_t."
        ! accepted || refused_not "$link"
        says_broken
    done
    for link in $((SIZE - 8)) $((SIZE - 12)); do
        broken_run "$link" "$link:0"
        ! accepted || mistake half-out \
            "A node's link is $link: only the first $((SIZE - link)) of its 16 bytes are in the segment. walker accepted it (${CRASHED:-status $STATUS})."
        says_broken
    done
    broken_run 8 8:0
    ! accepted || mistake node-in-the-head \
        "A node's link is 8, which is inside the head. walker accepted it (${CRASHED:-status $STATUS}). The first place for a node is 16."
    says_broken
    link=$(((1 << 44) + 1024))
    FIRST_LINK=$link broken_run 0
    ! prints_words || mistake first-ignored \
        "The first link is $link, which is out of the segment. walker printed the list that begins at 16 all the same: follow the link at offset 0."
    ! accepted || mistake first-not-checked \
        "The first link is $link, which is out of the segment. walker followed it (${CRASHED:-status $STATUS}), but refuses such a link in a node. Check the first link, too."
    says_broken
}

@test "walker refuses an endless list" {
    local back
    needs "$WALKS"
    for back in 16 middle last; do
        words_draw 4
        places_draw 3
        case $back in
            middle) back=${places[0]} ;;
            last) back=${places[2]} ;;
        esac
        walk "$back"
        [[ ! $HUNG && ! $FLOODED ]] || mistake no-loop-guard \
            "The list's 4th node leads back to offset $back. walker followed the loop until it was stopped. More nodes than fit into the segment are too many."
        end_judge walker
        if ((STATUS == 0)) && ! says >"$T/said"; then
            mistake broken-is-end \
                "The list's 4th node leads back to offset $back. walker stopped as if the list were right, with status 0. Say on standard error that it is broken, and end with 1."
        fi
        says_broken
    done
}
