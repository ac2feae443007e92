#!/usr/bin/env bats
# shm-view --render html --replay: the page of a recording in Chromium, with real clicks and keys, and in Firefox. What
# it shows at a time is compared with what shm-view itself draws of that time.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    view_open
    export BIN
    cd "$T" || return
    recording r
}

teardown()
{
    cd /
    place_close
}

# page NAME ARGUMENT...: NAME.html of the recording r.
page()
{
    local name=$1
    shift
    "$BIN/shm-view" --replay r --render html "$@" >"$name.html"
}

# varied: r has 80 changes of many kinds, in a layout with an array of structs, a union, bit-fields, padding and free
# bytes: some in the same millisecond, some to zero and back, texts that begin and end, a full picture that is a change.
varied()
{
    recording r '
        srand 7;
        my @printed = map { chr } 0x20 .. 0x7e;
        my $bytes = sub { my $kind = rand; join "", map { $kind < .3 ? "\0" : $kind < .7 ? $printed[rand @printed] : chr rand 256 } 1 .. 1 + rand shift };
        my ($us, @changes) = 0;
        for (1 .. 80) {
            my ($at, @runs) = 0;
            for (1 .. 1 + rand 4) {
                $at += int rand 140;
                push @runs, $at, $bytes->($_ == 1 ? 2 : 9);
                $at += length($runs[-1]) + 1;
            }
            $us += rand() < .3 ? int rand 400 : int rand 90_000;
            push @changes, [4, $us, change(0, @runs)];
        }
        my $text = join "\n", "shmlab layout 1", "struct all {", "char[12] name", "unsigned low : 3", "unsigned high : 7",
            "short small", "struct slot[4] slots {", "char tag", "double y", "}", "union {", "int i", "float f", "}",
            "int[60] totals", "bool on", "int last", "}", "";
        my $other = $blocks[2][2] =~ s/PI is/\x00\x01\x02ab/r;
        @blocks = ($blocks[0], [2, 0, "struct all\0$text"], $blocks[2], @changes[0 .. 39],
            [3, $changes[39][1], $other], @changes[40 .. 79], [6, $us + 500_000, ""]);'
}

@test "tidy finds the page valid" {
    type -P tidy >/dev/null || skip 'tidy is not installed'
    page some --time 1.5
    page bytes --no-layout
    head -c 100 message.bin >wanted
    page differs --expect wanted 2>differs.err || grep -q 'not as expected' differs.err
    recording r '@blocks = @blocks[0 .. 2]'
    page none
    varied
    page varied
    for file in *.html; do
        run -0 tidy -q -e --drop-empty-elements no "$file"
        [[ -z $output ]]
    done
}

@test "at any time, forth and back, bytes, values and marks are those of --render json" {
    varied
    page r
    in_browser <<'END'
import random
import subprocess
order = 'differs', 'stale', 'overlap', 'changed', 'misaligned'
signs = dict(zip(order, '≠!&*^'))
def oracle(time):
    shot = subprocess.run([os.environ['BIN'] + '/shm-view', '--replay', 'r', '--render', 'json', '--time', str(time)],
                          check=True, capture_output=True).stdout
    told = json.loads(shot)
    wanted = []
    for run in told['cells']:
        mark = [signs[name] for name in order if name in run['marks'] and name != 'misaligned']
        wanted += [mark[0] if mark else ''] * run['size']
    digits = told['bytes']
    return ([[sign, digits[2 * i:2 * i + 2]] for i, sign in enumerate(wanted)],
            [field.get('value', 'past the end') for field in told['layout']['fields']])
go('r.html')
end = js('return Number(document.getElementById("time").max)') / 1000
random.seed(3)
times = [0, end, end / 2, 0.001] + [round(random.uniform(0, end), 3) for _ in range(25)]
seen = set()
for moment in times:
    js('location.hash = "#t=" + arguments[0]', moment)
    until(lambda: text('#when').startswith(f'{moment:.3f} s of'))
    have = cells(), js('return [...document.querySelectorAll("#fields td.value")].map((cell) => cell.textContent)')
    wanted = oracle(moment)
    for have_part, wanted_part in zip(have, wanted):
        assert have_part == wanted_part, (moment, [(i, *both) for i, both in enumerate(zip(have_part, wanted_part)) if both[0] != both[1]])
    seen |= {sign for sign, _ in wanted[0]}
assert seen >= {'', '*', '!'}, seen
# Each change, one after another, to the start: as at its time, unless another one is in the same millisecond.
key('Tab', 'End')
for _ in range(82):
    key('Left')
equal(text('#news'), 'this is the start of the recording')
equal([digits for _, digits in cells()], [digits for _, digits in oracle(0)[0]])
equal(errors(), [])
END
}

@test "another moment looks as the page that was made of it: marks, texts, what is wrong, and what was expected" {
    varied
    head -c 300 message.bin >wanted
    for time in 0 0.7 1.4 50%; do
        page "$time" --time "$time" --expect wanted 2>err || grep -q 'not as expected' err
        page "plain$time" --time "$time" --no-layout
        page "part$time" --time "$time" --at 20 --count 260 --expect wanted 2>err || grep -q 'not as expected' err
    done
    in_browser <<'END'
times = '0', '0.7', '1.4', '50%'
for kind in '', 'plain', 'part':
    wanted = {}
    for moment in times:
        cdp('Emulation.setScriptExecutionDisabled', value=True)
        go(kind + moment + '.html')
        wanted[moment] = drawing()
        cdp('Emulation.setScriptExecutionDisabled', value=False)
    assert len({json.dumps(picture) for picture in wanted.values()}) == 4
    for moment in times:
        go(kind + moment + '.html')
        equal(drawing(), wanted[moment])
        for other in times[::-1]:
            seconds = wanted[other][0].split(' at ')[1].split(' ')[0]
            js('location.hash = "#t=" + arguments[0]', seconds)
            until(lambda: text('#when').startswith(seconds))
            have = drawing()
            assert have == wanted[other], (kind, moment, other, [both for a, b in zip(have, wanted[other]) for both in zip(a, b) if both[0] != both[1]])
equal(errors(), [])
END
}

@test "what is zero now, and something else at another time, is a byte of its own, and its sign is in the legend" {
    recording r 'splice @blocks, 4, 2, [4, 1e6, change(0, 19, "\7", 500, "\11")], [4, 2e6, change(0, 19, "\0", 500, "\0")],
        [4, 3e6, change(0, 20, "\1")]'
    page r
    in_browser <<'END'
go('r.html')
legend = text('#legend')
assert 'padding that is not zero: stale' in legend and 'changed just now' in legend, legend
equal((cells()[19], cells()[500], text(byte(64))), (['', '00'], ['', '00'], '\u2026 432 free bytes, all zero'))
equal(js('return document.querySelector("#findings li")'), None)
click('#back')
equal((cells()[19], cells()[500]), (['*', '00'], ['*', '00']))
click('#back')
equal((cells()[19], cells()[500]), (['!', '07'], ['*', '09']))
equal(text('#findings'), '1 of 1 padding bytes at 0x0013 (before num) are not zero: stale')
click('#back')
equal(js('return document.getElementById("findings").offsetHeight'), 0)
END
}

@test "a change past the first 16 KiB is told by its field, and a page without changes plays nothing" {
    recording r 'substr $blocks[0][2], 0, 16, pack "Q2", 20000, 20000; $blocks[2][2] = "\0" x 20000;
        $blocks[1][2] = "far\0" . join "\n", "shmlab layout 1", "0 int near", "18000 int far", "";
        splice @blocks, 4, 3, [4, 1e6, change(0, 0, "\1", 18000, "\5")], [4, 2e6, change(0, 18000, "\6")],
            [4, 3e6, change(0, 19000, "\7")]'
    page r
    recording r '@blocks = @blocks[0 .. 2]'
    page none
    in_browser <<'END'
go('r.html')
def told():
    return text('#news'), [text(f'#fields tbody tr:nth-child({row}) .value') for row in (1, 2)], \
        js('return [...document.querySelectorAll("#fields tr.changed th")].map((cell) => cell.textContent)')
equal(told(), ('nothing changed in what is shown here', ['1', '6'], []))
click('#back')
equal(told(), ('far: 5 -> 6', ['1', '6'], ['far']))
click('#back')
equal(told(), ('near: 0 -> 1   far: 0 -> 5', ['1', '5'], ['near', 'far']))
click('#back')
equal(told(), ('', ['0', '0'], []))
go('none.html')
equal(text('#when'), '0.000 s of 0.000 s, change 0 of 0')
click('#play')
until(lambda: text('#play') == 'play')
click('#forward')
equal((text('#news'), errors()), ('this is the last change of the recording', []))
END
}

@test "without JavaScript the page shows the moment of --time, without controls" {
    page r --time 1.5
    in_browser <<'END'
cdp('Emulation.setScriptExecutionDisabled', value=True)
go('r.html')
shown = text('body')
cdp('Emulation.setScriptExecutionDisabled', value=False)
assert 'at 1.500 s, 1024 bytes' in shown and 'num' in shown and 'play' not in shown, shown
go('r.html')
equal(text('#when'), '1.500 s of 4.000 s, change 1 of 2')
equal(text('#event'), '0.000 s: shm-server (pid 41) has it attached')
equal(text('#news'), 'num: 21 -> 22')
equal((text('#fields tbody tr:nth-child(2) .value'), address()), ('22', ''))
END
}

@test "the slider by the keyboard: the arrows go from change to change, the address keeps the time" {
    page r
    in_browser <<'END'
def value():
    return js('const it = document.getElementById("time"); return [Number(it.value), it.getAttribute("aria-valuetext")]')
go('r.html')
equal(value(), [4000, '4.000 s of 4.000 s, change 2 of 2'])
key('Tab')
equal(focused(), 'time')
key('Left')
equal((value(), address()), ([1000, '1.000 s of 4.000 s, change 1 of 2'], '#t=1'))
key('Left')
equal((value(), address(), text('#news')), ([0, '0.000 s of 4.000 s, change 0 of 2'], '#t=0', ''))
key('Left')
equal((text('#news'), address()), ('this is the start of the recording', '#t=0'))
key('Up', 'Right')
equal((value(), address()), ([2500, '2.500 s of 4.000 s, change 2 of 2'], '#t=2.5'))
equal(text('h1'), 'recording of key 0x0f20074e at 2.500 s, 1024 bytes')
key('Right')
equal((text('#news'), value()[0]), ('this is the last change of the recording', 2500))
key('Home')
equal((value()[0], address()), (0, '#t=0'))
key('End')
equal((value()[0], address()), (4000, '#t=4'))
key('PageDown')
equal(3000 < value()[0] < 4000, True)
END
}

@test "the mouse on the slider and the buttons; changed bytes and values have an asterisk" {
    page r --time 0
    in_browser <<'END'
go('r.html')
equal([sign for sign, _ in cells() if sign], [])
click('#forward')
equal((text('#news'), address(), cells()[20]), ('num: 21 -> 22', '#t=1', ['*', '16']))
click('#forward')
equal((text('#news'), address()), ('num: 22 -> 23   0x0040: 00 -> 07', '#t=2.5'))
equal([i for i, (sign, _) in enumerate(cells()) if sign == '*'], [20, 64])
equal(js('return [...document.querySelectorAll("#fields tr.changed th")].map((cell) => cell.textContent)'), ['num'])
equal(js('return getComputedStyle(document.querySelector("#fields tr.changed .value"), "::before").content'), '"*"')
click('#back')
equal((address(), cells()[64], text('#fields tbody tr:nth-child(2) .value')), ('#t=1', ['', '00'], '22'))
click('#time')
assert text('#when').startswith('2.0') or text('#when').startswith('1.9'), text('#when')
END
}

@test "the next and the previous change of the selected byte's field" {
    recording r 'splice @blocks, 4, 3, (map { [4, $_ * 1e6, change(0, $_ % 2 ? (20, chr(21 + $_)) : (64, chr $_))] } 1 .. 6),
        [6, 7e6, ""]'
    page r --time 0
    in_browser <<'END'
go('r.html')
def disabled():
    return js('return ["field-back", "field-forward"].map((id) => document.getElementById(id).disabled)')
equal(disabled(), [True, True])
click(byte(22))
equal(disabled(), [False, False])
click('#field-forward')
equal((address(), text('#news')), ('#byte=22&t=1', 'num: 21 -> 22'))
click('#field-forward')
equal((address(), text('#news')), ('#byte=22&t=3', 'num: 22 -> 24'))
equal(text('#where'), '0x0016 (22) num: int, byte 3 of 4 = 24')
click('#field-back')
equal(address(), '#byte=22&t=1')
click('#field-back')
equal((address(), text('#news')), ('#byte=22&t=1', 'num did not change before'))
click(byte(64))
key('}', '}')
equal((address(), text('#news')), ('#byte=64&t=4', '0x0040: 02 -> 04'))
key('{')
equal(address(), '#byte=64&t=2')
click(byte(40))
key('}')
equal((address(), text('#news')), ('#byte=40&t=2', 'ratio did not change after'))
key('Escape')
equal((disabled(), address()), ([True, True], '#t=2'))
END
}

@test "it plays at its speed, stops at the end, and starts again" {
    page r --time 0
    in_browser <<'END'
go('r.html')
click('#play')
equal(text('#play'), 'stop')
until(lambda: 'change 1 of 2' in text('#when'))
click('#play')
equal(text('#play'), 'play')
at = address()
assert at.startswith('#t=') and 1 <= float(at[3:]) < 4, at
click(byte(3))
key('>', '>', '>', '>', '>', '>', '>')
equal(js('return document.getElementById("speed").selectedOptions[0].text'), '64 times as fast')
key(' ')
until(lambda: text('#play') == 'play')
equal(text('#when'), '4.000 s of 4.000 s, change 2 of 2')
key('<', '<')
equal(js('return document.getElementById("speed").value'), '4')
# Frames by hand: the recording's time is that of the frames by the speed.
js('window.requestAnimationFrame = (draw) => { window.frame = draw; }')
key(' ')
def frame(ms):
    js('window.frame(arguments[0])', ms)
    return text('#when')[:-5]
equal(frame(1000), '0.000 s of 4.000 s, change 0')
equal(frame(1050), '0.800 s of 4.000 s, change 0')
equal(frame(1064), '1.000 s of 4.000 s, change 1')
equal((cells()[20], js('return document.getElementById("news").getAttribute("aria-live")')), (['*', '16'], 'off'))
equal(frame(1110), '1.700 s of 4.000 s, change 1')
equal((text('h1'), js('return document.title')), ('recording of key 0x0f20074e at 1.700 s, 1024 bytes',
                                                 'recording of key 0x0f20074e at 1.700 s'))
equal(frame(1130), '2.000 s of 4.000 s, change 1')
equal(cells()[20], ['', '16']) # a second later the change no longer glows
key(' ')
equal((cells()[20], address()), (['*', '16'], '#t=2.08&byte=3'))
equal(js('return document.getElementById("news").getAttribute("aria-live")'), 'polite')
key(' ')
frame(2000)
js('const it = document.getElementById("time"); it.value = 3000; it.dispatchEvent(new Event("input"))') # it is dragged
equal((text('#play'), text('#when')), ('play', '3.000 s of 4.000 s, change 2 of 2'))
# Whoever wants less motion gets a picture per second.
cdp('Emulation.setEmulatedMedia', features=[{'name': 'prefers-reduced-motion', 'value': 'reduce'}])
click('#time')
key('Home', '<', '<', '<', '<', ' ')
frame(10000)
equal((frame(10500), frame(10999)), ('0.000 s of 4.000 s, change 0',) * 2)
equal(frame(11000), '1.000 s of 4.000 s, change 1')
equal(errors(), [])
END
}

@test "the address has time and byte in any order; a wrong time is ignored" {
    page r
    in_browser <<'END'
for address_wanted in '#t=1.5&byte=20', '#byte=20&t=1.5':
    go('r.html', address_wanted)
    equal((selected(), text('#when')[:7], text('#where')[-8:]), ([20], '1.500 s', 'of 4 = 22'[-8:]))
    equal(address(), address_wanted)
js('location.hash = "#t=3&byte=28"')
until(lambda: selected() == [28])
equal(text('#when')[:7], '3.000 s')
key('Right')
equal(address(), '#t=3&byte=29')
key('[')
equal(address(), '#t=1&byte=29')
go('r.html', '#t=99')
equal(text('#when')[:7], '4.000 s')
go('r.html', '#t=0.9999')
equal(text('#when'), '0.999 s of 4.000 s, change 0 of 2')
for wrong in '#t=', '#t=x', '#t=-1', '#t=1e3', '#t=1.', '#t=%3Cb%3E', '#t=1%', '#t=NaN':
    go('r.html', wrong)
    equal(text('#when')[:7], '4.000 s')
equal(errors(), [])
END
}

@test "a screen reader gets a slider with time and change, and named buttons" {
    page r
    in_browser <<'END'
go('r.html', '#byte=20')
equal(role('#replay'), ('region', 'Recording'))
equal(role('#time'), ('slider', 'Time'))
equal([role('#' + which) for which in ('play', 'back', 'forward', 'field-back', 'field-forward')],
      [('button', name) for name in ('play', 'previous change', 'next change', 'previous change of this field',
                                     'next change of this field')])
equal(role('#speed'), ('combobox', 'speed'))
equal(role('#news')[0], 'status')
equal(role(byte(20)), ('gridcell', '17, byte 20'))
click('#back')
equal(role(byte(20)), ('gridcell', '16, byte 20'))
END
}

@test "the focus is seen, and neither the controls nor the inspector cover what has it" {
    page r
    in_browser <<'END'
for size in (400, 256), (640, 400), (400, 800), (1280, 800):
    window(*size)
    go('r.html')
    for keys in ['Tab'], ['Tab'], ['Tab'] * 3, ['Tab', *['Down'] * 5], ['Control+Home'], ['Tab'], ['End'], ['Up'], ['Home']:
        key(*keys)
        while js('return document.activeElement.tagName') == 'SECTION':
            key('Tab') # a part that scrolls
        seen = js('''const it = document.activeElement, at = it.getBoundingClientRect();
            const top = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
            return [top === it || it.contains(top), getComputedStyle(it).outlineStyle]''')
        equal((size, keys, focused(), *seen), (size, keys, focused(), True, 'solid'))
# Scrolled far down, all three are seen.
window(1280, 500)
go('r.html', '#byte=1000')
for part in '#time', '#news', byte(1000), '#where':
    equal((part, js('''const it = document.querySelector(arguments[0]), at = it.getBoundingClientRect();
        return it.contains(document.elementFromPoint(at.left + 2, at.top + at.height / 2))''', part)), (part, True))
END
}

@test "names and notes in a recording stay text" {
    recording r 'substr $blocks[3][2], 28, 99, "</script><b id=evil>&"; substr $blocks[0][2], 40, 99, "<b id=evil>"'
    page r
    in_browser <<'END'
go('r.html')
equal(text('#event'), '0.000 s: </script><b id=evil>& (pid 41) has it attached')
assert 'recording of <b id=evil> at' in text('h1')
equal((js('return document.querySelector("#evil")'), errors()), (None, []))
END
}

@test "10,000 changes open in a moment, and in less than 3 MB" {
    recording r 'splice @blocks, 4, 3, (map { [4, $_ * 33_000, change(0, 20, pack("l", $_), 40, substr pack("d", $_ / 7), 2)] }
        1 .. 10_000), [6, 400e6, ""]'
    page r
    [[ $(stat -c %s r.html) -lt 3000000 ]]
    in_browser <<'END'
go('r.html', '#t=165&byte=20')
equal(text('#fields tbody tr:nth-child(2) .value'), '5000')
milliseconds = js('return performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart')
assert milliseconds < 10000, milliseconds
END
}

@test "of a recording with too many changes, the page has those around its moment, and says so" {
    recording r '@blocks = (@blocks[0 .. 2], (map { my $n = $_; [4, $n * 1e6, join "", map { change($_ == 0 ? 0 : 1000,
        20, pack("l", $n * 1000 + $_), 64, pack "Q8", ($n * 1000 + $_) x 8) } 0 .. 999] } 1 .. 150), [6, 200e6, ""])'
    page end
    page start --time 0
    page middle --time 80.5
    for which in end start middle; do
        [[ $(stat -c %s $which.html) -lt 10000000 ]]
    done
    "$BIN/shm-view" --replay r --render json --time 80.2 >"$T/json"
    json '$j->{bytes}' "$T/json" >bytes
    in_browser <<'END'
import re
def part(name):
    go(name + '.html')
    found = re.fullmatch(r'This page has the changes (\d+) to (\d+) of 150000, from (\S+) s to (\S+) s\. '
                         r'shm-view --replay shows all; with --time it makes a page around another time\.', text('#part'))
    assert found, text('#part')
    return int(found[1]), int(found[2]), float(found[3]), float(found[4])
first, last, start, end = part('end')
assert first > 10000 and (last, end) == (150000, 200), (first, last, start, end)
equal(text('#when'), '200.000 s of 200.000 s, change 150000 of 150000')
click('#time')
key('Home')
assert text('#when').startswith(f'{start:.3f} s of 200.000 s, change {first - 1} of 150000'), text('#when')
equal([sign for sign, _ in cells() if sign == '*'], []) # what changed last isn't known there
equal(text('#fields tbody tr:nth-child(2) .value'), str((first - 1 + 999) // 1000 * 1000 + (first - 2) % 1000))
key('Left')
equal(text('#news'), 'this is the start of the part that this page has')
first, last, start, end = part('start')
assert (first, start) == (1, 0) and last < 149999 and end < 199, (first, last, start, end)
js('location.hash = "#t=170"')
until(lambda: text('#when').startswith(f'{end:.3f} s of 200.000 s, change {last} of 150000'))
first, last, start, end = part('middle')
assert 10000 < first and last < 149000 and start < 80 < 81 < end, (first, last, start, end)
js('location.hash = "#t=80.2"')
until(lambda: text('#when').startswith('80.200 s'))
with open('bytes', encoding='ascii') as wanted:
    equal(''.join(digits for _, digits in cells()), wanted.read().strip())
END
    page r --time 1
    recording r
    page r
    [[ $(<r.html) == *'<p id="part" hidden'* ]]
}

@test "Firefox opens the page at the time of its address" {
    type -P firefox-esr >/dev/null || skip 'firefox-esr is not installed'
    page r
    mkdir home profile
    for at in 1 4; do
        HOME=$PWD/home timeout 120 firefox-esr --headless --profile profile --window-size 900,700 \
            --screenshot "$PWD/$at.png" "file://$PWD/r.html#t=$at" 3>&- >firefox.log 2>&1
        [[ -s $at.png ]]
    done
    run ! cmp -s 1.png 4.png
}
