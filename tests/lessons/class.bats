#!/usr/bin/env bats
# grade: which lessons it takes from what is handed in, and the folder that it leaves.
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

# --anyway: these programs are our own, and a chroot's plain user may have no namespace to hold them in.
grade()
{
    SHMLAB_LESSONS=$T/lessons SHMLAB_BIN=$BUILD_BIN python3 -B "$BATS_TEST_DIRNAME/../../lessons/runner/lesson" grade -j 2 --anyway "$@"
}

# Two lessons in folders of their own: the first is right, the second has a mistake.
hand_in() # NAME
{
    mkdir -p "$T/class/$1/work"
    cp -r "$T/lessons/01-tiny/solution" "$T/class/$1/work/01-tiny"
    cp -r "$T/lessons/02-other/solution" "$T/class/$1/work/02-other"
    lesson_mistake "$T/lessons/02-other" times-four >"$T/class/$1/work/02-other/writer.c"
}

@test "without N all lessons that are found in a submission are graded" {
    hand_in anna
    run -1 grade "$T/class"
    [[ $output =~ anna\ +01-tiny\ +pass\ +3/3 && $output =~ anna\ +02-other\ +fail\ +2/3\ +times-four ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "with N only that lesson counts; a right one ends with 0, and older grades stay" {
    hand_in anna
    run -0 grade 1 "$T/class"
    echo kept >"$T/class.grades/table.txt"
    run -0 grade 1 "$T/class"
    [[ $(cat "$T/class.grades/table.txt") == kept && -s $T/class.grades.2/grades.json ]]
}

@test "what can't be taken is a row with its reason, and hinders nobody" {
    hand_in anna
    echo no >"$T/class/bert.zip"
    mkdir "$T/class/=cora"
    run -1 grade 1 "$T/class"
    [[ $output == *"archive can't be read"* && $output == *'there is no writer.c in it'* && $output == *'1 pass'* ]] ||
        { printf '%s\n' "$output" && false; }
    grep -q "^'=cora," "$T/class.grades/table.csv"
}

@test "an empty class, and a folder that is not there, are told" {
    run -1 grade "$T/class"
    [[ $output == *"there is no submission in "* && ! -e $T/class.grades ]]
    run -1 grade "$T/nowhere"
    [[ $output == *"there is no folder "* ]]
}
