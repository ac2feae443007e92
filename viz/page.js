// The page of shm-view --render html, made interactive. Without this script the page shows the same picture.
//
// State: the selected byte (by a click, a key or the address #byte=20) and the byte that the mouse or the focus points
// at. Both are offsets or null. The inspector shows the one pointed at, else the selected one; its field is framed, in
// the grid and in the field table. Of a recording: the moment shown (the slider, or the address #t=12.5).
'use strict';
(function () {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('data').textContent);
  const grid = byId('grid'), where = byId('where'), one = byId('one'), inspector = byId('inspector');
  const fromHex = (text) => Uint8Array.from(text.match(/../g) || [], (digits) => parseInt(digits, 16));
  const first = data.first, bytes = fromHex(data.bytes); // the grid's first byte, and all of them
  const byteAt = (offset) => bytes[offset - first];
  const last = data.cells.length ? data.cells[data.cells.length - 1] : {offset: 0, size: 0};
  const shown = last.offset + last.size; // where the grid ends
  const fields = data.fields, rows = [...document.querySelectorAll('#fields tbody tr')];
  const fieldNumbers = new Map(fields.map((field, i) => [field.name, i]));
  const recording = data.recording || null;
  let selected = null, pointed = null, column = 0, mouse = null, covered = 0, playing = false;

  // ---- from an offset to what is there ----

  // The run of cells with the byte at offset.
  function runAt(offset) {
    let from = 0, to = data.cells.length;
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (data.cells[middle].offset <= offset) {
        from = middle;
      } else {
        to = middle;
      }
    }
    return data.cells[from];
  }

  function cellAt(offset) {
    return byId('byte=' + offset);
  }

  // The line of zeros, not yet unfolded, with the byte at offset; null: it has a cell of its own.
  function zerosAt(offset) {
    const cell = cellAt(offset);
    if (cell && cell.parentNode.className !== 'zeros') {
      return null;
    }
    for (const row of grid.querySelectorAll('tr.zeros')) {
      const from = Number(row.dataset.offset), size = Number(row.dataset.size);
      if (offset >= from && offset < from + size) {
        return {row, offset: from, size};
      }
    }
    return null;
  }

  function hex(number, digits) {
    return number.toString(16).padStart(digits, '0');
  }

  // ---- unfolding a line of zeros ----

  function element(name, classes, text) {
    const made = document.createElement(name);
    if (classes) {
      made.className = classes;
    }
    made.textContent = text;
    return made;
  }

  // One line of the grid. look: the classes of its bytes; starts: does an array's element start there?
  function line(offset, count, digits, look, starts) {
    const row = document.createElement('tr');
    const head = element('th', '', hex(offset, digits));
    head.scope = 'row';
    row.append(head);
    const text = element('td', 't', '');
    for (let i = 0; i < count; i++) {
      const gap = i > 0 && i % 8 === 0 ? ' g' : '';
      const cell = element('td', look + (starts(offset + i) ? ' n' : '') + gap, hex(byteAt(offset + i), 2));
      cell.id = 'byte=' + (offset + i);
      row.append(cell);
      text.append(element('i', (/c[1-7]/.exec(look) || ['c7'])[0], data.dot));
    }
    if (count < data.width) {
      const rest = element('td', '', '');
      rest.colSpan = data.width - count;
      row.append(rest);
    }
    row.append(text);
    return row;
  }

  function unfold(zeros) {
    const old = zeros.row.querySelector('td');
    const look = old.className.replace(/ (e|n|framed|pointed)\b/g, ''), ends = / e\b/.test(old.className);
    const digits = zeros.row.querySelector('th').textContent.length;
    const [first, step] = (zeros.row.dataset.elements || '0 0').split(' ').map(Number);
    const starts = (offset) => step > 0 && (offset - first) % step === 0;
    const end = zeros.offset + zeros.size, made = document.createDocumentFragment();
    for (let at = zeros.offset; at < end; at += data.width) {
      made.append(line(at, Math.min(data.width, end - at), digits, look, starts));
    }
    zeros.row.replaceWith(made);
    if (ends) {
      cellAt(end - 1).classList.add('e');
    }
  }

  // ---- the inspector ----

  // As printf's %.*g. negative: the sign bit, which a NaN has, too.
  function real(number, digits, negative) {
    if (!isFinite(number)) {
      return (negative ? '-' : '') + (isNaN(number) ? 'nan' : 'inf');
    }
    if (number === 0) {
      return Object.is(number, -0) ? '-0' : '0';
    }
    const [mantissa, exponent] = number.toExponential(digits - 1).split('e');
    const trim = (text) => text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    if (exponent < -4 || exponent >= digits) {
      return trim(mantissa) + 'e' + exponent[0] + exponent.slice(1).padStart(2, '0');
    }
    return trim(number.toFixed(digits - 1 - exponent));
  }

  // name, bytes, how to read them; more: left out in a small window
  const readings = [
    ['i16', 2, (view, little) => view.getInt16(0, little)],
    ['u16', 2, (view, little) => view.getUint16(0, little), 'more'],
    ['i32', 4, (view, little) => view.getInt32(0, little)],
    ['u32', 4, (view, little) => view.getUint32(0, little), 'more'],
    ['i64', 8, (view, little) => view.getBigInt64(0, little)],
    ['u64', 8, (view, little) => view.getBigUint64(0, little), 'more'],
    ['f32', 4, (view, little) => real(view.getFloat32(0, little), 6, view.getInt8(little ? 3 : 0) < 0)],
    ['f64', 8, (view, little) => real(view.getFloat64(0, little), 9, view.getInt8(little ? 7 : 0) < 0)],
  ];

  function reading(offset, size, read, little) {
    if (size > data.size - offset) {
      return 'past the end';
    }
    if (offset + size > first + bytes.length) {
      return 'not looked at';
    }
    return String(read(new DataView(bytes.buffer, offset - first, size), little));
  }

  // What lies at offset, in the words of the viewer.
  function whatIs(offset) {
    const run = runAt(offset), field = fields[fieldNumbers.get(run.field)];
    const stale = byteAt(offset) ? ': NOT zero' : '';
    if (run.role === 'padding') {
      return 'padding before ' + run.field + (field ? ' (align ' + field.align + ')' : '') + stale;
    }
    if (run.role === 'tail') {
      return 'padding at the end of ' + (run.end_of || 'the whole struct') + ', made by ' + run.field + stale;
    }
    if (run.field === undefined) {
      return run.role === 'unreadable' ? 'not looked at' : fields.length ? 'free: no field lies here' : 'no layout';
    }
    if (!field) {
      return run.field;
    }
    const marks = (run.marks.includes('overlap') ? ', overlaps another field' : '') +
      (field.misaligned ? ', misaligned' : '');
    const bits = field.bit_size ? ':' + field.bit_size + ' from bit ' + field.bit_offset : '';
    return field.name + ': ' + field.type + bits + ', byte ' + (offset - field.offset + 1) + ' of ' + field.size + marks +
      ' = ' + (field.value !== undefined ? field.value : field.past_end ? 'past the end' : '?');
  }

  // "byte 2f  47  0010 1111  '/'"
  function byteText(offset) {
    if (offset >= first + bytes.length) {
      return 'byte ??';
    }
    const byte = byteAt(offset), bits = byte.toString(2).padStart(8, '0');
    const names = {0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 92: '\\\\'};
    const printed = byte < 32 || byte > 126 ? '\\x' + hex(byte, 2) : String.fromCharCode(byte);
    return 'byte ' + hex(byte, 2) + '  ' + byte + '  ' + bits.slice(0, 4) + ' ' + bits.slice(4) + "  '" +
      (names[byte] || printed) + "'";
  }

  // A screen reader reads again what is set again, even if it is the same.
  function setText(at, text) {
    if (at.textContent !== text) {
      at.textContent = text;
    }
  }

  function inspect(offset) {
    const body = document.querySelector('#readings tbody');
    setText(where, '0x' + hex(offset, 4) + ' (' + offset + ')  ' + whatIs(offset));
    one.textContent = byteText(offset);
    body.replaceChildren(...readings.map(([name, size, read, more]) => {
      const row = element('tr', more, ''), head = element('th', '', name);
      head.scope = 'row';
      row.append(head, element('td', '', reading(offset, size, read, true)),
        element('td', '', reading(offset, size, read, false)));
      return row;
    }));
  }

  // ---- frames ----

  // The bytes [from, to) that belong together with the byte at offset: its field's, or the padding around it.
  function together(offset) {
    const run = runAt(offset), field = fields[fieldNumbers.get(run.field)];
    if (run.role === 'field' && field) {
      return [Math.max(field.offset, first), Math.min(field.offset + field.size, shown)];
    }
    return run.role === 'padding' || run.role === 'tail' ? [run.offset, run.offset + run.size] : [0, 0];
  }

  function frame(offset) {
    document.querySelectorAll('.framed, .pointed').forEach((old) => old.classList.remove('framed', 'pointed'));
    if (offset === null) {
      return;
    }
    const [from, to] = together(offset);
    for (let at = from; at < to; at++) {
      const cell = cellAt(at);
      if (cell) {
        cell.classList.add('framed');
      }
    }
    const row = rows[fieldNumbers.get(runAt(offset).field)];
    if (row) {
      row.classList.add('framed');
    }
  }

  // The byte's character at the right.
  function characterAt(offset) {
    const cell = cellAt(offset), text = cell && cell.parentNode.querySelector('.t');
    return text ? text.children[offset % data.width] : null;
  }

  function update() {
    const offset = pointed === null ? selected : pointed;
    // What the mouse passes over isn't read out.
    where.setAttribute('aria-live', pointed === null && !playing ? 'polite' : 'off');
    frame(offset);
    if (offset === null) {
      where.textContent = 'Point at a byte, tap it, or go to it with the arrow keys.';
      one.textContent = 'Home, End: in its row. Page Up, Page Down. Ctrl+Home, Ctrl+End. Escape: none.';
      document.querySelector('#readings tbody').replaceChildren();
    } else {
      inspect(offset);
    }
    byId('readings').hidden = offset === null;
    document.querySelectorAll('#field-back, #field-forward').forEach((button) => {
      button.disabled = selected === null;
    });
    if (pointed !== null) {
      [cellAt(pointed), characterAt(pointed)].forEach((at) => at && at.classList.add('pointed'));
    }
    if (inspector.offsetHeight !== covered) { // the style of everything is computed anew
      covered = inspector.offsetHeight;
      document.documentElement.style.setProperty('--covered', covered + 'px');
    }
  }

  // ---- selecting ----

  // Keeps whatever else the address has. value: a number; null: none
  function addressSet(name, value) {
    const state = new URLSearchParams(location.hash.slice(1));
    if (value === null) {
      state.delete(name);
    } else {
      state.set(name, value);
    }
    try {
      history.replaceState(null, '', '#' + state);
    } catch (error) {
      // Some browsers allow only so many changes in a time.
    }
  }

  // The cell that Tab leads to: the selected one, else the first.
  function focusable(cell) {
    grid.querySelectorAll('td[tabindex="0"]').forEach((old) => old.setAttribute('tabindex', '-1'));
    if (cell) {
      cell.setAttribute('tabindex', '0');
    }
  }

  function deselect() {
    grid.querySelectorAll('[aria-selected]').forEach((old) => old.removeAttribute('aria-selected'));
    grid.querySelectorAll('.selected').forEach((old) => old.classList.remove('selected'));
  }

  // What a screen reader calls a cell that is selected, or was.
  function cellName(cell, offset) {
    cell.setAttribute('aria-label', cell.parentNode.className === 'zeros' ? cell.textContent :
      (byteAt(offset) === undefined ? '??' : hex(byteAt(offset), 2)) + ', byte ' + offset);
  }

  // Selects the byte at offset. In a line of zeros that is the line, unless it is unfolded first.
  function select(offset, focus) {
    const cell = cellAt(offset), character = characterAt(offset);
    deselect();
    selected = offset;
    pointed = null;
    cell.setAttribute('aria-selected', 'true');
    cellName(cell, offset);
    if (character) {
      character.classList.add('selected');
    }
    focusable(cell);
    update();
    if (focus) {
      cell.focus();
    }
  }

  function unselect() {
    deselect();
    selected = pointed = null;
    update();
  }

  // Selects a byte by its number, also one in a line of zeros.
  function goTo(offset, focus) {
    const zeros = zerosAt(offset);
    if (zeros) {
      unfold(zeros);
    }
    column = offset % data.width;
    select(offset, focus);
  }

  // ---- keys ----

  function rowStart(offset) {
    const zeros = zerosAt(offset);
    return zeros ? zeros.offset : offset - offset % data.width;
  }

  function rowEnd(offset) {
    const zeros = zerosAt(offset);
    return Math.min(zeros ? zeros.offset + zeros.size : rowStart(offset) + data.width, shown);
  }

  // The byte of the same column in the line that starts at `start`.
  function inColumn(start) {
    return zerosAt(start) ? start : Math.min(start + column, rowEnd(start) - 1);
  }

  function down(offset) {
    return rowEnd(offset) < shown ? inColumn(rowEnd(offset)) : offset;
  }

  function up(offset) {
    return rowStart(offset) > first ? inColumn(rowStart(rowStart(offset) - 1)) : offset;
  }

  function times(count, step, offset) {
    for (let i = 0; i < count; i++) {
      offset = step(offset);
    }
    return offset;
  }

  // key -> the byte that it leads to from offset
  const moves = {
    ArrowRight: (offset) => zerosAt(offset) ? rowEnd(offset) : offset + 1,
    ArrowLeft: (offset) => offset - 1,
    ArrowDown: down,
    ArrowUp: up,
    PageDown: (offset) => times(16, down, offset),
    PageUp: (offset) => times(16, up, offset),
    Home: rowStart,
    End: (offset) => zerosAt(offset) ? offset : rowEnd(offset) - 1,
    'Ctrl+Home': () => first,
    'Ctrl+End': () => shown - 1,
  };

  function offsetOf(cell) {
    return Number(cell.id.slice('byte='.length));
  }

  function keyDown(event) {
    const cell = event.target.closest('td[id]');
    if (!cell || event.altKey || event.metaKey || event.shiftKey) {
      return;
    }
    const offset = offsetOf(cell), move = moves[(event.ctrlKey ? 'Ctrl+' : '') + event.key];
    if (move) {
      const to = Math.min(Math.max(move(offset), first), shown - 1), zeros = zerosAt(to);
      if (!zeros && !/Arrow(Up|Down)|Page/.test(event.key)) {
        column = to % data.width;
      }
      select(zeros ? zeros.offset : to, true);
    } else if (event.key === 'Enter' || (event.key === ' ' && !recording)) {
      goTo(offset, true);
    } else if (event.key === 'Escape') {
      unselect();
    } else {
      return;
    }
    event.preventDefault();
    addressSet('byte', selected);
  }

  // ---- the mouse, taps, links, the address ----

  // The byte that an element of the page is of; null: none.
  function offsetAt(target) {
    const cell = target.closest('#grid td[id]');
    if (cell) {
      return offsetOf(cell);
    }
    const character = target.closest('#grid .t i');
    if (character) {
      return offsetOf(character.closest('tr').querySelector('td[id]')) +
        [...character.parentNode.children].indexOf(character);
    }
    const row = target.closest('#fields tbody tr');
    const field = row && fields[rows.indexOf(row)];
    return field && field.offset >= first && field.offset < shown ? field.offset : null;
  }

  function point(offset) {
    if (offset !== pointed) {
      pointed = offset;
      update();
    }
  }

  // Only where the mouse has moved: not where a key has scrolled the page below it.
  function pointerOver(event) {
    const place = event.screenX + ' ' + event.screenY, moved = place !== mouse;
    mouse = place;
    if (event.pointerType !== 'touch' && moved) {
      point(offsetAt(event.target));
    }
  }

  function click(event) {
    const offset = offsetAt(event.target);
    if (offset !== null && getSelection().isCollapsed) {
      event.preventDefault();
      goTo(offset, true);
      addressSet('byte', offset);
    }
  }

  // In the field table, Up and Down go from name to name; Tab does, too.
  function fieldKey(event) {
    const links = [...document.querySelectorAll('#fields a')], at = links.indexOf(event.target);
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1}[event.key];
    if (at >= 0 && links[to]) {
      event.preventDefault();
      links[to].focus();
    }
  }

  function followAddress(focus) {
    const state = new URLSearchParams(location.hash.slice(1)), text = state.get('byte');
    const offset = text ? Number(text) : NaN;
    followTime(state.get('t'));
    if (Number.isInteger(offset) && offset >= first && offset < shown) {
      goTo(offset, focus);
      cellAt(offset).scrollIntoView({block: 'nearest'});
    }
  }

  // ---- a recording: from moment to moment ----

  // State n is what change n has left; state 0 is before the first change that the page has. The bytes before and after
  // a change are combined by exclusive or, so that the same runs lead forward and back.
  const changes = [{time: 0, runs: []}], events = []; // changes[n] leads to state n
  const texts = new Map(); // the number of a field -> {at: changes that its text changed with, old: texts before, last}
  const expected = fromHex(data.expected || '');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let state = 0, time = 0, marked = new Set(), fixedDifferences = 0;
  let clock = 0, lastFrame = null, lastDrawn = 0; // ms: of the recording, of the browser

  function changesRead() {
    let at = 0;
    for (const [passed, what, old] of recording.log) {
      at += passed;
      if (typeof what === 'string') {
        events.push({time: at, text: what});
        continue;
      }
      changes.push({time: at, packed: what});
      for (let i = 0; i < old.length; i += 2) {
        const field = texts.get(old[i]) || {at: [], old: []};
        field.at.push(changes.length - 1);
        field.old.push(old[i + 1]);
        texts.set(old[i], field);
      }
    }
    for (const [field, text] of recording.last) {
      if (texts.has(field)) { // else it changed before the part that the page has
        texts.get(field).last = text;
      }
    }
  }

  // [{offset, mix}, ...] of change n, unpacked when it is first used.
  function runsOf(n) {
    const change = changes[n];
    if (!change.runs) {
      let offset = 0;
      change.runs = [];
      for (let i = 0; i < change.packed.length; i += 2) {
        const run = {offset: offset + change.packed[i], mix: fromHex(change.packed[i + 1])};
        offset = run.offset + run.mix.length;
        change.runs.push(run);
      }
    }
    return change.runs;
  }

  // Calls use(offset, mix) for each byte that change n changes.
  function eachByte(n, use) {
    for (const run of runsOf(n)) {
      run.mix.forEach((mix, i) => mix && use(run.offset + i, mix));
    }
  }

  // The last of the numbers, which rise, that is at most `most` -> how many there are up to it.
  function countUpTo(count, valueOf, most) {
    let from = 0, end = count;
    while (from < end) {
      const middle = (from + end) >> 1;
      if (valueOf(middle) <= most) {
        from = middle + 1;
      } else {
        end = middle;
      }
    }
    return from;
  }

  // Does the page have only a part of the recording?
  function isPart() {
    return changes.length - 1 < recording.all;
  }

  function stateAt(ms) {
    return countUpTo(changes.length - 1, (i) => changes[i + 1].time, ms);
  }

  // The text of a field in state n: what the next change of it replaced.
  function textIn(field, n) {
    const next = countUpTo(field.at.length, (i) => field.at[i], n);
    return next < field.at.length ? field.old[next] : field.last;
  }

  // Did change n change the text of a field? Of one past the bytes that the page has, only this is known.
  function textChanged(field, n) {
    return field !== undefined && field.at[countUpTo(field.at.length, (i) => field.at[i], n) - 1] === n;
  }

  // "12.500", as the viewer prints a time.
  function seconds(ms) {
    return Math.floor(ms / 1000) + '.' + String(ms % 1000).padStart(3, '0');
  }

  // ---- a recording: drawing what is another than before ----

  function isPadding(run) {
    return run.role === 'padding' || run.role === 'tail';
  }

  function differsAt(offset) {
    return offset - first < expected.length && expected[offset - first] !== byteAt(offset);
  }

  // The most urgent mark of a byte: [name, sign], in the order of the viewer.
  function signOf(offset) {
    const run = runAt(offset), field = fields[fieldNumbers.get(run.field)];
    const has = {
      differs: differsAt(offset),
      stale: isPadding(run) && byteAt(offset) !== 0,
      overlap: run.marks.includes('overlap'),
      changed: marked.has(offset),
      misaligned: run.marks.includes('misaligned') && field?.offset === offset,
    };
    return data.signs.find(([name]) => has[name]);
  }

  function drawByte(offset) {
    const cell = cellAt(offset), character = characterAt(offset), byte = byteAt(offset);
    if (!cell || cell.parentNode.className === 'zeros') {
      return;
    }
    const sign = signOf(offset);
    cell.classList.toggle('z', byte === 0);
    cell.classList.toggle('k', Boolean(sign));
    cell.classList.toggle('m', Boolean(sign) && !['overlap', 'misaligned'].includes(sign[0]));
    cell.replaceChildren(...sign ? [element('sup', '', sign[1])] : [], hex(byte, 2));
    if (cell.hasAttribute('aria-label')) {
      cellName(cell, offset);
    }
    if (character) {
      character.textContent = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : data.dot;
    }
  }

  // Outside of fields, a run of printable characters is text, which has a colour. Draws those around the byte at
  // offset, and returns where they end.
  function drawText(offset) {
    const run = runAt(offset);
    const prints = (at) => at >= run.offset && at < run.offset + run.size && byteAt(at) >= 0x20 && byteAt(at) < 0x7f;
    let from = offset, end = offset + 1;
    for (; prints(from - 1); from--);
    for (; prints(end); end++);
    for (let at = from, to; at < end; at = to) {
      for (to = at; to < end && prints(to); to++);
      const text = to - at >= data.run && bytes.subarray(at - first, to - first).some((byte) => byte !== 0x20);
      to += to === at; // the one that doesn't print
      for (let i = at; i < to; i++) {
        const character = characterAt(i);
        if (character) {
          character.classList.remove('c7', 'c' + data.text);
          character.classList.add(text ? 'c' + data.text : 'c7');
        }
      }
    }
    return end;
  }

  // The bytes that were expected, below the line with the byte at offset.
  function drawExpected(offset) {
    const start = offset - offset % data.width, end = Math.min(start + data.width, shown);
    const cell = cellAt(start), row = cell && cell.parentNode, below = row && row.nextElementSibling;
    if (!row || row.className === 'zeros') {
      return;
    }
    if (below && below.className === 'wanted') {
      below.remove();
    }
    const made = element('tr', 'wanted', ''), head = element('th', '', 'wanted');
    head.scope = 'row';
    made.append(head);
    let any = false;
    for (let at = start; at < end; at++) {
      any = any || differsAt(at);
      made.append(element('td', at > start && at % 8 === 0 ? 'g' : '', differsAt(at) ? hex(expected[at - first], 2) : ''));
    }
    if (any) {
      row.after(made);
    }
  }

  // As findings.c: padding that isn't zero.
  function staleFindings() {
    const found = [];
    for (const run of data.cells) {
      const all = bytes.subarray(run.offset - first, run.offset - first + run.size);
      const used = isPadding(run) ? all.reduce((n, byte) => n + (byte !== 0), 0) : 0;
      if (used > 0) {
        found.push(used + ' of ' + run.size + ' padding bytes at 0x' + hex(run.offset, 4) + ' (' +
          (run.role === 'padding' ? 'before ' + run.field.slice(0, 63) :
            'at the end of ' + (run.end_of || 'the whole struct').slice(0, 63)) + ') are not zero: stale');
      }
    }
    return found;
  }

  function drawFindings() {
    const stale = staleFindings(), room = Math.max(data.findings - data.problems, 0), lines = stale.slice(0, room);
    const more = data.problems + stale.length - Math.min(data.problems, data.findings) - lines.length;
    let list = byId('findings');
    if (more > 0) {
      lines.push('and ' + more + ' more');
    }
    if (data.expected !== undefined) {
      const differ = differences();
      lines.push(data.size > bytes.length ? differ + ' of the bytes shown are not as expected.' :
        (differ + fixedDifferences) + ' bytes are not as expected.');
    }
    const old = list ? [...list.querySelectorAll('.moment')] : [];
    if (old.map((item) => item.textContent).join('\n') === lines.join('\n')) {
      return;
    }
    if (!list) {
      list = element('ul', '', '');
      list.id = 'findings';
      list.setAttribute('aria-label', 'What is wrong');
      byId('picture').append(list);
    }
    old.forEach((item) => item.remove());
    list.append(...lines.map((line) => element('li', 'moment', line)));
    list.hidden = list.children.length === 0;
  }

  function differences() {
    return expected.reduce((n, byte, i) => n + (byte !== bytes[i]), 0);
  }

  function drawFields() {
    for (const [i, field] of texts) {
      const text = textIn(field, state);
      if (text !== fields[i].value) {
        fields[i].value = text;
        rows[i].querySelector('.value').textContent = text;
      }
    }
    const count = new Uint32Array(shown - first + 1); // bytes marked before each
    for (let at = first; at < shown; at++) {
      count[at - first + 1] = count[at - first] + marked.has(at);
    }
    const inside = (offset) => Math.min(Math.max(offset, first), shown) - first;
    fields.slice(0, rows.length).forEach((field, i) => {
      const from = inside(field.offset), end = inside(field.offset + field.size);
      rows[i].classList.toggle('changed', count[end] > count[from] || textChanged(texts.get(i), state));
    });
  }

  // "num: 21 -> 22" for each field that change n changed, or "0x0039: 00 -> 2a" for a byte outside of fields.
  function newsOf(n) {
    const news = [], named = new Set();
    eachByte(n, (offset, mix) => {
      const run = runAt(offset), i = run.role === 'field' ? fieldNumbers.get(run.field) : undefined;
      if (i === undefined || !texts.has(i)) {
        news.push('0x' + hex(offset, 4) + (isPadding(run) ? ' (padding)' : '') + ': ' + hex(byteAt(offset) ^ mix, 2) +
          ' -> ' + hex(byteAt(offset), 2));
      } else if (!named.has(i)) {
        named.add(i);
        news.push(fields[i].name + ': ' + textIn(texts.get(i), n - 1) + ' -> ' + fields[i].value);
      }
    });
    for (const [i, field] of texts) {
      if (!named.has(i) && textChanged(field, n)) {
        news.push(fields[i].name + ': ' + textIn(field, n - 1) + ' -> ' + fields[i].value);
      }
    }
    if (news.length === 0) {
      return 'nothing changed in what is shown here';
    }
    return news.slice(0, 8).join('   ') + (news.length > 8 ? '   and ' + (news.length - 8) + ' more' : '');
  }

  function drawTime(answer) {
    const slider = byId('time'), event = events[countUpTo(events.length, (i) => events[i].time, time) - 1];
    const shownTime = playing ? time - time % 100 : time; // running digits can't be read
    const when = seconds(shownTime) + ' s of ' + seconds(recording.whole) + ' s, change ' + (recording.before + state) +
      ' of ' + recording.all;
    slider.value = time;
    slider.setAttribute('aria-valuetext', when);
    byId('when').textContent = when;
    byId('event').textContent = event ? seconds(event.time) + ' s: ' + event.text : '';
    byId('news').setAttribute('aria-live', playing ? 'off' : 'polite');
    setText(byId('news'), answer || (state > 0 ? newsOf(state) : ''));
    const title = (text) => text.replace(/ at \d+\.\d{3} s(?=$|, \d+ bytes$)/, ' at ' + seconds(shownTime) + ' s');
    const heading = document.querySelector('h1');
    setText(heading, title(heading.textContent));
    document.title = title(document.title);
  }

  // What changed last; while it plays, in the last second, as the viewer's glow.
  function marksOf(n) {
    const found = new Set();
    const first = playing ? stateAt(time - 1000) + 1 : n;
    for (; n > 0 && n >= first; n--) {
      eachByte(n, (offset) => found.add(offset));
    }
    return found;
  }

  // Shows state n at that time, in ms. answer: a line for the user.
  function show(n, ms, answer) {
    const dirty = new Set(marked), lines = new Set();
    const mix = (offset, by) => {
      bytes[offset - first] ^= by;
      dirty.add(offset);
    };
    while (state < n) {
      eachByte(++state, mix);
    }
    while (state > n) {
      eachByte(state--, mix);
    }
    time = ms;
    marked = marksOf(n);
    marked.forEach((offset) => dirty.add(offset));
    let drawn = 0; // texts, up to there
    for (const offset of [...dirty].sort((a, b) => a - b)) {
      drawByte(offset);
      if (offset >= drawn && runAt(offset).role === 'free') {
        drawn = drawText(offset);
      }
      lines.add(offset - offset % data.width);
    }
    if (data.expected !== undefined) {
      lines.forEach(drawExpected);
    }
    drawFields();
    drawFindings();
    drawTime(answer);
    const offset = pointed === null ? selected : pointed;
    if (offset !== null) {
      inspect(offset);
    }
  }

  // ---- a recording: its controls ----

  // A time in the part that the page has.
  function seek(ms) {
    const to = Math.min(Math.max(ms, recording.start), recording.end);
    clock = to;
    show(stateAt(to), to);
  }

  function setPlaying(on) {
    playing = on;
    byId('play').textContent = on ? 'stop' : 'play';
  }

  // Shows state n, stopped. The address is set only now: browsers allow only so many changes in a time.
  function stop(n, ms, answer) {
    setPlaying(false);
    clock = ms;
    show(n, ms, answer);
    update();
    addressSet('t', ms / 1000);
  }

  function stopAt(ms) {
    stop(stateAt(ms), ms);
  }

  function tick(now) {
    if (!playing) {
      return;
    }
    clock += lastFrame === null ? 0 : (now - lastFrame) * 2 ** Number(byId('speed').value);
    lastFrame = now;
    if (clock >= recording.end) {
      stopAt(recording.end);
      return;
    }
    if (!calm.matches || now - lastDrawn >= 1000) {
      const ms = Math.floor(clock);
      lastDrawn = now;
      show(stateAt(ms), ms);
    }
    requestAnimationFrame(tick);
  }

  function play() {
    if (playing) {
      stopAt(time);
      return;
    }
    setPlaying(true);
    clock = time >= recording.end ? recording.start : time;
    lastFrame = null;
    update();
    requestAnimationFrame(tick);
  }

  function goToChange(n) {
    stop(n, n > 0 ? changes[n].time : recording.start);
  }

  function step(direction) {
    const to = state + direction;
    if (to < 0 || to >= changes.length) {
      const part = isPart() ? 'the part that this page has' : 'the recording';
      stop(state, time, 'this is ' + (direction < 0 ? 'the start' : 'the last change') + ' of ' + part);
      return;
    }
    goToChange(to);
  }

  // To the nearest change of the selected byte's field, or of that byte if it is in no field.
  function stepField(direction) {
    if (selected === null) {
      return;
    }
    const run = runAt(selected), inField = run.role === 'field';
    const part = inField ? fields[fieldNumbers.get(run.field)] || run : {offset: selected, size: 1};
    const [from, end] = [part.offset, part.offset + part.size];
    for (let n = direction > 0 ? state + 1 : state - 1; n > 0 && n < changes.length; n += direction) {
      let touches = false;
      eachByte(n, (offset) => {
        touches = touches || (offset >= from && offset < end);
      });
      if (touches) {
        goToChange(n);
        return;
      }
    }
    stop(state, time, (inField ? run.field : 'the byte at 0x' + hex(selected, 4)) + ' did not change ' +
      (direction < 0 ? 'before' : 'after'));
  }

  function faster(direction) {
    const speed = byId('speed'), to = speed.selectedIndex - direction;
    speed.selectedIndex = Math.min(Math.max(to, 0), speed.length - 1);
  }

  // The keys of the viewer, where the focus is in the grid, the field table or the controls.
  const replayKeys = {
    '[': () => step(-1),
    ']': () => step(1),
    '{': () => stepField(-1),
    '}': () => stepField(1),
    '<': () => faster(-1),
    '>': () => faster(1),
    ' ': play,
  };

  function replayKey(event) {
    const at = event.target.closest('#replay, #grid, #fields');
    const alone = !event.metaKey && (!(event.ctrlKey || event.altKey) || event.getModifierState('AltGraph'));
    const action = replayKeys[event.key];
    if (at && alone && action && !(event.key === ' ' && event.target.closest('button, select'))) {
      event.preventDefault();
      action();
    }
  }

  // The arrows go from change to change: a step of a millisecond would lead nowhere.
  function sliderKey(event) {
    const direction = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[event.key];
    if (direction) {
      event.preventDefault();
      step(direction);
    }
  }

  // A time of the address, in seconds; a wrong one is ignored.
  function followTime(text) {
    // Only where it is another one: after a change of the byte alone, a step to one of several changes in a ms stays.
    if (recording && text !== String(time / 1000) && /^\d{1,12}(\.\d+)?$/.test(text || '')) {
      const [whole, part = ''] = text.split('.');
      setPlaying(false);
      seek(Number(whole) * 1000 + Number((part + '000').slice(0, 3)));
      update();
    }
  }

  function replayStart() {
    const slider = byId('time');
    changesRead();
    state = recording.shown;
    clock = time = recording.time;
    fixedDifferences = data.expected === undefined ? 0 : data.differences - differences();
    slider.min = recording.start;
    slider.max = recording.end;
    slider.addEventListener('input', () => { // while it is dragged
      setPlaying(false);
      seek(Number(slider.value));
    });
    slider.addEventListener('change', () => stopAt(Number(slider.value)));
    slider.addEventListener('keydown', sliderKey);
    byId('play').addEventListener('click', play);
    byId('back').addEventListener('click', () => step(-1));
    byId('forward').addEventListener('click', () => step(1));
    byId('field-back').addEventListener('click', () => stepField(-1));
    byId('field-forward').addEventListener('click', () => stepField(1));
    document.addEventListener('keydown', replayKey);
    byId('replay').hidden = false;
    if (isPart()) {
      const part = byId('part'), first = recording.before + 1, last = recording.before + changes.length - 1;
      part.textContent = 'This page has the changes ' + first + ' to ' + last + ' of ' + recording.all + ', from ' +
        seconds(recording.start) + ' s to ' + seconds(recording.end) + ' s. shm-view --replay shows all; with --time ' +
        'it makes a page around another time.';
      part.hidden = false;
    }
    new ResizeObserver(() => {
      document.documentElement.style.setProperty('--bar', byId('replay').offsetHeight + 'px');
    }).observe(byId('replay'));
    show(state, time);
  }

  // ---- start ----

  grid.setAttribute('role', 'grid');
  inspector.hidden = false;
  grid.addEventListener('keydown', keyDown);
  const table = byId('fields');
  for (const part of table ? [grid, table] : [grid]) {
    part.addEventListener('pointerover', pointerOver);
    part.addEventListener('pointerleave', () => point(null));
    part.addEventListener('click', click);
  }
  if (table) {
    table.addEventListener('keydown', fieldKey);
    table.addEventListener('focusin', (event) => point(offsetAt(event.target)));
    table.addEventListener('focusout', () => point(null));
  }
  addEventListener('pointermove', (event) => {
    mouse = event.screenX + ' ' + event.screenY;
  });
  addEventListener('hashchange', () => followAddress(true));
  focusable(cellAt(0));
  if (recording) {
    replayStart();
  }
  update();
  followAddress(false);
})();
