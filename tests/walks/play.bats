#!/usr/bin/env bats
# A walk that is played: the presenter's keys, and that nothing is left behind, however it ends.
bats_require_minimum_version 1.5.0

load helper

# starts COLSxROWS [ARGUMENT...]: the short walk on such a terminal.
starts()
{
    on "$1" bash -c './run ./walk ./short.walk "$@"; exec sleep 1000' - "${@:2}"
    sees '0/3  Three steps'
}

# step KEY TEXT...: presses it, and awaits the texts and the end of the step.
step()
{
    keys "$1"
    sees "${@:2}" '? help'
}

# leaves STATUS: the walk has ended so, the terminal is restored, and nothing is left.
leaves()
{
    ends "$1"
    terminal_restored
    await nothing_left
}

@test "Enter goes on step by step: what is typed, said and shown" {
    starts 80x24
    sees '── server ──' '── shell ──'
    step Enter '1/3  Make it' 'A server makes a segment.' '$ shm-server --step --quiet' '[1/8]' 'Enter next  b back'
    step Enter '2/3  Write a text' '[2/8]'
    step Enter '3/3  End it' 'detached and removed segment'
    loses 'Enter next' # there is none
    step Enter 'This was the last step'
    keys q
    leaves 0
}

@test "a command in the text is not broken over two lines" {
    sed -i 's|A server makes a segment.|& It is as long as a line of a screen: ./shmlab lesson start 7.|' "$T/short.walk"
    starts 80x24
    step Enter 'of a screen:' './shmlab lesson start 7.'
    keys q
    leaves 0
}

@test "below the first pane are 8 rows at 80x24; with a share it has 80 columns where another has them, too" {
    cd "$ROOT/lessons/walks"
    run -0 python3 -c 'from player.panes import main_size as size; print(size(80, 21, 0), size(200, 57, 30), size(120, 27, 30))'
    [[ $output == '12 80 39' ]]
}

@test "b takes back what a step did: the segment, the processes and the screen" {
    starts 80x24
    step Enter '[1/8]'
    step Enter '2/3' '[2/8]'
    keys b
    sees '1/3  Make it' 'A server makes a segment.' '[1/8]'
    loses '[2/8]'
    [[ $("$BIN/shm-view" --path "$(walk_folder)/bin" --render text) != *'PI is'* ]]
    step b '0/3  Three steps'
    loses '[1/8]'
    ! "$BIN/shm-view" --path "$(walk_folder)/bin" --render text || false
    keys q
    leaves 0
}

@test "b twice at once goes two steps back" {
    starts 80x24
    step Enter '[1/8]'
    step Enter '2/3' '[2/8]'
    keys b b
    sees '0/3  Three steps'
    keys q
    leaves 0
}

@test "a segment that a program has left is gone after b, and at the end" {
    cat >"$T/left.walk" <<'END'
title   Left behind
minutes 1
pane    shell
layout  shell
segment . 5
step    Leave one
type    shell perl -MIPC::SysV=ftok -e 'defined shmget ftok(".", 5), 64, 01600 or die'
wait    segment
END
    on 80x24 ./run ./walk ./left.walk
    sees '0/1  Left behind'
    local id key
    step Enter '1/1  Leave one'
    key=$(ftok_of "$(walk_folder)/class" 5)
    id=$(id_of_key "$key")
    [[ $id ]]
    step b '0/1  Left behind'
    [[ -z $(id_of_key "$key") ]]
    step Enter '1/1  Leave one'
    [[ $(id_of_key "$key") ]]
    keys q
    ends 0
    await nothing_left
    [[ -z $(id_of_key "$key") ]]
}

@test "r plays the step again, also one that did not come to its state" {
    sed -i 's/^expect .*/expect text server "no such text" within 1/' "$T/short.walk"
    starts 80x24
    step Enter '[1/8]'
    step Enter 'after 1 s "no such text" is not in the pane server (short.walk:19)' 'r: this step again.'
    keys r
    loses 'no such text'
    sees '2/3' 'no such text'
    step s '2/3  Write a text  skipped'
    step Enter '3/3'
    keys q
    leaves 0
}

@test "a step that does not come to its state waits for the presenter" {
    sed -i 's/^wait    segment/wait    field num 99 within 1/' "$T/short.walk"
    starts 80x24
    step Enter 'after 1 s num is 0, not 99'
    keys Enter
    sleep 1 # it would go on now
    shows '1/3' 'num is 0, not 99'
    keys q
    leaves 0
}

@test "a step that does not come to its state on the way back says so, too" {
    cat >"$T/once.walk" <<'END'
title   Once
minutes 1
pane    shell
layout  shell
step    Only once
type    shell mkdir ../once && echo ma''de
wait    text shell "made" within 1
step    Two
type    shell echo tw''o
wait    text shell "two"
step    Three
say     The third.
END
    on 80x24 bash -c './run ./walk ./once.walk; exec sleep 1000'
    sees '0/3  Once'
    step Enter '1/3' made
    step Enter '2/3' two
    step Enter '3/3' 'The third.'
    step b '1/3  Only once' 'after 1 s "made" is not in the pane shell (once.walk:7)'
    keys q
    leaves 0
}

@test "s skips a step, and back leaves it out" {
    starts 80x24
    step Enter '[1/8]'
    step s '2/3  Write a text  skipped'
    hides '[2/8]'
    step Enter '3/3' 'detached'
    step b '2/3' '[1/8]'
    hides '[2/8]'
    keys q
    leaves 0
}

@test "t gives the panes to the presenter, Ctrl-] back to the walk" {
    starts 80x24
    step Enter '[1/8]'
    keys t
    sees 'The panes are yours' 'Ctrl-] back to the walk'
    keys Enter # the server's, now
    sees '[2/8]'
    step C-] 'A server makes a segment.'
    loses 'The panes are yours'
    step Enter '2/3' '[3/8]'
    keys q
    leaves 0
}

@test "keys that mean nothing do nothing, and ? lists those that do" {
    starts 80x24
    step '?' 'Enter: next step.' 'Ctrl-] gives them back'
    keys x 5 Tab
    step Enter '1/3' '[1/8]'
    hides x5
    keys q
    leaves 0
}

@test "Enter while it types: the rest at once; q in the middle of a wait ends" {
    sed -i 's/^wait    segment/wait    text server "never" within 600/' "$T/short.walk"
    starts 80x24
    keys Enter
    sees '$ shm'
    keys Enter
    sees '[1/8]'
    keys q
    leaves 0
}

@test "from 120 columns on the panes stand side by side, and follow the terminal's size" {
    starts 80x24
    step Enter '[1/8]'
    resize 140x40
    sees '[1/8]' '── server ─' '┬── shell ─'
    resize 80x24
    loses '┬── shell'
    sees '── shell ──'
    keys q
    leaves 0
}

@test "Ctrl-C ends it like q" {
    starts 80x24
    step Enter '[1/8]'
    keys C-c
    leaves 0
}

@test "a closed terminal: nothing is left" {
    starts 80x24
    step Enter '[1/8]'
    tmx kill-server
    await nothing_left
    [[ -z $(id_of_key "$(ftok_of "$T" 15)") ]]
}

@test "a player that is killed: nothing is left" {
    starts 80x24
    step Enter '[1/8]'
    local id
    id=$(awk -v me="$UID" 'NR > 1 && $4 == 1024 && $9 == me { print $2 }' /proc/sysvipc/shm)
    [[ $id ]]
    kill -KILL "$(ours 'player/walk ./short.walk' | head -n 1)" # the oldest: the other one is its guard
    await nothing_left
    [[ ! $(awk -v id="$id" '$2 == id' /proc/sysvipc/shm) ]]
}

@test "a server that is killed in the middle: the next step says so, and r mends it" {
    sed -i 's/^wait    field intro.*/& within 1/' "$T/short.walk"
    starts 80x24
    step Enter '[1/8]'
    kill -KILL "$(ours '^shm-server --step')"
    step Enter 'after 1 s'
    step r '2/3' '[2/8]'
    keys q
    leaves 0
}

@test "notes: below the texts with --notes, and on a second terminal, which follows" {
    starts 80x24
    step Enter '[1/8]'
    hides 'Ask who keeps it'
    (cd "$T" && TERM=dumb "$T/walk" --notes ./short.walk >"$T/notes") 3>&- &
    PIDS+=($!)
    await grep -q 'Ask who keeps it' "$T/notes"
    await grep -q 'Next: Write a text' "$T/notes"
    step Enter '2/3' '[2/8]'
    await grep -q 'Now: Write a text' "$T/notes"
    keys q
    leaves 0
    await grep -q 'The walk has ended' "$T/notes"
    starts 80x24 --notes
    step Enter '[1/8]' 'Ask who keeps it.'
    keys q
    leaves 0
}

@test "--auto plays without a presenter, here without a terminal, and says each mark" {
    cd "$T"
    run -0 ./walk ./short.walk --auto 0 --size 80x24 </dev/null
    [[ $output == $'mark made\n1/3 Make it\n2/3 Write a text\n3/3 End it' ]]
    nothing_left
}

@test "--auto ends with 1 where something is not as it must be, and shows the panes" {
    sed -i 's/^expect .*/expect color server "[2\/8]" red within 1/' "$T/short.walk"
    cd "$T"
    run -1 ./walk ./short.walk --auto 0 --size 80x24 </dev/null
    [[ $output == *'failed: after 1 s "[2/8]" is in the pane server, but not red (short.walk:19)'* ]]
    [[ $output == *$'--- server\n'*'[2/8]'* ]]
    nothing_left
}

@test "--auto on a terminal: plays, and ends after the last step" {
    on 80x24 bash -c './run ./walk ./short.walk --auto 0.2; exec sleep 1000'
    leaves 0
}

@test "without a terminal it says what would work" {
    cd "$T"
    run -1 ./walk ./short.walk </dev/null
    [[ $output == *'a walk needs a terminal'*'--auto 0' ]]
}

@test "wrong arguments: one line, and 2" {
    cd "$T"
    run -2 ./walk dmeo
    [[ $output == "shmlab: there is no walk 'dmeo'; did you mean 'demo'? All of them: ./shmlab walk" ]]
    run -2 ./walk demo --size 10x10
    [[ $output == *'--size takes COLUMNSxROWS'* ]]
    run -2 ./walk demo --auto soon
    [[ $output == *'--auto takes seconds'* ]]
    run -2 ./walk demo --loud
    [[ $output == *"there is no option '--loud'"* ]]
    run -2 ./walk demo --film pi.gif
    [[ $output == *'--film makes NAME.cast or NAME.svg'* ]]
}

@test "two walks side by side: each has its own segment" {
    starts 80x24
    step Enter '[1/8]'
    cd "$T"
    run -0 ./walk ./short.walk --auto 0 --size 80x24 </dev/null
    shows '[1/8]'
    step Enter '2/3' '[2/8]'
    keys q
    leaves 0
}

@test "what tmux has just forked gets no signal until it is a program of its own" {
    # this Python is the server; its copy passes a signal on, as tmux's does
    SHMLAB_WALK=$T/folder run -0 python3 -B - "$ROOT/lessons/walks" "$T/folder" <<'END'
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from player import session
passed, to_server = os.pipe()
begin, to_copy = os.pipe()
copy = os.fork()
if copy == 0:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: os.write(to_server, b"x"))
    os.write(to_server, b"ready")
    os.read(begin, 1)
    os.execvp("sleep", ["sleep", "1000"])
assert os.read(passed, 5) == b"ready"
real, looked = session.processes_of, 0
def processes_of(folder):
    global looked
    looked += 1
    if looked == 3:
        os.write(to_copy, b"x")
    return [pid for pid in real(folder) if pid != copy or os.waitpid(copy, os.WNOHANG)[0] == 0]
session.processes_of = processes_of
session.end_processes(Path(sys.argv[2]), set(), os.getpid(), 5)
os.close(to_server)
assert os.read(passed, 5) == b"" and looked > 3, looked
END
}
