// The page of shm-view --render html, made interactive. Without this script the page shows the same picture.
//
// State: the selected byte (by a click, a key or the address #byte=20) and the byte that the mouse or the focus points
// at. Both are offsets or null. The inspector shows the one pointed at, else the selected one; its field is framed, in
// the grid and in the field table.
'use strict';
(function () {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('data').textContent);
  const grid = byId('grid'), where = byId('where'), one = byId('one'), inspector = byId('inspector');
  const bytes = Uint8Array.from(data.bytes.match(/../g) || [], (digits) => parseInt(digits, 16));
  const last = data.cells.length ? data.cells[data.cells.length - 1] : {offset: 0, size: 0};
  const shown = last.offset + last.size; // how many bytes are in the grid
  const fields = data.fields, rows = [...document.querySelectorAll('#fields tbody tr')];
  const fieldNumbers = new Map(fields.map((field, i) => [field.name, i]));
  let selected = null, pointed = null, column = 0, mouse = null, covered = 0;

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
      const cell = element('td', look + (starts(offset + i) ? ' n' : '') + gap, hex(bytes[offset + i], 2));
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
    if (offset + size > bytes.length) {
      return 'not looked at';
    }
    return String(read(new DataView(bytes.buffer, offset, size), little));
  }

  // What lies at offset, in the words of the viewer.
  function whatIs(offset) {
    const run = runAt(offset), field = fields[fieldNumbers.get(run.field)];
    const stale = bytes[offset] ? ': NOT zero' : '';
    if (run.role === 'padding') {
      return 'padding before ' + run.field + (field ? ' (align ' + field.align + ')' : '') + stale;
    }
    if (run.role === 'tail') {
      return 'padding at the end, made by ' + run.field + stale;
    }
    if (run.field === undefined) {
      return run.role === 'unreadable' ? 'not looked at' : fields.length ? 'free: no field lies here' : 'no layout';
    }
    if (!field) {
      return run.field;
    }
    const marks = (run.marks.includes('overlap') ? ', overlaps another field' : '') +
      (field.misaligned ? ', misaligned' : '');
    return field.name + ': ' + field.type + ', byte ' + (offset - field.offset + 1) + ' of ' + field.size + marks +
      ' = ' + (field.value !== undefined ? field.value : field.past_end ? 'past the end' : '?');
  }

  // "byte 2f  47  0010 1111  '/'"
  function byteText(offset) {
    if (offset >= bytes.length) {
      return 'byte ??';
    }
    const byte = bytes[offset], bits = byte.toString(2).padStart(8, '0');
    const names = {0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 92: '\\\\'};
    const printed = byte < 32 || byte > 126 ? '\\x' + hex(byte, 2) : String.fromCharCode(byte);
    return 'byte ' + hex(byte, 2) + '  ' + byte + '  ' + bits.slice(0, 4) + ' ' + bits.slice(4) + "  '" +
      (names[byte] || printed) + "'";
  }

  function inspect(offset) {
    const body = document.querySelector('#readings tbody');
    where.textContent = '0x' + hex(offset, 4) + ' (' + offset + ')  ' + whatIs(offset);
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
      return [field.offset, Math.min(field.offset + field.size, shown)];
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
    where.setAttribute('aria-live', pointed === null ? 'polite' : 'off');
    frame(offset);
    if (offset === null) {
      where.textContent = 'Point at a byte, tap it, or go to it with the arrow keys.';
      one.textContent = 'Home, End: in its row. Page Up, Page Down. Ctrl+Home, Ctrl+End. Escape: none.';
      document.querySelector('#readings tbody').replaceChildren();
    } else {
      inspect(offset);
    }
    byId('readings').hidden = offset === null;
    if (pointed !== null) {
      [cellAt(pointed), characterAt(pointed)].forEach((at) => at && at.classList.add('pointed'));
    }
    if (inspector.offsetHeight !== covered) { // the style of everything is computed anew
      covered = inspector.offsetHeight;
      document.documentElement.style.setProperty('--covered', covered + 'px');
    }
  }

  // ---- selecting ----

  // Keeps whatever else the address has.
  function addressSet(offset) {
    const state = new URLSearchParams(location.hash.slice(1));
    if (offset === null) {
      state.delete('byte');
    } else {
      state.set('byte', offset);
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

  // Selects the byte at offset. In a line of zeros that is the line, unless it is unfolded first.
  function select(offset, focus) {
    const cell = cellAt(offset), character = characterAt(offset);
    deselect();
    selected = offset;
    pointed = null;
    cell.setAttribute('aria-selected', 'true');
    cell.setAttribute('aria-label', cell.parentNode.className === 'zeros' ? cell.textContent :
      (bytes[offset] === undefined ? '??' : hex(bytes[offset], 2)) + ', byte ' + offset);
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
    return rowStart(offset) > 0 ? inColumn(rowStart(rowStart(offset) - 1)) : offset;
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
    'Ctrl+Home': () => 0,
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
      const to = Math.min(Math.max(move(offset), 0), shown - 1), zeros = zerosAt(to);
      if (!zeros && !/Arrow(Up|Down)|Page/.test(event.key)) {
        column = to % data.width;
      }
      select(zeros ? zeros.offset : to, true);
    } else if (event.key === 'Enter' || event.key === ' ') {
      goTo(offset, true);
    } else if (event.key === 'Escape') {
      unselect();
    } else {
      return;
    }
    event.preventDefault();
    addressSet(selected);
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
    return field && field.offset < shown ? field.offset : null;
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
      addressSet(offset);
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
    const text = new URLSearchParams(location.hash.slice(1)).get('byte');
    const offset = text ? Number(text) : NaN;
    if (Number.isInteger(offset) && offset >= 0 && offset < shown) {
      goTo(offset, focus);
      cellAt(offset).scrollIntoView({block: 'nearest'});
    }
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
  update();
  followAddress(false);
})();
