# Packages: which ones the kit needs and why, which are missing, and how to install them.
#
#   packages_require USE...   installs what is missing for these uses; exits if it can't
#   packages_missing USE...   puts the missing rows into MISSING; installs nothing
# shellcheck shell=bash

# use | package of Debian and Ubuntu | how to see that it is there | why
# "build" is for demo, serve, read and view; "test" for ./shmlab test. Those of OPTIONAL need not be there: without them the
# demo is smaller, tests that compare with big programs or need a browser are skipped, and lesson watch polls the files.
# An installed kit has the use "run", which needs no package.
readonly PACKAGES=(
    'build|gcc|command gcc|compiles the kit'
    'build|libc6-dev|header stdio.h|headers of the C library'
    'build|cmake|command cmake|configures the build'
    'build|ninja-build|command ninja|does the build'
    'build|pkg-config|command pkg-config|finds the libraries'
    'build|libncurses-dev|module ncursesw|draws the viewer on the terminal'
    'build|libdw-dev|module libdw|reads C types from debug information'
    'build|zlib1g-dev|module zlib|checks that a split debug file belongs to a program'
    'demo|tmux|command tmux|shows viewer, server and client in one window'
    'gdb|gdb|command gdb|the debugger, for ./shmlab gdb'
    'lesson|python3|command python3|runs the lessons'
    'lesson|bats|command bats|runs the checks of a lesson'
    'lesson|gcc|command gcc|compiles your programs'
    'lesson|libc6-dev|header stdio.h|headers of the C library, for your programs'
    'lesson|make|command make|runs your Makefile'
    'lesson|util-linux|command unshare|unshare: separate shared memory for a check'
    'lesson-more|inotify-tools|command inotifywait|notices at once when you save'
    'lesson-more|bubblewrap|command bwrap|keeps a faulty program away from your files'
    'lesson-more|patch|command patch|makes the programs of lesson mistake and lesson verify'
    'lesson-more|gdb|command gdb|the debugger, for lesson gdb'
    'race|gcc|command gcc|compiles your programs'
    'race|libc6-dev|header stdio.h|headers of the C library, for your programs'
    'walk|python3|command python3|plays the walks'
    'walk|tmux|command tmux|the panes of a walk'
    'walk|util-linux|command ipcrm|removes the segments of a walk that ends early'
    'bench|procps|command watch|watch: compared with the viewer'
    'bench|bsdextrautils|command hexdump|hexdump: what watch shows'
    'bench|xxd|command xxd|the same, in fewer bytes'
    'bench-layout|python3|command python3|runs the bench'
    'bench-layout|dwarves|command pahole|pahole: what finding a type is compared with'
    'bench-layout|python3-dbg|command python3-dbg|a big program with debug information'
    'test|tmux|command tmux|runs the viewer at known sizes'
    'test|bats|command bats|runs the tests of the programs'
    'test|libcmocka-dev|module cmocka|runs the tests of the libraries'
    'test|g++|command g++|compiles the C++ that layouts are read from'
    'test|clang|command clang|the second compiler, and libFuzzer'
    'test|CLANG_RT|fuzzer|sanitizers and libFuzzer for that clang'
    'test|binutils|command objcopy|splits debug information off'
    'test|dwarves|command pahole|pahole: a second opinion on offsets'
    'test|dwz|command dwz|shares debug information among programs, as distributions do'
    'test|libc6-dbg|split_debug|a big library whose structs are compared with pahole'
    'test|strace|command strace|shows which system calls are made'
    'test|valgrind|command valgrind|finds wrong uses of memory'
    'test|libc6-dbg|valgrind|what valgrind needs to know of the C library'
    'test|gdb|command gdb|reads the memory of a running program'
    'test|gdbserver|command gdbserver|gdb over a connection'
    'test|perl|perl|shmread: a second opinion on the bytes'
    'test|libxml2-utils|command xmllint|checks that a picture is well-formed XML'
    'test|procps|command pgrep|finds processes'
    'test|bsdextrautils|command hexdump|compared with the viewer in a bench'
    'test|xxd|command xxd|compared with the viewer in a bench'
    'test|util-linux|command ipcs|ipcs, ipcrm, setpriv, unshare'
    'test|python3|command python3|runs the lessons'
    'test|make|command make|runs the Makefile of a lesson'
    'test|inotify-tools|command inotifywait|notices when a learner saves'
    'test|patch|command patch|makes the programs with a mistake in them'
    'test|bubblewrap|command bwrap|the sandbox for programs of learners'
    'test|clang-format|command clang-format|checks the layout of the C code'
    'oracle|dwz|command dwz|moves types to a separate file: layouts must follow'
    'oracle|python3-dbg|command python3-dbg|a big program: its layouts are compared with pahole'
    'oracle|valgrind-dbg|package valgrind-dbg|another big program'
    'browser|chromium-driver|command chromedriver|tries pages of the viewer with clicks and keys'
    'browser|firefox-esr|command firefox-esr|opens these pages, too'
    'browser|tidy|command tidy|checks that they are valid HTML'
)

OPTIONAL=(demo oracle browser lesson-more)
MISSING=() # rows of PACKAGES

# STATE_DIR: for the log, and the stamps that say that all packages were there.
STATE_DIR=$ROOT/build
[[ $INSTALLED ]] && STATE_DIR=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/shmlab
readonly STATE_DIR

# ---- what is there ----

probe_command() { has "$1"; }
probe_module() { has pkg-config && pkg-config --exists "$1" 2>/dev/null; }
probe_header() { [[ -e /usr/include/$1 ]] || gcc -E -include "$1" -x c /dev/null -o /dev/null 2>/dev/null; }
probe_package() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
probe_perl() { perl -MIPC::SysV -MPOSIX -e 1 2>/dev/null; }
probe_split_debug() { compgen -G '/usr/lib/debug/.build-id/*/*.debug' >/dev/null; }
probe_valgrind() { has valgrind && valgrind -q "$(type -P true)" >/dev/null 2>&1; }
probe_fuzzer()
{
    has clang && echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n)
        { return d && n < 0; }' | clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null
}

# packages_missing USE...
packages_missing()
{
    local row use package probe
    MISSING=()
    for row in "${PACKAGES[@]}"; do
        IFS='|' read -r use package probe _ <<<"$row"
        [[ " $* " == *" $use "* ]] || continue
        # $probe is a function's name and its argument
        # shellcheck disable=SC2086
        probe_$probe || MISSING+=("$row")
    done
}

optional() { [[ " ${OPTIONAL[*]} " == *" $1 "* ]]; } # USE

# packages_names: the packages of MISSING, each once. Leaves out optional ones that apt doesn't know here.
packages_names()
{
    local row use package names=' '
    for row in "${MISSING[@]}"; do
        IFS='|' read -r use package _ <<<"$row"
        optional "$use" && apt_knows gcc && ! apt_knows "$package" && continue
        [[ $package == CLANG_RT ]] && package=$(clang_rt_package)
        [[ $package && $names != *" $package "* ]] && names+="$package "
    done
    names=${names# }
    printf '%s' "${names% }"
}

# clang_rt_package: the package with the sanitizers of the installed clang, or of the one that apt would install. Prints
# nothing if apt has no lists yet.
clang_rt_package()
{
    local major=''
    if has clang; then
        major=$(clang -dumpversion)
        major=${major%%.*}
    else
        major=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    fi
    [[ $major ]] || return
    # older clangs (Ubuntu 22.04) have them in libclang-common
    if apt_knows "libclang-rt-$major-dev" || ! apt_knows "libclang-common-$major-dev"; then
        printf 'libclang-rt-%s-dev' "$major"
    else
        printf 'libclang-common-%s-dev' "$major"
    fi
}

# packages_list: prints each missing package with its reason.
packages_list()
{
    local row package why
    for row in "${MISSING[@]}"; do
        IFS='|' read -r _ package _ why <<<"$row"
        [[ $package == CLANG_RT ]] && package=$(clang_rt_package) && package=${package:-libclang-rt-dev}
        printf '  %-20s %s\n' "$package" "$why"
    done
}

# ---- installing ----

# apt_as_root ARGUMENT...: apt-get without questions.
apt_as_root()
{
    if ((EUID == 0)); then
        DEBIAN_FRONTEND=noninteractive apt-get "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@"
    fi
}

# may_sudo: would sudo take the password? It says so only once it has it, and then mails root about whoever may not.
may_sudo() { [[ " $(id -nG) " =~ \ (sudo|admin|wheel)\  ]] || sudo -n -l >/dev/null 2>&1; }

# can_be_root: we are root, sudo asks no password, or there is somebody to type it.
can_be_root()
{
    ((EUID == 0)) && return 0
    has sudo || return 1
    sudo -n true 2>/dev/null && return 0
    [[ -t 0 && -t 2 ]] && may_sudo || return 1
    say "Installing them needs root: sudo asks for your password. Ctrl-C: nothing is installed."
    sudo -v
}

# apt_knows NAME...: are all of them in apt's lists? The status of apt-cache show can't tell: it is 0 if only one is known,
# or if other packages only mention the name.
apt_knows()
{
    local name
    for name; do
        [[ $(apt-cache show "$name" 2>/dev/null) == Package:* ]] || return 1
    done
}

# packages_install NAME...: 1 if it can't, after printing why.
packages_install()
{
    local log=$STATE_DIR/setup.log command="apt-get install --no-install-recommends $*"
    if ! has apt-get; then
        warn "this is neither Debian nor Ubuntu (no apt-get): install these packages with your system's own tool."
        return 1
    fi
    if ! can_be_root; then
        warn "installing needs root, and you can't use sudo here. Ask an administrator to run:"
        printf '    apt-get update && %s\n' "$command" >&2
        [[ $INSTALLED || ${OPTIONAL[*]} == *gdb* ]] || # setup itself
            printf "  The packages of all commands at once: %s setup\n" "$CALL" >&2
        return 1
    fi
    mkdir -p "$STATE_DIR" && : >"$log" || return 1
    say "Installing them with apt-get (it may take some minutes; log: ${log#"$ROOT/"})"
    # Update the lists only if they are missing or old.
    if ! apt_knows "$@"; then
        quietly "$log" apt_as_root -q update
        # now the name of clang's libraries may be known
        read -r -a names <<<"$(packages_names)"
        set -- "${names[@]}"
    fi
    local install=(apt_as_root -q -y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 install)
    quietly "$log" "${install[@]}" "$@" && return 0
    quietly "$log" apt_as_root -q update
    quietly "$log" "${install[@]}" "$@" && return 0
    warn "apt-get could not install them. Its last lines:"
    log_tail "$log" 8
    printf 'Check the network, then: sudo %s\n' "$command" >&2
    return 1
}

# packages_unchanged STAMP: all were there when STAMP was written, and no package was installed or removed since.
packages_unchanged() { [[ $1 -nt $ROOT/src/shmlab/packages.bash && ! /var/lib/dpkg/status -nt $1 ]]; }

# packages_require USE...: returns when all that these uses need is there, optional packages aside; else exits.
packages_require()
{
    local stamp=$STATE_DIR/.packages-${*// /-} row names round
    stamp=${stamp// /-}
    packages_unchanged "$stamp" && return 0
    packages_missing "$@"
    # At most twice: once clang is there, the name of its libraries is known.
    for ((round = 0; round < 2 && ${#MISSING[@]}; round++)); do
        say "Missing on this machine:"
        packages_list
        read -r -a names <<<"$(packages_names)"
        ((${#names[@]})) || break
        packages_install "${names[@]}" || round=2
        packages_missing "$@"
    done
    for row in "${MISSING[@]}"; do
        optional "${row%%|*}" || die "still missing: $(packages_names).$([[ $INSTALLED ]] || printf ' Nothing was built.')"
    done
    # Without tmux, check again next time; for the other optional packages once is enough.
    [[ ${MISSING[*]} == *demo\|* ]] && return 0
    mkdir -p "$STATE_DIR" 2>/dev/null && : 2>/dev/null >"$stamp"
    return 0
}
