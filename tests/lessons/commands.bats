#!/usr/bin/env bats
# The commands of `shmlab lesson`, on two tiny lessons.
load helper

@test "without a command it says where you are and what comes next" {
    run -0 lesson
    [[ $output == *'0 of 2 done'*'01 Store a number'*'shmlab lesson start 01'* ]] || false
    [[ ! -e $T/work ]] || false
}

@test "list says what each lesson teaches, its minutes, and its state" {
    lesson start 1
    run -0 lesson list
    [[ $output == *' now  01 Store a number'*'5 min'*'offsets, and no more'*'02 Store it again'* ]] || false
}

@test "start copies the files, and when run again leaves the learner's as they are" {
    run -0 lesson start 1
    [[ $output == *"$T/work/01-store/writer.c"* || $output == *work/01-store/writer.c* ]] || false
    [[ -f $MINE/README.md && -f $MINE/Makefile && -f $MINE/compile_commands.json ]] || false
    echo 'mine' >"$MINE/writer.c"
    echo 'mine, too' >"$MINE/Makefile"
    rm "$MINE/README.md"
    run -0 lesson start numb
    [[ $(cat "$MINE/writer.c" "$MINE/Makefile") == $'mine\nmine, too' ]] || false
    [[ -f $MINE/README.md ]] || false
}

@test "start says how to get to the folder, and what makes shmlab a command there" {
    run -0 lesson start 1
    [[ $output == *"  cd $MINE"*"  alias shmlab=$ROOT/shmlab"* ]] || false
    cd "$MINE"
    PATH=$ROOT:$PATH run -0 lesson start 1
    [[ $output != *'  cd '* && $output != *alias* ]] || false
}

@test "start follows no link in place of a file" {
    mkdir -p "$MINE"
    ln -s "$T/elsewhere" "$MINE/writer.c"
    run -0 lesson start 1
    [[ ! -e $T/elsewhere && -L $MINE/writer.c ]] || false
}

@test "the Makefile builds, runs and cleans, without a warning" {
    lesson start 1
    run -0 --separate-stderr make -s -C "$MINE" run-writer
    [[ $output == *22 && -z $stderr ]] || false
    run -0 make -s -C "$MINE" clean
    [[ ! -e $MINE/writer ]] || false
    python3 -c 'import json, sys; e = json.load(open(sys.argv[1])); assert e[0]["file"] == "writer.c" and e[0]["directory"]' \
        "$MINE/compile_commands.json"
}

@test "check of a right program exits 0, and next starts the next lesson" {
    lesson start 1
    solve
    run -0 lesson check
    [[ $output == *'    ok  the number lies at offset 4'*'All 3 passed.'*'shmlab lesson next'* ]] || false
    [[ $(progress 'bool(d["lessons"]["01-store"]["passed"])') == True ]] || false
    run -0 lesson
    [[ $output == *'1 of 2 done'*'Keep in mind (from 01): An offset counts bytes.'*'01 Store a number is done.'* ]] || false
    run -0 lesson next
    [[ -f $T/work/02-again/writer.c ]] || false
    run -0 lesson
    [[ $output == *'Now: 02 Store it again'* ]] || false
}

@test "a check that fails exits 1, with the mistake's name, the grid, where to read, and what to do" {
    lesson start 1
    solve times-four
    run -1 lesson check
    [[ $output == *'not ok  the number lies at offset 4'*'lies at offset 16, and belongs at 4'*'in memory:'*'expected:'* ]] || false
    [[ $output == *'Mistake: the offset counts bytes'*'Read:    README "The idea"; man 2 shmat'* ]] || false
    [[ $output == *'2 of 3 passed.'*'shmlab lesson hint 01'* ]] || false
    [[ $output != *$'\e'* ]] || false
}

@test "the unchanged start fails, and is reported as unchanged" {
    lesson start 1
    run -1 lesson check
    [[ $output == *'nothing is stored yet'*'look for TODO'* ]] || false
    run -1 lesson solution
}

@test "check before start says how to start" {
    run -1 lesson check 2
    [[ $output == *'shmlab lesson start 02'* ]] || false
}

@test "next does not skip a lesson that is not done" {
    lesson start 1
    run -1 lesson next
    [[ $output == *'is not done yet'* ]] || false
}

@test "a hint's paragraphs are wrapped at the terminal's width, its code stays as it is" {
    printf '%s\n' '## 1' '' 'Some words' 'on two lines.' '' '- An item' '  goes on.' '- Another.' '' '```c' 'int a;' 'int b;' '```' \
        >"$SHMLAB_LESSONS/01-store/hints.md"
    run -0 lesson hint 1
    [[ $output == *$'  Some words on two lines.\n\n  - An item goes on.\n  - Another.\n\n      int a;\n      int b;\n'* ]] || false
}

@test "hint gives one more at each call, and remembers" {
    run -0 lesson hint 1
    [[ $output == *'hint 1 of 3'*'Look at the offset.'* && $output != *memcpy* ]] || false
    run -0 lesson hint 1
    [[ $output == *'memcpy copies bytes.'* ]] || false
    lesson hint 1
    run -0 lesson hint 1
    [[ $output == *'hint 3 of 3'*'solution 01'* ]] || false
}

@test "ask compares with the learner's own compiler" {
    run -0 lesson ask 1
    [[ $output == *'1. How many bytes has an int?'* ]] || false
    run -0 lesson ask 1 4 '0x4'
    run -1 lesson ask 1 4 5
    [[ $output == *yes*'How many bytes'*no*'At which offset'* ]] || false
    # another compiler, another answer
    printf '#include <stddef.h>\nstruct pair { char a; COUNT b; };\n' >"$T/lessons/01-store/ask.h"
    sed -i 's/sizeof(int)/sizeof(COUNT)/' "$T/lessons/01-store/lesson.conf"
    printf '#!/bin/sh\nexec cc -DCOUNT=short "$@"\n' >"$T/shortcc"
    chmod +x "$T/shortcc"
    run -0 env SHMLAB_CC="$T/shortcc" python3 "$ROOT/lessons/runner/lesson" ask 1 2 2
    run -2 lesson ask 1 four
    run -2 lesson ask 1 1 2 3
}

@test "ask says why an answer is wrong: its own reason, or the question's" {
    sed -i '/^ask = At which offset/a guess = 1 | 1 is no multiple of 4.\nguess = 2 * sizeof(int) | A larger one fits.\nwhy = Look at b.' \
        "$T/lessons/01-store/lesson.conf"
    run -1 lesson ask 1 4 1
    [[ $output == *yes*no*'1 is no multiple of 4.' ]] || false
    run -1 lesson ask 1 3 8
    [[ $output == *no*no*'A larger one fits.' ]] || false # the first question has no reason
    run -1 lesson ask 1 4 7
    [[ $output == *'Look at b.' ]] || false
    run -0 lesson ask 1 4 4
    [[ $output != *'.' ]] || false
    printf '4\n1\n8\n' >"$T/typed"
    run -1 script -qec "stty -echo; python3 $ROOT/lessons/runner/lesson ask 1" /dev/null <"$T/typed"
    [[ $output == *'No. 1 is no multiple of 4. Try again.'*'No: your compiler says 4. A larger one fits.'* ]] || false
    printf '4\n5\n6\n' >"$T/typed" # the same reason is told once
    run -1 script -qec "stty -echo; python3 $ROOT/lessons/runner/lesson ask 1" /dev/null <"$T/typed"
    [[ $output == *'No. Look at b. Try again.'*'No: your compiler says 4.'* && $output != *'says 4. Look'* ]] || false
}

@test "reset keeps the old files, and the folder, which may be a shell's current one" {
    lesson start 1
    echo 'my work' >"$MINE/writer.c"
    mkfifo "$MINE/pipe"
    cd "$MINE"
    run -0 lesson reset
    grep -q TODO writer.c
    kept=$(echo "$T"/work/01-store.before-*)
    [[ $(cat "$kept/writer.c") == 'my work' && -p $kept/pipe ]] || false
}

@test "solution needs a try or --anyway, and never overwrites a file" {
    lesson start 1
    run -1 lesson solution
    [[ $output == *'try it first'* ]] || false
    run -0 lesson solution --anyway
    [[ $output == *'memcpy(base + 4'* ]] || false
    : >"$MINE/writer.c" # no try
    lesson check || true
    run -1 lesson solution
    solve times-four
    lesson check || true
    run -0 lesson solution 1 --copy "$T/copy"
    cmp "$T/copy/writer.c" "$T/lessons/01-store/solution/writer.c"
    run -1 lesson solution 1 --copy "$MINE"
    lesson_mistake "$T/lessons/01-store" times-four | cmp "$MINE/writer.c"
    ln -sf "$T/elsewhere" "$MINE/writer.c" # a link that leads nowhere yet
    run -1 lesson solution 1 --copy "$MINE"
    [[ ! -e $T/elsewhere ]] || false
}

@test "mistake lists the mistakes, makes one with a Makefile, and never overwrites a file" {
    run -0 lesson mistake 2
    [[ $output == *times-four*'the offset is multiplied by four.'*'lesson mistake 02 NAME FOLDER'* ]] || false
    run -0 lesson mistake 2 times-four "$T/show it"
    [[ $output == *'Makefile, writer.c'*'Mistake: the offset is multiplied by four.'* ]] || false
    lesson_mistake "$T/lessons/02-again" times-four | cmp "$T/show it/writer.c"
    make -s -C "$T/show it" writer
    # the command that it suggests checks that folder
    run -1 lesson check 02 --format tap "$T/show it"
    [[ $output == *'- times-four'* ]] || false
    echo mine >"$T/show it/writer.c"
    run -1 lesson mistake 2 times-four "$T/show it"
    [[ $output == *'writer.c already, and nothing is overwritten'* && $(cat "$T/show it/writer.c") == mine ]] || false
}

@test "mistake: an unknown name and a missing folder are reported, with what to type" {
    run -2 lesson mistake 2 times-five "$T/copy"
    [[ $output == *"has no mistake 'times-five'. All of them: shmlab lesson mistake 02"* && ! -e $T/copy ]] || false
    run -2 lesson mistake 2 times-four
    [[ $output == *'shmlab lesson mistake 02 times-four FOLDER'* ]] || false
}

@test "mistake: if patch(1) is missing, it says how to install it" {
    run -1 env PATH="$T" "$(python3 -c 'import sys; print(sys.executable)')" "$ROOT/lessons/runner/lesson" mistake 2 times-four "$T/copy"
    [[ $output == *'patch is not installed: sudo apt-get install patch'* && ! -e $T/copy ]] || false
}

@test "the lesson is that of the current folder, wherever the work folder is" {
    SHMLAB_WORK=$T/here/lab-work lesson start 1 # by default it might be that of a learner who has it beside the kit
    unset SHMLAB_WORK
    lesson start 2
    [[ -f $T/here/lab-work/01-store/writer.c ]] || false
    cd lab-work/01-store
    run -0 lesson ask
    [[ $output == *'ask 01'* ]] || false
    cd ../..
    run -0 lesson ask
    [[ $output == *'ask 02'* ]] || false
}

@test "a lesson is found by number and by a part of its name; if two match, both are named" {
    run -0 lesson hint 02
    run -0 lesson hint aga
    run -2 lesson hint store
    run -2 lesson hint o
    [[ $output == *'01-store or 02-again'* ]] || false
    run -2 lesson hint 9
}

@test "wrong arguments: exit 2, and the command that was probably meant" {
    run -2 lesson chekc
    [[ $output == *'Did you mean: shmlab lesson check'* ]] || false
    run -2 lesson list 3
    run -2 lesson check --fast
    run -2 lesson check --all --format=word
    run -2 lesson $'\e[2J'
    [[ $output != *$'\e'* ]] || false
    run -0 lesson help
    [[ $output == *watch* ]] || false
}

@test "check --all --format writes for graders, and exits 0 only if all pass" {
    lesson start 1
    lesson start 2
    solve
    run -1 --separate-stderr lesson check --all --format tap
    [[ $output == 'TAP version 14'* ]] || false
    cp "$MINE/writer.c" "$T/work/02-again/writer.c"
    run -0 --separate-stderr lesson check --all --format=json "$T/work"
    python3 -c 'import json, sys; json.loads(sys.argv[1])' "$output"
    run -0 --separate-stderr lesson check 1 --format junit "$MINE"
    run -1 lesson check --all "$T/here"
}

@test "progress: fields of a later version are kept" {
    mkdir -p "$T/work/.shmlab"
    echo '{"version": 7, "new": [1], "current": "", "lessons": {"99-later": {"passed": "x"}, "01-store": {"stars": 3}}}' \
        >"$T/work/.shmlab/progress.json"
    lesson start 1
    [[ $(progress 'd["new"], d["version"], d["lessons"]["01-store"]["stars"], d["lessons"]["99-later"]') == \
        "([1], 7, 3, {'passed': 'x'})" ]] || false
}

@test "progress: a broken file is renamed, with a message" {
    mkdir -p "$T/work/.shmlab"
    for broken in '{"version": 1, "less' '[]' '{"lessons": {"01-store": 3}}' $'\xff\xfe'; do
        printf '%s' "$broken" >"$T/work/.shmlab/progress.json"
        rm -f "$T"/work/.shmlab/progress.json.broken-*
        run -0 --separate-stderr lesson start 1
        [[ $stderr == *"can't be read"* ]] || false
        [[ $(cat "$T"/work/.shmlab/progress.json.broken-*) == "$broken" ]] || false
        [[ $(progress 'd["current"]') == 01-store ]] || false
    done
}

@test "a folder that can't be written: a message, and no traceback" {
    : >"$T/work"
    run -1 lesson start 1
    [[ $output == *"$T/work"*'Not a directory'* && $output != *Traceback* ]] || false
    rm "$T/work"
    mkdir "$T/work"
    : >"$MINE"
    run -1 lesson start 1
    [[ $output == *'cannot put the lesson'* && $output != *Traceback* ]] || false
}

@test "errors in a lesson.conf are reported with their lines, and the other lessons work" {
    printf 'colour = red\nminutes = many\n' >>"$T/lessons/02-again/lesson.conf"
    run -0 --separate-stderr lesson list
    [[ $output == *'01 Store a number'* && $output != *again* ]] || false
    [[ $stderr == *"02-again/lesson.conf:17: there is no 'colour'"*"lesson.conf:18: 'minutes' is given twice"* ]] || false
}

@test "at 40 columns no line is longer" {
    lesson start 1
    solve times-four
    run -0 tmux -V
    TMUX_SOCKET=$T/tmux
    tmux -S "$TMUX_SOCKET" -f /dev/null new-session -d -x 40 -y 60 "python3 $ROOT/lessons/runner/lesson check; touch $T/done; sleep 60"
    await 60 test -e "$T/done"
    screen=$(tmux -S "$TMUX_SOCKET" capture-pane -p -J)
    [[ $screen == *'Mistake: the offset counts bytes'*'2 of 3 passed.'* ]] || false
    ((${#screen} > 0)) && while IFS= read -r line; do ((${#line} <= 40)); done <<<"$screen"
}

@test "Ctrl-C at the questions of start ends the questions, and start goes on" {
    TMUX_SOCKET=$T/tmux
    tmux -S "$TMUX_SOCKET" -f /dev/null new-session -d -x 80 -y 40 "python3 $ROOT/lessons/runner/lesson start 1; touch $T/done; sleep 60"
    asked() { tmux -S "$TMUX_SOCKET" capture-pane -p | grep -q '^   >'; }
    await 60 asked
    tmux -S "$TMUX_SOCKET" send-keys C-c
    await 10 test -e "$T/done"
    screen=$(tmux -S "$TMUX_SOCKET" capture-pane -p -J)
    [[ $screen == *'How many bytes has an int?'*'Read: '*'Check: '* ]] || false
}

@test "if a question asks for octal, the answer may be octal, and so is the right one" {
    sed -i 's/^ask = .*an int.*/ask = Which mode (in octal) is 420? | 420/' "$T/lessons/01-store/lesson.conf"
    run -1 lesson ask 1 0644 0
    [[ $output == *yes*'Which mode'* ]] || false
    run -1 lesson ask 1 644 0
    [[ $output == *no*'Which mode'* ]] || false
}

@test "a README's links to the kit's docs work in the learner's folder" {
    printf '\n[more](../../docs/viewer.md#keys)\n' >>"$T/lessons/01-store/README.md"
    lesson start 1
    grep -qxF "[more]($ROOT/docs/viewer.md#keys)" "$MINE/README.md"
}

@test "view without a lesson takes options that have arguments" {
    lesson start 1
    run -1 lesson view --render text
    [[ $output == 'shm-view: '*segment* ]] || false
}

@test "a long warning of the compiler is shown whole, on several lines" {
    lesson start 1
    solve
    { cat "$MINE/writer.c" && printf 'static void a_function_with_a_very_long_name_that_nobody_will_ever_call_from_here(void) { }\n'; } >"$T/long.c"
    mv "$T/long.c" "$MINE/writer.c"
    run lesson check
    [[ $output == *'warning:'*a_function_with_a_very_long_name_that_nobody_will_ever_call_from_here*'defined but not used'* ]] || false
    while IFS= read -r line; do ((${#line} <= 80)); done <<<"$output"
}

@test "a viewer that waits names the program that makes the segment: the one that the learner gets finished" {
    SHMLAB_LESSONS=$ROOT/lessons
    lesson start 6
    TMUX_SOCKET=$T/tmux
    tmux -S "$TMUX_SOCKET" -f /dev/null new-session -d -x 80 -y 24 -c "$T/work/06-read-only" "python3 $ROOT/lessons/runner/lesson view"
    told() { tmux -S "$TMUX_SOCKET" capture-pane -p | tr -s ' \n' ' ' | grep -q 'Start maker, in another terminal: make run-maker'; }
    await 20 told
}
