#!/usr/bin/env bats
# The film of a walk: as an asciinema cast and as an animated SVG.
bats_require_minimum_version 1.5.0

load helper

@test "a cast: its head, its marks, and what is on the screen at the end" {
    cd "$T"
    ./walk ./short.walk --auto 0.5 --size 80x24 --film film.cast </dev/null
    nothing_left
    python3 - film.cast <<'END'
import json, sys
head, *events = [json.loads(line) for line in open(sys.argv[1])]
assert (head["version"], head["width"], head["height"], head["title"]) == (2, 80, 24, "Three steps"), head
assert [event[2] for event in events if event[1] == "m"] == ["made"], events
times = [event[0] for event in events]
assert times == sorted(times) and times[-1] > 1.5, times
END
    # a terminal shows what the cast writes
    printf '%s\n' 'import json, sys, time' 'for line in list(open("film.cast"))[1:]:' '    event = json.loads(line)' \
        '    if event[1] == "o": sys.stdout.write(event[2])' 'sys.stdout.flush()' 'time.sleep(600)' >play.py
    on 80x24 python3 play.py
    sees '3/3  End it' 'detached and removed segment' '── shell ──'
}

@test "an SVG: well-formed, a picture for each moment, no script and nothing from elsewhere" {
    cd "$T"
    ./walk ./short.walk --auto 0.5 --size 80x24 --film film.svg </dev/null
    xmllint --noout film.svg
    grep -q '<title>Three steps</title>' film.svg
    grep -qF '[2/8]' film.svg
    (($(grep -c '<animate ' film.svg) > 3))
    ! grep -qE '<script|href="[^#]|url\(|@import' film.svg || false
}

@test "an old film is not overwritten" {
    cd "$T"
    echo mine >film.svg
    run -1 ./walk ./short.walk --auto 0 --film film.svg </dev/null
    [[ $output == 'shmlab: film.svg exists already: remove it, or choose another name for the film' ]]
    [[ $(cat film.svg) == mine ]]
}
