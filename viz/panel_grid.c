/* Panel grid: the hex grid as the viewer shows it: a part of the segment, with runs of zero rows on one line. See
 * panels.h. */
#include "panels.h"

static void draw_row(struct canvas *c, const struct theme *t, const struct grid_panel *p, int row, size_t offset)
{
    struct grid_cell cells[ROWS_WIDTH_MAX];
    grid_cells(p->grid, offset, cells, (size_t)p->shape.width);
    rows_draw(c, row, p->rect.col, t, &p->shape, offset, cells, (size_t)p->shape.width);
}

void panel_grid(struct canvas *c, const struct theme *t, const struct grid_panel *p)
{
    struct squeeze_line line = squeeze_line(&p->lines, p->top);
    size_t cursor = p->grid->cursor, size = p->lines.size;
    bool more = true;
    for (int row = p->rect.row; row < p->rect.row + p->rect.rows && more; row++) {
        size_t start = line.offset, rows = line.rows, end = start + rows * p->lines.width;
        end = end < size ? end : size;
        more = squeeze_next(&p->lines, &line);
        if (rows == 1) {
            draw_row(c, t, p, row, start);
            continue;
        }
        bool selected = cursor >= start && cursor < end, unknown = more && !squeeze_known(&p->lines, end);
        rows_draw_zeros(c, row, p->rect.col, t, &p->shape, start, end, selected, unknown);
        more = more && !unknown;
    }
}

size_t panel_grid_offset_at(const struct grid_panel *p, int row, int col)
{
    struct squeeze_line line = squeeze_line(&p->lines, p->top);
    int down = row - p->rect.row, x = col - p->rect.col, byte = rows_byte_at(&p->shape, x);
    size_t size = p->lines.size;
    if (down < 0 || down >= p->rect.rows || p->top >= size || squeeze_walk(&p->lines, &line, down) != (size_t)down) {
        return SIZE_MAX;
    }
    bool squeezed = line.rows > 1 && x >= 0 && x < rows_columns(&p->shape);
    size_t offset = squeezed ? line.offset : byte >= 0 ? line.offset + (size_t)byte : SIZE_MAX;
    return offset < size ? offset : SIZE_MAX;
}
