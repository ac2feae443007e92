#!/usr/bin/env bats
# The walk file: what is wrong in it is reported with its place and what was meant.
bats_require_minimum_version 1.5.0

load helper

# wrong SED-SCRIPT TEXT...: the short walk, changed so, is refused with these texts.
wrong()
{
    local text
    sed -E "$1" "$T/short.walk" >"$T/wrong.walk"
    cd "$T"
    run -1 ./walk --check wrong.walk
    for text in "${@:2}"; do
        [[ $output == *"$text"* ]] || { printf '%s\n' "$output" >&2; return 1; }
    done
}

@test "a good walk passes the check, which counts its steps" {
    cd "$T"
    run -0 ./walk --check short.walk
    [[ $output == 'short.walk: 3 steps, no mistake found' ]]
}

@test "all walks of the kit pass the check" {
    shopt -s nullglob
    run -0 "$T/walk" --check "$ROOT"/lessons/walks/*.walk "$ROOT"/lessons/*/walk
}

@test "an unknown word: the place, and the word that was meant" {
    wrong 's/^wait    segment/wiat    segment/' "wrong.walk:11: 'wiat' is not a word of walks; did you mean 'wait'?"
}

@test "a pane that was not declared" {
    wrong 's/^type    server/type    sever/' "wrong.walk:10: there is no pane 'sever'; did you mean 'server'? Panes: server, shell"
}

@test "a condition, a colour, and a missing argument" {
    wrong 's/^wait    prompt/wait    promt/' "'promt' is nothing to wait for; did you mean 'prompt'?"
    wrong 's/^expect .*/expect color server "x" gren/' "'gren' is not a colour; did you mean 'green'?"
    wrong 's/^wait    no-segment/wait    field num/' 'usage: wait field NAME VALUE'
    wrong 's/^mark    made/mark/' 'wrong.walk:13: usage: mark NAME'
}

@test "a text that two lines of 80 columns can't hold" {
    wrong "s/^say     Enter.*/say     $(printf 'word %.0s' {1..31})/" 'has 154 characters; two lines of a small terminal take 150'
}

@test "a quotation mark that isn't closed" {
    wrong 's/"\[2\/8\]"/"[2\/8]/' 'wrong.walk:19: a quotation mark is not closed'
}

@test "what a walk needs, and what stands twice or in the wrong place" {
    wrong '/^title/d' "wrong.walk:1: a walk needs 'title TEXT'"
    wrong '/^step/d' "'say' belongs to a step: write 'step NAME' above it"
    wrong 's/^mark    made/minutes 3/' "'minutes' belongs before the first step"
    wrong 's/^step    End it/step    Make it/' "there is a step 'Make it' already"
    wrong 's/^layout .*/layout server server/' 'a pane stands twice in this layout'
    wrong 's/^(expect .*)/\1 within 0/' 'within, in seconds, is a number from 1 to 600'
}

@test "an indented line goes on with the text above" {
    sed -i 's/^say     A server.*/say     A server\n        makes it./' "$T/short.walk"
    python3 - "$ROOT" "$T/short.walk" <<'END'
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1] + "/lessons/walks")
from player import walk_file
walk = walk_file.read(Path(sys.argv[2]))
assert walk.steps[0].actions[0].text == "A server makes it.", walk.steps[0].actions[0]
END
}

@test "a file that isn't there, and one that is no text" {
    run -1 "$T/walk" --check "$T/none.walk"
    [[ $output == "shmlab: cannot read $T/none.walk: No such file or directory" ]]
    printf '\xff\xfe' >"$T/bytes.walk"
    run -1 "$T/walk" --check "$T/bytes.walk"
    [[ $output == *'this is not a text file in UTF-8' ]]
}
