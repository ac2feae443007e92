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
