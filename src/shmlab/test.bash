# Builds and tests everything, as CI does. Installs what is missing first.
#
#   ./shmlab test           everything; about eight minutes on two cores
#   ./shmlab test --all     without leaving anything out, at night: all builds
#                           and mistakes of lessons, all walks, grading by root
#                           and by a user, tests also without sanitizers, a
#                           million inputs for each fuzzer
#   ./shmlab test NAME...   tests whose name matches the regular expression NAME
#   ./shmlab test --list    the names of the tests
#   ./shmlab test --chroot bookworm|trixie|jammy|noble
#                           everything, and the demo, in a fresh minimal system
#                           (needs root and a network)
#
# The steps of a whole run:
#   dev      gcc: all tests that sanitizers would disturb (--all: the others, too)
#   asan     address and undefined-behaviour sanitizers: all other tests
#   release  gcc -O2: no warning
#   fuzz     clang: no warning; libFuzzer on readers of files, FUZZ_SECONDS (20)
# If a step fails, the others still run; the table at the end shows each of them.
# Exit status: 1 if any failed.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

CTEST_LIMIT=600 # seconds for one test
STEPS=()                 # name|mark|seconds|what: rows of the table at the end
PASSED=0 FAILED=0        # tests in all steps

# gdb_minimal: a gdb without Python, for the tests of gdb/.gdbinit. Debian's package conflicts with the full gdb, so it is
# only unpacked. If there is none, those tests say so.
gdb_minimal()
{
    local folder=$ROOT/build/gdb-minimal log=$ROOT/build/setup.log
    [[ -x $folder/usr/bin/gdb ]] && return
    has apt-get && has dpkg && mkdir -p "$folder" || return
    (cd "$folder" && quietly "$log" apt-get -q download gdb-minimal && quietly "$log" dpkg -x gdb-minimal_*.deb . &&
        rm -f gdb-minimal_*.deb)
}

# step_note NAME MARK START TEXT
step_note() { STEPS+=("$1|$2|$(seconds_since "$3")|$4"); }

# run_ctest STEP ARGUMENT...: shows its output, and counts the tests from its last line.
run_ctest()
{
    local step=$1 log=$ROOT/build/$1.ctest.log status closing
    shift
    ctest --test-dir "$ROOT/build/$step" --output-on-failure --timeout "$CTEST_LIMIT" "$@" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    # "93% tests passed, 3 tests failed out of 45"
    closing=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log" | tail -n 1)
    [[ $closing ]] || return 1
    FAILED=$((FAILED + ${closing% *})) PASSED=$((PASSED + ${closing#* } - ${closing% *}))
    COUNTED="$((${closing#* } - ${closing% *})) passed, ${closing% *} failed"
    return "$status"
}

# step_tests PRESET CTEST-ARGUMENT...: builds and tests.
step_tests()
{
    local preset=$1 start=$EPOCHSECONDS COUNTED='no test ran'
    shift
    say "${BOLD}== $preset: build and test${PLAIN}"
    if ! build_preset "$preset"; then
        step_note "$preset" failed "$start" "does not build: build/$preset.log"
        return 1
    fi
    if ! run_ctest "$preset" "$@"; then
        step_note "$preset" failed "$start" "$COUNTED"
        return 1
    fi
    step_note "$preset" ok "$start" "$COUNTED"
}

# step_build PRESET: its preset makes every warning an error.
step_build()
{
    local preset=$1 start=$EPOCHSECONDS
    say "${BOLD}== $preset: build${PLAIN}"
    if build_preset "$preset"; then
        step_note "$preset" ok "$start" 'builds without a warning'
    else
        step_note "$preset" failed "$start" "does not build without a warning: build/$preset.log"
    fi
}

# tests_skipped: which tests could not run here, and why, from ctest's log: of bats "ok 3 NAME # skip WHY", of cmocka the
# lines "[ RUN      ] NAME", "# skip WHY".
tests_skipped()
{
    awk '/^ok [0-9]+ .* # skip/ { sub(/^ok [0-9]+ /, ""); sub(/ # skip */, ": "); print "  " $0 }
        /^\[ RUN      \] / { name = $4 }
        /^# skip / { sub(/^# skip /, ""); print "  " name ": " $0 }' \
        "$ROOT/build/$PRESET/Testing/Temporary/LastTest.log" 2>/dev/null
}

results_print()
{
    local row name mark seconds what skipped failed=0
    skipped=$(tests_skipped)
    printf '\n%sResults%s\n' "$BOLD" "$PLAIN"
    for row in "${STEPS[@]}"; do
        IFS='|' read -r name mark seconds what <<<"$row"
        [[ $mark == ok ]] || failed=1
        printf '  %-8s %s%-6s%s %4ss  %s\n' "$name" \
            "$([[ $mark == ok ]] && printf %s "$GREEN" || printf %s "$RED")" "$mark" "$PLAIN" "$seconds" "$what"
    done
    [[ $skipped ]] && printf 'Could not be tried on this machine:\n%s\n' "$skipped"
    printf 'tests: %d passed, %d failed\n' "$PASSED" "$FAILED"
    return "$failed"
}

# grade_left_out: which test of the class of hostile programs to leave out: as root or as a plain user, in turn from
# commit to commit.
grade_left_out()
{
    case $(git -C "$ROOT" rev-parse HEAD 2>/dev/null) in
        *[02468ace]) printf 'lessons/grade-user' ;;
        *) printf 'lessons/grade' ;;
    esac
}

test_all()
{
    local jobs
    # most tests wait for something most of the time, so twice as many run as there are processors. Those that keep a
    # processor busy count as several: PROCESSORS in tests/CMakeLists.txt.
    jobs=$((2 * $(nproc 2>/dev/null || echo 2)))
    packages_require build test oracle browser
    gdb_minimal
    if [[ ${SHMLAB_TEST_ALL-} ]]; then
        step_tests dev -j "$jobs"
    else
        step_tests dev -j "$jobs" -L 'plain|both' -E "^$(grade_left_out)\$"
    fi
    step_tests asan -j "$jobs" -LE 'plain|fuzz'
    step_build release
    step_tests fuzz -j "$jobs" -L fuzz
    results_print
}

# test_some NAME...: joins the names to one regular expression.
test_some()
{
    local IFS='|' filter
    filter=$*
    unset IFS
    packages_require build test oracle
    gdb_minimal
    step_tests "$PRESET" -j "$(nproc 2>/dev/null || echo 2)" -R "$filter"
    results_print
}

test_list()
{
    packages_require build test oracle
    build_preset "$PRESET" || exit 1
    ctest --test-dir "$BUILD" -N | sed -n 's/^ *Test *#[0-9]*: /  /p'
}

command_test()
{
    case ${1-} in
        '') test_all ;;
        --all)
            export SHMLAB_TEST_ALL=1 FUZZ_RUNS=${FUZZ_RUNS:-1000000}
            CTEST_LIMIT=7200
            shift && command_test "$@"
            ;;
        --list) test_list ;;
        --chroot) shift && exec "$ROOT/tests/chroot/check" "$@" ;;
        -*) usage_error test "test does not know '$(printable "$1")'." ;;
        *) test_some "$@" ;;
    esac
}
