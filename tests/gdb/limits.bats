#!/usr/bin/env bats
# What a debugger may not do: each message is clear and says what to do next, and gdb goes on. A seccomp filter forbids
# ptrace (no_ptrace), and a file mounted in Yama's place gives the scope: so the tests need no Yama and change nothing
# on this machine.
bats_require_minimum_version 1.5.0
load ../screen/helper

setup()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    gdb -nx -batch -ex 'python gdb.register_window_type' >/dev/null 2>&1 || skip "this gdb has no TUI with Python"
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    screen_open
    export TMPDIR=$T SHMLAB_VIEW=$BIN/shm-view
    unset DEBUGINFOD_URLS SHMLAB_GDB
    "$BIN/no_ptrace" attach true || skip "no seccomp filter may be set here"
}

teardown() { screen_close; }

await()
{
    local until=$((SECONDS + 40))
    until "$@"; do
        ((SECONDS <= until)) || { printf 'waited in vain for: %s\n' "$*" >&2 && return 1; }
        sleep 0.05
    done
}

# plain_shmlab SCOPE attach|all ARGUMENT...: runs shmlab of an installed kit on a terminal, as a user who is not root,
# with this ptrace_scope and this filter. Needs root, to become that user.
plain_shmlab()
{
    local scope=$1 filter=$2
    shift 2
    [[ -d $T/kit ]] || cmake --install "$BUILD_DIR" --prefix "$T/kit" >/dev/null
    cp "$BIN/no_ptrace" "$T/"
    cat >"$T/world" <<END
#!/bin/bash
mkdir -p $T/kernel.$scope/yama
cp /proc/sys/kernel/{shmmax,shmall,shmmni} $T/kernel.$scope/
echo $scope >$T/kernel.$scope/yama/ptrace_scope
mount --bind $T/kernel.$scope /proc/sys/kernel || exit 99
cd / && exec setpriv --reuid $NOBODY --regid $NOBODY --clear-groups env HOME=$T TMPDIR=$T/tmp XDG_CACHE_HOME=$T/tmp \\
    TERM=screen-256color $T/no_ptrace $filter "\$@"
END
    mkdir -p "$T/tmp" && chmod 777 "$T/tmp"
    chmod 755 "$T/world"
    on 180x30 ./run unshare --mount "$T/world" "$T/kit/bin/shmlab" "$@"
}

world_needed()
{
    need_root
    unshare --mount true 2>/dev/null || skip "no mount namespace may be had here"
}

# serve_plain: a server of that user.
serve_plain()
{
    copy_programs
    printf '#!/bin/bash\nexec setpriv --reuid %s --regid %s --clear-groups %q "$@"\n' "$NOBODY" "$NOBODY" "$T/shm-server" >"$T/as"
    chmod 755 "$T/as"
    SERVE=$T/as serve "$@"
}

@test "ptrace_scope 1: attaching fails with the reason, the command that allows it, and another way" {
    world_needed
    serve_plain
plain_shmlab 1 attach gdb --key "$KEY"
    ends 1
    sees "shmlab: cannot attach gdb to shm-server (pid $SERVER): the kernel forbids it (ptrace; scope 1)"
    shows 'sudo sysctl kernel.yama.ptrace_scope=0' 'let gdb start one itself' 'shmlab doctor'
plain_shmlab 1 attach doctor
    ends 0
    sees 'scope 1: gdb can start a program, but not attach to a running one'
}

@test "ptrace_scope 1: gdb can start a server itself and show it" {
    world_needed
plain_shmlab 1 attach gdb --key "$KEY"
    sees 'message_write_field' '1024 bytes' 'Each continue writes one value.'
    keys -l quit
    keys Enter
    sees 'Quit anyway?'
    keys -l y
    keys Enter
    ends 0
    [[ -z $(id_of_key) ]]
}

@test "ptrace_scope 2 and 3: gdb can neither attach nor start, and says why and what helps" {
    world_needed
    local scope remedy
    serve_plain
    for scope in 2 3; do
        remedy='sudo sysctl kernel.yama.ptrace_scope=0'
        [[ $scope == 3 ]] && remedy='only a reboot ends scope 3'
        plain_shmlab $scope all gdb --key "$KEY"
        ends 1
        sees "cannot attach gdb to shm-server (pid $SERVER): the kernel forbids it (ptrace; scope $scope)"
        shows "$remedy"
        hides 'let gdb start one itself'
        plain_shmlab $scope all gdb --key 0x5d000001 client
        ends 1
        sees "gdb cannot start a program here: the kernel forbids it (ptrace; scope $scope)"
        shows "$remedy"
        plain_shmlab $scope all doctor
        ends 0
        sees "scope $scope: gdb can neither start a program nor attach to one"
    done
}

@test "a container that forbids attaching, without Yama: doctor says so" {
    world_needed
plain_shmlab 0 attach doctor
    ends 0
    sees 'scope 0: gdb can start a program, but not attach to a running one' 'CAP_SYS_PTRACE'
}

@test "another user's server: who owns it and what to do, also if its segment can't be read" {
    world_needed
    serve --mode 0666
plain_shmlab 0 attach gdb --key "$KEY"
    ends 1
    sees "cannot attach gdb to shm-server (pid $SERVER): it belongs to uid 0, and you may debug only your own programs"
    shows 'start your own server'
    stop TERM
    serve
plain_shmlab 0 attach gdb --key "$KEY"
    ends 1
    sees 'Permission denied' '0600'
}

@test "in gdb: a refused attach or run is one line of gdb, each of our commands prints one more, and gdb goes on" {
    serve
    local command args=()
    for command in shm-fields shm-map shm-grid shm-diff 'shm-watch num' shm-window; do args+=(-ex "$command"); done
    run "$BIN/no_ptrace" attach gdb -nx -q -batch -x "$ROOT/gdb/.gdbinit" -ex "attach $SERVER" "${args[@]}" -ex 'echo on\n' \
        "$BIN/shm-server" </dev/null
    [[ $output == *'ptrace: Operation not permitted.'*$'\non'* && $output != *Traceback* && $output != *'Python Exception'* ]]
    [[ $(grep -c '^shm: no program is running' <<<"$output") == 6 ]]
    run "$BIN/no_ptrace" all gdb -nx -q -batch -x "$ROOT/gdb/.gdbinit" -ex run "${args[@]}" -ex 'echo on\n' \
        "$BIN/shm-server" </dev/null
    [[ $output == *'ptrace: Operation not permitted'*$'\non'* && $output != *Traceback* && $output != *'Python Exception'* ]]
    [[ $(grep -c '^shm: no program is running' <<<"$output") == 6 ]]
    kill -0 "$SERVER"
}

@test "in gdb's window: a refused attach leaves it as it was, and the reason is below" {
    serve
    on 100x30 env TERM=screen-256color SHMLAB_VIEW="$SHMLAB_VIEW" "$BIN/no_ptrace" attach gdb -nx -q -tui \
        -iex 'set debuginfod enabled off' -x "$ROOT/gdb/.gdbinit" -ex 'layout shm' "$BIN/shm-server"
    sees 'no program is running' '(gdb)'
    keys -l "attach $SERVER"
    keys Enter
    sees 'ptrace: Operation not permitted.' 'no program is running'
    keys -l 'print 40+2'
    keys Enter
    sees '= 42'
    hides Traceback
}
