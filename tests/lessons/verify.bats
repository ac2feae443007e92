#!/usr/bin/env bats
# verify and lint report what is wrong in a lesson. The lesson is lessons/template, with one thing broken in each test.
bats_require_minimum_version 1.5.0

setup()
{
    T=$(mktemp -d /tmp/shmlab-test.XXXXXX)
    ROOT=$BATS_TEST_DIRNAME/../..
    L=$T/lessons/00-broken
    mkdir "$T/lessons"
    cp -r "$ROOT/lessons/template" "$L"
    export SHMLAB_LESSONS=$T/lessons
}

teardown() { rm -rf "$T"; }

verify() { BUILD_BIN=$BUILD_BIN "$BATS_TEST_DIRNAME/verify" --quick "$@"; }

# lint [run]: the lint's messages; with "run" those about README.md's commands and the questions.
lint()
{
    PYTHONPATH=$ROOT/lessons SHMLAB_BIN=$BUILD_BIN python3 -B -c '
import sys
from runner import conf, lint, lint_run
lesson = conf.load(sys.argv[1])
print(*(lint_run.run(lesson) if len(sys.argv) > 2 else lint.lint(lesson)), sep="\n")' "$L" "$@"
}

# named TEXT: the lint says this, and nothing else
named()
{
    run lint
    [[ $output == "$1" ]] || { printf '%s\n' "$output" && false; }
}

@test "a complete lesson passes, and so do the commands of its README" {
    named ''
    run lint run
    [[ ! $output ]] || { printf '%s\n' "$output" && false; }
}

@test "a mistake that gets no diagnosis is reported, and not counted in the score" {
    rm "$L/mistakes/"[!so]*.patch # fewer are faster
    rm -r "$L/wrong"
    sed -i 's/mistake starts-at-one/wrong starts-at-one/' "$L/check.bats"
    run -1 verify 0
    [[ $output == *"mistakes starts-at-one: its diagnosis must be 'starts-at-one', but is: none"* ]] ||
        { printf '%s\n' "$output" && false; }
    [[ $output == *'kill score: 1 of 2 mistakes diagnosed by name'* ]]
}

@test "a verdict without a diagnosis that no program of wrong/ causes is reported with its line" {
    rm "$L/mistakes/"*.patch "$L/wrong/status-2.patch"
    local line
    line=$(grep -n '^    fails_well$' "$L/check.bats" | cut -d: -f1)
    run -1 verify 0
    [[ $output == *"00-broken: check.bats:$line: no program in wrong/ causes this verdict"* &&
        $output == *'3 of 4 verdicts without a diagnosis proved'* ]] || { printf '%s\n' "$output" && false; }
}

@test "a program of wrong/ that passes, fails with another text, or gets a diagnosis is reported" {
    rm "$L/mistakes/"*.patch
    sed -i 's/^    exits 0$/    true/; s/^    wrong "count was/    mistake one-byte "count was/; s/^    fails_well$/    wrong "so not"/' "$L/check.bats"
    run -1 verify 0
    [[ $output == *'wrong status-3: this test must fail, but passes: counter finds the segment and ends well'* &&
        $output == *'wrong counts-two: it must fail without a diagnosis, but has: one-byte'* &&
        $output == *"wrong status-2: the test 'without a segment counter says so, and makes none' must say: Its exit status is 2"* ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "a program of wrong/ that fails in more tests than its patch names is reported" {
    rm "$L/mistakes/"*.patch "$L/wrong/"[!c]*
    sed -i '/^Fails/,/^Says/d; s/^--- /Fails: counter finds the segment and ends well\nSays: status\n&/' "$L/wrong/counts-two.patch"
    run -1 verify 0
    [[ $output == *'its patch does not say that this test fails: count is one higher, and nothing else has changed'* ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "a third of the mistakes and a part of the builds, the same ones for a commit; with SHMLAB_TEST_ALL all of them" {
    rm -r "$L/wrong"
    run "$BATS_TEST_DIRNAME/verify" 0
    [[ $output =~ by\ --part\ ([0-9a-f]{40}|none)\ a\ third\ of\ the\ mistakes,\ and\ .*\ gcc\ -O0\ and:\ 00\ (gcc|clang) ]] &&
        [[ $output =~ 00-broken\ +ok\ +2/2\ +[34]/[34]\  ]] || { printf '%s\n' "$output" && false; }
    first=$(grep by.--part <<<"$output")
    run "$BATS_TEST_DIRNAME/verify" 0
    [[ $(grep by.--part <<<"$output") == "$first" ]]
    SHMLAB_TEST_ALL=1 run "$BATS_TEST_DIRNAME/verify" 0
    [[ $output =~ 00-broken\ +ok\ +5/5\ +11/11\  && $output != *by\ --part* ]] || { printf '%s\n' "$output" && false; }
}

@test "a start that passes is reported" {
    rm -r "$L/mistakes/"*.patch "$L/wrong"
    cp "$L/solution/counter.c" "$L/start/"
    run -1 verify 0
    [[ $output == *"00-broken: start: it must fail with the diagnosis 'not-counted', but passes"* ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "lint: a start without TODO, a solution with one" {
    sed -i 's/TODO/to do/' "$L/start/counter.c"
    echo '// TODO' >>"$L/solution/counter.c"
    named $'there is no TODO in start/\nsolution/counter.c has a TODO in it'
}

@test "lint: stray files" {
    cp /bin/true "$L/solution/counter"
    touch "$L/start/counter.c~" "$L/notes"
    run lint
    [[ $output == *'notes: a lesson has no such file'* && $output == *'solution/counter: a stray file'* &&
        $output == *'start/counter.c~: a stray file'* ]] || { printf '%s\n' "$output" && false; }
}

@test "lint: a diagnosis that is only in check.bats, and one that is only in lesson.conf" {
    sed -i 's/mistake one-byte/mistake two-bytes/' "$L/check.bats"
    named "check.bats has 'mistake two-bytes', but lesson.conf has no such line
check.bats never gives the mistake 'one-byte'"
}

@test "lint: a patch that fits only with fuzz, changes a file that isn't the learner's, or doesn't say what is wrong" {
    local one=$L/mistakes/one-byte.patch
    sed -i 's/shmdt(base);/shmdt(base); \/\/ done/' "$L/solution/counter.c" # the line behind those that it changes
    run lint
    [[ $output == *"mistakes/one-byte.patch does not fit solution/: 1 out of 1 hunk FAILED"* ]] || { printf '%s\n' "$output" && false; }
    cp "$ROOT/lessons/template/solution/counter.c" "$L/solution/"
    sed -i '1d; s/counter\.c/maker.c/' "$one"
    run lint
    [[ $output == *"mistakes/one-byte.patch: its first line is not 'Mistake: what is wrong.'"* &&
        $output == *'mistakes/one-byte.patch changes maker.c, but lesson.conf has no '\''edit = maker.c'\'* ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "lint: a patch of wrong/ without the test that must fail, or with one that doesn't exist" {
    sed -i '/^Says/d' "$L/wrong/status-2.patch"
    sed -i 's/^Fails: counter/Fails: founder/' "$L/wrong/status-3.patch"
    echo note >"$L/wrong/notes"
    named "wrong/notes: not a patch
wrong/status-2.patch lacks the lines 'Fails: NAME OF A TEST' and 'Says: PART OF ITS VERDICT'
wrong/status-3.patch: check.bats has no test 'founder finds the segment and ends well'"
}

@test "lint: the '---' lines of a patch must say whether it starts from solution/ or start/" {
    local one=$L/mistakes/one-byte.patch
    sed -i 's|^--- solution/|--- my/|' "$one"
    named "mistakes/one-byte.patch: in all its lines '--- FOLDER/FILE', FOLDER must be the same: solution or start"
    { head -n 1 "$one" && diff -u "$L"/{start,solution}/counter.c; } >"$T/patch" || true
    sed "s|^--- $L/|--- |; s|^+++ $L/|+++ |" "$T/patch" >"$one"
    named ''
}

@test "lint: needs of a test that doesn't exist" {
    sed -i 's/needs "counter finds/needs "counter founds/' "$L/check.bats"
    named 'check.bats: needs "counter founds the segment and ends well", but no test has that name'
}

@test "lint: links that lead nowhere, and a missing part" {
    sed -i 's/counter.svg/gone.svg/; s/^## Think/## Thoughts/' "$L/README.md"
    named $'README.md has no part \'## Think\'\nREADME.md: the link pictures/gone.svg leads nowhere'
}

@test "lint: too few hints" {
    sed -i '/^## 2/,$d' "$L/hints.md"
    named 'hints.md has 1 hints; the minimum is 3'
}

@test "lint: a line of start/ or README.md of more than 80 columns, not counting a link's address" {
    printf -v wide '%081d' 0
    printf -v address 'https://example.org/%080d' 0
    printf '/* %s */\n\t/* %s */\n' "${wide:7}" "${wide:15}" >>"$L/start/counter.c" # 80 columns, and 80
    printf '%s\n[%s](%s)\n<%s>\n' "${wide:1}" "${wide:3}" "$address" "$address" >>"$L/README.md"
    named ''
    printf '/* %s */\n\t/* %s */\n' "${wide:6}" "${wide:14}" >>"$L/start/counter.c"
    printf '| %s |\n~~~\n%s\n~~~\n' "${wide:4}" "$wide" >>"$L/README.md"
    code=$(wc -l <"$L/start/counter.c") page=$(wc -l <"$L/README.md")
    named "start/counter.c:$((code - 1)): the line has 81 columns; the maximum is 80
start/counter.c:$code: the line has 81 columns; the maximum is 80
README.md:$((page - 3)): the line has 81 columns; the maximum is 80
README.md:$((page - 1)): the line has 81 columns; the maximum is 80"
}

@test "lint: a command of README.md that fails is reported with its line, status and output" {
    sed -i 's/^\$ make$/$ make nothing-such/' "$L/README.md"
    line=$(grep -n 'make nothing-such' "$L/README.md" | cut -d: -f1)
    run lint run
    [[ $output == *"README.md:$line: its exit status is 2: make nothing-such"* ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "lint: a question that does not compile" {
    sed -i 's/sizeof(struct counter)/sizeof(struct clicker)/' "$L/lesson.conf"
    run lint run
    [[ $output == *'the expression of a question does not compile: sizeof(struct clicker)'* ]]
}

@test "lesson new copies the template with the new number, and uses no number twice" {
    python3 -B "$ROOT/lessons/runner/lesson" new 42-mine
    [[ $(head -n 1 "$T/lessons/42-mine/README.md") == '# 42 Count in a segment' ]]
    run -1 python3 -B "$ROOT/lessons/runner/lesson" new 42-other
}

@test "lint: a function of check.bash that is hidden by the lesson's own" {
    printf 'end_name()\n{\n    :\n}\n' >>"$L/check.bats"
    named 'check.bats has a function end_name, which hides that of check.bash'
}

@test "lint: a question without a reason for wrong answers, and a guess that is right" {
    sed -i '/^why = Add up its/d' "$L/lesson.conf"
    named "lesson.conf: a wrong answer has no reason; add 'why = ...' below 'ask = How many bytes does struct counter need? ...'"
    sed -i 's/^guess = 0 /guess = 8 /' "$L/lesson.conf"
    run lint run
    [[ $output == "lesson.conf: a guess for 'ask = At which offset does count lie? ...' is the right answer, or given twice" ]] || false
    sed -i 's/^guess = 8 /guess = 8 +; /' "$L/lesson.conf"
    run lint run
    [[ $output == *'does not compile: 8 +;'* ]] || false
}
