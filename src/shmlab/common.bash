# What the script shmlab and its parts share: messages, colours, checks of the terminal, progress.
# shellcheck shell=bash disable=SC2034 # other files use its variables

# A colour is never the only sign of something: there may be none.
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

# usage_error COMMAND TEXT: the arguments of COMMAND are wrong.
usage_error()
{
    warn "$2 See: $CALL help $1"
    exit 2
}

# printable TEXT: without control characters, for text from outside.
printable() { printf '%s' "${1//[![:print:]]/?}"; }

# has COMMAND: is it on the PATH?
has() { type -P "$1" >/dev/null; }

# terminal_require WHAT INSTEAD: exits if WHAT can't draw on this terminal, and says what to do. INSTEAD: what works
# without a terminal.
terminal_require()
{
    if [[ ! -t 0 || ! -t 1 ]]; then
        warn "$1 needs a terminal to draw on, and this is a pipe, a file or a background job."
        printf 'In a terminal: %s %s. %s\n' "$CALL" "${1#the }" "$2" >&2
        exit 1
    fi
    if [[ -z ${TERM-} || ${TERM-} == dumb ]] || { has tput && ! tput cols >/dev/null 2>&1; }; then
        warn "TERM is '$(printable "${TERM-}")', and $1 can't draw on such a terminal. Try:"
        printf '    TERM=xterm-256color %s %s\n' "$CALL" "${1#the }" >&2
        exit 1
    fi
}

# quietly LOG COMMAND...: runs it with its output in LOG; a terminal shows the latest line, and clears it at the end.
# Returns the command's exit status. Standard input is left alone: sudo may ask for a password.
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

# log_tail LOG [LINES]: the last lines of a log, indented, on standard error.
log_tail() { tail -n "${2:-15}" -- "$1" 2>/dev/null | sed 's/^/    /' >&2; }

# process_end PID: SIGTERM lets it clean up; after 3 seconds comes SIGKILL.
process_end()
{
    local tries
    kill -TERM "$1" 2>/dev/null
    for ((tries = 0; tries < 60; tries++)); do
        readlink "/proc/$1/exe" >/dev/null || return 0 # it has ended; a zombie has no exe either
        sleep 0.05
    done
    kill -KILL "$1" 2>/dev/null
}

# seconds_since START: START is a value of $EPOCHSECONDS.
seconds_since() { printf '%s' $((EPOCHSECONDS - $1)); }
