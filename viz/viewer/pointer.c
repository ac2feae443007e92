/* Pointer: see pointer.h. */
#include "pointer.h"

#define WHEEL_ROWS 3 /* of the table, at each notch */

static bool inside(struct rect r, int row, int col)
{
    return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
}

void pointer_click(const struct dashboard *d, struct model *m, int row, int col)
{
    struct field_row field, selected;
    if (inside(d->fields, row, col) && layout_leaves(m->layout) == 0) {
        size_t text;
        const struct grid_input in = model_grid(m, m->cursor);
        const struct string_table table = {&in, m->top, m->layout_title};
        if (panel_strings_at(&table, d->fields, row, &text)) {
            model_go(m, text);
        }
        return;
    }
    if (inside(d->fields, row, col)) {
        if (!panel_fields_row_at(&m->fields, d->fields, row, &field)) {
            return;
        }
        bool again = m->size > 0 && fields_selected(&m->fields, m->cursor, &selected) &&
                     field_same(&field.id, &selected.id) && field.foldable;
        if (again) {
            fields_choose(&m->fields, &field, m->cursor);
            fields_flip(&m->fields, &field);
        } else {
            model_choose(m, &field);
        }
        return;
    }
    size_t offset = dashboard_offset_at(d, m, row, col);
    if (offset != SIZE_MAX) {
        model_go(m, offset);
    }
}

void pointer_wheel(const struct dashboard *d, struct model *m, int row, int col, int direction)
{
    if (inside(d->fields, row, col) && d->fields.rows > 1) {
        fields_wheel(&m->fields, (size_t)d->fields.rows - 1, direction * WHEEL_ROWS);
    } else {
        model_move_lines(m, direction, true);
    }
}
