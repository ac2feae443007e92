# Installs missing packages (on Debian and Ubuntu; with sudo if you are not root)
# and builds the programs. First it lists the packages and what they are for.
#
#   ./shmlab setup          for demo, serve, read and view
#   ./shmlab setup --test   for ./shmlab test too
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

command_setup()
{
    local uses=(build demo)
    case ${1-} in
        '') ;;
        --test) uses+=(test oracle browser) ;;
        *) usage_error setup "setup does not know '$(printable "$1")'." ;;
    esac
    build_programs "${uses[@]}" || exit 1
    say "Ready. The programs are in $BIN"
    say "Next: ./shmlab demo"
}
