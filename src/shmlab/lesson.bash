# Exercises, step by step: you write C, and see what it does to memory. Installs what is missing first.
#
#   ./shmlab lesson               where you are, and what is next
#   ./shmlab lesson list          all lessons
#   ./shmlab lesson start 01      puts the first one's files into ./lab-work
#   ./shmlab lesson check         builds your program, runs it, and looks at the memory
#   ./shmlab lesson help          all words: watch, hint, view, gdb, solution, ...
#
# SHMLAB_WORK=FOLDER puts your files into another folder. SHMLAB_LESSONS=FOLDER takes the lessons from there: for
# those who write their own (docs/lesson-format.md).
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

# How the user calls the front door from here: what is told to type must work as it stands.
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
