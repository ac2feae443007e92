#!/usr/bin/env bats
# cmake --install makes a kit that works without source tree and build, even if its folder is moved. If the kernel
# allows it, an empty folder mounted over the source tree hides it from all programs of these tests.
bats_require_minimum_version 1.5.0
load ../screen/helper

setup_file()
{
    cmake --install "$BUILD_DIR" --prefix "$BATS_FILE_TMPDIR/first" >"$BATS_FILE_TMPDIR/installed"
    mv "$BATS_FILE_TMPDIR/first" "$BATS_FILE_TMPDIR/my kit" # a blank must not matter
}

setup()
{
    local as=()
    HIDES=1
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    screen_open
    KIT="$BATS_FILE_TMPDIR/my kit"
    export TMPDIR=$T XDG_CACHE_HOME=$T/cache
    unset SHMLAB_GDB SHMLAB_VIEW SHMLAB_BIN SHMLAB_PRESET DEBUGINFOD_URLS COLUMNS
    cd "$T"
    ((EUID == 0)) || as=(--user --map-root-user)
    if unshare "${as[@]}" --mount true 2>/dev/null; then
        printf '#!/bin/bash\nexec unshare %s --mount bash -c '\''mount -t tmpfs tmpfs "$0" && exec "$@"'\'' %q "$@"\n' \
            "${as[*]}" "$ROOT" >hidden
    else
        HIDES=
        printf '#!/bin/bash\nexec "$@"\n' >hidden
    fi
    chmod 755 hidden
}

teardown() { screen_close; }

# gdb takes time to start, perhaps beside other tests: 40 seconds at most.
await()
{
    local until=$((SECONDS + 40))
    until "$@"; do
        ((SECONDS <= until)) || { printf 'waited in vain for: %s\n' "$*" >&2 && return 1; }
        sleep 0.05
    done
}

kit_serve()
{
    : >"$T/out"
    ./hidden "$KIT/bin/shmlab" serve --key "$KEY" "$@" <>"$T/never" >"$T/out" 2>"$T/err" 3>&- &
    PIDS+=("$!")
    await says "$T/out" 'Ctrl-C'
    ID=$(id_of_key)
    SERVER=$(shm_column "$ID" cpid)
    PIDS+=("$SERVER")
}

windows_needed()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    gdb -nx -batch -ex 'python gdb.register_window_type' >/dev/null 2>&1 || skip "this gdb has no TUI with Python"
}

@test "programs, headers, shmlab, gdb's files, sources and docs are there, and no link leads out" {
    local file link
    for file in bin/shm-server bin/shm-client bin/shm-view bin/shmlab share/shmlab/gdb/session-run share/shmlab/gdb/shm-draw \
        share/shmlab/lessons/runner/sandbox; do
        [[ -x $KIT/$file && ! -d $KIT/$file ]] || { echo "missing: $file" && false; }
    done
    for file in share/shmlab/gdb/.gdbinit share/shmlab/gdb/sessions/01-raw-bytes.txt share/shmlab/src/message.c \
        share/doc/shmlab/README.md share/doc/shmlab/docs/gdb.md share/doc/shmlab/docs/pictures/viewer.svg; do
        [[ -r $KIT/$file ]] || { echo "missing: $file" && false; }
    done
    while IFS= read -r link; do
        [[ $(readlink -f "$link") == "$KIT/"* && -e $link ]] || { echo "leads out: $link" && false; }
    done < <(find "$KIT" -type l)
    for file in shm_bell.h shm_layout.h shm_seqlock.h; do
        printf '#include <shmlab/%s>\n' "$file" | gcc -I"$KIT/include" -x c -fsyntax-only -
    done
}

@test "serve, read and view work, and the viewer knows the fields" {
    kit_serve
    run -0 ./hidden "$KIT/bin/shmlab" read --key "$KEY"
    [[ $output == *'22/7==3.14286'*goodbye* ]]
    run -0 ./hidden "$KIT/bin/shmlab" view --key "$KEY" --render text
    [[ $output == *'farewell char[8]'*'"goodbye"'* ]]
}

@test "the demo works, and q leaves nothing" {
    command -v tmux >/dev/null
    on 100x30 env TERM=screen-256color TMPDIR="$T" XDG_CACHE_HOME="$T/cache" ./run ./hidden "$KIT/bin/shmlab" demo
    sees 'PI is de' '22/7==3.14286'
    keys q
    ends 0
    run ! compgen -G "$T/shmlab-demo.*"
}

@test "help and doctor name the kit as it was called; commands that need the source tree say so" {
    run -0 env PATH="$KIT/bin:$PATH" ./hidden shmlab
    [[ $output == *$'\n  shmlab demo '* && $output != *'./shmlab'* && $output != *$'\n  test '* ]]
    run -0 env PATH="$KIT/bin:$PATH" ./hidden shmlab help gdb
    [[ $output == *'  shmlab gdb '* && $output != *'./shmlab'* ]]
    run -0 ./hidden "$KIT/bin/shmlab" doctor
    [[ $output == *"programs     in $KIT/bin"* && $output == *"$KIT/bin/shmlab demo" ]]
    for command in test setup bench; do
        run -1 --separate-stderr ./hidden "$KIT/bin/shmlab" "$command"
        [[ $stderr == "shmlab: '$command' needs the source tree of the kit"* && -z $output ]]
    done
}

@test "a viewer that waits says how to start this kit's server, run by shmlab or by itself" {
    on 80x24 env PATH="$KIT/bin:$PATH" ./run ./hidden shmlab view --key "$KEY"
    sees 'Start the server: shmlab serve'
    keys q
    ends 0
    on 80x24 env -u SHMLAB_CALL ./run ./hidden "$KIT/bin/shm-view" --key "$KEY"
    sees 'Start the server: shm-server'
    keys q
    ends 0
}

@test "race: the run-time is compiled from the sources of the kit" {
    export PATH="$KIT/bin:$PATH"
    cp "$ROOT/tests/race/programs/counter.c" "$T"
    run -1 ./hidden shmlab race counter.c counter.c --check 'counter == 6'
    [[ $output == 'lost by check: counter == 6 is not true'*'counter: 0'* ]]
}

@test "lessons: start, check, ask, view, grade, next, reset, solution" {
    export SHMLAB_WORK=$T/work
    export PATH="$KIT/bin:$PATH"
    run -0 ./hidden shmlab lesson list
    run -0 ./hidden shmlab lesson start 6
    grep -q "](${KIT// /%20}/share/doc/shmlab/docs/viewer.md#" "$T/work/06-read-only/README.md"
    run -1 ./hidden shmlab lesson check 6
    [[ $output == *'Mistake: attached with the right to write'* ]]
    run -0 ./hidden shmlab lesson solution 6 --anyway --copy "$T/class/ann"
    cp "$T/class/ann/reader.c" "$T/work/06-read-only/"
    run -0 ./hidden shmlab lesson check
    [[ $output == *'All 9 passed.'*'shmlab lesson next'* ]]
    run -0 ./hidden shmlab lesson mistake 6 attached-rw "$T/shown"
    [[ $output == *'Makefile, maker.c, reader.c'* ]]
    run -0 ./hidden shmlab lesson grade 6 --anyway "$T/class"
    [[ $output == *'ann '*'9/9'* ]]
    run -0 ./hidden shmlab lesson ask 6 11 010000 "$(getconf PAGESIZE)"
    run -1 ./hidden shmlab lesson view 6 --render text
    [[ $output == 'shm-view: cannot find segment'* ]]
    run -0 ./hidden shmlab lesson next
    [[ -f $T/work/07-overrun/writer.c ]]
    run -0 ./hidden shmlab lesson hint
    run -0 ./hidden shmlab lesson reset 6
}

@test "plain gdb with the installed .gdbinit: the grid beside the kit's source" {
    windows_needed
    on 120x40 env TERM=screen-256color ./run ./hidden gdb -nx -q -tui -iex 'set debuginfod enabled off' \
        -x "$KIT/share/shmlab/gdb/.gdbinit" -ex 'layout shm' -ex 'break message_write_field' \
        -ex "run --key $KEY --quiet </dev/null >/dev/null" "$KIT/bin/shm-server"
    sees 'void message_write_field' '1024 bytes' 'farewell'
    keys -l continue
    keys Enter
    sees 'PI is de'
    keys -l 'kill'
    keys Enter
    sees 'Kill the program'
    keys -l 'y'
    keys Enter
    sees 'no program is running'
    keys -l quit
    keys Enter
    ends 0
    ipcrm -M "$KEY"
}

@test "shmlab gdb attaches to the installed server, with its source, and leaves it running" {
    windows_needed
    # both in one mount namespace: gdb can't find files of a process in another one
    cat >both <<END
#!/bin/bash
setsid "$KIT/bin/shmlab" serve --key $KEY --every 200 <>never >out 2>err &
until grep -q Ctrl-C out; do sleep 0.05; done
exec ./run "$KIT/bin/shmlab" gdb --key $KEY
END
    chmod 755 both
    on 120x40 env TERM=screen-256color TMPDIR="$T" XDG_CACHE_HOME="$T/cache" ./hidden ./both
    sees 'Attached to shm-server, pid ' 'PI is de' 'farewell' 'keep_writing(o, s->base' '(gdb)'
    SERVER=$(shm_column "$(id_of_key)" cpid)
    PIDS+=("$SERVER")
    keys -l quit
    keys Enter
    sees 'Quit anyway?'
    keys -l y
    keys Enter
    ends 0
    await grep -q '^State:.*S' "/proc/$SERVER/status"
}

@test "all sessions print what they print in the source tree" {
    windows_needed
    ./hidden "$KIT/bin/shmlab" gdb --session all --batch </dev/null >"$T/said" # a difference is on standard error
    [[ $(grep -c '^0[1-9] ' "$T/said") == 9 ]]
}

@test "if the installed source is missing too, gdb says so and still shows the grid" {
    windows_needed
    [[ $HIDES ]] || skip "gdb finds the source in the tree, which can't be hidden here"
    cp -a "$KIT" "$T/bare kit"
    KIT="$T/bare kit"
    find "$KIT/share/shmlab/src" ! -path "*/shmlab/src/shmlab*" -type f -delete
    kit_serve
    on 120x40 env TERM=screen-256color TMPDIR="$T" XDG_CACHE_HOME="$T/cache" ./run ./hidden "$KIT/bin/shmlab" gdb --key "$KEY"
    sees "Attached to shm-server" 'PI is de' '(gdb)'
    sourceless() { shows 'Source Not Available' || shows 'No Source Available'; }
    await sourceless
    run ! shows Traceback
}
