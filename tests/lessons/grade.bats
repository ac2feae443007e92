#!/usr/bin/env bats
# A class with hostile programs in it (hostile/), graded once; each test looks at the result of one of them. It is
# graded by a plain user with GRADE_AS=user, otherwise by the user who runs the tests.
bats_require_minimum_version 1.5.0

PLAIN=54321 # a uid that nobody has

setup_file()
{
    export T
    T=$(mktemp -d /tmp/shmlab-test.XXXXXX)
    chmod 755 "$T"
    # without namespaces (in a chroot), kill -9 -1 would end the grader too
    export HELD=0
    unshare --user --map-root-user true 2>/dev/null || return 0
    HELD=1
    # shellcheck source=tests/lessons/tiny.bash
    . "$BATS_TEST_DIRNAME/tiny.bash"
    kit_make
    class_make
    # a segment in the grader's own IPC namespace, to which everybody may write
    ipcmk -M 4096 -p 0666 | sed 's/.*: //' >"$T/victim"
    awk 'NR > 1 { print $2 }' /proc/sysvipc/shm | sort >"$T/segments"
    # an earlier grading
    mkdir -p "$T/class.grades/feedback"
    echo earlier >"$T/class.grades/feedback/a-honest.txt"
    service_start
    grade_class "$T/class" >"$T/said" 2>"$T/errors" && echo 0 >"$T/status" || echo $? >"$T/status"
}

# A service that listens on a socket outside of the folders that are always hidden, for everybody.
service_start()
{
    export SERVICE
    mkdir -p "$BUILD_DIR/service"
    SOCKET=$BUILD_DIR/service/${T##*.}
    for source in "$T"/class/ask-service.c; do sed -i "1i #define SOCKET \"$SOCKET\"" "$source"; done
    python3 -c '
import os, socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
listening.listen(100)
print("ready", flush=True)
while True:
    listening.accept()' "$SOCKET" >"$T/service" 3>&- &
    SERVICE=$!
    for ((i = 0; i < 1000; i++)); do [[ -s $T/service ]] && return; sleep 0.02; done
    return 1
}

teardown_file()
{
    [[ ! ${SERVICE-} ]] || kill "$SERVICE"
    rm -f "$BUILD_DIR/service/${T##*.}"
    rmdir --ignore-fail-on-non-empty "$BUILD_DIR/service" 2>/dev/null
    [[ ! -e $T/victim ]] || ipcrm -m "$(cat "$T/victim")" || true
    rm -rf "$T"
}

# The kit in a folder that everybody can read, and a home folder to write into.
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
                    printf '"%s/kit/tests/lessons/right/01-tiny", "%s/class", "%s/class.grades"\n' "$T" "$T" "$T"
                    ;;
                include-solution.c) printf '#define SOLUTION "%s/solution/writer.c"\n' "$lesson" ;;
                outlive.c) printf '#define MARK "outlive-%s"\n' "${T##*.}" ;;
            esac
            cat "$source"
        } >"$T/class/$name"
    done
}

# A command in a session that has a key: keyctl's and add_key's numbers are those of x86-64.
WITH_KEY='
import ctypes, os, sys
if os.uname().machine == "x86_64":
    call = ctypes.CDLL(None).syscall
    call(250, 1, None)
    call(248, b"user", b"shmlab-test", b"secret", 6, -3)
os.execv(sys.argv[1], sys.argv[1:])'

# grade_class DIR ARGUMENT...: as the user of GRADE_AS
grade_class()
{
    local as=()
    if [[ ${GRADE_AS-} == user && $EUID == 0 ]]; then
        as=(setpriv "--reuid=$PLAIN" "--regid=$PLAIN" --clear-groups)
        chown -R "$PLAIN:$PLAIN" "$T"
    fi
    cd "$T/kit/lessons" && env HOME="$T/home" SHMLAB_BIN="$T/bin" SHMLAB_LESSONS="$T/kit/lessons" \
        "${as[@]}" "$(plain_python)" -c "$WITH_KEY" "$(plain_python)" -B -m runner.grade -j 2 --seconds 2 1 "$@"
}

# A python that every user may run.
plain_python()
{
    if [[ -x /usr/bin/python3 ]]; then echo /usr/bin/python3; else command -v python3; fi
}

setup()
{
    ((HELD)) || skip "the kernel allows no user namespace here, and without one there is no sandbox for such programs"
    GRADES=$T/class.grades.2
}

# result NAME: the result and the diagnoses of one submission
result()
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

explain() # NAME: prints why a test failed, and fails
{
    head -n 20 "$GRADES/feedback/$1.txt" "$T/errors"
    false
}

@test "the honest ones pass, and a mistake gets its diagnosis, beside the hostile ones" {
    cat "$T/said" "$T/errors"
    for name in a-honest m-honest z-honest; do [[ $(result $name) == pass ]] || explain $name; done
    [[ $(result mistaken.c) == 'fail times-four' ]]
    [[ $(cat "$T/status") == 1 ]]
}

@test "an endless loop is reported as a hang" {
    [[ $(result endless-loop.c) == 'fail hang' ]] || explain endless-loop.c
}

@test "a fork bomb ends" {
    [[ $(result fork-bomb.c) == 'fail hang' ]] || explain fork-bomb.c
}

@test "gigabytes of output are cut" {
    [[ $(result flood.c) == 'fail '* ]] || explain flood.c
    [[ $(stat -c %s "$GRADES/feedback/flood.c.txt") -lt 20000 ]]
}

@test "leaked segments are gone" {
    [[ $(result leak.c) == 'fail '* ]] || explain leak.c
    awk 'NR > 1 { print $2 }' /proc/sysvipc/shm | sort >"$T/segments.now"
    diff "$T/segments" "$T/segments.now"
}

@test "kill -9 -1 ends only the program itself" {
    [[ $(result kill-all.c) == 'fail '* ]] || explain kill-all.c
}

@test "a program that writes everywhere leaves no file" {
    [[ $(result write-everywhere.c) == fail* ]] || explain write-everywhere.c
    run find "$T" /tmp /var/tmp /dev/shm /run /etc /usr/bin /root -maxdepth 4 -name hostile-mark
    [[ $output != *hostile-mark* ]] || { printf '%s\n' "$output" && false; }
}

@test "the answers can't be read" {
    grep -q 'looked, 0 found' "$GRADES/feedback/read-solution.c.txt" || explain read-solution.c
    run ! grep ANSWER "$GRADES/feedback/read-solution.c.txt"
}

@test "a program that stops its parent is stopped in its time" {
    [[ $(result stop-watchdog.c) == 'fail hang' ]] || explain stop-watchdog.c
}

@test "the keys of the grader's session can't be read" {
    grep -q 'looked, key not found' "$GRADES/feedback/read-keys.c.txt" || explain read-keys.c
}

@test "a service of the machine can't be asked" {
    grep -q 'asked, no connection' "$GRADES/feedback/ask-service.c.txt" || explain ask-service.c
}

@test "folders that are nested too deep, and a closed one, are removed" {
    [[ $(result nest.c) == fail* ]] || explain nest.c
}

@test "the answers can't be included" {
    [[ $(result include-solution.c) == 'error does-not-build' ]] || explain include-solution.c
}

@test "endless input and macro bombs stop only the compiler" {
    [[ $(result include-device.c) == 'error does-not-build' ]] || explain include-device.c
    [[ $(result macro-bomb.c) == 'error does-not-build' ]] || explain macro-bomb.c
}

@test "an executable of gigabytes is not built" {
    [[ $(result huge-binary.c) == 'error does-not-build' ]] || explain huge-binary.c
}

@test "a process that outlives its parent is killed" {
    [[ $(result outlive.c) == 'fail '* || $(result outlive.c) == fail ]] || explain outlive.c
    run ! pgrep -f "outlive-${T##*.}"
}

@test "a program that uses up memory is stopped" {
    [[ $(result eat-memory.c) == 'fail '* ]] || explain eat-memory.c
}

@test "segments have a limit too" {
    got=$(sed -n 's/.*got \([0-9]*\) MiB.*/\1/p' "$GRADES/feedback/eat-segments.c.txt" | head -n 1)
    ((got > 0 && got < 512)) || explain eat-segments.c
}

@test "all files together have a limit" {
    got=$(sed -n 's/.*got \([0-9]*\) MiB.*/\1/p' "$GRADES/feedback/fill-disk.c.txt" | head -n 1)
    ((got > 0 && got < 300)) || explain fill-disk.c
}

@test "a program can't see the segments of others" {
    [[ $(result scribble.c) == fail* ]] || explain scribble.c
    perl -e 'shmread $ARGV[0], my $bytes, 0, 4096 or die $!; exit $bytes ne "\0" x 4096' "$(cat "$T/victim")"
}

@test "grading leaves no process and no temporary folder" {
    run ! pgrep -f "grade_job.*${T##*.}"
    run ls "$T"
    [[ $output == $'bin\nclass\nclass.grades\nclass.grades.2\nerrors\nhome\nkit\nsaid\nsegments'* ]] ||
        { printf '%s\n' "$output" && false; }
}

@test "each submission has its feedback, and the tables are complete" {
    submissions=("$T"/class/*) feedback=("$GRADES"/feedback/*) count=${#submissions[@]}
    ((${#feedback[@]} == count))
    [[ $(wc -l <"$GRADES/table.csv") == $((count + 1)) ]]
    xmllint --noout "$GRADES/junit.xml"
    [[ $(xmllint --xpath 'count(//testsuite)' "$GRADES/junit.xml") == "$count" ]]
}
