# Guided walks for a classroom: an instructor's tour in tmux, live, forth and back.
#
#   ./shmlab walk                lists the walks: title, minutes, for which lesson
#   ./shmlab walk NAME           plays one: Enter goes on, b goes back, ? shows the keys
#   ./shmlab walk --notes NAME   on a second terminal: the presenter's notes, which
#                                follow the walk that is played
#   ./shmlab walk --check FILE   looks for mistakes in a walk that you write
#
# Commands are typed for you, and run: nothing is canned. Back restores the
# segment, the programs and the screens. A walk has a folder, a tmux and a segment
# of its own, and leaves nothing behind.
#
#   --share[=GROUP]              students on this machine may look on, read-only: your
#                                own other terminals, or the members of GROUP. They type
#                                ./shmlab walk --follow
#   --film FILE.cast|FILE.svg    keeps what is shown: a recording, a moving picture
#   --auto SECONDS               plays it without a presenter, so long after each step
#   --size COLUMNSxROWS          the size, where there is no terminal
#
# NAME is a lesson's number (01), a name from the list, or a file. How to write a
# walk: docs/walks.md.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

command_walk()
{
    packages_require walk >&2
    build_programs build walk >&2 || exit 1
    SHMLAB_CALL=$CALL SHMLAB_BIN=$BIN exec python3 "$ROOT/lessons/walks/player/walk" "$@"
}
