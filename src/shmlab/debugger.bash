# What gdb is on this machine, and what the kernel lets it do. Changes nothing.
#
#   gdb_look            fills GDB_VERSION, GDB_PYTHON and GDB_TUI
#   ptrace_look         fills PTRACE_SCOPE and PTRACE_SAID: what the kernel lets a debugger do here, and why
#   ptrace_try          the same, and tries to attach, where the scope would allow it
#   ptrace_mend         prints the command that gives more, where there is one
# shellcheck shell=bash disable=SC2034 # its variables are used by others

GDB_VERSION='' # as "13.1"
GDB_PYTHON=''  # the version of the Python within it; empty: it has none
GDB_TUI=''     # yes: it can show source and grid in windows
gdb_look()
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

PTRACE_SCOPE=0 # Yama's, 0 to 3. 0 as well where the kernel has no Yama
PTRACE_SAID='' # attach: to all our own programs. start: only what gdb starts itself. none: nothing at all
ptrace_look()
{
    [[ -r /proc/sys/kernel/yama/ptrace_scope ]] && PTRACE_SCOPE=$(</proc/sys/kernel/yama/ptrace_scope)
    # Yama is not all that forbids: a container may, too. So gdb is asked to start something.
    if [[ $(gdb -nx -batch -ex run -ex 'info inferiors' "$(type -P true)" 2>&1 </dev/null) != *'exited normally'* ]]; then
        PTRACE_SAID=none
    elif ((PTRACE_SCOPE > 0 && EUID != 0 || PTRACE_SCOPE > 2)); then
        PTRACE_SAID=start
    else
        PTRACE_SAID=attach
    fi
}

# attach_works: to a process of our own that is not gdb's child.
attach_works()
{
    local pid said
    sleep 60 >/dev/null 2>&1 &
    pid=$!
    said=$(gdb -nx -batch -iex 'set auto-solib-add off' -p "$pid" 2>&1 </dev/null)
    kill "$pid"
    wait "$pid" 2>/dev/null
    [[ $said != *'ptrace: '* ]]
}

ptrace_try()
{
    ptrace_look
    [[ $PTRACE_SAID == attach ]] && ! attach_works && PTRACE_SAID=start
    return 0
}

ptrace_mend()
{
    if ((PTRACE_SCOPE == 3)); then
        printf 'only a new boot takes scope 3 back: look for ptrace_scope in /etc/sysctl.d'
    elif ((PTRACE_SCOPE > 0)); then
        printf 'sudo sysctl kernel.yama.ptrace_scope=0   (until the next boot)'
    else
        printf 'in a container: give it CAP_SYS_PTRACE (docker run --cap-add=SYS_PTRACE)'
    fi
}
