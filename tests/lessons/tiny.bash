# Tiny lessons for the tests of the runner, which so don't depend on the real ones.
#
#   lesson_make FOLDER             a whole lesson there: FOLDER is .../NN-name
#   lesson_mistake FOLDER NAME     prints its program with that mistake
# shellcheck shell=bash

# A writer that stores its argument, a number, at offset 4 of a segment of 64 bytes. The starter stores nothing.
tiny_program() # BODY
{
    cat <<END
/* writer: stores a number in a segment.  writer PATH NUMBER */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 7

int main(int argc, char **argv)
{
    int number = argc > 2 ? atoi(argv[2]) : 22;
    key_t key = ftok(argc > 1 ? argv[1] : ".", PROJ);
$1
}
END
}

readonly TINY_SOLUTION='    int id = shmget(key, 64, 0);
    char *base = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

    if (base == (char *)-1) {
        perror("writer");
        return 1;
    }
    memcpy(base + 4, &number, sizeof number);
    return 0;'

lesson_mistake() # FOLDER NAME
{
    patch --silent --output=- "$1/solution/writer.c" "$1/mistakes/$2.patch"
}

lesson_make() # FOLDER [TITLE]
{
    local number=${1##*/}
    mkdir -p "$1"/{start,solution,mistakes}
    tiny_program '    /* TODO: store number at offset 4 */
    printf("%d %d\n", (int)key, number);
    return 0;' >"$1/start/writer.c"
    tiny_program "$TINY_SOLUTION" >"$1/solution/writer.c"
    {
        echo 'Mistake: the offset is multiplied by four.'
        diff -u --label solution/writer.c --label times-four/writer.c "$1/solution/writer.c" \
            <(tiny_program "${TINY_SOLUTION/base + 4/base + 16}") || true
    } >"$1/mistakes/times-four.patch"
    cat >"$1/lesson.conf" <<END
# a tiny lesson
title = ${2:-Store a number}
teaches = offsets, and no more
minutes = 5
goal = You can store a number at an offset.
fact = An offset counts bytes.
program = writer: writer.c
edit = writer.c
args = writer: . 22
proj = 7
layout = file message.layout
starter = untouched
mistake = times-four | the offset counts bytes | README "The idea"; man 2 shmat
mistake = untouched | nothing is stored yet | README "Do"
ask = How many bytes has an int? | sizeof(int)
ask = At which offset is b? | offsetof(struct pair, b)
END
    printf '#include <stddef.h>\nstruct pair { char a; int b; };\n' >"$1/ask.h"
    printf 'shmlab layout 1\n4 int number\n' >"$1/message.layout"
    printf '# %s Store a number\n\nStore it.\n' "${number%%-*}" >"$1/README.md"
    printf '## 1\n\nLook at the offset.\n\n## 2\n\nmemcpy copies bytes.\n\n## 3\n\nmemcpy(base + 4, ...)\n' >"$1/hints.md"
    cat >"$1/check.bats" <<'END'
#!/usr/bin/env bats
load "$LAB/check"

@test "writer runs and ends well" {
    segment_zero 64
    run_program writer "$SEG_PATH" 22
    exits 0
}

@test "the number lies at offset 4" {
    needs "writer runs and ends well"
    segment_zero 64
    fresh_number 1000 60000
    cp "$BEFORE" "$T/expected"
    pack "$T/expected" "$LAB_LESSON/message.layout" number="$NUMBER"
    run_program writer "$SEG_PATH" "$NUMBER"
    segment_bytes "$T/actual"
    compare "$LAB_LESSON/message.layout" "$T/expected" "$T/actual" && return
    show "$T/expected" "$T/actual" "$LAB_LESSON/message.layout"
    [[ $(differs number) != "moved 16" ]] || mistake times-four "The number $NUMBER lies at offset 16, and belongs at 4."
    [[ $(differs number) != untouched ]] || mistake untouched "Offset 4 still has what was there before."
    wrong "number is not $NUMBER."
}

@test "without a segment writer says so" {
    segment_name
    run_program writer "$SEG_PATH" 22
    fails_well
}
END
}
