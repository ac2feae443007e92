#!/usr/bin/env bats
# Names with escape sequences: of the processes that have the segment attached, of their files and arguments, of the
# program that made it. None of their bytes may reach the terminal as a control, and no picture may break.
bats_require_minimum_version 1.5.0
load helper

# The name that a program gives itself, and how it must be shown.
ATTACKS=($'\e]0;x\a\x9b31m' $'a\nb\tc\rd\x0e\x0f' $'\ec\e[2J\x7f' $'\xff\xfe\xc3(\xe2\x80' $'\xe2\x80\xae\xc2\x9b2J'
    '</text>"&<g>]]>' $'","x":"\\' $'\xf0\x9f\x92\xa5\xed\xa0\x80')
SHOWN=('\x1b]0;x\a\x9b31m' 'a\nb\tc\rd\x0e\x0f' '\x1bc\x1b[2J\x7f' '\xff\xfe\xc3(\xe2\x80' '\xe2\x80\xae\xc2\x9b2J'
    '</text>"&<g>]]>' '","x":"\' '\xed\xa0\x80')

setup()
{
    screen_open
    crowd
}

teardown()
{
    screen_close
}

# A server in a path with escape sequences, and a holder for each name, with such a path and such arguments.
crowd()
{
    local name dir=$T/$'d\e]2;y\a\x9b'
    mkdir "$dir"
    SERVE=$dir/$'s\e]0;y\a\x9b\n<&"' HOLD=$dir/$'h\e[2J\n\xff'
    cp "$BIN/shm-server" "$SERVE"
    cp "$BIN/holder" "$HOLD"
    serve --mode 0644
    for name in "${ATTACKS[@]}"; do
        CALLED=$name hold bash -c 'exec -a "$0" "$@"' $'w\e]0;z\a\x9b\n'
    done
}

# sees_crowd: each of them is shown as text; in an ASCII locale, everything is escaped.
sees_crowd()
{
    sees "${SHOWN[@]}" 's\x1b]0;y\a\x9b\n<&'
}

@test "the screen's whole output has none of their control characters" {
    for locale in C C.UTF-8; do
        on 200x60 ./run env LC_ALL=$locale "$BIN/shm-view" --key "$KEY"
        stream
        resize 180x50
        sees 'attached: 10 times' 's\x1b]0;y\a\x9b\n<&"'
        keys a
        sees_crowd
        resize 80x24
        sees_crowd
        CALLED=$'late\e]0;l\a' hold
        sees 'late\x1b]0;l\a'
        kill -KILL "$HOLDER"
        loses 'late\x1b'
        keys x '?' x L Tab G
        sees '? help'
        keys q
        ends 0
        harmless_stream "$T/stream"
        run -1 grep -qE $'\e(c|\\[2J\x7f)' "$T/stream"
        tmx kill-server
        rm "$T/stream"
    done
}

@test "no kind of terminal gets a byte that its terminfo entry doesn't have" {
    export NCURSES_GPM_TERMS=none
    for row in 'xterm-256color C.UTF-8' 'screen-256color C' 'linux C.UTF-8' 'vt100 C'; do
        LC_ALL=${row#* } "$BIN/on_tty" "${row% *}" 100x30 'see:attached: 10 times' keys:a 'see:x9b31m' \
            'see:a\\nb\\tc\\rd' still size:20x6 still size:200x60 'see:</text>"&<g>]]>' still show keys:x still \
            keys:q end -- "$BIN/shm-view" --key "$KEY" >"$T/shown"
        [[ $(tail -n 1 "$T/shown") == 'status 0' ]]
        for text in "${SHOWN[@]}"; do says "$T/shown" "$text"; done
    done
}

@test "each --render is valid and has no control characters, and json has the exact names" {
    for locale in C C.UTF-8; do
        for words in text ansi json html svg layout 'text --screen 100x30' 'svg --screen 100x30'; do
            # shellcheck disable=SC2086
            LC_ALL=$locale "$BIN/shm-view" --key "$KEY" --render $words >"$T/out" 2>"$T/err"
            harmless "$T/out" "$([[ $words != ansi ]] || echo ansi)"
            [[ ! -s $T/err ]]
            case $words in
                svg*) xmllint --noout --nonet "$T/out" ;;
                html) xmllint --noout --nonet --html "$T/out" 2>/dev/null ;;
                text | ansi) for text in "${SHOWN[@]}"; do says "$T/out" "$text"; done ;;
                json) perl -MJSON::PP -e 'local $/; my $have = decode_json(<STDIN>); my $n = 0;
                    my %names = map { utf8::encode(my $p = $_->{program}); $p => 1 } @{$have->{attached}{list}};
                    for (@ARGV) { next if grep { /[\x80-\xff]/ } $_; die $_ unless $names{$_}; $n++ }
                    die unless $n == 4' \
                    "${ATTACKS[@]}" <"$T/out"
                    # For names that are not UTF-8, only that something was there.
                    says "$T/out" '\ufffd\ufffd\ufffd(\ufffd\ufffd' ;;
            esac
        done
    done
    python=$(command -v python3) || return 0
    "$BIN/shm-view" --key "$KEY" --render json >"$T/out"
    "$python" -c 'import json, sys; assert json.load(sys.stdin)["attached"]["found"] == 9' <"$T/out"
}

@test "lists: of segments, and of what a process shares" {
    : >"$T/mapper"
    "$BIN/mapper" "$POSIX" "$T/"$'del\e]0;m\a\x9b\n' >"$T/mapper" 3>&- &
    PIDS+=("$!")
    await says "$T/mapper" mapped
    odd=$POSIX$'\e]0;p\a\x9b\n"<'
    echo >"/dev/shm/$odd"
    for locale in C C.UTF-8; do
        export LC_ALL=$locale
        "$BIN/shm-view" --list >"$T/list"
        "$BIN/shm-view" --list --render json >"$T/list.json"
        "$BIN/shm-view" --pid "$!" >"$T/maps"
        for file in list list.json maps; do harmless "$T/$file"; done
        says "$T/list" "$POSIX"'\x1b]0;p\a\x9b\n"<'
        says "$T/list" 's\x1b]0;y\a\x9b\n<&"'
        says "$T/list" 'del\x1b]0;m\a\x9b\'
        says "$T/maps" 'del\x1b]0;m\a\x9b\'
        [[ $(json 'scalar grep { ($_->{name} // "") =~ /;p/ } @{$j->{segments}}' "$T/list.json") == 1 ]]
    done
}
