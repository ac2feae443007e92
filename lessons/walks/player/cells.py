"""Cells: a captured screen as text and styles. Reads what tmux's capture-pane -e writes: text with SGR sequences.

rows(screen) -> for each line (text, styles), one Style for each character. Source: ECMA-48 8.3.117, and xterm's 256
colours (38;5;N) and direct colours (38;2;R;G;B).
"""

import re
from typing import NamedTuple, Union

SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b[()][A-Z0-9]|[\x0e\x0f]")
ATTRIBUTES = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse"}
ENDS = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}, 27: {"reverse"}}


class Style(NamedTuple):
    """A colour is None (the terminal's own), 0 to 255, or (red, green, blue)."""

    ink: Union[None, int, tuple] = None
    ground: Union[None, int, tuple] = None
    attributes: frozenset = frozenset()


def rows(screen: str) -> list:
    found, style = [], Style()
    for line in screen.split("\n"):
        text, styles, style = row(line, style)
        found.append((text, styles))
    return found


def row(line: str, style: Style = Style()) -> tuple:
    """(text, styles, the style after it) of one line that begins in this style."""
    text, styles, place = "", [], 0
    for match in SEQUENCE.finditer(line):
        run = line[place:match.start()]
        text, place = text + run, match.end()
        styles += [style] * len(run)
        if match.group(1) is not None:
            style = after(style, match.group(1))
    rest = line[place:]
    return text + rest, styles + [style] * len(rest), style


def alone(lines: list) -> list:
    """The lines, each with the style in which it begins: so it can be shown without the one above."""
    found, style = [], Style()
    for line in lines:
        found.append(sequence(style) + line)
        style = row(line, style)[2]
    return found


def sequence(style: Style) -> str:
    """The SGR sequence that leads from no style to this one."""
    codes = [str(code) for code, name in ATTRIBUTES.items() if name in style.attributes]
    for code, value in ((38, style.ink), (48, style.ground)):
        if isinstance(value, int):
            codes.append(f"{code};5;{value}")
        elif value is not None:
            codes.append(f"{code};2;" + ";".join(map(str, value)))
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def after(style: Style, codes: str) -> Style:
    """The style after a sequence SGR."""
    numbers = [int(code or 0) for code in re.split("[;:]", codes)]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            style = Style()
        elif code in ATTRIBUTES:
            style = style._replace(attributes=style.attributes | {ATTRIBUTES[code]})
        elif code in ENDS:
            style = style._replace(attributes=style.attributes - ENDS[code])
        elif code in (38, 48):
            style = style._replace(**{"ink" if code == 38 else "ground": colour(numbers)})
        elif code == 39 or 30 <= code <= 37 or 90 <= code <= 97:
            style = style._replace(ink=basic(code))
        elif code == 49 or 40 <= code <= 47 or 100 <= code <= 107:
            style = style._replace(ground=basic(code - 10))
    return style


def basic(code: int):
    """Of 30 to 37 (0 to 7), 90 to 97 (8 to 15), 39 (None)."""
    return None if code == 39 else code - 30 if code < 90 else code - 82


def colour(numbers: list):
    """Takes what follows 38 or 48 off the list."""
    if numbers[:1] == [5] and len(numbers) > 1:
        value = numbers[1]
        del numbers[:2]
        return value
    value = tuple(numbers[1:4])
    del numbers[:4]
    return value if len(value) == 3 else None
