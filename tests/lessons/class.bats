#!/usr/bin/env bats
# grade: which lessons it finds in a submission, and the folder that it writes.
bats_require_minimum_version 1.5.0

setup()
{
    T=$(mktemp -d /tmp/shmlab-test.XXXXXX)
    mkdir "$T/class" "$T/lessons"
    # shellcheck source=tests/lessons/tiny.bash
    . "$BATS_TEST_DIRNAME/tiny.bash"
    lesson_make "$T/lessons/01-tiny"
    lesson_make "$T/lessons/02-other" Other
}

teardown() { rm -rf "$T"; }

# --anyway: these programs are our own, and a plain user in a chroot may have no namespace for a sandbox.
grade()
{
    SHMLAB_LESSONS=$T/lessons SHMLAB_BIN=$BUILD_BIN python3 -B "$BATS_TEST_DIRNAME/../../lessons/runner/lesson" grade -j 2 --anyway "$@"
}

# Two lessons, each in its folder: the first is right, the second has a mistake.
hand_in() # NAME
{
    mkdir -p "$T/class/$1/work"
    cp -r "$T/lessons/01-tiny/solution" "$T/class/$1/work/01-tiny"
    cp -r "$T/lessons/02-other/solution" "$T/class/$1/work/02-other"
    lesson_mistake "$T/lessons/02-other" times-four >"$T/class/$1/work/02-other/writer.c"
}

@test "without N, all lessons found in a submission are graded" {
    hand_in anna
    run -1 grade "$T/class"
    [[ $output =~ anna\ +01-tiny\ +pass\ +3/3 && $output =~ anna\ +02-other\ +fail\ +2/3\ +times-four ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "with N, only that lesson counts; if all pass it exits 0, and older grades are kept" {
    hand_in anna
    run -0 grade 1 --seconds 5.5 "$T/class"
    echo kept >"$T/class.grades/table.txt"
    run -0 grade 1 "$T/class"
    [[ $(cat "$T/class.grades/table.txt") == kept && -s $T/class.grades.2/grades.json ]]
}

@test "a submission that can't be graded is a row with the reason, and doesn't affect the others" {
    hand_in anna
    echo no >"$T/class/bert.zip"
    mkdir "$T/class/=cora"
    run -1 grade 1 "$T/class"
    [[ $output == *"archive can't be read"* && $output == *'there is no writer.c in it'* && $output == *'1 pass'* ]] ||
        { printf '%s\n' "$output" && false; }
    grep -q "^'=cora," "$T/class.grades/table.csv"
}

@test "archives that hold or fill whoever reads them, and folders without end, cost only their own grade" {
    hand_in anna
    python3 "$BATS_TEST_DIRNAME/archives.py" "$T/class" traps
    hand_in zora
    run -1 grade 1 "$T/class"
    for name in anna zora; do [[ $output =~ $name\ +01-tiny\ +pass ]]; done || { printf '%s\n' "$output" && false; }
    for name in endless.tgz lzma.zip memory.tgz; do [[ $output =~ $name\ +error ]]; done || { printf '%s\n' "$output" && false; }
    [[ $output =~ deep\ +01-tiny ]]
}

names() # prints the names in grades.json, a line each
{
    python3 -c 'import json, sys
for each in json.load(open(sys.argv[1]))["submissions"]: print(each["name"])' "$1/grades.json"
}

@test "names that look the same stay two learners, in all tables" {
    for name in alice 'alice ' $'al\x01ice' $'al\x02ice' 'al\x01ice'; do hand_in "$name"; done
    run -0 grade 1 "$T/class"
    names "$T/class.grades" >"$T/names"
    [[ $(sort -u "$T/names" | wc -l) == 5 ]] || { cat "$T/names" && false; }
    grep -qx 'alice\\x20' "$T/names"
    grep -qx 'al\\x01ice (2)' "$T/names"
    [[ $(tail -n +2 "$T/class.grades/table.csv" | cut -d , -f 1 | sort -u | wc -l) == 5 ]]
    [[ $(grep -o '<testsuite name="[^"]*"' "$T/class.grades/junit.xml" | sort -u | wc -l) == 5 ]]
    [[ $(find "$T/class.grades/feedback" -type f | wc -l) == 5 ]]
}

two_done() { (($(wc -l <"$T/class.grades/unfinished") >= 3)); }

@test "a grading that is stopped keeps what it has, also after kill -9, and goes on with --resume" {
    export TMPDIR=$T/tmp
    mkdir "$TMPDIR"
    for name in a b c d e f; do hand_in $name; done
    run -1 grade --resume 1 "$T/class"
    [[ $output == *'was stopped: without --resume'* ]]
    for signal in TERM KILL; do
        rm -rf "$T/class.grades"
        grade -j 1 1 "$T/class" >"$T/said" 2>&1 3>&- &
        until [[ -e $T/class.grades/unfinished ]] && two_done; do sleep 0.05; done
        pkill -"$signal" -f "grade -j 2 --anyway -j 1 1 $T/class"
        wait $! || true
        if [[ $signal == TERM ]]; then
            grep -q 'stopped. The grades so far' "$T/said"
            grep -q 'not finished: . are not graded yet' "$T/class.grades/table.txt"
        fi
        run -1 grade --resume "$T/class"
        [[ $output == *'asked for other lessons'* ]]
        sed -i '2s/"01-tiny"/"kept"/' "$T/class.grades/unfinished"
        run -0 grade --resume 1 "$T/class"
        [[ $output == *kept* && $(names "$T/class.grades" | paste -sd ' ') == 'a b c d e f' ]]
        [[ ! -e $T/class.grades/unfinished && ! -e $T/class.grades.2 ]]
        [[ -z $(ls "$TMPDIR") ]]
    done
}

@test "an empty class, and a folder that doesn't exist, are reported" {
    run -1 grade "$T/class"
    [[ $output == *"there is no submission in "* && ! -e $T/class.grades ]]
    run -1 grade "$T/nowhere"
    [[ $output == *"there is no folder "* ]]
}
