#!/usr/bin/env bats
# The window shm_grid while other processes write: it repaints without a key, at the prompt and while the program runs.
bats_require_minimum_version 1.5.0
load window

setup()
{
    window_open
}

teardown()
{
    screen_close
}

cursor() { tmx display -p '#{cursor_x},#{cursor_y}'; }
last_line() { tmx capture-pane -p | grep -v '^$' | tail -n 1; }
prompt_is() { [[ $(last_line) == "${1% }" ]]; } # tmux omits a blank at a line's end

attached()
{
    serve
    gdb_on 80x24 -p "$SERVER"
    await screen_says 'PI is de'
    await prompt_is '(gdb)'
}

@test "at the prompt, bytes of others appear while a command is typed: no key is lost, the cursor stays" {
    local text='print 1000000+2345678' typed='' i
    attached
    for ((i = 0; i < ${#text}; i++)); do
        tmx send-keys -l "${text:i:1}"
        typed+=${text:i:1}
        poke 64 "$(printf 'aa55%02x' $((i + 1)))"
        await screen_says "$(printf 'aa*55*%02x' $((i + 1)))"
        await prompt_is "(gdb) $typed"
        [[ $(cursor) == "$((6 + ${#typed})),23" ]]
    done
    tmx send-keys Enter
    await screen_says '= 3345678'
}

@test "during continue and continue & bytes appear; shm-live off stops that, and on starts it again" {
    attached
    type_in continue
    await screen_says 'Continuing.'
    poke 64 'c1c2c3'
    await screen_says 'c1*c2*c3'
    tmx send-keys C-c
    await screen_says 'SIGINT'
    type_in 'continue &'
    await screen_says '(gdb) continue &'
    await screen_says 'c1•c2•c3' # changed before the last stop
    poke 64 'd1d2d3'
    await screen_says 'd1*d2*d3'
    type_in 'shm-live off'
    await screen_says 'shm-live: off'
    type_in 'python print("watched", shmgrid_live.LIVE.watched)'
    await screen_says 'watched None'
    type_in 'shm-live on'
    await screen_says 'shm-live: on'
    poke 64 'e1e2e3'
    await screen_says 'e1*e2*e3'
}

@test "it survives tui disable, detach, attach, kill and run, and does not delay gdb's end" {
    attached
    type_in 'tui disable'
    poke 64 'a1a2a3'
    type_in 'echo plain\n'
    await screen_says plain
    type_in 'tui enable'
    await screen_says 'a1*a2*a3'
    type_in detach
    await screen_says 'no program is running'
    type_in 'shm-live'
    await screen_says 'shm-live: on, but paused: no program is running'
    type_in "attach $SERVER"
    await screen_says 'PI is de'
    poke 64 'b1b2b3'
    await screen_says 'b1*b2*b3'
    type_in kill
    await screen_says 'no program is running'
    await ended "$SERVER"
    type_in "run --key $KEY >out 2>err </dev/null"
    await screen_says 'PI is de'
    ID=$(id_of_key)
    poke 64 'f1f2f3'
    await screen_says 'f1*f2*f3'
    run -1 grep -i 'traceback\|python exception' <(tmx capture-pane -p -S -)
    tmx send-keys C-c
    await screen_says 'SIGINT'
    type_in kill
    type_in quit
    await gdb_gone
    run -1 grep -i 'traceback\|python exception' <(tmx capture-pane -p -S -)
}

gdb_gone() { [[ $(tmx display -p '#{pane_dead}') == 1 ]]; }

@test "a core file: shm-live says why it is paused, and the picture stays that of the core" {
    serve
    stop TERM
    serve # not with shmid 0: generate-core-file omits the name of a mapping with inode 0
    poke 64 '5a5a'
    gdb -nx -batch -iex 'set debuginfod enabled off' -p "$SERVER" -ex 'set use-coredump-filter off' \
        -ex "generate-core-file $T/core" >"$T/gdb.out" 2>&1 </dev/null
    poke 64 'a1a2'
    gdb_on 80x24 -iex 'set pagination off' "$BIN/shm-server" -c "$T/core"
    await screen_says '5a 5a'
    await screen_says '(gdb)'
    type_in 'shm-live'
    await screen_says 'paused: this is not a live process'
    type_in 'python print("watched", shmgrid_live.LIVE.watched)'
    await screen_says 'watched None'
    poke 64 'b1b2'
    type_in 'shm-live off'
    await screen_says 'shm-live: off'
    type_in 'shm-live on'
    type_in 'print 40+2'
    await screen_says '= 42'
    screen_says '5a 5a'
    run -1 grep -i 'traceback\|python exception' <(tmx capture-pane -p -S -)
}

@test "without a window or a live process it prints one line and starts no thread" {
    run gdb -nx -batch -x "$GDB_FOLDER/shmgrid.py" -ex 'shm-live' -ex 'shm-live off' -ex 'shm-live maybe' -ex 'shm-live' \
        -ex 'python import threading; print("threads", threading.active_count())' "$BIN/shm-server"
    [[ $output == *'shm-live: on, but paused: no program is running'*'shm-live: off'*'on or off'*'shm-live: off'*'threads 1'* ]]
    [[ $output != *Traceback* ]]
}

# slow_viewer: a viewer that takes a third of a second for each picture, so that Ctrl-C mostly comes while it draws. It
# writes a line into $T/draws each time.
slow_viewer()
{
    printf '%s\n' '#!/bin/bash' "echo >>'$T/draws'" 'sleep 0.3' "exec '$BIN/shm-view' \"\$@\"" >"$T/slow"
    chmod 755 "$T/slow"
    SHMLAB_VIEW=$T/slow
    : >"$T/draws"
}

stopped() { grep -q '^State:.*t' "/proc/$SERVER/status"; }
drawn_since() { (($(wc -l <"$T/draws") > $1)); }

@test "Ctrl-C stops the program, also while the window repaints: none of 12 is lost" {
    slow_viewer
    serve --every 20
    gdb_on 80x24 -p "$SERVER"
    await screen_says 'PI is de'
    await prompt_is '(gdb)'
    local i draws
    for ((i = 0; i < 12; i++)); do
        type_in continue
        await grep -q '^State:.*S' "/proc/$SERVER/status"
        draws=$(wc -l <"$T/draws")
        await drawn_since "$draws" # it has just begun to draw
        tmx send-keys C-c
        await stopped
        await prompt_is '(gdb)'
    done
    run -1 grep -i 'traceback\|python exception\|KeyboardInterrupt' <(tmx capture-pane -p -S -)
}

@test "after continue & the screen is whole when the program ends, and the window says that it has ended" {
    cat >"$T/noisy.c" <<'END'
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int id = shmget(IPC_PRIVATE, 64, IPC_CREAT | 0600);
    char *base = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    base[0] = 1;
    for (int i = 0; i < 9; i++)
        printf("NOISE %d\nNOISE in a line that is wider than a window\n", i);
    fflush(stdout);
    base[1] = 2;
    return 0;
}
END
    (cd "$T" && gcc -g -Wall noisy.c -o noisy)
    local live
    for live in on off; do
        gdb_on 80x24 -ex "shm-live $live" "$T/noisy"
        await screen_says 'no program is running'
        type_in 'break 10'
        await screen_says 'Breakpoint 1 at'
        type_in run
        await screen_says '64 bytes'
        type_in 'break 14'
        await screen_says 'Breakpoint 2 at'
        type_in 'continue &'
        await screen_says 'Breakpoint 2, main'
        await no_noise
        screen_says '64 bytes'
        type_in 'continue &'
        await screen_says 'exited normally'
        await screen_says 'no program is running'
        await no_noise
        tmx send-keys -l 'print 1'
        await prompt_is '(gdb) print 1'
        [[ $(cursor) == 13,23 ]]
        tmx send-keys Enter
        await screen_says '$1 = 1'
        type_in quit
        await gdb_gone
    done
}

@test "the window says at once that a running program has detached its segment" {
    gcc -g -o "$T/detaches" -x c - <<<'#include <stdio.h>
        #include <sys/shm.h>
        #include <unistd.h>
        int main(void)
        {
            int id = shmget(IPC_PRIVATE, 64, IPC_CREAT | 0600);
            char *base = shmat(id, NULL, 0);
            shmctl(id, IPC_RMID, NULL);
            getchar();
            shmdt(base);
            return pause();
        }'
    mkfifo "$T/go"
    gdb_on 80x24 "$T/detaches"
    await screen_says 'no program is running'
    type_in "run <>$T/go"
    await screen_says '64 bytes'
    echo >"$T/go"
    await screen_says 'no shared memory is attached'
    tmx send-keys C-c
    await screen_says 'SIGINT'
    type_in quit
    await gdb_gone
}

# In the source it is in a printf.
no_noise()
{
    local line
    mapfile -t line < <(tmx capture-pane -p)
    [[ ${line[0]} == ┌─noisy.c─*┐ && ${line[14]} == └*┘ ]] && ! tmx capture-pane -p | grep -v 'printf' | grep -q NOISE
}

@test "the window keeps what an expression pointed to, through finish and step, and evaluates nothing again" {
    gdb_on 100x34 -ex 'set $evaluated = 0' "$BIN/places"
    await screen_says 'no program is running'
    type_in 'break stop'
    await screen_says 'Breakpoint 1 at'
    type_in "run /$POSIX >out"
    await screen_says "/dev/shm/$POSIX"
    type_in 'continue 4'
    await screen_says 'Will ignore next 3 crossings'
    await screen_says 'Breakpoint 1, stop'
    type_in 'up 2'
    type_in 'shm-window mine'
    await screen_says '─mine, 56 bytes'
    type_in 'finish'
    type_in 'delete'
    await screen_says 'work'
    screen_says '─mine, 56 bytes'
    type_in 'next'
    type_in 'next'
    await screen_says '─mine, 56 bytes'
    await screen_says "'x'"
    type_in 'shm-window $evaluated++'
    await screen_says 'would assign a value'
    screen_says '─mine, 56 bytes'
    type_in 'print $evaluated'
    await screen_says '= 0'
    type_in 'shm-window 3'
    await screen_says '─shared, without a name (3 of 3)' # the memfd is unmapped by now
}

@test "set style enabled off takes the colours of the window, and on brings them back" {
    attached
    await coloured
    type_in 'set style enabled off'
    await uncoloured
    screen_says 'PI is de'
    type_in 'set style enabled on'
    await coloured
}

# The grid's first row has a colour.
coloured() { tmx capture-pane -p -e | sed -n 's/.*0000═//p' | grep -q $'\e\[[0-9;]*3[1-6]'; }
uncoloured() { ! coloured; }
