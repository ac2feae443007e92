#!/usr/bin/env bats
# docs/gdb.md is true: its examples run and are compared; its commands, sessions and pictures exist.
bats_require_minimum_version 1.5.0
load ../cli/helper

setup()
{
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
    PAGE=$ROOT/docs/gdb.md
    place_open
}

teardown() { place_close; }

python_needed()
{
    command -v gdb >/dev/null || skip "gdb is not installed"
    gdb -nx -batch -ex 'python gdb.events' >/dev/null 2>&1 || skip "this gdb has no Python"
    unset SHMLAB_GDB COLUMNS DEBUGINFOD_URLS
    export SHMLAB_VIEW=$BIN/shm-view LC_ALL=C.UTF-8 NO_COLOR=1
}

# Replaces what differs between runs, and line numbers.
normal()
{
    sed -E 's/0x[0-9a-f]{8,}/ADDRESS/g; s/shmid [0-9]+/shmid ID/; s/key ADDRESS/key KEY/; s/pid [0-9]+/pid ID/g
        s/^ +[0-9]+  (shm-server)/PID  \1/; s/message\.c:[0-9]+/message.c:N/g; s/^[0-9]+\t/N\t/; s/ +$//
        s/^Hardware watchpoint/Watchpoint/; /^shm: .*; gdb steps instead/d'
}

# play FILE: runs the commands of the file, each after its prompt, when the server is about to write num.
play()
{
    local command args=()
    while IFS= read -r command; do
        args+=(-ex "echo (gdb) $command\\n" -ex "$command")
    done <"$1"
    gdb_run -nx -q -batch -iex 'set auto-load off' -iex 'set debuginfod enabled off' -iex 'set width 0' \
        -iex 'set filename-display basename' -x "$ROOT/gdb/.gdbinit" \
        -ex "set args --path $T --quiet </dev/null >/dev/null 2>&1" -ex 'break message_write_field' -ex run \
        -ex continue -ex delete -ex 'echo ===\n' "${args[@]}" -ex 'echo ===\n' -ex 'delete' -ex 'signal SIGTERM' "$BIN/shm-server" \
        </dev/null 2>&1 3>&- | sed -n '/^===$/,/^===$/p' | sed '/^===$/d'
}

@test "gdb prints what the chapter's examples show" {
    python_needed
    sed -n '/^```gdb$/,/^```$/p' "$PAGE" | sed '/^```/d' >"$T/examples"
    sed -n 's/^(gdb) //p' "$T/examples" >"$T/commands"
    (($(wc -l <"$T/commands") >= 12))
    play "$T/commands" >"$T/output"
    diff <(normal <"$T/examples") <(normal <"$T/output")
}

@test "the chapter's table has exactly the commands that gdb has; each has help" {
    python_needed
    gdb -nx -q -batch -x "$ROOT/gdb/.gdbinit" -ex 'complete shm-' </dev/null | grep '^shm-' | sort >"$T/known"
    sed -nE 's/^\| `(shm-[a-z-]+).*/\1/p' "$PAGE" | sort >"$T/documented"
    diff "$T/documented" "$T/known"
    local usage
    while IFS= read -r usage; do
        gdb -nx -q -batch -x "$ROOT/gdb/.gdbinit" -ex "help ${usage%% *}" </dev/null >"$T/help"
        grep -q . "$T/help"
        [[ $usage == *' '* ]] || continue
        tr -d ' ' <"$T/help" | grep -qF -- "$(tr -d ' ' <<<"$usage")" ||
            { echo "help of: $usage"; cat "$T/help"; false; }
    done < <(sed -nE 's/^\| `(shm-[^`]+)`.*/\1/p' "$PAGE" | sed 's/\\|/|/g')
}

@test "the instructor's table has each session, with its minutes" {
    local file
    for file in "$ROOT"/gdb/sessions/*.gdb; do
        file=${file##*/}
        file=${file%.gdb}
        grep -qF "| ${file/-/ } | $(sed -n 's/^# minutes: //p' "$ROOT/gdb/sessions/$file.gdb") |" "$PAGE"
    done
    [[ $(grep -cE '^\| [0-9]{2} ' "$PAGE") == $(ls "$ROOT"/gdb/sessions/*.gdb | wc -l) ]]
}

@test "its pictures are well-formed, and show no path of the machine where they were taken" {
    local picture
    for picture in "$ROOT"/docs/pictures/gdb/*.svg; do
        xmllint --noout --nonet "$picture"
        grep -qF "pictures/gdb/${picture##*/}" "$PAGE"
        run ! grep -E '/(tmp|root|work|home)/' "$picture"
    done
}

@test "a screen becomes a picture: colours, reverse, blanks, and escaped markup" {
    printf '\e[31ma\e[0m <&>\n \e[7m  x\e[0m\x01\n' | "$ROOT/docs/pictures/terminal" 10 2 't<' >"$T/p.svg"
    xmllint --noout --nonet "$T/p.svg"
    grep -qF '<text class="c1" x="8" y="21" textLength="8">a</text>' "$T/p.svg"
    grep -qF '>&lt;&amp;&gt;</text>' "$T/p.svg"
    grep -qF '<rect class="t" x="16" y="25" width="24" height="17"/>' "$T/p.svg"
    grep -qF '<title id="title">t&lt;</title>' "$T/p.svg"
}

@test "shm-grid-select takes a field's last name, and shm-grid says whose layout it is" {
    python_needed
    serve --every 100
    run gdb -nx -q -batch -x "$ROOT/gdb/.gdbinit" -p "$SERVER" -ex 'shm-grid-select num' -ex shm-grid </dev/null
    [[ $output != *"--at"* && $output == *"layout: that of the program"* ]]
    run gdb -nx -q -batch -x "$ROOT/gdb/.gdbinit" -p "$SERVER" -ex 'shm-grid-select nom' </dev/null
    [[ $output == *"has no field nom; did you mean "* ]]
}

@test "bench gdb measures stops and live repaints beside gdb's own commands, and leaves nothing" {
    python_needed
    [[ $BUILD_DIR == "$ROOT/build/"* ]] || skip "no programs built under $ROOT/build"
    mkdir "$T/tmp"
    SHMLAB_PRESET=${BUILD_DIR##*/} TMPDIR=$T/tmp run -0 --separate-stderr "$ROOT/shmlab" bench gdb --quick
    local row='^a (stop|live repaint), terminal of [0-9x]+ +([0-9.]+ +){3} *under 50: (met|missed)$'
    [[ $(grep -cE "$row" <<<"$output") == 6 ]]
    grep -qE "^gdb's own x/1024xb, to a string +([0-9.]+ +){3}" <<<"$output"
    [[ -z $(ls "$T/tmp") ]]
    run -2 --separate-stderr "$ROOT/shmlab" bench gdb --fast
    [[ $stderr == *"bench gdb takes --quick or nothing"* ]]
}
