"""Panes: where each pane of a walk lies in tmux's window, as a layout string of tmux (layout-custom.c, layout_checksum).

layout_string(names, numbers, share, columns, rows) -> what select-layout takes.
The first pane is the large one. From 120 columns on the others stand to its right, else below it.
"""

WIDE = 120  # columns: from here on the panes stand side by side
MAIN = 80  # columns that the viewer and gdb need
OTHERS = 8  # rows below the first pane: ipcs -m with a segment, or a program's last steps


def split(total: int, parts: int) -> list:
    """Sizes of `parts` cells in a row of `total` cells, with a border of one cell between them."""
    free = total - (parts - 1)
    return [free // parts + (1 if i < free % parts else 0) for i in range(parts)]


def main_size(columns: int, rows: int, share: int) -> int:
    """Cells of the first pane: columns if the window is wide, else rows."""
    if columns >= WIDE:
        least = min(MAIN, columns - MAIN - 1)  # where there is room for two such panes
        size = max(columns * share // 100, least) if share else max(MAIN, columns - max(columns // 3, 40))
        return min(max(size, 20), columns - 21)
    size = rows * share // 100 if share else rows - max(OTHERS, rows * 3 // 10) - 1
    return min(max(size, 3), rows - 4)


def layout_string(names: tuple, numbers: dict, share: int, columns: int, rows: int) -> str:
    """For select-layout. numbers: each name's pane id without its %."""
    wide = columns >= WIDE
    length, breadth = (columns, rows) if wide else (rows, columns)  # along which the first pane and the others lie
    row, column = ("{}", "[]") if wide else ("[]", "{}")  # tmux's brackets: {} side by side, [] one above the other

    def box(size, breadth, place, aside):
        """What lies at `place` along the window, and so far aside."""
        return f"{size}x{breadth},{place},{aside}" if wide else f"{breadth}x{size},{aside},{place}"

    if len(names) == 1:
        body = f"{box(length, breadth, 0, 0)},{numbers[names[0]]}"
    else:
        first = main_size(columns, rows, share)
        rest, cells, aside = length - first - 1, [], 0
        for name, size in zip(names[1:], split(breadth, len(names) - 1)):
            cells.append(f"{box(rest, size, first + 1, aside)},{numbers[name]}")
            aside += size + 1
        side = cells[0]
        if len(cells) > 1:
            side = box(rest, breadth, first + 1, 0) + column[0] + ",".join(cells) + column[1]
        main = f"{box(first, breadth, 0, 0)},{numbers[names[0]]}"
        body = box(length, breadth, 0, 0) + row[0] + main + "," + side + row[1]
    return f"{checksum(body):04x},{body}"


def checksum(body: str) -> int:
    value = 0
    for character in body:
        value = (value >> 1) + ((value & 1) << 15)
        value = (value + ord(character)) & 0xFFFF
    return value
