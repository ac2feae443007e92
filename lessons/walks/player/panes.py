"""Panes: where each pane of a walk lies in tmux's window, as a layout string of tmux (layout-custom.c, layout_checksum).

arrange(names, share, columns, rows) -> a tree; layout_string(tree, numbers) -> what select-layout takes.
The first pane is the large one. From 120 columns on the others stand to its right, else below it.
"""

WIDE = 120  # columns: from here on the panes stand side by side
MAIN = 80  # columns that the viewer and gdb need


def split(total: int, parts: int) -> list:
    """Sizes of `parts` cells in a row of `total` cells, with a border of one cell between them."""
    free = total - (parts - 1)
    return [free // parts + (1 if i < free % parts else 0) for i in range(parts)]


def main_size(columns: int, rows: int, share: int) -> int:
    """Cells of the first pane: columns if the window is wide, else rows."""
    if columns >= WIDE:
        size = columns * share // 100 if share else max(MAIN, columns - max(columns // 3, 40))
        return min(max(size, 20), columns - 21)
    size = rows * share // 100 if share else rows - max(6, rows * 3 // 10) - 1
    return min(max(size, 3), rows - 4)


def layout_string(names: tuple, numbers: dict, share: int, columns: int, rows: int) -> str:
    """For select-layout. numbers: each name's pane id without its %."""

    def leaf(name, width, height, x, y):
        return f"{width}x{height},{x},{y},{numbers[name]}"

    if len(names) == 1:
        body = leaf(names[0], columns, rows, 0, 0)
    elif columns >= WIDE:
        width = main_size(columns, rows, share)
        rest, x, y = columns - width - 1, width + 1, 0
        cells = []
        for name, height in zip(names[1:], split(rows, len(names) - 1)):
            cells.append(leaf(name, rest, height, x, y))
            y += height + 1
        side = cells[0] if len(cells) == 1 else f"{rest}x{rows},{x},0[{','.join(cells)}]"
        body = f"{columns}x{rows},0,0{{{leaf(names[0], width, rows, 0, 0)},{side}}}"
    else:
        height = main_size(columns, rows, share)
        rest, x, y = rows - height - 1, 0, height + 1
        cells = []
        for name, width in zip(names[1:], split(columns, len(names) - 1)):
            cells.append(leaf(name, width, rest, x, y))
            x += width + 1
        side = cells[0] if len(cells) == 1 else f"{columns}x{rest},0,{y}{{{','.join(cells)}}}"
        body = f"{columns}x{rows},0,0[{leaf(names[0], columns, height, 0, 0)},{side}]"
    return f"{checksum(body):04x},{body}"


def checksum(body: str) -> int:
    value = 0
    for character in body:
        value = (value >> 1) + ((value & 1) << 15)
        value = (value + ord(character)) & 0xFFFF
    return value
