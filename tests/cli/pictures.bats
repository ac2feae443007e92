#!/usr/bin/env bats
# The pictures of README.md, docs/ and lessons: made by shm-view itself, and up to date.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    place_open
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
}

teardown()
{
    place_close
}

@test "the pictures are what shm-view draws now" {
    mkdir "$T/drawn" "$T/kept"
    "$ROOT/docs/pictures/draw" "$BIN/shm-view" "$T/drawn"
    cp "$ROOT"/docs/pictures/*.svg "$T/kept"
    if ! diff -rq "$T/kept" "$T/drawn"; then
        echo 'To renew them: cmake --build --preset dev --target pictures. Then look at each, and commit.'
        false
    fi
}

@test "so are those of the lessons" {
    local script folder old=''
    for script in "$ROOT"/lessons/*/pictures/draw; do
        folder=${script%/*}
        mkdir -p "$T/lesson"
        "$script" "$BIN/shm-view" "$T/lesson"
        cp "$folder"/draw "$T/lesson"
        diff -rq "$folder" "$T/lesson" || old=1
        rm -r "$T/lesson"
    done
    [[ ! $old ]] || { echo 'To renew them: as above.'; false; }
}

@test "they are the same for every user and environment" {
    mkdir -p "$T/home/.config/shmlab" "$T/one" "$T/other"
    printf 'width = 8\ncolour.text = red\n' >"$T/home/.config/shmlab/config"
    "$ROOT/docs/pictures/draw" "$BIN/shm-view" "$T/one"
    env -i HOME="$T/home" PATH="$PATH" NO_COLOR=1 COLUMNS=40 "$ROOT/docs/pictures/draw" \
        "$BIN/shm-view" "$T/other" </dev/null
    diff -rq "$T/one" "$T/other"
}

@test "each is well-formed, and each that a page shows exists" {
    xmllint --noout --nonet "$ROOT"/docs/{pictures,films}/*.svg "$ROOT"/lessons/*/pictures/*.svg
    shown=0
    for page in "$ROOT"/*.md "$ROOT"/docs/*.md "$ROOT"/lessons/*/README.md; do
        while IFS= read -r picture; do
            [[ -f ${page%/*}/$picture ]] || { echo "$page shows $picture, which does not exist"; false; }
            ((shown += 1))
        done < <(perl -0777 -ne 'print "$1\n" while /!\[[^\]]*\]\((?!https?:)([^)]+)\)/g' "$page")
    done
    ((shown >= 2))
}
