#!/usr/bin/env python3
"""browser.py: tests an HTML page in Chromium through chromedriver (W3C WebDriver), without any package of Python's.

  browser.py start PORT         opens a browser and prints the address of its session, for BROWSER_SESSION
  browser.py end                closes it
  browser.py run                runs the Python on standard input with the functions below
"""
import base64
import json
import os
import sys
import time
import urllib.error
import urllib.request

ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'  # the key of an element's id, by the standard
KEYS = {'Control': '\ue009', 'Shift': '\ue008', 'Tab': '\ue004', 'Enter': '\ue007', 'Escape': '\ue00c',
        'PageUp': '\ue00e', 'PageDown': '\ue00f', 'End': '\ue010', 'Home': '\ue011',
        'Left': '\ue012', 'Up': '\ue013', 'Right': '\ue014', 'Down': '\ue015'}


def call(method, path, body=None, session=None):
    url = (session or os.environ['BROWSER_SESSION']) + path
    data = json.dumps(body or {}).encode() if method == 'POST' else None
    request = urllib.request.Request(url, data, {'Content-Type': 'application/json'}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)['value']
    except urllib.error.HTTPError as error:
        sys.exit(f'{method} {path}: {json.load(error)["value"]["message"]}')


def start(port):
    # root can't have Chromium's sandbox, nor can containers; all pages are our own.
    arguments = ['--headless=new', '--no-sandbox', '--window-size=1400,1000', '--disable-gpu',
                 '--disable-dev-shm-usage', '--disable-background-networking',
                 f'--user-data-dir={os.environ["BROWSER_PROFILE"]}']
    want = {'browserName': 'chrome', 'goog:chromeOptions': {'args': arguments}, 'goog:loggingPrefs': {'browser': 'ALL'}}
    root = f'http://127.0.0.1:{port}/session'
    print(root + '/' + call('POST', '', {'capabilities': {'alwaysMatch': want}}, root)['sessionId'])


# ---- what tests call ----

def go(page, address=''):
    """Opens a file afresh, with address as '#byte=20'."""
    call('POST', '/url', {'url': 'about:blank'})
    call('POST', '/url', {'url': 'file://' + os.path.abspath(page) + address})


def js(code, *arguments):
    """Runs the body of a function in the page -> its value."""
    return call('POST', '/execute/sync', {'script': code, 'args': list(arguments)})


def cdp(command, **params):
    """A command of Chromium's own protocol."""
    return call('POST', '/goog/cdp/execute', {'cmd': command, 'params': params})


def find(css):
    return call('POST', '/element', {'using': 'css selector', 'value': css})[ELEMENT]


def byte(offset):
    return f'[id="byte={offset}"]'


def text(css):
    """The text that is seen."""
    return call('GET', f'/element/{find(css)}/text')


def role(css):
    """As a screen reader gets it: role and name."""
    element = find(css)
    return call('GET', f'/element/{element}/computedrole'), call('GET', f'/element/{element}/computedlabel')


def act(kind, css, *actions):
    origin = {ELEMENT: find(css)}
    parameters = {} if kind == 'none' else {'pointerType': kind}
    move = {'type': 'pointerMove', 'duration': 0, 'x': 0, 'y': 0, 'origin': origin}
    call('POST', '/actions', {'actions': [{'type': 'pointer', 'id': kind, 'parameters': parameters,
                                           'actions': [move, *actions]}]})


PRESS = {'type': 'pointerDown', 'button': 0}, {'type': 'pointerUp', 'button': 0}


def hover(css):
    act('mouse', css)


def click(css):
    act('mouse', css, *PRESS)


def tap(css):
    act('touch', css, *PRESS)


def key(*names):
    """Real keys, one after another: 'Down', 'Control+End', 'a'."""
    for name in names:
        held = [KEYS.get(part, part) for part in name.split('+')]
        steps = [{'type': 'keyDown', 'value': k} for k in held] + [{'type': 'keyUp', 'value': k} for k in held[::-1]]
        call('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keys', 'actions': steps}]})


def framed(part='#grid'):
    """The ids of the framed cells of the grid, or the names in the framed rows of the table."""
    if part == '#grid':
        return js('return [...document.querySelectorAll("#grid td.framed")].map(c => Number(c.id.slice(5)))')
    return js('return [...document.querySelectorAll("#fields tr.framed th")].map(c => c.textContent)')


def selected():
    return js('return [...document.querySelectorAll("[aria-selected=true]")].map(c => Number(c.id.slice(5)))')


def focused():
    """The id of the element with the focus, or its text."""
    return js('return document.activeElement.id || document.activeElement.textContent')


def cells():
    """The sign and the digits of each byte of the grid, also of those in a line of zeros."""
    return js('''return [...document.querySelectorAll("#grid td[id]")].flatMap((cell) => {
        const zeros = Number(cell.parentNode.dataset.size || 0), sign = cell.querySelector("sup");
        return zeros ? Array(zeros).fill(["", "00"]) : [[sign ? sign.textContent : "", cell.lastChild.textContent]]; })''')


def drawing():
    """All that the page shows of a moment, with how each byte looks."""
    return js('''const texts = (css) => [...document.querySelectorAll(css)].map((it) => it.textContent);
        const classes = (it) => [...it.classList].filter((name) => !/framed|pointed/.test(name)).sort().join(" ");
        const rows = [...document.querySelectorAll("#grid tbody tr")].map((row) => [classes(row),
            ...[...row.querySelectorAll("th, td[id], td:not([id]), i")].map((it) => [classes(it), it.textContent])]);
        return [document.title, rows, ...["h1", "#findings li", "#fields td.value"].map(texts),
            [...document.querySelectorAll("#legend li")].map((it) => it.lastChild.textContent)]''')


def address():
    return js('return location.hash')


def window(width, height):
    cdp('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=False)


def scheme(which):
    cdp('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': which}])


def errors():
    """What the console has: errors of the script, and all that the page's policy forbade."""
    return [entry['message'] for entry in call('POST', '/se/log', {'type': 'browser'})]


def picture(path):
    with open(path, 'wb') as file:
        file.write(base64.b64decode(call('GET', '/screenshot')))


def equal(have, wanted):
    if have != wanted:
        sys.exit(f'not {wanted!r} but {have!r}')


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit('waited in vain')
        time.sleep(0.02)


if __name__ == '__main__':
    if sys.argv[1] == 'start':
        start(sys.argv[2])
    elif sys.argv[1] == 'end':
        call('DELETE', '')
    else:
        # whatever another test has left
        cdp('Emulation.clearDeviceMetricsOverride')
        cdp('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': 'light'},
                                                    {'name': 'prefers-reduced-motion', 'value': 'no-preference'}])
        cdp('Emulation.setScriptExecutionDisabled', value=False)
        errors()
        exec(compile(sys.stdin.read(), 'test', 'exec'))
