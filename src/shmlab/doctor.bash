# Checks this machine and lists what is missing or limited, each with the command
# that fixes it. It changes nothing.
#
#   ok        works
#   note      works, but something is limited
#   MISSING   the kit can't work without it
#
# Exit status: 0 if server, client and viewer can work here, else 1.
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"
# shellcheck source=src/shmlab/debugger.bash
source "$ROOT/src/shmlab/debugger.bash"

DOCTOR_STATUS=0

# row MARK WHAT FOUND [FIX]: one line of the table, and below it how to fix it.
row()
{
    local colour=$GREEN mark=$1
    case $mark in
        note) colour=$YELLOW ;;
        MISSING) colour=$RED DOCTOR_STATUS=1 ;;
    esac
    printf '  %s%-7s%s  %-12s ' "$colour" "$mark" "$PLAIN" "$2"
    at_words "$3"
    [[ ${4-} ]] && printf '                           fix: %s\n' "$4"
    return 0
}

# at_words TEXT: on a terminal, its lines break between words only, and begin below the first one.
at_words()
{
    local columns=''
    { columns=$(stty size <&3 2>/dev/null); } 3>&1
    columns=${columns#* }
    if ((${columns:-0} < 60)); then
        printf '%s\n' "$1"
    else
        fold -s -w $((columns - 24)) <<<"$1" | sed '2,$s/^/                        /; s/ *$//'
    fi
}

heading() { printf '%s%s%s\n' "$BOLD" "$1" "$PLAIN"; }

apt_command() { printf 'sudo apt-get install --no-install-recommends %s' "$1"; }

# packages_row USE MARK TEXT: one row for all packages of that use.
packages_row()
{
    local names
    packages_missing "$1"
    if ((${#MISSING[@]} == 0)); then
        row ok "$1" "installed: $3"
        return
    fi
    names=$(packages_names)
    if has apt-get; then
        row "$2" "$1" "not installed ($3)" "$(apt_command "$names")"
    else
        row "$2" "$1" "not installed ($3)" "install what these Debian packages contain: $names"
    fi
}

doctor_packages()
{
    local without=MISSING
    heading 'Packages'
    programs_exist && without=note
    if [[ $INSTALLED ]]; then
        packages_row demo note 'the demo in one window'
        if programs_exist; then row ok programs "in $BIN"; else row MISSING programs "not in $BIN" 'install the kit again'; fi
        return
    fi
    packages_row build "$without" 'to build and run server, client and viewer'
    packages_row demo note 'the demo in one window'
    packages_row test note 'for ./shmlab test'
    packages_row oracle note 'big programs to compare layouts with'
    packages_row browser note 'browsers to try pages with'
    if programs_exist; then
        row ok programs "built, in ${BIN#"$ROOT/"}"
    else
        row note programs 'not built yet' './shmlab setup'
    fi
}

doctor_terminal()
{
    local colours=0 size rows=0 columns=0 charmap
    heading 'Terminal'
    if [[ ! -t 1 ]]; then
        row note terminal 'the output goes to a file or a pipe: the terminal was not checked'
        return
    fi
    if [[ -z ${TERM-} || ${TERM-} == dumb ]]; then
        row MISSING TERM "'${TERM-}': the viewer can't draw on such a terminal" 'export TERM=xterm-256color'
    elif ! colours=$(tput colors 2>/dev/null); then
        row MISSING TERM "'$(printable "$TERM")' is unknown on this machine" 'export TERM=xterm-256color'
    elif ((colours < 8)); then
        row note colours "TERM=$TERM has none: the viewer uses bold, dim and reverse" 'export TERM=xterm-256color'
    else
        row ok colours "$colours (TERM=$TERM)"
    fi
    [[ ${NO_COLOR-} ]] && row note NO_COLOR 'is set: no colours' 'unset NO_COLOR'
    size=$(stty size 2>/dev/null </dev/tty) && rows=${size% *} columns=${size#* }
    if ((columns >= 80 && rows >= 24)); then
        row ok size "$columns columns, $rows rows"
    else
        row note size "$columns columns, $rows rows; the viewer needs 80x24 to show all its parts" 'make the window larger'
    fi
    charmap=$(locale charmap 2>/dev/null)
    if [[ $charmap == UTF-8 ]]; then
        row ok locale "$charmap"
    else
        row note locale "${charmap:-unknown}: the viewer draws in plain ASCII" 'export LC_CTYPE=C.UTF-8'
    fi
}

# segments_of_dead_servers: the shmids of segments of shm-server's size that nobody has attached and whose creator is
# gone.
segments_of_dead_servers()
{
    local id size cpid nattch uid me=$EUID
    # key shmid perms size cpid lpid nattch uid ...
    while read -r _ id _ size cpid _ nattch uid _; do
        [[ $size == 1024 && $nattch == 0 && ! -d /proc/$cpid ]] || continue
        ((uid == me || me == 0)) && printf '%s ' "$id"
    done < <(tail -n +2 /proc/sysvipc/shm)
}

doctor_kernel()
{
    local max all most count dead
    heading 'Shared memory'
    if [[ ! -r /proc/sysvipc/shm ]]; then
        row MISSING 'System V' 'this kernel has no System V shared memory (or /proc is not mounted)' \
            'use a kernel with CONFIG_SYSVIPC'
        return
    fi
    max=$(</proc/sys/kernel/shmmax) all=$(</proc/sys/kernel/shmall) most=$(</proc/sys/kernel/shmmni)
    count=$(($(wc -l </proc/sysvipc/shm) - 1))
    # The kernel's default is too large for bash's 64-bit integers: compare the lengths first.
    if ((${#max} < 10 && max < 1024)); then
        row MISSING shmmax "$max bytes in a segment at most; the kit needs 1024" 'sudo sysctl kernel.shmmax=18446744073692774399'
    else
        row ok shmmax "$max bytes in a segment at most"
    fi
    if ((${#all} < 10 && all < 16)); then
        row MISSING shmall "$all pages in all segments at most" 'sudo sysctl kernel.shmall=18446744073692774399'
    else
        row ok shmall "$all pages in all segments at most"
    fi
    if ((count >= most)); then
        row MISSING shmmni "$most segments at most, and there are $count" "sudo sysctl kernel.shmmni=$((most > 0 ? most * 2 : 4096))"
    else
        row ok shmmni "$most segments at most; there are $count"
    fi
    dead=$(segments_of_dead_servers)
    dead=${dead% }
    if [[ $dead ]]; then
        row note left "segments of 1024 bytes whose creator is gone: $dead" "ipcrm -m ${dead// / -m }"
    else
        row ok left 'no segment is left of a dead server'
    fi
}

doctor_gdb()
{
    local version=${GDB_VERSION:-of unknown version}
    if [[ ! $GDB_PYTHON ]]; then
        row note gdb "$version, without Python: no window, but shm-grid draws the segment" "$(apt_command gdb)"
    elif [[ ! $GDB_TUI ]]; then
        row note gdb "$version, Python $GDB_PYTHON: no windows, but shm-grid draws the segment" "$(apt_command gdb)"
    else
        row ok gdb "$version, Python $GDB_PYTHON: its window can show the segment"
    fi
}

doctor_watchpoints()
{
    local steps
    steps=$("$ROOT/gdb/hw-watch" --say)
    case $? in
        0) row ok watchpoints 'gdb stops at a write to memory while the program runs at full speed' ;;
        1) row note watchpoints "$steps" "echo 'set can-use-hw-watchpoints 0' >>~/.gdbinit   ($CALL gdb does it by itself)" ;;
        3) row note watchpoints "$steps" 'unset SHMLAB_HW_WATCH' ;;
        *) row note watchpoints 'unknown: gdb could not try whether hardware watchpoints stop a program' ;;
    esac
}

doctor_ptrace()
{
    case $PTRACE_ALLOWS in
        attach) row ok ptrace "gdb may start programs and attach to your running ones (scope $PTRACE_SCOPE)" ;;
        start) row note ptrace "scope $PTRACE_SCOPE: gdb can start a program, but not attach to a running one" "$(ptrace_remedy)" ;;
        *) row note ptrace "scope $PTRACE_SCOPE: gdb can neither start a program nor attach to one" "$(ptrace_remedy)" ;;
    esac
}

doctor_debugging()
{
    if [[ $INSTALLED ]]; then heading 'Debugging'; else heading 'Debugging and tests'; fi
    if has gdb; then
        gdb_inspect
        doctor_gdb
        ptrace_try
        doctor_ptrace
        [[ $PTRACE_ALLOWS == none ]] || doctor_watchpoints
    else
        row note gdb "not installed: $CALL gdb installs it" "$(apt_command gdb)"
    fi
    [[ $INSTALLED ]] && return
    if unshare --ipc true 2>/dev/null || unshare --user --ipc true 2>/dev/null; then
        row ok namespaces 'tests can run in a separate IPC namespace (unshare --ipc)'
    else
        row note namespaces 'unshare --ipc is not permitted: some tests are skipped' 'run ./shmlab test as root'
    fi
}

command_doctor()
{
    (($# == 0)) || usage_error doctor 'doctor takes no arguments.'
    doctor_packages
    doctor_terminal
    doctor_kernel
    doctor_debugging
    printf '\n'
    if ((DOCTOR_STATUS == 0)); then
        say "Server, client and viewer can work here: $CALL demo"
    else
        say "The kit can't work here yet: see the lines marked MISSING."
    fi || exit 1 # a full disk
    exit "$DOCTOR_STATUS"
}
