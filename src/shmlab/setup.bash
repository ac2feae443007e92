# Installs the packages that are missing (on Debian and Ubuntu; with sudo where you are not root), and builds
# the server, the client and the viewer. Each package is named first, with what it is for.
#
#   ./shmlab setup          what demo, serve, read and view need
#   ./shmlab setup --test   what ./shmlab test needs, too
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"

command_setup()
{
    local uses=(build demo)
    case ${1-} in
        '') ;;
        --test) uses+=(test oracle) ;;
        *)
            warn "setup does not know '$(printable "$1")'. See: ./shmlab help setup"
            exit 2
            ;;
    esac
    build_programs "${uses[@]}" || exit 1
    say "Ready. The programs are in $BIN"
    say "Next: ./shmlab demo"
}
