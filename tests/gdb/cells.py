# For gdb -batch: prints the cells of the ANSI text in the file $IN, one a line: row, column, character, style. $LEFT, $TOP,
# $COLS and $ROWS choose a part of it. Blanks without a style are left out.
import os
import re
import sys

left, top, cols, rows = (int(os.environ[name]) for name in ("LEFT", "TOP", "COLS", "ROWS"))
with open(os.environ["IN"], encoding="utf-8") as text:
    lines = text.read().split("\n")
style = {}
for y, line in enumerate(lines[:top + rows]):
    x = 0
    for numbers, character in re.findall(r"\033\[([0-9;]*)m|(.)", line.replace("\016", "").replace("\017", "")):
        for n in [] if character else [int(n or 0) for n in numbers.split(";")]:
            if n == 0:
                style = {}
            elif n in (1, 2, 7):
                style[n] = n
            elif 30 <= n <= 37:
                style["colour"] = n
            elif n == 39:
                style.pop("colour", None)
            elif n != 49:
                style["other"] = n
        if character:
            shown = {k: v for k, v in style.items() if character != " " or k == 7}
            if left <= x < left + cols and y >= top and (character != " " or shown):
                print(y - top, x - left, character, *sorted(shown.values()))
            x += 1
