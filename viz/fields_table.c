/* The field table's movement: from row to row by Tab, and scrolling. See fields.h. */
#include "fields.h"

#define HOPS_MAX 4096 /* rows or spans that a step skips before giving up */

/* ---- Tab ---- */

/* The row of the field next to the padding or free bytes at the cursor. */
static bool step_from_hole(const struct fields *f, size_t cursor, int direction, struct field_row *row)
{
    for (int i = 0; i < HOPS_MAX; i++) {
        struct layout_span span = layout_span_at(f->layout, cursor);
        if (span.kind == LAYOUT_SPAN_FIELD) {
            return fields_at(f, cursor, row);
        }
        if (direction > 0 ? span.end >= layout_size(f->layout) : span.offset == 0) {
            return false;
        }
        cursor = direction > 0 ? span.end : span.offset - 1;
    }
    return false;
}

bool fields_step(const struct fields *f, size_t cursor, size_t end, int direction, struct field_row *row)
{
    bool chosen = f->chosen_at == cursor && fields_row(f, &f->chosen, row);
    bool hole = !chosen && (f->layout == NULL || layout_span_at(f->layout, cursor).kind != LAYOUT_SPAN_FIELD);
    if (f->layout == NULL ||
        !(hole ? step_from_hole(f, cursor, direction, row) : chosen || fields_at(f, cursor, row))) {
        return false;
    }
    bool here = direction > 0 ? hole && row->offset > cursor : row->offset < cursor;
    for (int i = 0; i < HOPS_MAX; i++, here = true) {
        if (here && row->offset < end) {
            return true;
        }
        if (!(direction > 0 ? fields_next : fields_previous)(f, row)) {
            return false;
        }
    }
    return false;
}

/* ---- scrolling ---- */

size_t fields_count_after(const struct fields *f, const struct field_row *row, size_t most)
{
    struct field_row at = *row;
    size_t n = 0;
    while (n < most && fields_next(f, &at)) {
        n++;
    }
    return n;
}

/* Moves back (step < 0) or forward by at most that many rows. */
static void walk(const struct fields *f, struct field_row *row, int step)
{
    for (; step < 0 && fields_previous(f, row); step++) {
    }
    for (; step > 0 && fields_next(f, row); step--) {
    }
}

bool fields_above(const struct field_id *a, const struct field_id *b)
{
    if (a->leaf != b->leaf) {
        return a->leaf < b->leaf;
    }
    return a->node != b->node ? a->node < b->node : a->element + 1 < b->element + 1; /* SIZE_MAX first */
}

/* Is it a visible row, from `top` on? */
static bool in_table(const struct fields *f, const struct field_row *top, const struct field_id *id, size_t rows)
{
    struct field_row at = *top;
    for (size_t i = 0; i < rows; i++) {
        if (field_same(&at.id, id)) {
            return true;
        }
        if (!fields_next(f, &at)) {
            return false;
        }
    }
    return false;
}

/* Scrolls back while the table has empty rows and there are rows above. */
static void fill_table(const struct fields *f, struct field_row *top, size_t rows)
{
    size_t after = fields_count_after(f, top, rows - 1);
    walk(f, top, -(int)(rows - 1 - after));
}

void fields_scroll(struct fields *f, const struct field_row *selected, size_t rows)
{
    struct field_row top;
    if (rows == 0 || (!fields_row(f, &f->top, &top) && !fields_first(f, &top))) {
        return;
    }
    bool moved = selected != NULL && (!field_same(&selected->id, &f->seen) || rows != f->seen_rows);
    if (moved && !in_table(f, &top, &selected->id, rows)) {
        bool up = fields_above(&selected->id, &top.id);
        top = *selected;
        walk(f, &top, up ? 0 : -(int)(rows - 1));
    }
    fill_table(f, &top, rows);
    f->top = top.id;
    f->seen = selected != NULL ? selected->id : FIELD_NONE;
    f->seen_rows = rows;
}

void fields_wheel(struct fields *f, size_t rows, int step)
{
    struct field_row top;
    if (rows > 0 && (fields_row(f, &f->top, &top) || fields_first(f, &top))) {
        walk(f, &top, step);
        fill_table(f, &top, rows);
        f->top = top.id;
    }
}
