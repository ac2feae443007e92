# Guided walks for a classroom, in tmux: live, forth and back.
#
#   ./shmlab walk                lists the walks
#   ./shmlab walk NAME           plays one: Enter goes on, b back, ? shows keys
#   ./shmlab walk --notes NAME   with the notes; on a second terminal they follow
#                                the walk that is played
#   ./shmlab walk --follow       on a student's terminal: a walk that is shared
#   ./shmlab walk --check FILE   looks for mistakes in a walk that you write
#
# Options of walk NAME:
#   --share[=GROUP]    your other terminals, or the members of GROUP, may look on
#   --auto SECONDS     goes on by itself, so long after each step
#   --film FILE        keeps what is shown: NAME.cast or NAME.svg
#   --size COLSxROWS   the size, where there is no terminal
#
# Commands are typed for you and run live; back restores segment, programs and
# screens. NAME: a lesson's number (01), a name of the list, or a file. More:
# docs/walks.md.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

command_walk()
{
    packages_require walk >&2
    build_programs build walk >&2 || exit 1
    SHMLAB_CALL=$CALL SHMLAB_BIN=$BIN exec python3 "$ROOT/lessons/walks/player/walk" "$@"
}
