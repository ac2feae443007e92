/* Draws the text found in the bytes, instead of a field table if there is no layout. Part of panels.h. */
#include <stdio.h>

#include "found_strings.h"
#include "panels.h"

#define NONE "no text here: / finds bytes, : goes to an offset"

/* Rows above the runs: why there is no layout, and a heading. */
static int rows_above(struct rect r)
{
    return r.rows >= 6 ? 3 : 2;
}

static int offset_digits(const struct grid_input *in)
{
    char last[20];
    int n = snprintf(last, sizeof last, "%zx", in->segment_size > 0 ? in->segment_size - 1 : 0);
    return n > 4 ? n : 4;
}

static void draw_run(struct canvas *c, const struct theme *t, const struct grid_input *in, struct rect r, int row,
                     const struct text_run *run)
{
    char text[256];
    bool selected = in->cursor >= run->offset && in->cursor < run->offset + run->size;
    struct style plain = theme_text(t, selected ? TEXT_STRONG : TEXT_PLAIN);
    struct style found = theme_field(t, (unsigned)grid_colour(in->palette, GRID_TEXT));
    found.attr |= selected ? STYLE_BOLD : 0;
    snprintf(text, sizeof text, "%.*s", (int)(run->size < sizeof text ? run->size : sizeof text - 1),
             (const char *)in->bytes + (run->offset - in->first));
    canvas_put(c, row, r.col, theme_text(t, TEXT_STRONG), selected ? theme_sign(t, SIGN_POINTER) : " ");
    int col = canvas_printf(c, row, r.col + 1, plain, "%0*zx  ", offset_digits(in), run->offset);
    canvas_put_cut(c, row, col, r.col + r.cols - col, found, text);
}

void panel_strings(struct canvas *c, const struct theme *t, const struct string_table *table, struct rect r)
{
    if (r.rows <= 0 || r.cols < 16) {
        return;
    }
    char why[160];
    int above = rows_above(r);
    size_t rows = r.rows > above ? (size_t)(r.rows - above) : 0;
    struct found_strings_list list;
    snprintf(why, sizeof why, "no layout: %s", table->why[0] != '\0' ? table->why : "bytes only");
    canvas_put_wrapped(c, r.row, r.col + 1, r.cols - 2, above - 1, theme_text(t, TEXT_LABEL), why);
    if (rows == 0) {
        return;
    }
    struct style label = theme_text(t, TEXT_LABEL);
    if (!found_strings_list(table->grid, table->top, rows, &list)) {
        canvas_put_wrapped(c, r.row + above, r.col + 1, r.cols - 2, (int)rows, label, NONE);
        return;
    }
    canvas_printf(c, r.row + above - 1, r.col + 1, label, "%*s  text", offset_digits(table->grid), "off");
    struct text_run run = list.first;
    bool more = true;
    for (size_t i = 0; i < rows && more; i++) {
        draw_run(c, t, table->grid, r, r.row + above + (int)i, &run);
        more = found_strings_next(table->grid, run.offset + run.size, &run);
    }
    if (list.total - list.above > rows) {
        char text[32];
        snprintf(text, sizeof text, " +%zu", list.total - list.above - rows);
        canvas_put(c, r.row + above - 1, r.col + r.cols - canvas_width(text), label, text);
    }
}

bool panel_strings_at(const struct string_table *table, struct rect r, int row, size_t *offset)
{
    int above = rows_above(r), i = row - r.row - above;
    struct found_strings_list list;
    if (i < 0 || row >= r.row + r.rows ||
        !found_strings_list(table->grid, table->top, (size_t)(r.rows - above), &list)) {
        return false;
    }
    struct text_run run = list.first;
    for (; i > 0; i--) {
        if (!found_strings_next(table->grid, run.offset + run.size, &run)) {
            return false;
        }
    }
    *offset = run.offset;
    return true;
}
