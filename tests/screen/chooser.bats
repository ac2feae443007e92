#!/usr/bin/env bats
# shm-view without arguments: the list of shared memory, and choosing from it. In its own IPC namespace, the test sees
# only its own segments; files in /dev/shm may be anybody's, so it looks for names.
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

# chooser COLSxROWS [COMMAND...]: the viewer without arguments, copied to $T, so that its default key is that of $T.
chooser()
{
    local size=$1
    shift
    [[ -x $T/shm-view ]] || cp "$BIN/shm-view" "$BIN/shm-server" "$T/"
    on "$size" "$@" "$T/shm-view"
}

# chosen TEXT: the selected line has it.
chosen()
{
    screen | grep '^▸' | grep -qF -- "$1"
}

# step KEY TEXT: presses KEY until that line, which may be scrolled out, is selected.
step()
{
    for ((i = 0; i < 100; i++)); do
        chosen "$2" && return
        keys "$1"
        sleep 0.05
    done
    await chosen "$2"
}

# seek KEY TEXT: the same for a line that is on the screen.
seek()
{
    sees "$2"
    step "$1" "$2"
}

@test "without arguments, and without the kit's server, it lists the shared memory, live" {
    serve
    key=$KEY KEY=0x5c$(printf %06x $RANDOM)
    foreign 4096 0600
    KEY=$key
    chooser 100x30
    sees 'what shared memory there is' "the kit's own segment" "$KEY" 'Enter opens'
    sees "1024   600  $(id -un)"
    sees "$SERVER shm-server" '(ended)'
    hides "$POSIX"
    echo new >"/dev/shm/$POSIX"
    sees "POSIX  /$POSIX"
    rm "/dev/shm/$POSIX"
    loses "$POSIX"
}

@test "arrows, j and k choose, Enter opens, and 20x6 is enough for it" {
    serve
    chooser 20x6
    sees '▸' 1024
    keys g
    sees '▸the kit'
    step j "$KEY" # without a namespace, there are other segments too
    keys G g
    step j "$KEY"
    keys Enter
    sees '0000' '[50]49'
}

@test "it opens POSIX shared memory too" {
    serve
    echo 'of POSIX' >"/dev/shm/$POSIX"
    chooser 80x24
    sees "$POSIX"
    seek j "/$POSIX"
    keys Enter
    sees "posix /$POSIX" 'of POSIX'
}

@test "memory that we may not read is marked, and Enter says why" {
    need_root
    serve
    chooser 80x24 setpriv --reuid $NOBODY --regid $NOBODY --clear-groups
    sees "$KEY" 'not permitted'
    keys g j Enter
    sees 'not permitted: it belongs to uid 0, mode 0600'
    echo x >"/dev/shm/$POSIX"
    seek j "/$POSIX"
    sees ' 0+' 'att: how many mappings were found. +: there may be more'
    keys q
}

@test "when the kit's server starts, its segment is opened by itself, unless a key was pressed before" {
    serve
    chooser 80x24
    sees "the kit's own segment"
    "$T/shm-server" >"$T/out2" 2>&1 <>"$T/never" 3>&- &
    PIDS+=("$!")
    sees 'PI is defined as'
    kill -INT "$!"
    await ended "$!"
    chooser 80x24
    sees "the kit's own segment"
    keys g
    sees '▸the kit'
    "$T/shm-server" >"$T/out2" 2>&1 <>"$T/never" 3>&- &
    PIDS+=("$!")
    await says "$T/out2" Ctrl-C
    sees "$(ftok_of "$T" 15)" '▸the kit' # it is in the list now, and not opened
    keys Enter
    sees 'PI is defined as'
    kill -INT "$!"
    await ended "$!"
}

@test "memfd, anonymous memory and deleted files are in the list, and can be opened" {
    share
    serve
    chooser 100x30
    sees 'memfd  ring ' "in $MAPPER mapper" "$T/deleted "
    seek j "$T/deleted "
    seek j 'ring '
    keys Enter
    sees "pid $MAPPER /memfd:ring (deleted)  4096 bytes" '[72]69 6e 67'
}

@test "the kit's own segment stands above any number of others" {
    share 60
    serve
    chooser 80x24
    sees '▸'
    keys G
    loses "the kit's own segment"
    sees 'ring '
    keys g
    sees "▸the kit's own segment"
    keys Enter
    sees 'waiting: no segment exists here yet'
}

@test "s goes to the list and back, on one screen, and the memory that was shown is selected" {
    serve
    share
    on 100x30 ./run "$BIN/shm-view" --key "$KEY" --at num --width 8
    stream
    sees 'num: int, byte 1 of 4'
    before=$(shm_column "$ID" nattch)
    keys s
    sees 'what shared memory there is'
    await chosen "$KEY"
    [[ $(shm_column "$ID" nattch) == $((before - 1)) ]] # the viewer has detached
    keys j k Enter
    sees "key $KEY" '0x0000 = 0 ' 'num'
    keys s
    sees 's goes back'
    keys G s
    sees "key $KEY"
    keys Space j s
    await chosen "$KEY"
    keys g
    sees '▸the kit'
    seek j "/$POSIX"
    keys Enter
    sees "posix /$POSIX" 'PI is defined as' live
    keys s
    await chosen "/$POSIX"
    run -1 grep -c $'\e\[?1049l' "$T/stream" # it never left the alternate screen
    keys q
    ends 0
    await grep -q $'\e\[?1049l' "$T/stream"
}

@test "s goes to the list from a file and from a mapping too" {
    serve
    message_file
    share
    on 80x24 ./run "$BIN/shm-view" --pid "$MAPPER" --map ring
    sees '[72]69 6e 67'
    keys s
    await chosen 'ring '
    keys q
    ends 0
    on 80x24 ./run "$BIN/shm-view" --file message.bin --no-layout
    sees 'PI is'
    keys s
    sees 'what shared memory there is' "$KEY"
    hides 's goes back'
    keys q
    ends 0
}

# In its own namespaces the test knows every line of the list. Pids there start at 1.
@test "the list at 80x24, 100x30, 200x60 and 20x6" {
    local map=()
    [[ $EUID == 0 ]] || map=(--map-root-user)
    apart=(unshare "${map[@]}" --pid --fork --mount-proc --ipc --mount --kill-child)
    "${apart[@]}" bash -c 'mount -t tmpfs none /dev/shm && echo 50 >/proc/sys/kernel/ns_last_pid' 2>/dev/null ||
        skip "needs the right to make namespaces"
    cp "$BIN/shm-view" "$BIN/shm-server" "$BIN/mapper" "$T/"
    cat >"$T/apart" <<'END'
mount -t tmpfs none /dev/shm
./shm-server --key 0x5d00cafe >out.1 2>&1 <>never &
until grep -q Ctrl-C out.1; do sleep 0.01; done
echo 50 >/proc/sys/kernel/ns_last_pid
perl -e 'shmget(0x5d00beef, 65536, 01640) // die; shmget(0, 100, 01600) // die'
echo 60 >/proc/sys/kernel/ns_last_pid
./mapper psm_1a2b /dev/shm/gone >out.2 2>&1 <>never &
head -c 1048576 /dev/zero >$'/dev/shm/sem.\e[31mred'
until grep -q mapped out.2; do sleep 0.01; done
exec ./shm-view
END
    on 80x24 "${apart[@]}" bash ./apart
    sees mapper
    keys j
    await chosen 0x5d00beef
    sees 'System V: made with shmget'
    golden chooser-80x24
    resize 100x30
    golden chooser-100x30
    resize 200x60
    golden chooser-200x60
    resize 20x6
    golden chooser-20x6
    resize 80x24
    for about in 'POSIX: made' 'A file that was deleted' 'memfd: made'; do
        keys j
        [[ $about != POSIX* ]] || keys j
        [[ $about != A* ]] || keys j
        sees "$about"
    done
    keys g
    sees "The segment that the kit's own"
}

@test "q leaves the chooser" {
    serve
    cp "$BIN/shm-view" "$T/"
    on 80x24 ./run "$T/shm-view"
    sees "the kit's own segment"
    keys q
    ends 0
}

@test "--list prints it for pipes, and as JSON" {
    serve
    printf x >"/dev/shm/$POSIX"
    "$BIN/shm-view" --list >"$T/list"
    grep -Eq "^SysV +$KEY +$ID +1024 +600 +[a-z0-9]+ +1 +$SERVER shm-server$" "$T/list"
    grep -Eq "^POSIX +/$POSIX +1 +" "$T/list"
    "$BIN/shm-view" --list --render json | perl -MJSON::PP -0777 -ne 'for (@{decode_json($_)->{segments}}) {
        print "$_->{shmid} $_->{key} $_->{size} $_->{nattch}\n" if $_->{kind} eq "sysv";
        print "$_->{name}\n" if $_->{name} }' \
        >"$T/out"
    says "$T/out" "$ID $KEY 1024 1"
    says "$T/out" "/$POSIX"
    run -2 --separate-stderr "$BIN/shm-view" --list --id 3
}
