#!/usr/bin/env bats
# Submissions are copied and unpacked within their folder, or refused with a reason.
bats_require_minimum_version 1.5.0

setup()
{
    T=$(mktemp -d /tmp/shmlab-test.XXXXXX)
    mkdir "$T/class"
}

teardown() { rm -rf "$T"; }

archives() { python3 "$BATS_TEST_DIRNAME/archives.py" "$T/class"; }

# fetch NAME: its files are in $T/taken; if it is refused, prints the reason.
fetch()
{
    local input=/dev/null
    [[ $1 != *.zip && $1 != *.tar* && $1 != *.tgz ]] || input=$T/class/$1
    rm -rf "$T/taken"
    mkdir "$T/taken"
    PYTHONPATH=$BATS_TEST_DIRNAME/../../lessons python3 -B -m runner.submissions "$T/class/$1" "$T/taken" <"$input" 2>&1 ||
        { (($? == 3)) && echo refused && false; }
}

taken() { (cd "$T/taken" && find . -mindepth 1 ! -type d -printf '%y %P\n' | sort); }

nothing_escaped()
{
    run find "$T" -name '*escaped*' -not -path "$T/taken/*"
    [[ ! $output && ! -e /tmp/escaped.c && ! -e /tmp/shmlab-escaped.c ]] || { printf '%s\n' "$output" && false; }
}

@test "archive members whose names lead out of the folder are left out, or put below it" {
    archives
    for kind in zip tar.gz; do
        fetch names.$kind
        [[ $(taken) == *'f inner/writer.c'* ]]
        nothing_escaped
    done
}

@test "links, devices and pipes in an archive are left out" {
    archives
    for kind in zip tar.gz; do
        fetch links.$kind
        [[ $(taken) == *'f writer.c'* ]]
        run ! grep -v '^f ' <<<"$(taken)"
        nothing_escaped
    done
}

@test "an archive that unpacks to too much is refused, without using the space" {
    archives
    for name in bomb.zip bomb.tar.gz; do
        run fetch $name
        [[ $output == $'it holds more than 32 MiB.\nrefused' ]] || { printf '%s\n' "$output" && false; }
        (($(du -sk "$T/taken" | cut -f1) < 40000))
    done
    run fetch many.zip
    [[ $output == $'it holds more than 2000 files.\nrefused' ]]
}

@test "a broken archive is refused with a reason" {
    archives
    for name in cut.zip cut.tar.gz no.zip no.tar; do
        run fetch $name
        [[ $output == "the archive can't be read: "*$'\nrefused' ]] || { printf '%s: %s\n' "$name" "$output" && false; }
    done
}

@test "links in a folder are not followed, and a pipe is not waited for" {
    mkdir "$T/class/anna"
    echo 'int main;' >"$T/class/anna/writer.c"
    ln -s /etc/passwd "$T/class/anna/passwd.c"
    ln -s /etc "$T/class/anna/etc"
    mkfifo "$T/class/anna/pipe.c"
    fetch anna
    [[ $(taken) == 'f writer.c' ]]
}

@test "an entry that is not a folder, a .c file or an archive is refused" {
    echo text >"$T/class/notes.txt"
    ln -s /etc/passwd "$T/class/link.c"
    run fetch notes.txt
    [[ $output == 'it is not a folder, a .c file or an archive'*refused ]]
    run fetch link.c
    [[ $output == $'it is neither a file nor a folder.\nrefused' ]]
}
