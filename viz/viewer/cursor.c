/* Cursor: see cursor.h. */
#include "cursor.h"

#include <stdarg.h>
#include <stdio.h>

#include "found_strings.h"

void cursor_init(struct cursor *c)
{
    *c = (struct cursor){.width = 16, .rows = 1};
}

void cursor_answer(struct cursor *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->message, sizeof c->message, format, args);
    va_end(args);
}

struct grid_input cursor_grid(const struct cursor *c, const struct window *w)
{
    struct grid_input in = window_grid(w);
    struct field_row row;
    in.cursor = c->at;
    bool container = c->at < w->size && fields_selected(&c->fields, c->at, &row) &&
                     (row.id.element != SIZE_MAX || layout_kind_is_container(row.node->kind));
    in.focus = container ? row.offset : 0;
    in.focus_end = container ? row.offset + row.size : 0;
    return in;
}

struct squeeze cursor_lines(const struct cursor *c, const struct window *w)
{
    return (struct squeeze){.on = c->squeeze,
                            .size = w->size,
                            .width = (size_t)(c->width > 0 ? c->width : 1),
                            .base = w->base,
                            .count = w->count,
                            .bytes = w->bytes,
                            .keep = w->glow};
}

/* ---- scrolling ---- */

/* Scrolls from the row of `top` no further than needed to show the cursor. */
static void scroll_to_cursor(struct cursor *c, const struct window *w, size_t top)
{
    struct squeeze lines = cursor_lines(c, w);
    if (c->squeeze && c->at < w->size && !squeeze_known(&lines, c->at)) {
        c->top = c->at - c->at % lines.width; /* the window must move here first */
        return;
    }
    c->top = squeeze_top(&lines, top, c->at, (size_t)(c->rows > 0 ? c->rows : 1));
}

void cursor_shape(struct cursor *c, const struct window *w, int width, int rows)
{
    c->width = width > 0 ? width : 1;
    c->rows = rows > 0 ? rows : 1;
    scroll_to_cursor(c, w, c->home);
}

void cursor_table(struct cursor *c, const struct window *w, int rows)
{
    struct field_row row;
    bool any = w->size > 0 && fields_selected(&c->fields, c->at, &row);
    fields_scroll(&c->fields, any ? &row : NULL, rows > 0 ? (size_t)rows : 0);
}

/* ---- moving ---- */

void cursor_go(struct cursor *c, const struct window *w, size_t offset)
{
    c->at = w->size == 0 ? 0 : offset < w->size ? offset : w->size - 1;
    scroll_to_cursor(c, w, c->top);
    c->home = c->top;
}

bool cursor_move(struct cursor *c, const struct window *w, ptrdiff_t step)
{
    size_t before = c->at;
    if (step < 0) {
        cursor_go(c, w, (size_t)-step <= c->at ? c->at - (size_t)-step : 0);
    } else {
        cursor_go(c, w, (size_t)step <= SIZE_MAX - c->at ? c->at + (size_t)step : c->at);
    }
    return c->at != before;
}

bool cursor_move_lines(struct cursor *c, const struct window *w, ptrdiff_t steps, bool whole)
{
    struct squeeze s = cursor_lines(c, w);
    size_t before = c->at, wanted = steps < 0 ? (size_t)-steps : (size_t)steps;
    if (w->size == 0) {
        return false;
    }
    struct squeeze_line line = squeeze_line(&s, c->at);
    bool there = squeeze_walk(&s, &line, steps) == wanted;
    size_t row = steps < 0 ? line.offset + (line.rows - 1) * s.width : line.offset;
    size_t to = row + c->at % s.width;
    if (there && to < w->size) {
        cursor_go(c, w, to);
    } else if (!whole) {
        cursor_go(c, w, steps < 0 ? 0 : w->size - 1);
    }
    return c->at != before;
}

/* ---- fields ---- */

/* Without a layout: goes from text to text. */
static void next_text(struct cursor *c, const struct window *w, int direction)
{
    const struct grid_input in = window_grid(w);
    struct text_run run;
    if (direction > 0 ? found_strings_next(&in, c->at + 1, &run) : found_strings_previous(&in, c->at, &run)) {
        cursor_go(c, w, run.offset);
    } else {
        cursor_answer(c, "no text %s here; / looks for other bytes", direction > 0 ? "after" : "before");
    }
}

void cursor_next_field(struct cursor *c, const struct window *w, int direction)
{
    struct field_row row;
    if (w->size > 0 && layout_leaves(w->layout) == 0) {
        next_text(c, w, direction);
        return;
    }
    if (w->size > 0 && fields_step(&c->fields, c->at, w->size, direction, &row)) {
        cursor_choose(c, w, &row);
    }
}

void cursor_choose(struct cursor *c, const struct window *w, const struct field_row *row)
{
    if (row->offset < w->size) {
        cursor_go(c, w, row->offset);
        fields_choose(&c->fields, row, c->at);
    }
}

void cursor_fold(struct cursor *c, const struct window *w, enum cursor_fold how)
{
    struct field_row row;
    if (w->size == 0 || !fields_selected(&c->fields, c->at, &row)) {
        bool none = layout_leaves(w->layout) == 0;
        cursor_answer(c, none ? "no layout: there are no fields to fold" : "no field here to fold");
        return;
    }
    bool unfold = row.foldable && !row.open && how != CURSOR_FOLD;
    while (!unfold && !row.open) {
        if (how == CURSOR_UNFOLD || !fields_parent(&c->fields, &row)) {
            cursor_answer(c, how == CURSOR_UNFOLD ? "nothing to unfold here" : "nothing to fold here");
            return;
        }
    }
    if (how == CURSOR_UNFOLD && !unfold) {
        cursor_answer(c, "unfolded already");
        return;
    }
    fields_choose(&c->fields, &row, c->at);
    fields_flip(&c->fields, &row);
}
