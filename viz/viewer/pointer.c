/* Pointer: see pointer.h. */
#include "pointer.h"

#define WHEEL_ROWS 3 /* rows of the table per notch */

static bool inside(struct rect r, int row, int col)
{
    return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
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
    const struct grid_input in = cursor_grid(&s->cursor, &s->window);
    const struct grid_panel grid = dashboard_grid(d, s, &in);
    size_t offset = panel_grid_offset_at(&grid, row, col);
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
