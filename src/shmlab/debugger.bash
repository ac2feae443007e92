# Which gdb this machine has, and what the kernel lets it do. Changes nothing.
#
#   gdb_inspect         sets GDB_VERSION, GDB_PYTHON and GDB_TUI
#   ptrace_inspect      sets PTRACE_SCOPE and PTRACE_ALLOWS
#   ptrace_try          the same, and also tries to attach if the scope would allow it
#   ptrace_remedy       prints the command that allows more, or what else helps
# shellcheck shell=bash disable=SC2034 # other files use its variables

GDB_VERSION='' # such as "13.1"
GDB_PYTHON=''  # the version of gdb's own Python; empty: it has none
GDB_TUI=''     # yes: it can show source and grid in windows
gdb_inspect()
{
    local line
    while IFS= read -r line; do
        case $line in
            'GNU gdb'*) [[ $line =~ \ ([0-9]+(\.[0-9]+)*)[^\ ]*$ ]] && GDB_VERSION=${BASH_REMATCH[1]} ;;
            'python '*) GDB_PYTHON=${line#python } ;;
            'layout src') GDB_TUI=yes ;;
        esac
    done < <(gdb -nx -batch -ex 'show version' -ex 'python import sys; print("python " + sys.version.split()[0])' \
        -ex 'complete layout sr' 2>/dev/null </dev/null)
}

PTRACE_SCOPE=0   # Yama's, 0 to 3; 0 also if the kernel has no Yama
PTRACE_ALLOWS='' # attach: to any of our own programs. start: only what gdb starts itself. none: nothing
ptrace_inspect()
{
    [[ -r /proc/sys/kernel/yama/ptrace_scope ]] && PTRACE_SCOPE=$(</proc/sys/kernel/yama/ptrace_scope)
    # A container may forbid ptrace too, without Yama. So let gdb try.
    if [[ $(gdb -nx -batch -ex run -ex 'info inferiors' "$(type -P true)" 2>&1 </dev/null) != *'exited normally'* ]]; then
        PTRACE_ALLOWS=none
    elif ((PTRACE_SCOPE > 0 && EUID != 0 || PTRACE_SCOPE > 2)); then
        PTRACE_ALLOWS=start
    else
        PTRACE_ALLOWS=attach
    fi
}

# attach_works: can gdb attach to a process of ours that it did not start?
attach_works()
{
    local pid output
    sleep 60 >/dev/null 2>&1 &
    pid=$!
    output=$(gdb -nx -batch -iex 'set auto-solib-add off' -p "$pid" 2>&1 </dev/null)
    kill "$pid"
    wait "$pid" 2>/dev/null
    [[ $output != *'ptrace: '* ]]
}

ptrace_try()
{
    ptrace_inspect
    [[ $PTRACE_ALLOWS == attach ]] && ! attach_works && PTRACE_ALLOWS=start
    return 0
}

ptrace_remedy()
{
    if ((PTRACE_SCOPE == 3)); then
        printf 'only a reboot ends scope 3: look for ptrace_scope in /etc/sysctl.d'
    elif ((PTRACE_SCOPE > 0)); then
        printf 'sudo sysctl kernel.yama.ptrace_scope=0   (until the next reboot)'
    else
        printf 'in a container: give it CAP_SYS_PTRACE (docker run --cap-add=SYS_PTRACE)'
    fi
}
