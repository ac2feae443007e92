#!/usr/bin/env bats
# shm-view without a word: what shared memory there is, and how one chooses. In an IPC namespace of its own, the list of
# segments is this test's own; files in /dev/shm are everybody's, so names are looked for.
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

# chooser COLSxROWS [COMMAND...]: the viewer without a word, copied to $T, so that its own key is that of $T.
chooser()
{
    local size=$1
    shift
    [[ -x $T/shm-view ]] || cp "$BIN/shm-view" "$BIN/shm-server" "$T/"
    on "$size" "$@" "$T/shm-view"
}

@test "without a word, and without the kit's server, it lists what there is, live" {
    serve
    key=$KEY KEY=0x5c$(printf %06x $RANDOM)
    foreign 4096 0600
    KEY=$key
    chooser 100x30
    sees 'what shared memory there is' 'wait for the kit' "$KEY" 'Enter opens'
    sees "1024  600 $(id -un)"
    sees "$SERVER shm-server" '(ended)'
    hides "$POSIX"
    echo new >"/dev/shm/$POSIX"
    sees "POSIX /$POSIX"
    rm "/dev/shm/$POSIX"
    loses "$POSIX"
}

@test "arrows, j and k choose, Enter opens, and 20x6 is enough for it" {
    serve
    chooser 20x6
    sees "▸$KEY" 1024
    keys G
    sees '▸wait for'
    keys k k k k k k k
    sees "▸$KEY"
    keys Enter
    sees '0000' '[50]49'
}

@test "POSIX shared memory is opened, too" {
    serve
    echo 'of POSIX' >"/dev/shm/$POSIX"
    chooser 80x24
    sees "$POSIX"
    keys j
    for ((i = 0; i < 50; i++)); do
        shows "▸POSIX /$POSIX" && break
        keys j
        sleep 0.1
    done
    keys Enter
    sees "posix /$POSIX" 'of POSIX'
}

@test "what one may not read is marked, and Enter says why" {
    need_root
    serve
    chooser 80x24 setpriv --reuid $NOBODY --regid $NOBODY --clear-groups
    sees "$KEY" 'not permitted'
    keys g Enter
    sees 'not permitted: it belongs to uid 0, mode 0600'
    keys q
}

@test "the kit's server, when it starts, is opened by itself until a key is pressed" {
    serve
    chooser 80x24
    sees 'wait for the kit'
    "$T/shm-server" >"$T/out2" 2>&1 <>"$T/never" 3>&- &
    PIDS+=("$!")
    sees 'PI is defined as'
    kill -INT "$!"
    await ended "$!"
    chooser 80x24
    sees 'wait for the kit'
    keys G
    sees '▸wait for'
    "$T/shm-server" >"$T/out2" 2>&1 <>"$T/never" 3>&- &
    PIDS+=("$!")
    await says "$T/out2" Ctrl-C
    sees "$(ftok_of "$T" 15)" '▸wait for' # it is in the list now, and the choice is still ours
    keys Enter
    sees 'PI is defined as'
    kill -INT "$!"
    await ended "$!"
}

@test "q leaves the chooser" {
    serve
    cp "$BIN/shm-view" "$T/"
    on 80x24 ./run "$T/shm-view"
    sees 'wait for the kit'
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
        print "$_->{shmid} $_->{key} $_->{size} $_->{nattch}\n" if $_->{kind} eq "sysv"; print "$_->{name}\n" if $_->{name} }' \
        >"$T/out"
    says "$T/out" "$ID $KEY 1024 1"
    says "$T/out" "/$POSIX"
    run -2 --separate-stderr "$BIN/shm-view" --list --id 3
}
