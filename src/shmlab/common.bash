# What every part of the front door uses: how it speaks, and how it shows that something is going on.
# shellcheck shell=bash disable=SC2034 # its variables are used by others

# Colour only for a terminal that has it, and never as the only sign of something.
BOLD='' RED='' GREEN='' YELLOW='' PLAIN=''
if [[ -t 1 && -z ${NO_COLOR-} && -n ${TERM-} && ${TERM-} != dumb ]]; then
    BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
fi
readonly BOLD RED GREEN YELLOW PLAIN

say() { printf '%s\n' "$*"; }
warn() { printf 'shmlab: %s\n' "$*" >&2; }
die()
{
    warn "$@"
    exit 1
}

# printable TEXT: the same without control characters, for names that come from outside.
printable() { printf '%s' "${1//[![:print:]]/?}"; }

# has COMMAND: is it on the PATH? Starts no process.
has() { type -P "$1" >/dev/null; }

# terminal_require WORD INSTEAD: ends the program where it can't draw on this terminal. What a learner sees first must not
# be a riddle. INSTEAD: what works without a terminal.
terminal_require()
{
    if [[ ! -t 0 || ! -t 1 ]]; then
        warn "$1 draws on a terminal, and this is a pipe, a file or a job without one."
        printf 'In a terminal: %s %s. %s\n' "$CALL" "${1#the }" "$2" >&2
        exit 1
    fi
    if [[ -z ${TERM-} || ${TERM-} == dumb ]] || { has tput && ! tput cols >/dev/null 2>&1; }; then
        warn "TERM is '$(printable "${TERM-}")': no terminal of that name can be drawn on. Try:"
        printf '    TERM=xterm-256color %s %s\n' "$CALL" "${1#the }" >&2
        exit 1
    fi
}

# quietly LOG COMMAND...: runs it with its output in LOG; a terminal sees the newest line, and nothing stays of it.
# The command's own exit status. Standard input stays: sudo may ask for a password (it asks /dev/tty).
quietly()
{
    local log=$1 line
    shift
    if [[ ! -t 1 ]]; then
        "$@" >>"$log" 2>&1
        return
    fi
    (
        set -o pipefail
        "$@" 2>&1 | while IFS= read -r line; do
            printf '%s\n' "$line" >>"$log"
            printf '\r\e[K  %.70s' "$(printable "$line")"
        done
    )
    local status=$?
    printf '\r\e[K'
    return "$status"
}

# log_tail LOG: the last lines of a log, indented, for an error.
log_tail() { tail -n "${2:-15}" -- "$1" 2>/dev/null | sed 's/^/    /' >&2; }

# seconds_since START: whole seconds, from $EPOCHSECONDS.
seconds_since() { printf '%s' $((EPOCHSECONDS - $1)); }
