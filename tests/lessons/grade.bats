#!/usr/bin/env bats
# A class with hostile programs in it (hostile/), graded once; each test looks at what became of one of them. With
# GRADE_AS=user by a plain user, otherwise by whoever runs the tests.
bats_require_minimum_version 1.5.0

PLAIN=54321 # a uid that nobody has

setup_file()
{
    export T
    T=$(mktemp -d /tmp/shmlab-test.XXXXXX)
    chmod 755 "$T"
    # where nobody gets a namespace (in a chroot), kill -9 -1 would hit whoever grades, too
    export HELD=0
    unshare --user --map-root-user true 2>/dev/null || return 0
    HELD=1
    # shellcheck source=tests/lessons/tiny.bash
    . "$BATS_TEST_DIRNAME/tiny.bash"
    kit_make
    class_make
    # a segment of the grader's own IPC namespace, that all may write
    ipcmk -M 4096 -p 0666 | sed 's/.*: //' >"$T/victim"
    awk 'NR > 1 { print $2 }' /proc/sysvipc/shm | sort >"$T/segments"
    grade_class "$T/class" >"$T/said" 2>"$T/errors" && echo 0 >"$T/status" || echo $? >"$T/status"
}

teardown_file()
{
    [[ ! -e $T/victim ]] || ipcrm -m "$(cat "$T/victim")" || true
    rm -rf "$T"
}

# The kit where everybody can read it; a home to write into.
kit_make()
{
    mkdir -p "$T/kit/tests/lessons/right/01-tiny" "$T/kit/lessons" "$T/home" "$T/bin"
    cp -r "$BATS_TEST_DIRNAME/../../lessons/runner" "$T/kit/lessons/"
    cp "$BUILD_BIN/shm-view" "$BUILD_BIN/shm-probe" "$T/bin/"
    lesson_make "$T/kit/lessons/01-tiny"
    cp "$T/kit/lessons/01-tiny/solution/writer.c" "$T/kit/tests/lessons/right/01-tiny/"
}

class_make()
{
    local source name lesson=$T/kit/lessons/01-tiny folders
    mkdir "$T/class"
    for name in a-honest m-honest z-honest; do cp -r "$lesson/solution" "$T/class/$name"; done
    lesson_mistake "$lesson" times-four >"$T/class/mistaken.c"
    folders=$(printf '"%s", ' "$T/kit" "$T/kit/lessons" "$T/kit/lessons/runner" "$lesson" "$T/class" "$T/class/a-honest" "$T/home")
    for source in "$BATS_TEST_DIRNAME"/hostile/*.c; do
        name=${source##*/}
        {
            case $name in
                write-everywhere.c) printf '#define FOLDERS %s\n' "${folders%, }" ;;
                read-solution.c)
                    printf '#define FOLDERS "%s/solution", "%s/mistakes", "%s", ' "$lesson" "$lesson" "$lesson"
                    printf '"%s/kit/tests/lessons/right/01-tiny", "%s/class"\n' "$T" "$T"
                    ;;
                include-solution.c) printf '#define SOLUTION "%s/solution/writer.c"\n' "$lesson" ;;
                outlive.c) printf '#define MARK "outlive-%s"\n' "${T##*.}" ;;
            esac
            cat "$source"
        } >"$T/class/$name"
    done
}

# grade_class DIR WORDS...: as the one who is asked for
grade_class()
{
    local as=()
    if [[ ${GRADE_AS-} == user && $EUID == 0 ]]; then
        as=(setpriv "--reuid=$PLAIN" "--regid=$PLAIN" --clear-groups)
        chown -R "$PLAIN:$PLAIN" "$T"
    fi
    cd "$T/kit/lessons" && env HOME="$T/home" SHMLAB_BIN="$T/bin" SHMLAB_LESSONS="$T/kit/lessons" \
        "${as[@]}" "$(plain_python)" -B -m runner.grade -j 2 --seconds 2 1 "$@"
}

# A python that every user may run.
plain_python()
{
    if [[ -x /usr/bin/python3 ]]; then echo /usr/bin/python3; else command -v python3; fi
}

setup()
{
    ((HELD)) || skip "the kernel gives no user namespace here, and without one such programs can't be held"
    GRADES=$T/class.grades
}

# told NAME: the result, and the diagnoses, of one submission
told()
{
    python3 - "$GRADES/grades.json" "$1" <<'END'
import json, sys
for each in json.load(open(sys.argv[1]))["submissions"]:
    if each["name"] == sys.argv[2]:
        for lesson in each["lessons"].values():
            print(lesson["status"], *lesson["diagnoses"])
        if each["message"]:
            print("refused", each["message"])
END
}

tell() # NAME: why a test failed
{
    head -n 20 "$GRADES/feedback/$1.txt" "$T/errors"
    false
}

@test "the honest ones pass, and a mistake is told by its name, beside all the others" {
    cat "$T/said" "$T/errors"
    for name in a-honest m-honest z-honest; do [[ $(told $name) == pass ]] || tell $name; done
    [[ $(told mistaken.c) == 'fail times-four' ]]
    [[ $(cat "$T/status") == 1 ]]
}

@test "an endless loop is told as one" {
    [[ $(told endless-loop.c) == 'fail hang' ]] || tell endless-loop.c
}

@test "a fork bomb ends" {
    [[ $(told fork-bomb.c) == 'fail hang' ]] || tell fork-bomb.c
}

@test "gigabytes of output are cut" {
    [[ $(told flood.c) == 'fail '* ]] || tell flood.c
    [[ $(stat -c %s "$GRADES/feedback/flood.c.txt") -lt 20000 ]]
}

@test "leaked segments are gone" {
    [[ $(told leak.c) == 'fail '* ]] || tell leak.c
    awk 'NR > 1 { print $2 }' /proc/sysvipc/shm | sort >"$T/segments.now"
    diff "$T/segments" "$T/segments.now"
}

@test "kill -9 -1 hits nobody but the program" {
    [[ $(told kill-all.c) == 'fail '* ]] || tell kill-all.c
}

@test "who writes everywhere leaves no trace" {
    [[ $(told write-everywhere.c) == fail* ]] || tell write-everywhere.c
    run find "$T" /tmp /var/tmp /dev/shm /run /etc /usr/bin /root -maxdepth 4 -name hostile-mark
    [[ $output != *hostile-mark* ]] || { printf '%s\n' "$output" && false; }
}

@test "the answers can't be seen" {
    grep -q 'looked, 0 found' "$GRADES/feedback/read-solution.c.txt" || tell read-solution.c
    run ! grep ANSWER "$GRADES/feedback/read-solution.c.txt"
}

@test "the answers can't be included" {
    [[ $(told include-solution.c) == 'error does-not-build' ]] || tell include-solution.c
}

@test "text without end and macro bombs end the compiler, and nothing else" {
    [[ $(told include-device.c) == 'error does-not-build' ]] || tell include-device.c
    [[ $(told macro-bomb.c) == 'error does-not-build' ]] || tell macro-bomb.c
}

@test "a program of gigabytes is not built" {
    [[ $(told huge-binary.c) == 'error does-not-build' ]] || tell huge-binary.c
}

@test "what outlives its parent is ended" {
    [[ $(told outlive.c) == 'fail '* || $(told outlive.c) == fail ]] || tell outlive.c
    run ! pgrep -f "outlive-${T##*.}"
}

@test "who eats memory is stopped" {
    [[ $(told eat-memory.c) == 'fail '* ]] || tell eat-memory.c
}

@test "segments have a limit, too" {
    got=$(sed -n 's/.*got \([0-9]*\) MiB.*/\1/p' "$GRADES/feedback/eat-segments.c.txt" | head -n 1)
    ((got > 0 && got < 512)) || tell eat-segments.c
}

@test "files have a limit all together" {
    got=$(sed -n 's/.*got \([0-9]*\) MiB.*/\1/p' "$GRADES/feedback/fill-disk.c.txt" | head -n 1)
    ((got > 0 && got < 300)) || tell fill-disk.c
}

@test "segments of others are not there for it" {
    [[ $(told scribble.c) == fail* ]] || tell scribble.c
    perl -e 'shmread $ARGV[0], my $bytes, 0, 4096 or die $!; exit $bytes ne "\0" x 4096' "$(cat "$T/victim")"
}

@test "nothing of the grading runs on, and no folder of it stays" {
    run ! pgrep -f "grade_job.*${T##*.}"
    run ls "$T"
    [[ $output == $'bin\nclass\nclass.grades\nerrors\nhome\nkit\nsaid\nsegments'* ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "each submission has its feedback, and the tables are whole" {
    handed=("$T"/class/*) words=("$GRADES"/feedback/*) count=${#handed[@]}
    ((${#words[@]} == count))
    [[ $(wc -l <"$GRADES/table.csv") == $((count + 1)) ]]
    xmllint --noout "$GRADES/junit.xml"
    [[ $(xmllint --xpath 'count(//testsuite)' "$GRADES/junit.xml") == "$count" ]]
}
