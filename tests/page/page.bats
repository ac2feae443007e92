#!/usr/bin/env bats
# shm-view --render html in Chromium, with real clicks and keys (browser.py), and in Firefox; valid for tidy.
bats_require_minimum_version 1.5.0
load helper

setup()
{
    view_open
    cd "$T" || return
    message_file
    page message --layout layout
}

teardown()
{
    cd /
    place_close
}

# page NAME ARGUMENT...: NAME.html, from NAME or message.bin.
page()
{
    local name=$1 file=message.bin
    shift
    [[ ! -e $name ]] || file=$name
    "$BIN/shm-view" --file "$file" "$@" --render html >"$name.html"
}

# queue: a page with nested structs, arrays, and an array with a run of zeros.
queue()
{
    printf '%s\n' 'shmlab layout 1' 'uint32_t head' 'struct slot[3] slots {' 'char tag' 'short value' 'double y' '}' \
        'int[60] totals' 'char *next' >queue.layout
    perl -e 'print pack "L x4 (a x s x4 d)3 l60 Q", 3, "A", 7, 1.5, "B", -2, -0.0, "C", 9, 1e300, (1, 2), (0) x 58,
        77' >queue
    page queue --layout queue.layout
}

@test "tidy finds the page valid" {
    type -P tidy >/dev/null || skip 'tidy is not installed'
    queue
    page packed --layout <(sed 's/message {/message (packed) {/' layout)
    page bytes --no-layout
    page wide --layout layout --width 64 --cols 300
    head -c 100 message.bin | tr '\0' '<' >wanted
    page differs --layout layout --expect wanted 2>differs.err || grep -q 'not as expected' differs.err
    : >empty
    page empty
    for file in *.html; do
        run -0 tidy -q -e --drop-empty-elements no "$file"
        [[ -z $output ]]
    done
}

@test "the mouse over a byte shows its field, its offset and its readings, and frames grid and table" {
    in_browser <<'END'
go('message.html')
assert 'Point at a byte' in text('#where')
hover(byte(21))
equal(text('#where'), '0x0015 (21) num: int, byte 2 of 4 = 22')
hover(byte(20))
equal(text('#one'), "byte 16  22  0001 0110  '\\x16'")
equal(text('#readings tbody tr:nth-child(3)'), 'i32 22 369098752')
equal(framed(), [20, 21, 22, 23])
equal(framed('#fields'), ['num'])
equal(selected(), [])
hover(byte(26))
equal(text('#where'), '0x001a (26) padding before den (align 4)')
equal((framed(), framed('#fields')), ([25, 26, 27], ['den']))
hover('#grid tbody tr:nth-child(2) .t i:nth-child(3)')
equal(text('#where'), '0x0002 (2) intro: char[19], byte 3 of 19 = "PI is defined as: "')
hover('h1')
equal((framed(), address()), ([], ''))
END
}

@test "the mouse or the focus on a row of the field table frames its bytes" {
    in_browser <<'END'
window(800, 600)
go('message.html')
hover('#fields tbody tr:nth-child(7) td:nth-child(2)')
equal(framed(), list(range(40, 48)))
equal(text('#where'), '0x0028 (40) ratio: double, byte 1 of 8 = 3.142857142857143')
hover('h1')
key('Tab', 'Tab')
equal((focused(), framed(), framed('#fields')), ('intro', list(range(19)), ['intro']))
key('Down', 'Down')
equal((focused(), framed()), ('slash', [24]))
key('End', 'Enter')
equal((selected(), focused(), address()), ([48], 'byte=48', '#byte=48'))
click('#fields tbody tr:nth-child(2) a')
equal((selected(), focused(), address()), ([20], 'byte=20', '#byte=20'))
END
}

@test "a click selects a byte, and so does a tap; the address changes, and back leads out of the page" {
    in_browser <<'END'
go('message.html')
click(byte(28))
equal((selected(), address()), ([28], '#byte=28'))
hover('h1')
equal(text('#where'), '0x001c (28) den: int, byte 1 of 4 = 7')
tap(byte(32))
equal((selected(), address(), text('#where')), ([32], '#byte=32', "0x0020 (32) eq1: char, byte 1 of 1 = '='"))
call('POST', '/back')
equal(js('return location.href'), 'about:blank')
END
}

@test "the address selects a byte when the page opens, and when it changes" {
    in_browser <<'END'
go('message.html', '#byte=20')
equal((selected(), framed('#fields')), ([20], ['num']))
js('location.hash = "#t=3&byte=0x28"')
until(lambda: selected() == [40])
key('Right')
equal(address(), '#t=3&byte=41')
go('message.html', '#byte=700')
equal((selected(), text(byte(700))), ([700], '00'))
for wrong in '#byte=-1', '#byte=1024', '#byte=', '#byte=x', '#byte=1.5', '#other', '#byte=%3Cscript%3E', '#byte=1e99':
    go('message.html', wrong)
    equal(selected(), [])
equal(errors(), [])
END
}

@test "the keyboard alone reaches every byte" {
    in_browser <<'END'
go('message.html')
key('Tab')
equal((focused(), selected()), ('byte=0', []))
key('Right', 'Right', 'Down')
equal((focused(), selected(), address()), ('byte=18', [18], '#byte=18'))
key('Home', 'Left')
equal(focused(), 'byte=15')
key('Right', 'End')
equal(focused(), 'byte=31')
key('Control+Home', 'Up', 'Left')
equal(focused(), 'byte=0')
key('End', 'Down', 'Down', 'Down', 'Down')
equal((focused(), text(byte(64))), ('byte=64', '\u2026 960 free bytes, all zero'))
key('Down', 'End', 'Right')
equal(focused(), 'byte=64')
key('Up')
equal(focused(), 'byte=63')
key('Down', 'Enter', 'Down')
equal((focused(), text(byte(64)), text(byte(1023))), ('byte=80', '00', '00'))
key('Control+End', 'Right', 'Down')
equal(focused(), 'byte=1023')
key('PageUp')
equal(focused(), 'byte=767')
equal(js('return document.querySelectorAll("#grid [tabindex=\\"0\\"]").length'), 1)
key('Shift+Tab', 'Tab')
equal(focused(), 'byte=767')
key('Escape')
equal((selected(), address(), text('#readings')), ([], '', ''))
key('Tab')
equal(focused(), 'intro')
END
}

@test "a run of zeros in an array unfolds with its elements, and the frame is around all of it" {
    queue
    in_browser <<'END'
go('queue.html')
zeros = js('return [...document.querySelectorAll(".zeros td")].map(c => Number(c.id.slice(5)))')
equal(len(zeros), 1)
before = js('return document.querySelectorAll("#grid td.n").length')
click(byte(zeros[0]))
equal(js('return document.querySelectorAll(".zeros").length'), 0)
equal(js('return document.querySelectorAll("#grid td.n").length'), 59)
equal(framed(), list(range(56, 296)))
equal(js('return document.querySelectorAll("#grid td[id]").length'), 304)
equal(js('return [...document.querySelectorAll("#grid td[id]")].every((cell, i) => cell.id === "byte=" + i)'), True)
END
}

@test "the readings are those of the viewer's inspector" {
    queue
    perl -e 'print pack "d< f< d> q< Q> s< f< d< f<", 0.1, 1e-5, -1e100, -9, 2**63, -2, 1e6, 9**9**9, -(9**9**9),' \
        -e '-sin(9**9**9), 123456789.5, 1 / 3' >numbers
    page numbers --no-layout
    for file in queue numbers; do
        layout=--no-layout
        [[ $file != queue ]] || layout=--layout=queue.layout
        for at in 0 1 8 12 20 24 30 32 36 40; do
            "$BIN/shm-view" --file "$file" "$layout" --render text --screen 200x60 --at "$at" >screen
            for name in i16 u16 i32 u32 i64 u64 f32 f64; do
                sed -n "s/^.*\b\($name  *[^ ].*[^ ]\) *$/\1/p" screen | tr -s ' '
            done >"$file.$at"
            [[ $(wc -l <"$file.$at") == 8 ]]
        done
    done
    in_browser <<'END'
for file in 'queue', 'numbers':
    for at in 0, 1, 8, 12, 20, 24, 30, 32, 36, 40:
        go(file + '.html', f'#byte={at}')
        with open(f'{file}.{at}', encoding='utf-8') as lines:
            equal(text('#readings tbody').split('\n'), lines.read().rstrip('\n').split('\n'))
END
}

@test "what lies at a byte is told in the viewer's words" {
    queue
    printf '%s\n' 'shmlab layout 1' '0 int a' '2 int b' '9 double c' '30 char[8] past' >overlap
    head -c 32 message.bin >short
    page short --layout overlap
    printf '\7' | dd of=message.bin bs=1 seek=19 conv=notrunc status=none
    page message --layout layout
    for place in message:{19,20,26,100} queue:{8,9,40} short:{1,3,9,31}; do
        file=${place%:*}
        case $file in
            message) set -- message.bin layout ;;
            queue) set -- queue queue.layout ;;
            short) set -- short overlap ;;
        esac
        "$BIN/shm-view" --file "$1" --layout "$2" --render text --screen 400x60 --at "${place#*:}" >"$place"
    done
    in_browser <<'END'
import glob
places = glob.glob('*:*')
equal(len(places), 11)
for place in places:
    file, at = place.split(':')
    go(file + '.html', '#byte=' + at)
    offset, number, what = text('#where').split(' ', 2)
    equal((offset, number), (f'0x{int(at):04x}', f'({at})'))
    with open(place, encoding='utf-8') as screen:
        assert what in screen.read(), (place, what)
END
}

@test "a screen reader gets a grid with rows, headers and cells, and hears of what is selected" {
    in_browser <<'END'
go('message.html')
equal(role('#grid'), ('grid', 'Bytes'))
equal(role('#grid tbody tr:nth-child(2)')[0], 'row')
equal(role(byte(20))[0], 'gridcell')
equal(role('#grid tbody tr:nth-child(2) th'), ('rowheader', '0000'))
equal(role('#grid thead th:nth-child(6)'), ('columnheader', '4'))
equal(role('#fields'), ('table', 'Fields'))
equal(role('#fields a'), ('link', 'intro'))
equal(role('#inspector'), ('region', 'Selected byte'))
equal(role('#where')[0], 'status')
click(byte(20))
equal(role(byte(20)), ('gridcell', '16, byte 20'))
key('Right')
equal(js('return document.getElementById("where").getAttribute("aria-live")'), 'polite')
hover(byte(40))
equal(js('return document.getElementById("where").getAttribute("aria-live")'), 'off')
END
}

@test "the focus is seen, and what has it isn't covered by the inspector" {
    queue
    in_browser <<'END'
for size in (640, 400), (390, 700), (1400, 900):
    window(*size)
    for name in 'message', 'queue':
        go(name + '.html')
        for keys in ['Tab', *['Down'] * 6], ['Enter', *['Down'] * 20], ['Tab'], ['End'], ['Up'], ['Home']:
            key(*keys)
            while js('return document.activeElement.tagName') == 'SECTION':
                key('Tab') # a part that scrolls
            seen = js('''const it = document.activeElement, at = it.getBoundingClientRect();
                const top = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
                return [it.tagName, top === it || it.contains(top), getComputedStyle(it).outlineStyle]''')
            assert seen in (['TD', True, 'solid'], ['A', True, 'solid']), (size, name, keys, seen)
END
}

@test "dark and light follow the reader's screen, or --ground" {
    page dark --layout layout --ground dark
    page light --layout layout --ground light
    [[ $(<dark.html) != *prefers-color-scheme* && $(<light.html) != *prefers-color-scheme* ]]
    in_browser <<'END'
def ground():
    return js('return getComputedStyle(document.body).backgroundColor')
for name, on_light, on_dark in ('message', 255, 20), ('dark', 20, 20), ('light', 255, 255):
    for which, wanted in ('light', on_light), ('dark', on_dark):
        scheme(which)
        go(name + '.html')
        assert ground().startswith(f'rgb({wanted},'), (name, which, ground())
END
}

@test "padding is hatched, a field has a bar, and a mark its sign: not only a colour" {
    printf '\7' | dd of=message.bin bs=1 seek=19 conv=notrunc status=none
    page message --layout layout
    in_browser <<'END'
go('message.html')
def style(at, name):
    return js('return getComputedStyle(document.getElementById("byte=" + arguments[0]))[arguments[1]]', at, name)
assert style(26, 'backgroundImage').startswith('repeating-linear-gradient')
equal(style(21, 'backgroundImage'), 'none')
equal((style(20, 'borderLeftWidth'), style(21, 'borderLeftWidth')), ('3px', '0px'))
equal(js('return document.querySelector("[id=\\"byte=19\\"] sup").textContent'), '!')
cdp('Emulation.setEmulatedMedia', features=[{'name': 'forced-colors', 'value': 'active'}])
equal((style(26, 'borderTopStyle'), style(21, 'borderTopStyle')), ('dashed', 'solid'))
END
}

@test "without JavaScript there is the whole picture, and a name of a field leads to its bytes" {
    in_browser <<'END'
cdp('Emulation.setScriptExecutionDisabled', value=True)
go('message.html')
shown = text('main')
cdp('Emulation.setScriptExecutionDisabled', value=False)
for part in 'PI is defined as', '960 free bytes, all zero', 'farewell', '"goodbye"', 'padding: made by':
    assert part in shown, shown
assert 'endian' not in shown
END
}

@test "the page asks for nothing, and its policy keeps another script from running" {
    in_browser <<'END'
import http.server
import threading
asked = []
class Server(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        asked.append(self.path)
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
call('POST', '/url', {'url': f'http://127.0.0.1:{server.server_port}/message.html#byte=20'})
equal(selected(), [20])
equal(js('return performance.getEntriesByType("resource").length'), 0)
equal(asked, ['/message.html'])
js('''const script = document.createElement("script");
    script.textContent = "document.title = 'broken out'";
    document.body.append(script);
    const image = new Image();
    image.src = "/image.png";
    return fetch("/other").catch(() => 0)''')
equal(js('return document.title'), 'file message.bin')
equal(asked, ['/message.html'])
assert len([entry for entry in errors() if 'Content Security Policy' in entry]) >= 3
server.shutdown()
END
}

@test "names and bytes from outside stay text" {
    printf '%s\n' 'shmlab layout 1' '"</script><b id=evil>&" a (size 8)' 'char[21] text' >layout
    printf '12345678</script><b id=evil>\0' >message.bin
    page message --layout layout
    in_browser <<'END'
go('message.html', '#byte=0')
assert '</script><b id=evil>&' in text('#where'), text('#where')
assert '</script><b id=evil>' in text('#fields tbody tr:nth-child(2)')
equal(js('return document.querySelector("#evil")'), None)
equal(errors(), [])
END
}

@test "16 KiB open, and so does an empty file" {
    perl -e 'print pack "C*", map { $_ % 255 + 1 } 1 .. 20000' >large
    page large --no-layout
    : >empty
    page empty
    in_browser <<'END'
go('large.html', '#byte=16383')
equal(selected(), [16383])
go('empty.html', '#byte=0')
equal((selected(), errors()), ([], []))
END
}

@test "Firefox opens the page and selects the byte of its address" {
    type -P firefox-esr >/dev/null || skip 'firefox-esr is not installed'
    mkdir home profile
    for at in 20 none; do
        HOME=$PWD/home timeout 120 firefox-esr --headless --profile profile --window-size 900,700 \
            --screenshot "$PWD/$at.png" "file://$PWD/message.html#byte=$at" 3>&- >firefox.log 2>&1
        [[ -s $at.png ]]
    done
    run ! cmp -s 20.png none.png # the script has run: it shows what is at byte 20
}
