/* Pointer: see pointer.h. */
#include "pointer.h"

#define WHEEL_ROWS 3 /* rows of the table per notch */

static bool inside(struct rect r, int row, int col)
{
    return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
}

size_t pointer_offset_at(const struct dashboard *d, const struct state *s, int row, int col)
{
    struct squeeze lines = cursor_lines(&s->cursor, &s->window);
    struct squeeze_line line = squeeze_line(&lines, s->cursor.top);
    int down = row - d->grid.row, byte = rows_byte_at(&d->shape, col - d->grid.col);
    size_t size = s->window.size;
    if (down < 0 || down >= d->grid.rows || s->cursor.top >= size ||
        squeeze_walk(&lines, &line, down) != (size_t)down) {
        return SIZE_MAX;
    }
    bool squeezed = line.rows > 1 && col >= d->grid.col && col < d->grid.col + rows_columns(&d->shape);
    size_t offset = squeezed ? line.offset : byte >= 0 ? line.offset + (size_t)byte : SIZE_MAX;
    return offset < size ? offset : SIZE_MAX;
}

/* The panel shows the fields, or without a layout the text found. */
static void fields_click(const struct dashboard *d, struct state *s, int row)
{
    struct cursor *c = &s->cursor;
    struct field_row field, selected;
    if (layout_leaves(s->window.layout) == 0) {
        size_t text;
        const struct grid_input in = cursor_grid(c, &s->window);
        const struct string_table table = {&in, c->top, s->window.layout_title};
        if (panel_strings_at(&table, d->fields, row, &text)) {
            cursor_go(c, &s->window, text);
        }
        return;
    }
    if (!panel_fields_row_at(&c->fields, d->fields, row, &field)) {
        return;
    }
    bool again = s->window.size > 0 && fields_selected(&c->fields, c->at, &selected) &&
                 field_same(&field.id, &selected.id) && field.foldable;
    if (again) {
        fields_choose(&c->fields, &field, c->at);
        fields_flip(&c->fields, &field);
    } else {
        cursor_choose(c, &s->window, &field);
    }
}

void pointer_click(const struct dashboard *d, struct state *s, int row, int col)
{
    size_t offset = pointer_offset_at(d, s, row, col);
    if (inside(d->fields, row, col)) {
        fields_click(d, s, row);
    } else if (offset != SIZE_MAX) {
        cursor_go(&s->cursor, &s->window, offset);
    }
}

void pointer_wheel(const struct dashboard *d, struct state *s, int row, int col, int direction)
{
    if (inside(d->fields, row, col) && d->fields.rows > 1) {
        fields_wheel(&s->cursor.fields, (size_t)d->fields.rows - 1, direction * WHEEL_ROWS);
    } else {
        cursor_move_lines(&s->cursor, &s->window, direction, true);
    }
}
