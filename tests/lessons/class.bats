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
    run -0 grade 1 "$T/class"
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

@test "an empty class, and a folder that doesn't exist, are reported" {
    run -1 grade "$T/class"
    [[ $output == *"there is no submission in "* && ! -e $T/class.grades ]]
    run -1 grade "$T/nowhere"
    [[ $output == *"there is no folder "* ]]
}
