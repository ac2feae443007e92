# Runs gdb with the segment beside the source. Installs gdb if it is missing.
#
#   ./shmlab gdb                       attaches to the running server. If there is
#                                      none, gdb starts one and stops it before
#                                      its first write: "continue" writes a value
#   ./shmlab gdb server [OPTION...]    starts a server with options of shm-server
#   ./shmlab gdb client [OPTION...]    the client, stopped before it reads. Starts
#                                      a server if there is none
#   ./shmlab gdb PROGRAM [ARG...]      your own program: type "run"
#   ./shmlab gdb --core FILE [PROGRAM] opens a core file
#   ./shmlab gdb --list                lists the prepared sessions
#   ./shmlab gdb --session N|NAME      one of them, step by step: Enter runs the
#                                      next command
#   ./shmlab gdb --session N --batch   runs it at once and compares it with its
#                                      transcript. N may be "all"
#
# Put --path, --proj, --key or --id first to choose another segment.
# "quit" leaves gdb. A server that ran before runs on; a server that gdb started
# ends, and its segment is removed.
# A program that you attach to stands still until you type "continue".
# shellcheck shell=bash

# shellcheck source=src/shmlab/build.bash
source "$ROOT/src/shmlab/build.bash"
# shellcheck source=src/shmlab/debugger.bash
source "$ROOT/src/shmlab/debugger.bash"

GDB_SEGMENT=()  # options that name the segment, for the kit's programs
GDB_DIR=''      # holds the log of a server in the background; exists while a server of ours may run
GDB_SERVER=''   # the pid of that server
GDB_OURS=''     # yes: we started the server, or gdb did for us
SEGMENT_ID='' SEGMENT_PID='' # the segment, and the pid of its creator
SEGMENT_HELD='' # 1: its creator has it attached

# ---- the server ----

# segment_find: sets SEGMENT_ID, SEGMENT_PID and SEGMENT_HELD. 1: there is none. Exits if we may not look at it.
segment_find()
{
    local json output # the JSON, or what is on standard error
    SEGMENT_ID='' SEGMENT_PID='' SEGMENT_HELD=''
    output=$({ json=$("$BIN/shm-view" "${GDB_SEGMENT[@]}" --render json); } 2>&1 && printf '%s' "$json")
    if [[ $output =~ \"shmid\":([0-9]+).*\"creator_pid\":([0-9]+) ]]; then
        SEGMENT_ID=${BASH_REMATCH[1]} SEGMENT_PID=${BASH_REMATCH[2]}
        [[ $output == *'"creator":true'* ]] && SEGMENT_HELD=1
        return 0
    fi
    [[ $output == *': there is none'* ]] && return 1
    printf '%s\n' "$output" >&2
    [[ $output == *"(try 'shm-view --help')"* ]] && exit 2
    exit 1
}

# server_runs: the segment's creator is alive and has it attached. (Its pid may be another program's by now.)
server_runs()
{
    segment_find || return 1
    [[ -d /proc/$SEGMENT_PID ]] || return 1
    # If we can't look into it, it is another user's. test -r can't tell: the mode says r, but the kernel refuses.
    [[ $SEGMENT_HELD ]] || ! cat "/proc/$SEGMENT_PID/maps" >/dev/null 2>&1
}

# server_start OPTION...: in the background. setsid: Ctrl-C in gdb must not reach it.
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

# server_is_ours: this run started it, and not somebody else after ours had ended.
server_is_ours()
{
    tr '\0' '\n' 2>/dev/null <"/proc/$SEGMENT_PID/environ" | grep -qxF "SHMLAB_GDB_DIR=$GDB_DIR"
}

# Ends the server that we started and removes its segment, also if gdb has killed the server.
gdb_cleanup()
{
    trap '' HUP INT TERM
    [[ $GDB_DIR ]] || return
    if [[ $GDB_SERVER ]]; then
        kill -TERM "$GDB_SERVER" 2>/dev/null
        wait "$GDB_SERVER" 2>/dev/null
    elif [[ $GDB_OURS ]] && server_runs && server_is_ours; then
        process_end "$SEGMENT_PID"
    fi
    [[ $GDB_OURS ]] && segment_abandoned && ipcrm -m "$SEGMENT_ID"
    rm -rf "$GDB_DIR"
}

# segment_abandoned: its creator is dead, nobody has it attached, and it is ours.
segment_abandoned()
{
    segment_find && [[ ! -d /proc/$SEGMENT_PID ]] &&
        awk -v id="$SEGMENT_ID" -v uid="$EUID" '$2 == id && $7 == 0 && $8 == uid { found = 1 } END { exit !found }' /proc/sysvipc/shm
}

# gdb_prepare_cleanup: call it before a server is started.
gdb_prepare_cleanup()
{
    GDB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/shmlab-gdb.XXXXXX") || die "cannot make a folder in ${TMPDIR:-/tmp}"
    GDB_OURS=yes
    export SHMLAB_GDB_DIR=$GDB_DIR
    trap 'exit 129' HUP
    trap 'exit 143' TERM
    trap gdb_cleanup EXIT
}

# ---- gdb ----

# gdb_open ARGUMENT...: gdb with the kit's commands, and its window if this gdb can show one.
gdb_open()
{
    local arguments=(gdb -q)
    trap : INT # Ctrl-C is for gdb
    unset DEBUGINFOD_URLS # else gdb first asks whether it may download debug information
    export SHMLAB_VIEW=$BIN/shm-view
    [[ $GDB_TUI ]] && arguments+=(-tui)
    arguments+=(-iex 'set pagination off' -x "$ROOT/gdb/.gdbinit")
    if [[ $GDB_TUI && $GDB_PYTHON ]]; then
        arguments+=(-ex 'layout shm')
    else
        arguments+=(-ex 'echo This gdb has no window for the segment. Type shm-grid to see the segment here.\n')
    fi
    "${arguments[@]}" "$@"
}

# attach_check PID: exits with the reason if gdb may not attach to it.
attach_check()
{
    local pid=$1 name owner tracer why remedy
    name=$(printable "$(cat "/proc/$pid/comm" 2>/dev/null)")
    owner=$(stat -c %u "/proc/$pid" 2>/dev/null)
    tracer=$(sed -n 's/^TracerPid:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null)
    if ((EUID != 0 && owner != EUID)); then
        why="it belongs to uid $owner, and you may debug only your own programs"
        remedy="sudo $CALL gdb   or start your own server: $CALL gdb --proj 16"
    elif ((tracer != 0)); then
        why="a debugger is already attached: $(printable "$(cat "/proc/$tracer/comm" 2>/dev/null)"), pid $tracer"
        remedy="leave that debugger first"
    elif [[ $(gdb -nx -batch -iex 'set auto-solib-add off' -p "$pid" 2>&1 </dev/null) == *'ptrace: '* ]]; then
        ptrace_inspect
        why="the kernel forbids it (ptrace; scope $PTRACE_SCOPE)"
        remedy=$(ptrace_remedy)
        [[ $PTRACE_ALLOWS != none ]] && remedy+=$'\n  or end this server, and let gdb start one itself'
    else
        return 0
    fi
    warn "cannot attach gdb to $name (pid $pid): $why"
    printf '  %s\n  more: %s doctor\n' "$remedy" "$CALL" >&2
    exit 1
}

# start_check: exits with the reason if gdb may not start a program.
start_check()
{
    ptrace_inspect
    [[ $PTRACE_ALLOWS != none ]] && return
    warn "gdb cannot start a program here: the kernel forbids it (ptrace; scope $PTRACE_SCOPE)"
    printf '  %s\n  more: %s doctor\n' "$(ptrace_remedy)" "$CALL" >&2
    exit 1
}

gdb_attach()
{
    attach_check "$SEGMENT_PID"
    gdb_open -p "$SEGMENT_PID" -ex 'frame function serve' \
        -ex "echo Attached to shm-server, pid $SEGMENT_PID. It stands still until you type: continue\\n" \
        -ex 'echo quit leaves gdb, and the server runs on.\n'
}

# shell_quoted ARGUMENT...: gdb runs programs through a shell.
shell_quoted()
{
    local argument
    for argument; do printf "'%s' " "${argument//\'/\'\\\'\'}"; done
}

# gdb_server OPTION...: gdb starts the server. Its output would spoil gdb's windows, so it is thrown away.
gdb_server()
{
    start_check
    if segment_find && ! segment_abandoned; then
        warn "cannot start a server: its key already has a segment (shmid $SEGMENT_ID), made by pid $SEGMENT_PID"
        printf '  see who has it: %s view --id %s --render text\n' "$CALL" "$SEGMENT_ID" >&2
        printf '  or use another key: %s gdb --proj 16\n' "$CALL" >&2
        exit 1
    fi
    gdb_prepare_cleanup
    gdb_open -ex "set args $(shell_quoted "${GDB_SEGMENT[@]}" "$@") </dev/null >/dev/null" \
        -ex 'break message_write_field' -ex run \
        -ex 'echo The segment is there, and all its bytes are 0. Each continue writes one value.\n' "$BIN/shm-server"
}

gdb_client()
{
    start_check
    if ! server_runs; then
        gdb_prepare_cleanup
        server_start --quiet --every 1000
    fi
    gdb_open -ex 'break show' -ex 'run' -ex 'echo The segment is attached, read-only. Nothing has been read yet.\n' \
        --args "$BIN/shm-client" "${GDB_SEGMENT[@]}" "$@"
}

# program_check FILE: exits if gdb can't debug it.
program_check()
{
    local path=$1 magic
    [[ $path == */* || -e $path ]] || path=$(type -P -- "$path")
    if [[ ! -f $path || ! -x $path ]]; then
        warn "cannot debug '$(printable "$1")': there is no such program"
        printf '  what else gdb can start with: %s help gdb\n' "$CALL" >&2
        exit 1
    fi
    IFS= LC_ALL=C read -r -n 4 -d '' magic <"$path" 2>/dev/null
    [[ $magic == $'\x7fELF' ]] && return
    die "cannot debug '$(printable "$1")': it is not machine code (ELF), perhaps a script"
}

gdb_program()
{
    program_check "$1"
    start_check
    gdb_open -ex 'echo Type run (or start, to stop at main).\n' --args "$@"
}

# gdb_core FILE [PROGRAM]: without PROGRAM, the core file says which program it was.
gdb_core()
{
    local core=$1 program=${2-} output
    [[ -f $core && -r $core ]] || die "cannot read the core file '$(printable "$core")': it doesn't exist, or it is not yours"
    output=$(gdb -nx -batch -c "$core" -ex 'info proc exe' 2>&1 </dev/null)
    if [[ $output == *'not a core dump'* || $output == *'file format not recognized'* ]]; then
        die "'$(printable "$core")' is not a core file"
    fi
    if [[ ! $program && $output =~ exe\ =\ \'([^$'\n']*)\' && -r ${BASH_REMATCH[1]} ]]; then
        program=${BASH_REMATCH[1]}
    fi
    [[ $program ]] && program_check "$program"
    gdb_open ${program:+"$program"} -c "$core"
}

# gdb_session [N|NAME [--batch]]: a prepared session, with this build's programs. Without an argument: the list.
gdb_session()
{
    (($#)) || { SHMLAB_CALL=$CALL "$ROOT/gdb/session-run" --list; exit; }
    build_programs build gdb || exit 1
    SHMLAB_CALL=$CALL SHMLAB_BIN=$BIN exec "$ROOT/gdb/session-run" "$@"
}

# ---- the command line ----

# options_parse ARGUMENT...: options that name the segment go to GDB_SEGMENT, everything else to REST.
options_parse()
{
    REST=()
    while (($#)); do
        case $1 in
            --path=* | --proj=* | --key=* | --id=*) GDB_SEGMENT+=("$1") ;;
            --path | --proj | --key | --id)
                (($# > 1)) || usage_error gdb "gdb: $1 needs a value."
                GDB_SEGMENT+=("$1" "$2") && shift
                ;;
            *)
                REST+=("$1")
                [[ ${REST[0]} == server || ${REST[0]} == client || $1 == -* ]] && shift && continue
                REST+=("${@:2}") && return # arguments of the user's program
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
        *) options_parse "$@" ;;
    esac
    set -- "${REST[@]}"
    case ${1-} in
        --core) (($# > 1)) || usage_error gdb 'gdb: --core needs a file.' ;;
        --core=*) ;;
        -*) usage_error gdb "gdb does not know '$(printable "$1")'." ;;
    esac
    terminal_require gdb "Without one: gdb -batch -x ${INSTALLED:+$ROOT/}gdb/.gdbinit -p PID -ex shm-grid"
    build_programs build gdb || exit 1
    gdb_inspect
    case ${1-} in
        '') if server_runs; then gdb_attach; else gdb_server; fi ;;
        server)
            server_runs && die "a server is already running, pid $SEGMENT_PID. To attach to it: $CALL gdb"
            gdb_server "${@:2}"
            ;;
        client) gdb_client "${@:2}" ;;
        --core=*) gdb_core "${1#--core=}" "${@:2}" ;;
        --core) gdb_core "${@:2}" ;;
        *) gdb_program "$@" ;;
    esac
    exit
}
