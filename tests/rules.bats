#!/usr/bin/env bats
# The kit keeps the rules of CONTRIBUTING.md; in a small tree that breaks them, each is reported with file and line.
# By hand: BUILD_DIR=build/dev bats tests/rules.bats

bats_require_minimum_version 1.5.0

setup()
{
    root=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    rules=$root/tests/rules
    tree=$BATS_TEST_TMPDIR/tree
}

# file NAME LINE...: a file of the small tree.
file()
{
    mkdir -p "$tree/$(dirname "$1")"
    printf '%s\n' "${@:2}" >"$tree/$1"
}

# build: the objects of the small tree, and a list of them as CMake writes it.
build()
{
    local source commands=
    mkdir -p "$tree"/{src,viz,build/bin}
    for source in $(cd "$tree" && find src viz -name '*.c'); do
        commands+="${commands:+,}{\"directory\": \"$tree/build\", \"file\": \"$tree/$source\","
        commands+=" \"command\": \"gcc -o ${source//\//-}.o\"}"
        gcc -g -c "$tree/$source" -o "$tree/build/${source//\//-}.o" -I"$tree/src" -I"$tree/viz" || return
    done
    echo "[$commands]" >"$tree/build/compile_commands.json"
}

# breaks LINE...: the check of the small tree prints exactly these lines.
breaks()
{
    build
    run -1 "$rules/check" "$tree" "$tree/build"
    diff <(printf '%s\n' "$@") <(echo "$output")
}

@test "the kit keeps its rules" {
    run "$rules/check" "$root" "$BUILD_DIR"
    echo "$output"
    [[ $status == 0 && -z $output ]]
}

@test "folders include only from folders below them" {
    file src/layout/layout.h '/* Layout. */'
    file src/inspect/source.h '#include "layout.h"'
    file src/segment.h '' '#include "layout/layout.h"'
    file viz/viewer/keys.h '#include "source.h"'
    file viz/grid.h '#include "segment.h"' '#include "../viz/viewer/keys.h"' '#include <keys.h>'
    breaks 'src/segment.h:2: src must not include src/layout/layout.h' \
        'viz/grid.h:2: viz must not include viz/viewer/keys.h' 'viz/grid.h:3: viz must not include viz/viewer/keys.h'
}

@test "a file in an unknown folder, and an include of a file that doesn't exist" {
    file src/attic/old.h '/* Old. */'
    file src/new.h '#include "gone.h"'
    breaks 'src/attic/old.h:1: src/attic is not one of our folders' 'src/new.h:1: gone.h does not exist'
}

@test "only the screen includes curses, only the DWARF reader libdw and libelf" {
    file viz/viewer/screen_keys.h '#include <curses.h>'
    file viz/viewer/keys.h '#include <stdio.h>' '#include <ncursesw/curses.h>'
    file viz/screen.h '#include <term.h>'
    file src/layout/dwarf_find.h '#include <dwarf.h>' '#include <elfutils/libdwfl.h>' '#include <elf.h>'
    file src/layout/value.h '#  include <gelf.h>' '/*' '#include "in_a_comment.h" */'
    breaks 'src/layout/value.h:1: only src/layout/dwarf_* includes libdw and libelf' \
        'viz/screen.h:1: only viz/viewer/screen* includes curses' \
        'viz/viewer/keys.h:2: only viz/viewer/screen* includes curses'
}

@test "the grid includes nothing that does I/O" {
    file viz/grid_runs.h '#include <stdint.h>' '#include <sys/shm.h>'
    file viz/rows.h '#include <stdio.h>'
    breaks 'viz/grid_runs.h:2: viz/grid* includes nothing that does I/O'
}

@test "only segment.c calls shmget, shmat, shmdt and shmctl" {
    file src/segment.c '#include <sys/shm.h>' 'void segment(void);' 'void segment(void)' '{' '    shmdt(0);' '}'
    file src/list.c '#include <sys/shm.h>' '/* shmat */' 'static int (*const get)(key_t, size_t, int) = shmget;' \
        'int list(void *at);' 'int list(void *at)' '{' '    return shmdt("shmctl(" + 1) + get(1, 1, 1);' '}'
    file tests/cli/holder.c 'int shmat(int);'
    breaks 'src/list.c:3: only src/segment.c calls shmget' 'src/list.c:7: only src/segment.c calls shmdt'
}

@test "the only mutable global is one flag of a signal" {
    file src/server.c '#include <signal.h>' '#include <stddef.h>' 'static volatile sig_atomic_t stop, again;' \
        'static const char *const names[] = {"a", NULL};' 'static const char *name = "a";' 'extern int shared;' \
        'int shared;' 'int main(void)' '{' '    static int count;' '    stop = again;' \
        '    return count++ + shared + (name != names[0]);' '}'
    build
    gcc -o "$tree/build/bin/shm-server" "$tree"/build/*.o
    breaks 'src/server.c:3: stop is one flag too many in shm-server' \
        'src/server.c:5: name is a mutable global' 'src/server.c:6: shared is a mutable global' \
        'src/server.c:10: count is a mutable global'
}

@test "a function has at most 60 lines, with its head" {
    body() { for ((i = 0; i < $1; i++)); do echo '    ;'; done; }
    file src/long.c '/* Long. */' 'int fits(void);' 'int fits(void)' '{' "$(body 57)" '}' '' \
        'static int too_long(int a,' '                    int b)' '{' "$(body 57)" '}' '' \
        'static const int table[] = {' "$(for i in {1..70}; do echo "    $i,"; done)" '};'
    file tests/lessons/hostile/long.c 'int main(void)' '{' "$(body 80)" '}'
    file tests/unit/long.c 'int main(void)' '{' "$(body 80)" '}'
    breaks 'src/long.c:64: too_long has 61 lines, more than 60' 'tests/unit/long.c:1: main has 83 lines, more than 60'
}

@test "the body of if, else, for, while, do and switch has braces" {
    file src/bare.c '#define IF(x) if (x) return' 'int f(int a);' 'int f(int a)' '{' '    if (a == (1))' \
        '        return 1; /* if (x) y */' '    else if (a) {' '        a++;' '    } else' '        a--;' \
        '    do {' '        a++;' '    } while (a < 9);' '    while (a < 19)' '        a++;' \
        '    for (; a < 29; a++) {' '    }' '    switch (a) {' '    }' '    return a;' '}'
    breaks 'src/bare.c:5: if without braces' 'src/bare.c:9: else without braces' 'src/bare.c:14: while without braces'
}

@test "a circle of headers" {
    file src/a.h '#include "b.h"'
    file src/b.h '' '#include "c.h"'
    file src/c.h '#include "a.h"' '#include "d.h"'
    file src/d.h '/* D. */'
    breaks 'src/a.h:1: depends on src/b.h, which depends on it: a circle' \
        'src/b.h:2: depends on src/c.h, which depends on it: a circle' \
        'src/c.h:1: depends on src/a.h, which depends on it: a circle'
}

@test "a circle of modules, each of which includes the header of another" {
    file src/a.h '/* A. */'
    file src/b.h '/* B. */'
    file src/a.c '#include "a.h"' '#include "b.h"'
    file src/b.c '#include "b.h"' '' '#include "a.h"'
    breaks 'src/a.c:2: depends on src/b.c, which depends on it: a circle' \
        'src/b.c:3: depends on src/a.c, which depends on it: a circle'
}

@test "a circle of files that use functions of each other, whatever they include" {
    file viz/time.h 'int time_fades(void);' 'int time_now(void);'
    file viz/model.c '#include "time.h"' 'int time_now(void)' '{' '    return time_fades();' '}'
    file viz/time.c '#include "time.h"' 'int time_fades(void)' '{' '    return 1 + time_now();' '}'
    file viz/panel.c '#include "time.h"' 'int panel(void);' 'int panel(void)' '{' '    return time_now();' '}'
    breaks 'viz/model.c:4: depends on viz/time.c, which depends on it: a circle' \
        'viz/time.c:4: depends on viz/model.c, which depends on it: a circle'
}

@test "a file that is not built is reported, because it can't be checked" {
    file src/a.c '/* A. */'
    build
    rm "$tree"/build/*.o
    run -1 "$rules/check" "$tree" "$tree/build"
    [[ $output == 'src/a.c:1: has no object file: build first' ]]
}

@test "a known violation is ignored until it is fixed" {
    file src/a.h '#include "gone.h"' '#include "lost.h"'
    file tests/rules/known '# what can'\''t be fixed today' 'src/a.h: gone.h does not exist' 'src/a.h: old.h does not exist'
    breaks 'src/a.h:2: lost.h does not exist' 'tests/rules/known:3: no longer true: src/a.h: old.h does not exist'
}

# ---- the layout ----

@test "the C is formatted as .clang-format says" {
    run "$rules/format" --check
    ((status != 77)) || skip "$output"
    grep 'error:' <<<"$output" | head -n 20 || true
    ((status == 0))
}

@test "C that is formatted otherwise is reported, and format fixes it; lessons are left alone" {
    mkdir -p "$tree/tests"
    cp -r "$rules" "$tree/tests/rules"
    cp "$root/.clang-format" "$tree"
    file viz/viewer/keys.c 'int keys;' 'int  more;'
    file lessons/01-first/start/first.c 'int  first;'
    run "$tree/tests/rules/format" --check
    ((status != 77)) || skip "$output"
    ((status != 0)) && [[ $output == *viz/viewer/keys.c:2:4:* && $output != *first.c* ]]
    "$tree/tests/rules/format"
    [[ $(<"$tree/viz/viewer/keys.c") == 'int keys;'$'\n''int more;' ]]
    [[ $(<"$tree/lessons/01-first/start/first.c") == 'int  first;' ]]
}

# ---- the map ----

@test "the map in CONTRIBUTING.md has the first sentence of each file" {
    run "$rules/map" "$root"
    echo "$output"
    [[ $status == 0 ]]
}

@test "the map is out of date if a file is added, removed or has another first sentence; --write updates it" {
    file CONTRIBUTING.md 'before' '<!-- The map: tests/rules/map . --write -->' '<!-- The end of the map. -->' 'after'
    file src/c_type.h '/* C type: what a name says' ' * of bytes, as a.b. More' ' *' ' * and more. */'
    file src/c_type.c '/* C type: see c_type.h. */'
    file viz/viewer/view.c '/* shm-view: a|b */'
    file gdb/lines.py '#!/usr/bin/env python3' '"""Lines.' '' 'Of text."""'
    file gdb/lines.bash '# Lines: of bash' '# in two lines' '' '# Nothing of this.'
    run -1 "$rules/map" "$tree"
    # shellcheck disable=SC2016 # it is no command
    [[ $output == *'+| `c_type` |'* && $output == *'the map is out of date; tests/rules/map . --write updates it' ]]
    "$rules/map" "$tree" --write
    "$rules/map" "$tree"
    row='| file | what it is |'$'\n''|---|---|'
    diff - "$tree/CONTRIBUTING.md" <<EOF
before
<!-- The map: tests/rules/map . --write -->

**\`src/\`**

$row
| \`c_type\` | what a name says of bytes, as a.b |

**\`viz/viewer/\`**

$row
| \`view\` | shm-view: a\\|b |

**\`gdb/\`**

$row
| \`lines.bash\` | of bash in two lines |
| \`lines.py\` | Lines |

<!-- The end of the map. -->
after
EOF
    rm "$tree/gdb/lines.py"
    run -1 "$rules/map" "$tree"
    # shellcheck disable=SC2016 # it is no command
    [[ $output == *'-| `lines.py` | Lines |'* ]]
}

@test "a file that does not start by saying what it is" {
    file CONTRIBUTING.md '<!-- The map: tests/rules/map . --write -->' '<!-- The end of the map. -->'
    file src/mute.c '#include <stdio.h>' '/* Late. */'
    run -1 "$rules/map" "$tree"
    [[ $output == 'src/mute.c:1: does not start by saying what it is' ]]
}
