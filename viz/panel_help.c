/* Help: keys from the key table, signs from the mark table. Part of panels.h. */
#include <stdio.h>

#include "keys.h"
#include "panels.h"

struct help_line {
    char label[16];
    const char *text; /* NULL: a heading, in label */
    struct style style; /* of the label */
};

#define HELP_LINES 64
#define KEY_COLS 12

static size_t help_keys(const struct theme *t, struct help_line *lines)
{
    size_t n = 0;
    lines[n] = (struct help_line){.text = NULL, .style = theme_words(t, WORDS_STRONG)};
    snprintf(lines[n++].label, sizeof lines->label, "Keys");
    for (size_t i = 0; i < key_row_count; i++) {
        if (key_rows[i].label[0] == '\0') {
            continue;
        }
        lines[n] = (struct help_line){.text = key_rows[i].help, .style = theme_words(t, WORDS_STRONG)};
        snprintf(lines[n++].label, sizeof lines->label, "%s", key_rows[i].label);
    }
    return n;
}

static void help_cell(const struct theme *t, struct help_line *line, const struct grid_cell *cell, const char *text)
{
    struct style lead_style;
    const char *lead = theme_lead(t, cell, &lead_style);
    snprintf(line->label, sizeof line->label, "%s%02x", lead, cell->byte);
    line->style = theme_cell(t, cell);
    line->text = text;
}

/* How far back one can step, and what that may cost: see recording.h. */
static const char *const notes[] = {"the last 10,000 changes at least,", "in 12 MiB at most (for 1 KiB)"};

/* When it looks, and whether what it sees is whole: docs/bell.md. */
static size_t help_live(const struct theme *t, const struct model *m, struct help_line *lines)
{
    struct style strong = theme_words(t, WORDS_STRONG);
    lines[0] = (struct help_line){
        .label = "live", .style = strong,
        .text = m->rings ? "sleeps until the bell rings" : "looks again and again: --hz"};
    lines[1] = (struct help_line){
        .text = m->guarded ? "each picture is whole: seqlock" : "a picture may be torn: half old", .style = strong};
    return 2;
}

static size_t help_signs(const struct theme *t, const struct grid_palette *palette, struct help_line *lines)
{
    size_t n = 0;
    uint8_t colour = (uint8_t)grid_hue_colour(palette, GRID_INTEGER, 0);
    lines[n] = (struct help_line){.text = NULL, .style = theme_words(t, WORDS_STRONG)};
    snprintf(lines[n++].label, sizeof lines->label, "Signs");
    struct grid_cell cell = {.role = GRID_FIELD, .byte = 0x16, .colour = colour, .starts = true};
    help_cell(t, &lines[n++], &cell, "a field starts here");
    cell = (struct grid_cell){.role = GRID_FIELD, .colour = colour};
    help_cell(t, &lines[n++], &cell, "a byte that is zero is dim");
    cell = (struct grid_cell){.role = GRID_PADDING, .colour = colour};
    help_cell(t, &lines[n++], &cell, "padding: no field lives here");
    cell = (struct grid_cell){.role = GRID_FREE, .byte = 0x41, .text = true};
    cell.colour = (uint8_t)grid_hue_colour(palette, GRID_TEXT, 0);
    help_cell(t, &lines[n++], &cell, "no field, but it reads as text");
    for (size_t i = 0; i < theme_mark_count; i++) {
        bool stale = theme_marks[i].mark == GRID_STALE;
        cell = (struct grid_cell){.role = stale ? GRID_PADDING : GRID_FIELD, .byte = 0x2a, .colour = colour, .glow = GRID_GLOW_MAX,
                                  .marks = (uint8_t)theme_marks[i].mark, .starts = true};
        help_cell(t, &lines[n++], &cell, theme_marks[i].meaning);
    }
    static const struct {
        enum theme_sign sign;
        const char *text;
    } edges[] = {{SIGN_LINE_EDGE, "a cache line starts: 64 bytes"}, {SIGN_PAGE_EDGE, "a page starts: 4096 bytes"}};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++, n++) {
        lines[n] = (struct help_line){.text = edges[i].text, .style = theme_words(t, WORDS_PLAIN)};
        snprintf(lines[n].label, sizeof lines->label, "40%s", theme_sign(t, edges[i].sign));
    }
    static const struct {
        enum grid_family family;
        const char *text;
    } families[] = {{GRID_TEXT, "text"}, {GRID_INTEGER, "integers"}, {GRID_REAL, "float, double"},
                    {GRID_POINTER, "pointers"}, {GRID_SYNC, "locks, atomics"}};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++, n++) {
        lines[n] = (struct help_line){.text = families[i].text};
        lines[n].style = theme_field(t, (unsigned)grid_hue_colour(palette, families[i].family, 0));
        snprintf(lines[n].label, sizeof lines->label, "%s%s", theme_sign(t, SIGN_BLOCK), theme_sign(t, SIGN_BLOCK));
    }
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++, n++) {
        lines[n] = (struct help_line){.text = notes[i], .style = theme_words(t, WORDS_STRONG)};
        snprintf(lines[n].label, sizeof lines->label, "%s", i == 0 ? "[ ]" : "");
    }
    return n;
}

static void help_draw(struct canvas *c, const struct theme *t, const struct help_line *lines, size_t count, size_t top,
                      struct rect r, int label_width)
{
    for (int i = 0; i < r.rows && top + (size_t)i < count; i++) {
        const struct help_line *line = &lines[top + (size_t)i];
        canvas_put(c, r.row + i, r.col, line->style, line->label);
        if (line->text != NULL) {
            int width = r.cols - label_width;
            canvas_put_cut(c, r.row + i, r.col + label_width, width, theme_words(t, WORDS_PLAIN), line->text);
        }
    }
}

void panel_help(struct canvas *c, const struct theme *t, const struct model *m)
{
    struct help_line keys[HELP_LINES], signs[HELP_LINES];
    size_t key_count = help_keys(t, keys), sign_count = help_signs(t, m->palette, signs);
    sign_count += help_live(t, m, signs + sign_count);
    bool wide = c->cols >= 78;
    canvas_clear(c);
    canvas_fill(c, 0, 0, c->cols, theme_words(t, WORDS_TITLE), " ");
    canvas_put_cut(c, 0, 0, c->cols, theme_words(t, WORDS_TITLE), " shm-view: help   (j k scroll, any other key closes)");
    struct rect left = {1, 1, c->rows - 1, wide ? c->cols / 2 : c->cols - 1};
    struct rect right = {1, c->cols / 2 + 2, c->rows - 1, c->cols - c->cols / 2 - 2};
    if (wide) {
        size_t all = key_count > sign_count ? key_count : sign_count;
        size_t most = all > (size_t)left.rows ? all - (size_t)left.rows : 0;
        size_t top = m->help_top < most ? m->help_top : most;
        help_draw(c, t, keys, key_count, top, left, KEY_COLS);
        help_draw(c, t, signs, sign_count, top, right, 5);
        return;
    }
    struct help_line all[2 * HELP_LINES];
    for (size_t i = 0; i < key_count; i++) {
        all[i] = keys[i];
    }
    for (size_t i = 0; i < sign_count; i++) {
        all[key_count + i] = signs[i];
    }
    size_t count = key_count + sign_count, most = count > (size_t)left.rows ? count - (size_t)left.rows : 0;
    help_draw(c, t, all, count, m->help_top < most ? m->help_top : most, left, KEY_COLS);
}
