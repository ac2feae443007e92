# Installs at once what is missing for all commands (on Debian and Ubuntu; with
# sudo if you are not root), and builds the programs. First it lists the packages
# and what they are for.
#
#   ./shmlab setup         for demo, serve, read, view, gdb, lesson and walk
#   ./shmlab setup --all   for ./shmlab test and bench too
#
# Each command also installs what it needs itself when you first use it.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

command_setup()
{
    local uses=(build demo gdb lesson lesson-more walk)
    case ${1-} in
        '') ;;
        --all) uses+=(test oracle browser bench bench-layout) ;;
        *) usage_error setup "setup does not know '$(printable "$1")'." ;;
    esac
    OPTIONAL+=(gdb lesson walk) # the viewer works without them
    build_programs "${uses[@]}" || exit 1
    say "Ready. The programs are in $BIN"
    say "Next: ./shmlab demo"
}
