# Exercises, step by step. Installs what is missing first.
#
#   ./shmlab lesson           where you are and what comes next
#   ./shmlab lesson list      all lessons
#   ./shmlab lesson start 01  puts the files of the first lesson into ./lab-work
#   ./shmlab lesson check     builds your program, runs it and looks at the memory
#   ./shmlab lesson help      all commands: watch, hint, view, gdb, solution, ...
#
# SHMLAB_WORK=FOLDER puts your files into another folder. SHMLAB_LESSONS=FOLDER
# takes the lessons from there, if you write your own (docs/lesson-format.md).
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

# How the user can run shmlab from the current folder, so that commands in messages work as they are printed.
shmlab_call()
{
    local found
    if [[ $INSTALLED ]]; then
        printf "%s" "$CALL"
    elif found=$(type -P shmlab) && [[ $(readlink -f -- "$found") == "$ROOT/shmlab" ]]; then
        printf 'shmlab'
    elif [[ $PWD -ef $ROOT ]]; then
        printf './shmlab'
    else
        printf '%q' "$0"
    fi
}

command_lesson()
{
    case ${1-} in
        start | check | watch | ask | view | gdb | grade | verify) build_programs build lesson lesson-more >&2 || exit 1 ;;
        mistake) packages_require lesson lesson-more >&2 ;;
        *) packages_require lesson >&2 ;;
    esac
    SHMLAB_CALL=$(shmlab_call) SHMLAB_BIN=$BIN exec python3 "$ROOT/lessons/runner/lesson" "$@"
}
