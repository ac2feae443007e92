# gdb, and beside the source the segment as the viewer draws it. Installs gdb where it is missing.
#
#   ./shmlab gdb                        attaches to the running server. Where none runs, gdb starts one and stops it
#                                       before its first write: each "continue" then writes one value
#   ./shmlab gdb server [OPTION...]     starts one with these options of shm-server, as --layout packed
#   ./shmlab gdb client [OPTION...]     the client, stopped before it reads. Where no server runs, one is started
#   ./shmlab gdb PROGRAM [ARG...]       your own program: type "run"
#   ./shmlab gdb --core FILE [PROGRAM]  what a program left when it crashed
#   ./shmlab gdb --list                 lists the prepared sessions
#   ./shmlab gdb --session N|NAME       one of them, step by step: Enter gives gdb the next word
#   ./shmlab gdb --session N --batch    all at once, held against what it should say. all for N: each session
#
# Before these words --path, --proj, --key and --id choose another segment than the kit's own, as for the server.
# "quit" leaves gdb: a server that ran before runs on, one that was started here ends, and its segment goes.
# A program that you attach to stands still until you type "continue".
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"
# shellcheck source=src/shmlab/debugger.bash
source "$ROOT/src/shmlab/debugger.bash"

GDB_SEGMENT=()  # words that name the segment, as the programs take them
GDB_DIR=''      # holds what a server in the background says; exists while one of ours may run
GDB_SERVER=''   # the pid of that server
GDB_OURS=''     # yes: the server that has the segment now was started by us, or by gdb for us
SEGMENT_ID='' SEGMENT_PID='' # the segment, and the pid that made it
SEGMENT_HELD='' # that process has it attached

# ---- the server ----

# segment_look: fills SEGMENT_ID, SEGMENT_PID and SEGMENT_HELD. 1: there is none. Ends the program where it can't be
# looked at.
segment_look()
{
    local told said
    SEGMENT_ID='' SEGMENT_PID='' SEGMENT_HELD=''
    said=$({ told=$("$BIN/shm-view" "${GDB_SEGMENT[@]}" --render json); } 2>&1 && printf '%s' "$told")
    if [[ $said =~ \"shmid\":([0-9]+).*\"creator_pid\":([0-9]+) ]]; then
        SEGMENT_ID=${BASH_REMATCH[1]} SEGMENT_PID=${BASH_REMATCH[2]}
        [[ $said == *'"creator":true'* ]] && SEGMENT_HELD=1
        return 0
    fi
    [[ $said == *': there is none'* ]] && return 1
    printf '%s\n' "$said" >&2
    [[ $said == *"(try 'shm-view --help')"* ]] && exit 2
    exit 1
}

# server_runs: who made the segment lives, and still has it attached (its pid may be another program's by now).
server_runs()
{
    segment_look || return 1
    [[ -d /proc/$SEGMENT_PID ]] || return 1
    # another user's can't be looked into. test -r would not do: the mode lets everybody read it, the kernel doesn't
    [[ $SEGMENT_HELD ]] || ! cat "/proc/$SEGMENT_PID/maps" >/dev/null 2>&1
}

# The server in the background, in a session of its own: Ctrl-C in gdb is not for it.
server_start()
{
    local log=$GDB_DIR/server.log
    setsid "$BIN/shm-server" "${GDB_SEGMENT[@]}" "$@" </dev/null >"$log" 2>&1 &
    GDB_SERVER=$!
    until grep -q 'Ctrl-C' "$log"; do
        kill -0 "$GDB_SERVER" 2>/dev/null || { cat "$log" >&2; exit 1; }
        sleep 0.02
    done
}

# server_is_ours: it was started by this call, and not by somebody else after ours had gone.
server_is_ours()
{
    tr '\0' '\n' 2>/dev/null <"/proc/$SEGMENT_PID/environ" | grep -qxF "SHMLAB_GDB_DIR=$GDB_DIR"
}

# What was started here ends, and its segment goes, also where gdb has killed the server.
gdb_leave()
{
    local tries
    trap '' HUP INT TERM
    [[ $GDB_DIR ]] || return
    if [[ $GDB_SERVER ]]; then
        kill -TERM "$GDB_SERVER" 2>/dev/null
        wait "$GDB_SERVER" 2>/dev/null
    elif [[ $GDB_OURS ]] && server_runs && server_is_ours; then
        kill -TERM "$SEGMENT_PID"
        for ((tries = 0; tries < 60; tries++)); do
            [[ -d /proc/$SEGMENT_PID ]] || break
            sleep 0.05
        done
        [[ -d /proc/$SEGMENT_PID ]] && kill -KILL "$SEGMENT_PID"
    fi
    [[ $GDB_OURS ]] && segment_forsaken && ipcrm -m "$SEGMENT_ID"
    rm -rf "$GDB_DIR"
}

# segment_forsaken: the segment is there, its maker is dead and nobody has it attached.
segment_forsaken()
{
    segment_look && [[ ! -d /proc/$SEGMENT_PID ]] &&
        awk -v id="$SEGMENT_ID" -v uid="$EUID" '$2 == id && $7 == 0 && $8 == uid { found = 1 } END { exit !found }' /proc/sysvipc/shm
}

# From here on something may have to be ended: by whatever way we leave.
gdb_will_leave()
{
    GDB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/shmlab-gdb.XXXXXX") || die "cannot make a folder in ${TMPDIR:-/tmp}"
    GDB_OURS=yes
    export SHMLAB_GDB_DIR=$GDB_DIR
    trap 'exit 129' HUP
    trap 'exit 143' TERM
    trap gdb_leave EXIT
}

# ---- gdb ----

# gdb_open WORDS...: with the kit's words, and the layout where this gdb can show it. Ctrl-C is for gdb.
gdb_open()
{
    local arguments=(gdb -q)
    trap : INT
    unset DEBUGINFOD_URLS # else gdb asks first whether it may fetch from the network
    export SHMLAB_VIEW=$BIN/shm-view
    [[ $GDB_TUI ]] && arguments+=(-tui)
    arguments+=(-iex 'set pagination off' -x "$ROOT/gdb/.gdbinit")
    if [[ $GDB_TUI && $GDB_PYTHON ]]; then
        arguments+=(-ex 'layout shm')
    else
        arguments+=(-ex 'echo This gdb can show no window with the segment. Type shm-grid to see it here.\n')
    fi
    "${arguments[@]}" "$@"
}

# attach_check PID: may gdb have it? Else ends the program with the reason.
attach_check()
{
    local pid=$1 name owner tracer why mend
    name=$(printable "$(cat "/proc/$pid/comm" 2>/dev/null)")
    owner=$(stat -c %u "/proc/$pid" 2>/dev/null)
    tracer=$(sed -n 's/^TracerPid:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null)
    if ((EUID != 0 && owner != EUID)); then
        why="it belongs to uid $owner, and a debugger gets at your own programs only"
        mend="sudo $CALL gdb   or start a server of your own: $CALL gdb --proj 16"
    elif ((tracer != 0)); then
        why="a debugger has it already: $(printable "$(cat "/proc/$tracer/comm" 2>/dev/null)"), pid $tracer"
        mend="leave that one first"
    elif [[ $(gdb -nx -batch -iex 'set auto-solib-add off' -p "$pid" 2>&1 </dev/null) == *'ptrace: '* ]]; then
        ptrace_look
        why="the kernel forbids it (ptrace; scope $PTRACE_SCOPE)"
        mend=$(ptrace_mend)
        [[ $PTRACE_SAID != none ]] && mend+=$'\n  or let gdb start the server itself: end that one first'
    else
        return 0
    fi
    warn "cannot attach gdb to $name (pid $pid): $why"
    printf '  %s\n  more: %s doctor\n' "$mend" "$CALL" >&2
    exit 1
}

# start_check: may gdb start a program? Else ends the program with the reason.
start_check()
{
    ptrace_look
    [[ $PTRACE_SAID != none ]] && return
    warn "gdb cannot start a program here: the kernel forbids it (ptrace; scope $PTRACE_SCOPE)"
    printf '  %s\n  more: %s doctor\n' "$(ptrace_mend)" "$CALL" >&2
    exit 1
}

# gdb_attach: to the server that runs.
gdb_attach()
{
    attach_check "$SEGMENT_PID"
    gdb_open -p "$SEGMENT_PID" -ex 'frame function serve' \
        -ex "echo Attached to shm-server, pid $SEGMENT_PID. It stands still until you type: continue\\n" \
        -ex 'echo quit leaves gdb, and the server runs on.\n'
}

# shell_quoted WORDS...: as a shell takes them; gdb starts programs by way of one.
shell_quoted()
{
    local argument
    for argument; do printf "'%s' " "${argument//\'/\'\\\'\'}"; done
}

# gdb_server OPTION...: one that gdb starts. Its words would run into gdb's windows: they go nowhere.
gdb_server()
{
    start_check
    if segment_look && ! segment_forsaken; then
        warn "cannot start a server: a segment stands under its key already (shmid $SEGMENT_ID), made by pid $SEGMENT_PID"
        printf '  who has it: %s view --id %s --render text. For another one: %s gdb --proj 16\n' "$CALL" "$SEGMENT_ID" "$CALL" >&2
        exit 1
    fi
    gdb_will_leave
    gdb_open -ex "set args $(shell_quoted "${GDB_SEGMENT[@]}" "$@") </dev/null >/dev/null" \
        -ex 'break message_write_field' -ex run \
        -ex 'echo The segment is there, and all its bytes are 0. Each continue writes one value.\n' "$BIN/shm-server"
}

gdb_client()
{
    start_check
    if ! server_runs; then
        gdb_will_leave
        server_start --quiet --every 1000
    fi
    gdb_open -ex 'break show' -ex 'run' -ex 'echo The segment is attached, read-only. Nothing has been read yet.\n' \
        --args "$BIN/shm-client" "${GDB_SEGMENT[@]}" "$@"
}

# program_check FILE: ends the program where gdb could not debug it.
program_check()
{
    local path=$1 magic
    [[ $path == */* || -e $path ]] || path=$(type -P -- "$path")
    if [[ ! -f $path || ! -x $path ]]; then
        warn "cannot debug '$(printable "$1")': there is no such program"
        printf '  words that gdb knows here: %s help gdb\n' "$CALL" >&2
        exit 1
    fi
    IFS= LC_ALL=C read -r -n 4 -d '' magic <"$path" 2>/dev/null
    [[ $magic == $'\x7fELF' ]] && return
    die "cannot debug '$(printable "$1")': it is no program in machine code (ELF), perhaps a script"
}

gdb_program()
{
    program_check "$1"
    start_check
    gdb_open -ex 'echo Type run (or start, to stop at main).\n' --args "$@"
}

# gdb_core FILE [PROGRAM]: the core tells by itself which program it was.
gdb_core()
{
    local core=$1 program=${2-} said
    [[ -f $core && -r $core ]] || die "cannot read the core file '$(printable "$core")': there is none, or it is not yours"
    said=$(gdb -nx -batch -c "$core" -ex 'info proc exe' 2>&1 </dev/null)
    if [[ $said == *'not a core dump'* || $said == *'file format not recognized'* ]]; then
        die "'$(printable "$core")' is no core file"
    fi
    if [[ ! $program && $said =~ exe\ =\ \'([^$'\n']*)\' && -r ${BASH_REMATCH[1]} ]]; then
        program=${BASH_REMATCH[1]}
    fi
    [[ $program ]] && program_check "$program"
    gdb_open ${program:+"$program"} -c "$core"
}

# gdb_session [N|NAME [--batch]]: a prepared session, with the programs of this build. None: the list of them.
gdb_session()
{
    (($#)) || { SHMLAB_CALL=$CALL "$ROOT/gdb/session-run" --list; exit; }
    build_programs build gdb || exit 1
    SHMLAB_CALL=$CALL SHMLAB_BIN=$BIN exec "$ROOT/gdb/session-run" "$@"
}

# ---- the word ----

gdb_wrong()
{
    warn "$@"
    printf 'See: %s help gdb\n' "$CALL" >&2
    exit 2
}

# options_take WORD...: those that name the segment go to GDB_SEGMENT, the others to REST.
options_take()
{
    REST=()
    while (($#)); do
        case $1 in
            --path=* | --proj=* | --key=* | --id=*) GDB_SEGMENT+=("$1") ;;
            --path | --proj | --key | --id)
                (($# > 1)) || gdb_wrong "gdb: $1 needs a word behind it"
                GDB_SEGMENT+=("$1" "$2") && shift
                ;;
            *)
                REST+=("$1")
                [[ ${REST[0]} == server || ${REST[0]} == client || $1 == -* ]] && shift && continue
                REST+=("${@:2}") && return # a program's own words stay as they are
                ;;
        esac
        shift
    done
}

command_gdb()
{
    local REST
    case ${1-} in
        --list) gdb_session ;;
        --session) gdb_session "${@:2}" ;;
        --session=*) gdb_session "${1#--session=}" "${@:2}" ;;
        --core | --core=*) REST=("$@") ;;
        *) options_take "$@" ;;
    esac
    set -- "${REST[@]}"
    case ${1-} in
        --core) (($# > 1)) || gdb_wrong 'gdb: --core needs a file behind it' ;;
        --core=*) ;;
        -*) gdb_wrong "gdb does not know '$(printable "$1")'." ;;
    esac
    terminal_require gdb "In a pipe: gdb -batch -x ${INSTALLED:+$ROOT/}gdb/.gdbinit -p PID -ex shm-grid"
    build_programs build gdb || exit 1
    gdb_look
    case ${1-} in
        '') if server_runs; then gdb_attach; else gdb_server; fi ;;
        server)
            server_runs && die "a server runs already, pid $SEGMENT_PID. To attach to it: $CALL gdb"
            gdb_server "${@:2}"
            ;;
        client) gdb_client "${@:2}" ;;
        --core=*) gdb_core "${1#--core=}" "${@:2}" ;;
        --core) gdb_core "${@:2}" ;;
        *) gdb_program "$@" ;;
    esac
    exit
}
