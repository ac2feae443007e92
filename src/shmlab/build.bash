# Build: from the sources to programs under build/PRESET/bin, and only what changed.
#
#   build_programs        server, client and viewer, all set-up included
#   build_preset PRESET   everything of one preset, the tests included
#
# SHMLAB_PRESET in the environment chooses another preset than dev for the programs (asan, say). In an installed kit
# nothing is built: its programs are taken.
# shellcheck shell=bash

# shellcheck source=src/shmlab/packages.bash
source "$ROOT/src/shmlab/packages.bash"

readonly PRESET=${SHMLAB_PRESET:-dev}
readonly BUILD=$ROOT/build/$PRESET
BIN=$BUILD/bin
[[ $INSTALLED ]] && BIN=${ROOT%/*/*}/bin
readonly BIN
readonly PROGRAMS=(shm-server shm-client shm-view shm-probe)

# programs_there: were all built once?
programs_there()
{
    local name
    for name in "${PROGRAMS[@]}"; do
        [[ -x $BIN/$name ]] || return 1
    done
}

# A build folder knows the path of its sources. One that was copied or moved with the tree builds the wrong ones.
build_is_ours() # FOLDER
{
    [[ -f $1/build.ninja ]] && grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT" "$1/CMakeCache.txt" 2>/dev/null
}

# configure PRESET [CMAKE-OPTION...]
configure()
{
    local folder=$ROOT/build/$1 log=$ROOT/build/$1.log
    [[ -f $folder/CMakeCache.txt ]] && ! build_is_ours "$folder" && rm -rf "$folder/CMakeCache.txt" "$folder/CMakeFiles"
    { mkdir -p "$ROOT/build" && : >"$log"; } || die "cannot write to $ROOT/build"
    (cd "$ROOT" && quietly "$log" cmake --preset "$@") && return 0
    warn "cmake could not plan the build '$1'. Its last words (all of them: build/$1.log):"
    log_tail "$log" 25
    return 1
}

# ninja_run PRESET [TARGET...]: one at a time in a folder, whoever calls.
ninja_run()
{
    local folder=$ROOT/build/$1 log=$ROOT/build/$1.log lock=()
    shift
    has flock && lock=(flock "$folder")
    quietly "$log" "${lock[@]}" ninja -C "$folder" "$@" && return 0
    warn "the build in ${folder#"$ROOT/"} failed. The compiler's last words (all of them: ${log#"$ROOT/"}):"
    log_tail "$log" 40
    rm -f "$ROOT"/build/.packages-* # a package may have gone: look again next time
    return 1
}

# build_programs [USE...]: leaves the three programs up to date in $BIN, with what the uses need. Quick
# when all is there. 1 with the reason said.
build_programs()
{
    if [[ $INSTALLED ]]; then
        programs_there || die "the programs of this kit are not in $BIN: install it anew, bin and share/shmlab together"
        packages_require "${@/#build/run}"
        return
    fi
    # A tree that belongs to someone else, a classroom's for example: take its programs as they are.
    [[ -e $BUILD && ! -w $BUILD ]] && programs_there && return 0
    if [[ -e $ROOT/build && ! -w $ROOT/build ]]; then
        warn "cannot write to $ROOT/build: it belongs to $(stat -c %U "$ROOT/build"). To have it back:"
        printf '    sudo chown -R %s %q\n' "$(id -u):$(id -g)" "$ROOT/build" >&2
        return 1
    fi
    packages_require "$@" || return 1
    if ! build_is_ours "$BUILD"; then
        say "Building the kit (once; half a minute)"
        configure "$PRESET" -DSHMLAB_DEVELOPER=OFF || return 1
    fi
    ninja_run "$PRESET" "${PROGRAMS[@]}"
}

# build_preset PRESET: everything of it. Configures each time: a preset may have changed.
build_preset()
{
    configure "$1" && ninja_run "$1"
}
