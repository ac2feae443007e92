#!/usr/bin/env bats
# A walk that is shared: others on this machine look on, and can't do anything to it.
bats_require_minimum_version 1.5.0

load helper

# shares [ARGUMENT...]: the short walk on the first terminal, shared.
shares()
{
    on 80x24 bash -c './run ./walk ./short.walk "$@"; exec sleep 1000' - "$@"
    sees 'Shared with'
    keys Enter
    sees '[1/8]' 'Enter next'
}

presenter()
{
    TERMINAL=1 "$@"
}

@test "another terminal follows, changes nothing, and leaves with Ctrl-D" {
    shares --share
    on 100x30 ./walk --follow
    sees '1/3  Make it' 'A server makes a segment.' '[1/8]'
    keys Enter q t C-c
    keys C-d
    sees '[detached'
    presenter shows '1/3' '[1/8]'
    presenter hides 'The panes are yours'
    presenter keys Enter
    presenter sees '2/3' '[2/8]'
    presenter keys q
    presenter ends 0
    await nothing_left
}

@test "it says how to open one's own viewer on the same segment" {
    shares --share
    cd "$T"
    run -0 ./walk --follow </dev/null
    [[ $output =~ 'terminal: ./shmlab view '(--path .*)$ ]]
    read -r -a options <<<"${BASH_REMATCH[1]}"
    "$BIN/shm-view" "${options[@]}" --render text | grep -q 'struct message'
}

@test "several are shared: it lists them, and one is chosen by its folder" {
    shares --share
    local first second
    first=$(walk_folder)
    on 80x24 ./walk ./short.walk --share
    sees 'Shared with'
    second=$(walk_folder | grep -vxF "$first")
    cd "$T"
    run -1 ./walk --follow </dev/null
    [[ $output == *"--follow $first   Three steps, by "*  && $output == *"--follow $second   Three steps, by "* ]]
    run -0 ./walk --follow "$second" </dev/null
    [[ $output == *"$second/bin"* ]]
}

@test "nobody shares a walk: it says how one is shared" {
    cd "$T"
    run -1 ./walk --follow
    [[ $output == 'shmlab: no walk that you may follow is played on this machine.'*'--share=GROUP' ]]
}

@test "a group that doesn't exist" {
    cd "$T"
    run -1 ./walk ./short.walk --share=no-such-group --auto 0 </dev/null
    [[ $output == *"there is no group 'no-such-group' on this machine" ]]
    nothing_left
}

@test "the members of a group may follow, read-only; others may not" {
    ((EUID == 0)) || skip "needs root, to be two users"
    [[ $(tmux -V) =~ ([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] * 100 + BASH_REMATCH[2] >= 303)) || skip "needs tmux 3.3"
    local group
    group=$(id -gn nobody)
    chmod 755 "$TMPDIR"
    sed -i 's,shm-server --step,./shmlab serve --step,' "$T/short.walk" # it takes the mode from the walk
    shares --share="$group"
    local as=(setpriv --reuid nobody --regid "$group" --clear-groups env HOME=/nonexistent)
    on 100x30 "${as[@]}" "$T/walk" --follow
    sees '1/3  Make it' '[1/8]'
    keys Enter q t
    keys C-d
    sees '[detached'
    presenter shows '1/3' '[1/8]'
    run -0 "${as[@]}" "$T/walk" --follow </dev/null
    [[ $output =~ 'terminal: ./shmlab view '(--path .*)$ ]]
    read -r -a options <<<"${BASH_REMATCH[1]}"
    run -0 "${as[@]}" "$BIN/shm-view" "${options[@]}" --render text
    [[ $output == *'struct message'* ]]
    # read-only is the server's word, not the client's
    on 100x30 "${as[@]}" tmux -S "$(walk_folder)/tmux" attach -t walk
    sees '1/3  Make it'
    keys Enter
    sleep 0.5 # it would go on now
    presenter shows '1/3' '[1/8]'
    run ! "${as[@]}" tmux -S "$(walk_folder)/tmux" send-keys -t walk q
    run -1 setpriv --reuid daemon --regid daemon --clear-groups "$T/walk" --follow
    [[ $output == *'no walk that you may follow'* ]]
}

# cycle: the server's system calls between two sleeps, one on each line.
cycle()
{
    rm -f "$T/trace"
    timeout 20 strace -p "$SERVER" -o "$T/trace" 2>/dev/null 3>&- &
    local strace=$!
    PIDS+=("$strace")
    await enough_calls
    kill "$strace"
    wait "$strace" || true
    sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' "$T/trace" | tail -n +3 | head -n 40
}

enough_calls()
{
    [[ -f $T/trace ]] && (($(wc -l <"$T/trace") > 60))
}

@test "40 viewers: the server makes no system call more" {
    command -v strace >/dev/null || skip "needs strace"
    serve --every 10
    cycle >"$T/alone"
    local i
    for i in {1..40}; do
        on 80x24 "$BIN/shm-view" --key "$KEY"
    done
    await attached_by 41
    cycle >"$T/watched"
    diff <(sort -u "$T/alone") <(sort -u "$T/watched")
}

attached_by()
{
    (($(shm_column "$ID" nattch) == $1))
}
