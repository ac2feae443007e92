# helper: functions for the tests of the programs. Loaded by `load helper`.
#
# Each test has its own folder ($T), key ($KEY), name in /dev/shm ($POSIX) and list of processes; place_close ends and
# removes all of them, even after a failure. Nothing else is touched, so two runs side by side don't disturb each other.

BIN=${BUILD_BIN:-$BATS_TEST_DIRNAME/../../build/dev/bin}
NOBODY=65534
# The message in memory, with perl's own alignment: x![i] goes to the next place for an int.
NATURAL='Z19 x![i] i a x![i] i a a x![d] d Z8'
PACKED='Z19 i a i a a d Z8'

place_open()
{
    T=$(mktemp -d /tmp/shmlab-test.XXXXXX)
    chmod 755 "$T"
    export XDG_CONFIG_HOME=$T/config-home # not that of the user who runs the tests
    PIDS=()
    POSIX=shmlab-${T##*.}-$$ # a name in /dev/shm, if a test needs one
    until KEY=$(printf '0x5d%06x' $((RANDOM << 9 ^ RANDOM))) && [[ -z $(id_of_key) ]]; do :; done
    mkfifo "$T/never" # `<>"$T/never"`: an input from which nothing ever comes
}

# The same for tests of the viewer.
view_open()
{
    place_open
    export LC_ALL=C.UTF-8
    unset NO_COLOR
}

# Is it a process of this test? After one has ended, its pid can be another's.
of_this_test() # PID
{
    grep -qszxF "XDG_CONFIG_HOME=$XDG_CONFIG_HOME" "/proc/$1/environ" || grep -qsx "PPid:[[:space:]]*$$" "/proc/$1/status"
}

place_close()
{
    local pid id
    for pid in "${PIDS[@]}"; do
        ! of_this_test "$pid" || kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    for id in $(id_of_key) $(cat "$T"/ids 2>/dev/null); do
        ipcrm -m "$id" 2>/dev/null || true
    done
    rm -rf "$T"
    [[ -z ${POSIX-} ]] || rm -f "/dev/shm/$POSIX"*
}

# The id of the segment with $KEY (or the given key), from the kernel's list; nothing if there is none.
id_of_key()
{
    awk -v key=$((${1:-$KEY})) 'NR > 1 { k = $1 < 0 ? $1 + 4294967296 : $1; if (k == key) print $2 }' /proc/sysvipc/shm
}

# ftok_of FILE PROJ: the key that ftok makes.
ftok_of()
{
    perl -e 'my ($dev, $ino) = stat $ARGV[0]; printf "0x%08x", $ARGV[1] << 24 | ($dev & 255) << 16 | $ino & 65535' "$@"
}

# One column of /proc/sysvipc/shm for the segment $1: perms size cpid nattch uid.
shm_column()
{
    local -A columns=([perms]=3 [size]=4 [cpid]=5 [nattch]=7 [uid]=8)
    awk -v id="$1" -v column="${columns[$2]}" '$2 == id { print $column }' /proc/sysvipc/shm
}

# await COMMAND...: until it succeeds, at most a minute: on a busy machine valgrind takes half of that to start.
await()
{
    local until=$((SECONDS + 60))
    until "$@"; do
        if ((SECONDS > until)); then
            printf 'waited in vain for: %s\n' "$*" >&2
            tail -n 20 "$T/out" "$T/err" >&2 2>/dev/null
            return 1
        fi
        sleep 0.01
    done
}

says()
{
    grep -qF -- "$2" "$1"
}

# serve ARGUMENT...: starts a server with $KEY, its output in $T/out and $T/err, and waits until it waits. SERVER: its
# pid.
serve()
{
    serve_until 'Ctrl-C' "$@"
}

# serve_until TEXT ARGUMENT...: the same, until it has printed TEXT.
serve_until()
{
    local text=$1
    shift
    : >"$T/out"
    # <&0: else a background job reads /dev/null
    "${SERVE:-$BIN/shm-server}" --key "$KEY" "$@" <&0 >"$T/out" 2>"$T/err" 3>&- &
    SERVER=$!
    PIDS+=("$SERVER")
    await says "$T/out" "$text"
    ID=$(id_of_key)
}

# gdb_run ARGUMENT...: gdb, for at most 90 seconds: if it takes longer, the test fails with a message.
gdb_run()
{
    local status=0
    timeout -k 5 90 gdb "$@" || status=$?
    ((status != 124)) || echo "gdb_run: gdb was ended after 90 seconds: a breakpoint or a watchpoint did not stop the program"
    return "$status"
}

# true if the process $1 has ended, even if it is still a zombie.
ended()
{
    [[ ! -e /proc/$1/status ]] || grep -q '^State:.*[ZX]' "/proc/$1/status"
}

# stop SIGNAL: ends the server; its exit status goes to STATUS.
stop()
{
    STATUS=0
    kill -"$1" "$SERVER"
    await ended "$SERVER"
    wait "$SERVER" || STATUS=$?
}

# foreign SIZE [MODE]: a segment made by another program, which has ended. ID: its id.
foreign()
{
    ID=$(perl -e 'my ($key, $size, $mode) = @ARGV; my ($create, $exclusive) = (01000, 02000);
        print shmget(oct $key, $size, $create | $exclusive | oct $mode) // die "shmget: $!"' "$KEY" "$1" "${2:-0600}")
    echo "$ID" >>"$T/ids"
}

# fill ID TEMPLATE VALUE...: writes the values, packed by perl, at the start of the segment.
fill()
{
    perl -e 'my ($id, $template, @values) = @ARGV; my $bytes = pack $template, @values;
        shmwrite($id, $bytes, 0, length $bytes) or die "shmwrite: $!"' "$@"
}

# All bytes of the segment $1, in hex, read by another program.
bytes_of()
{
    perl -e 'my ($id, $size) = @ARGV; my $bytes; shmread($id, $bytes, 0, $size) or die "shmread: $!";
        print unpack "H*", $bytes' "$1" "$(shm_column "$1" size)"
}

# What IPC_STAT returns, with all times, and all bytes: to compare before and after.
photo_of()
{
    ipcs -m -i "$1"
    bytes_of "$1"
}

# The message read by perl with a template: 22, / and so on, each value on a line.
values_of()
{
    perl -e 'my ($id, $template) = @ARGV; my $bytes; shmread($id, $bytes, 0, 1024) or die "shmread: $!";
        print join("\n", unpack $template, $bytes), "\n"' "$1" "$2"
}

# json EXPRESSION FILE: the value of a perl expression; $j is the document, read by perl.
json()
{
    perl -MJSON::PP -e 'my ($expression, $file) = @ARGV; local $/; open my $in, "<", $file or die;
        our $j = decode_json(<$in>); my $sorted = JSON::PP->new->canonical;
        print join(" ", map { ref ? $sorted->encode($_) : $_ } eval $expression), "\n"; die $@ if $@' "$1" "$2"
}

# harmless FILE: it has no control characters; with a second argument, escapes for colour and attributes are allowed.
harmless()
{
    perl -e 'my ($file, $ansi) = @ARGV; local $/; open my $in, "<:raw", $file or die; my $text = <$in>;
        $text =~ s/\e\[[0-9;]*m//g if $ansi;
        utf8::decode($text) or die "no UTF-8";
        die sprintf "U+%04X comes out", ord $1
            if $text =~ /([\x00-\x09\x0b-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{202a}-\x{202e}])/;
        ' "$@"
}

# hold [COMMAND...]: a process that has the segment attached, run by COMMAND if it is given. HOLDER: its pid. CALLED:
# the name that it gives itself.
hold()
{
    : >"$T/held"
    "$@" "${HOLD:-$BIN/holder}" "$ID" ${CALLED:+"$CALLED"} >"$T/held" 3>&- &
    HOLDER=$!
    PIDS+=("$HOLDER")
    await says "$T/held" attached
}

# share [COUNT]: a process that maps the POSIX object $POSIX, a memfd "ring" (COUNT of them) and a deleted file of $T.
# MAPPER: its pid.
share()
{
    "$BIN/mapper" "$POSIX" "$T/deleted" "$@" >"$T/mapper" 3>&- &
    MAPPER=$!
    PIDS+=("$MAPPER")
    await says "$T/mapper" mapped
}

# The message in the file message.bin and its layout in the file layout: the same on every machine.
message_file()
{
    perl -e 'print pack("Z19 x i a x3 i a a x6 d Z8", "PI is defined as: ", 22, "/", 7, "=", "=", 22 / 7, "goodbye"),
        "\0" x 968' >"$T/message.bin"
    printf '%s\n' 'shmlab layout 1' 'struct message {' 'char[19] intro' 'int num' 'char slash' 'int den' 'char eq1' \
        'char eq2' 'double ratio' 'char[8] farewell' '}' >"$T/layout"
}

# recording FILE [PERL]: a recording, made after docs/recording-format.md, not by our writer: num is 21 at first, 22 at
# 1 s, 23 at 2.5 s; it ends at 4 s. PERL may change @blocks (kind, us, payload) before they are written, or $head;
# change(us since the change before, offset => bytes, ...) is one change for a payload.
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
        sub number { my ($n, $all) = (shift, ""); do { $all .= chr($n & 127 | ($n > 127 ? 128 : 0)); $n >>= 7 } while $n; $all }
        sub change { my ($us, @runs, $end, $all) = @_; $end = 0; $all = number($us) . number(@runs / 2);
            while (my ($at, $bytes) = splice @runs, 0, 2) {
                $all .= number($at - $end) . number(length $bytes) . $bytes; $end = $at + length $bytes }
            $all }
        eval $change // ""; die $@ if $@;
        open my $out, ">:raw", $file or die;
        print $out $head;
        for (@blocks) {
            my $rest = pack "VVQ<a*", $_->[0], length $_->[2], $_->[1], $_->[2];
            print $out pack("V", crc32($rest)), $rest;
        }' "$T/$1" "$T/message.bin" "$T/layout" "${2-}"
}

# attacker: a program with escape sequences in its name makes a segment with all values of a byte, and stays.
attacker()
{
    perl -e 'my $id = shmget(oct $ARGV[0], 1024, 01000 | 02000 | 0600) // die;
        open my $c, ">", "/proc/self/comm" or die; print $c "\e]0;x\a\x9b31m"; close $c;
        my $all = pack "C*", 0 .. 255; shmwrite($id, $all x 4, 0, 1024) or die;
        $| = 1; print "$id\n"; sleep 600' "$KEY" >"$T/attacker" 3>&- &
    PIDS+=($!)
    await test -s "$T/attacker"
    cat "$T/attacker" >>"$T/ids"
}

need_root()
{
    [[ $EUID == 0 ]] || skip "needs root, to be two users"
}

# as_nobody COMMAND...: as another user, who can access the copies of the programs in $T.
as_nobody()
{
    setpriv --reuid $NOBODY --regid $NOBODY --clear-groups "$@"
}

copy_programs()
{
    cp "$BIN/shm-server" "$BIN/shm-client" "$T/"
    chmod 755 "$T"/shm-*
}

sanitized()
{
    grep -qc __asan_init "$BIN/shm-server" || grep -qc __tsan_init "$BIN/shm-server"
}

no_segment() { [[ $(wc -l </proc/sysvipc/shm) == 1 ]]; }

# At the end of a file: if it has its own IPC namespace, there must be no segment in it.
teardown_file()
{
    [[ ${SHMLAB_ISOLATED-} == 1 ]] || return 0
    await no_segment || { cat /proc/sysvipc/shm; return 1; } # a killed process may be a moment from its end
}
