# helper: what the tests of server and client share. Loaded by `load helper`.
#
# Each test has a folder ($T), a key ($KEY), a name in /dev/shm ($POSIX) and a list of processes of its own; place_close
# ends and removes all of them, also after a failure. Nothing else is touched, so two runs side by side don't meet.

BIN=${BUILD_BIN:-$BATS_TEST_DIRNAME/../../build/dev/bin}
NOBODY=65534
# The message as it lies in memory, by perl's own idea of alignment: x![i] goes to the next place for an int.
NATURAL='Z19 x![i] i a x![i] i a a x![d] d Z8'
PACKED='Z19 i a i a a d Z8'

place_open()
{
    T=$(mktemp -d /tmp/shmlab-test.XXXXXX)
    chmod 755 "$T"
    export XDG_CONFIG_HOME=$T/config-home # not that of whoever runs the tests
    PIDS=()
    POSIX=shmlab-${T##*.}-$$ # a name in /dev/shm for whoever wants one
    until KEY=$(printf '0x5d%06x' $((RANDOM << 9 ^ RANDOM))) && [[ -z $(id_of_key) ]]; do :; done
    mkfifo "$T/never" # `<>"$T/never"`: an input from which nothing ever comes
}

# The same for tests of what is shown.
view_open()
{
    place_open
    export LC_ALL=C.UTF-8
    unset NO_COLOR
}

place_close()
{
    local pid id
    for pid in "${PIDS[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    for id in $(id_of_key) $(cat "$T"/ids 2>/dev/null); do
        ipcrm -m "$id" 2>/dev/null || true
    done
    rm -rf "$T"
    [[ -z ${POSIX-} ]] || rm -f "/dev/shm/$POSIX"*
}

# The id under $KEY (or the key given), by the kernel's own list; nothing where there is none.
id_of_key()
{
    awk -v key=$((${1:-$KEY})) 'NR > 1 { k = $1 < 0 ? $1 + 4294967296 : $1; if (k == key) print $2 }' /proc/sysvipc/shm
}

# ftok_of FILE PROJ: the key that ftok makes of it.
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

# await COMMAND...: until it succeeds, a minute at most: on a busy machine valgrind alone takes half of it to begin.
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

# serve WORDS...: starts a server under $KEY, its words to $T/out and $T/err, and awaits that it waits. SERVER: its pid.
serve()
{
    serve_until 'Ctrl-C' "$@"
}

# serve_until TEXT WORDS...: the same, until it has said TEXT.
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

# gdb_run ARGUMENT...: gdb, which has 90 seconds: what stops too late is told by name, and no test waits for it for long.
gdb_run()
{
    local status=0
    timeout -k 5 90 gdb "$@" || status=$?
    ((status != 124)) || echo "gdb_run: gdb was ended after 90 seconds: a breakpoint or a watchpoint did not stop the program"
    return "$status"
}

# true when the process $1 is no more, or is only waited for.
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

# A segment of another's making: foreign SIZE [MODE]. Its creator has ended. ID: its id.
foreign()
{
    ID=$(perl -e 'my ($key, $size, $mode) = @ARGV; my ($create, $exclusive) = (01000, 02000);
        print shmget(oct $key, $size, $create | $exclusive | oct $mode) // die "shmget: $!"' "$KEY" "$1" "${2:-0600}")
    echo "$ID" >>"$T/ids"
}

# Puts what perl's pack makes of the words behind it at the start of the segment $1: fill ID TEMPLATE VALUES...
fill()
{
    perl -e 'my ($id, $template, @values) = @ARGV; my $bytes = pack $template, @values;
        shmwrite($id, $bytes, 0, length $bytes) or die "shmwrite: $!"' "$@"
}

# All bytes of the segment $1, in hex, as another program reads them.
bytes_of()
{
    perl -e 'my ($id, $size) = @ARGV; my $bytes; shmread($id, $bytes, 0, $size) or die "shmread: $!";
        print unpack "H*", $bytes' "$1" "$(shm_column "$1" size)"
}

# What IPC_STAT says, with all its times, and all bytes: to compare before and after.
photo_of()
{
    ipcs -m -i "$1"
    bytes_of "$1"
}

# perl's reading of the message under a template: 22 / 7 and so on, one value a line.
values_of()
{
    perl -e 'my ($id, $template) = @ARGV; my $bytes; shmread($id, $bytes, 0, 1024) or die "shmread: $!";
        print join("\n", unpack $template, $bytes), "\n"' "$1" "$2"
}

# json EXPRESSION FILE: what perl's own reader makes of it; the document is $j.
json()
{
    perl -MJSON::PP -e 'my ($expression, $file) = @ARGV; local $/; open my $in, "<", $file or die;
        our $j = decode_json(<$in>); my $sorted = JSON::PP->new->canonical;
        print join(" ", map { ref ? $sorted->encode($_) : $_ } eval $expression), "\n"; die $@ if $@' "$1" "$2"
}

# harmless FILE: no byte that steers a terminal; with a second word, escapes for colour and attributes may stand there.
harmless()
{
    perl -e 'my ($file, $ansi) = @ARGV; local $/; open my $in, "<:raw", $file or die; my $text = <$in>;
        $text =~ s/\e\[[0-9;]*m//g if $ansi;
        utf8::decode($text) or die "no UTF-8";
        die sprintf "U+%04X comes out", ord $1
            if $text =~ /([\x00-\x09\x0b-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{202a}-\x{202e}])/;
        ' "$@"
}

# hold [COMMAND...]: a process that has the segment attached, run by COMMAND where one is given. HOLDER: its pid. With
# CALLED it calls itself so.
hold()
{
    : >"$T/held"
    "$@" "${HOLD:-$BIN/holder}" "$ID" ${CALLED:+"$CALLED"} >"$T/held" 3>&- &
    HOLDER=$!
    PIDS+=("$HOLDER")
    await says "$T/held" attached
}

# share: a process that maps the POSIX object $POSIX, a memfd "ring" and a deleted file of $T. MAPPER: its pid.
share()
{
    "$BIN/mapper" "$POSIX" "$T/deleted" >"$T/mapper" 3>&- &
    MAPPER=$!
    PIDS+=("$MAPPER")
    await says "$T/mapper" mapped
}

# The message in the file message.bin and its layout in the file layout: the same for everybody who runs.
message_file()
{
    perl -e 'print pack("Z19 x i a x3 i a a x6 d Z8", "PI is defined as: ", 22, "/", 7, "=", "=", 22 / 7, "goodbye"),
        "\0" x 968' >"$T/message.bin"
    printf '%s\n' 'shmlab layout 1' 'struct message {' 'char[19] intro' 'int num' 'char slash' 'int den' 'char eq1' \
        'char eq2' 'double ratio' 'char[8] farewell' '}' >"$T/layout"
}

# attacker: a program under the name of an attack makes a segment with all values of a byte, and stays.
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

# as_nobody COMMAND...: as another user, who can reach the copies of the programs in $T.
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

# At the end of a file: in an IPC namespace of its own, not one segment may be there, whoever made it.
teardown_file()
{
    [[ ${SHMLAB_ISOLATED-} == 1 ]] || return 0
    [[ $(wc -l </proc/sysvipc/shm) == 1 ]] || { cat /proc/sysvipc/shm; return 1; }
}
