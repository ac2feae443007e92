/* Texts panel: what stands in the place of the field table where there is no layout. Part of panels.h. */
#include <stdio.h>

#include "panels.h"
#include "found_strings.h"

#define NONE "no text here: / finds bytes, : goes to an offset"

/* Rows above the runs: why there is no layout, and a heading. */
static int rows_above(struct rect r)
{
    return r.rows >= 6 ? 3 : 2;
}

static int offset_digits(const struct model *m)
{
    char last[20];
    int n = snprintf(last, sizeof last, "%zx", m->size > 0 ? m->size - 1 : 0);
    return n > 4 ? n : 4;
}

static void draw_run(struct canvas *c, const struct theme *t, const struct model *m, struct rect r, int row,
                     const struct text_run *run)
{
    char text[256];
    bool selected = m->cursor >= run->offset && m->cursor < run->offset + run->size;
    struct style plain = theme_words(t, selected ? WORDS_STRONG : WORDS_PLAIN);
    struct style words = theme_field(t, (unsigned)grid_hue_colour(m->palette, GRID_TEXT, 0));
    words.attr |= selected ? STYLE_BOLD : 0;
    snprintf(text, sizeof text, "%.*s", (int)(run->size < sizeof text ? run->size : sizeof text - 1),
             (const char *)m->bytes + (run->offset - m->base));
    canvas_put(c, row, r.col, theme_words(t, WORDS_STRONG), selected ? theme_sign(t, SIGN_POINTER) : " ");
    int col = canvas_printf(c, row, r.col + 1, plain, "%0*zx  ", offset_digits(m), run->offset);
    canvas_put_cut(c, row, col, r.col + r.cols - col, words, text);
}

void panel_strings(struct canvas *c, const struct theme *t, const struct model *m, struct rect r)
{
    if (r.rows <= 0 || r.cols < 16) {
        return;
    }
    char why[sizeof m->layout_title + 16];
    int above = rows_above(r);
    size_t rows = r.rows > above ? (size_t)(r.rows - above) : 0, total, index;
    struct text_run run;
    snprintf(why, sizeof why, "no layout: %s", m->layout_title[0] != '\0' ? m->layout_title : "bytes only");
    canvas_put_wrapped(c, r.row, r.col + 1, r.cols - 2, above - 1, theme_words(t, WORDS_LABEL), why);
    if (rows == 0) {
        return;
    }
    struct style label = theme_words(t, WORDS_LABEL);
    if (!found_strings_top(m, rows, &run, &total, &index)) {
        canvas_put_wrapped(c, r.row + above, r.col + 1, r.cols - 2, (int)rows, label, NONE);
        return;
    }
    canvas_printf(c, r.row + above - 1, r.col + 1, label, "%*s  text", offset_digits(m), "off");
    bool more = true;
    for (size_t i = 0; i < rows && more; i++) {
        draw_run(c, t, m, r, r.row + above + (int)i, &run);
        more = found_strings_next(m, run.offset + run.size, &run);
    }
    if (total - index > rows) {
        char text[32];
        snprintf(text, sizeof text, " +%zu", total - index - rows);
        canvas_put(c, r.row + above - 1, r.col + r.cols - canvas_width(text), label, text);
    }
}

bool panel_texts_at(const struct model *m, struct rect r, int row, size_t *offset)
{
    int above = rows_above(r), i = row - r.row - above;
    struct text_run run;
    size_t total, index;
    if (i < 0 || row >= r.row + r.rows || !found_strings_top(m, (size_t)(r.rows - above), &run, &total, &index)) {
        return false;
    }
    for (; i > 0; i--) {
        if (!found_strings_next(m, run.offset + run.size, &run)) {
            return false;
        }
    }
    *offset = run.offset;
    return true;
}
