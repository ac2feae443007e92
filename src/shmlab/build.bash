# Build: compiles what has changed into build/PRESET/bin.
#
#   build_programs [USE...]   the programs, after installing what is missing
#   build_preset PRESET       all of one preset, with the tests
#
# SHMLAB_PRESET in the environment chooses a preset other than dev, such as asan. An installed kit builds nothing: it
# has its programs.
# shellcheck shell=bash

# shellcheck source=src/shmlab/packages.bash
source "$ROOT/src/shmlab/packages.bash"

readonly PRESET=${SHMLAB_PRESET:-dev}
readonly BUILD=$ROOT/build/$PRESET
BIN=$BUILD/bin
[[ $INSTALLED ]] && BIN=${ROOT%/*/*}/bin
[[ ${SHMLAB_WALK-} ]] && BIN=$SHMLAB_BIN # in a walk's pane: its own copies
readonly BIN
readonly PROGRAMS=(shm-server shm-client shm-view shm-race shm-probe)

programs_exist()
{
    local name
    for name in "${PROGRAMS[@]}"; do
        [[ -x $BIN/$name ]] || return 1
    done
}

# A build folder keeps the path of its sources: after the tree was copied or moved it would build the old ones.
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
    warn "cmake could not configure the build '$1'. Its last lines (the whole log: build/$1.log):"
    log_tail "$log" 25
    return 1
}

# ninja_run PRESET [TARGET...]: the lock lets only one ninja work in a folder.
ninja_run()
{
    local folder=$ROOT/build/$1 log=$ROOT/build/$1.log lock=()
    shift
    has flock && lock=(flock "$folder")
    quietly "$log" "${lock[@]}" ninja -C "$folder" "$@" && return 0
    warn "the build in ${folder#"$ROOT/"} failed. The compiler's last lines (the whole log: ${log#"$ROOT/"}):"
    log_tail "$log" 40
    rm -f "$ROOT"/build/.packages-* # a package may have been removed: check again next time
    return 1
}

# build_programs [USE...]: brings the programs in $BIN up to date and installs what the uses need. 1 if it can't, after
# printing why.
build_programs()
{
    [[ ${SHMLAB_WALK-} ]] && programs_exist && return
    if [[ $INSTALLED ]]; then
        programs_exist || die "the programs of this kit are not in $BIN: install it again, bin and share/shmlab together"
        packages_require "${@/#build/run}"
        return
    fi
    # Someone else's tree, in a classroom for example: use its programs as they are.
    [[ -e $BUILD && ! -w $BUILD ]] && programs_exist && return 0
    if [[ -e $ROOT/build && ! -w $ROOT/build ]]; then
        warn "cannot write to $ROOT/build: it belongs to $(stat -c %U "$ROOT/build"). To take it over:"
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

# build_preset PRESET: configures each time, because the preset may have changed.
build_preset()
{
    configure "$1" && ninja_run "$1"
}
