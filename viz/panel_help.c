/* Draws the help: keys as passed in, signs from the table of marks. Part of panels.h. */
#include <stdio.h>

#include "panels.h"

struct help_line {
    char label[16];
    const char *text;   /* NULL: a heading, in label */
    struct style style; /* of the label */
};

struct help_list {
    const struct theme *theme;
    struct help_line lines[64];
    size_t count;
};

#define KEY_COLS 12
#define SIGN_COLS 5
#define WIDE_COLS 78   /* from this width on, keys and signs are side by side */
#define NARROW_COLS 40 /* below this width, texts go below their labels */

static struct help_line *add(struct help_list *h, enum theme_text kind, const char *label, const char *text)
{
    struct help_line *line = &h->lines[h->count];
    h->count += h->count + 1 < sizeof h->lines / sizeof *h->lines ? 1 : 0;
    *line = (struct help_line){.text = text, .style = theme_text(h->theme, kind)};
    snprintf(line->label, sizeof line->label, "%s", label);
    return line;
}

static void add_keys(struct help_list *h, const struct help *help)
{
    add(h, TEXT_STRONG, "Keys", NULL);
    for (size_t i = 0; i < help->key_count; i++) {
        add(h, TEXT_STRONG, help->keys[i].label, help->keys[i].what);
    }
}

/* ---- signs ---- */

/* What the bytes that are in memory show: sets of bits. */
struct seen {
    unsigned roles, marks, families;
    bool text;
    uint8_t colour; /* of a field, for the examples */
};

static struct seen seen_find(const struct grid_input *in)
{
    struct seen seen = {.colour = GRID_NO_COLOUR};
    for (size_t at = 0; at < in->readable;) {
        struct grid_cell cells[64];
        size_t n = in->readable - at < 64 ? in->readable - at : 64;
        grid_cells(in, in->first + at, cells, n);
        for (size_t i = 0; i < n; i++) {
            if (cells[i].role == GRID_FIELD && seen.families == 0) {
                seen.colour = cells[i].colour;
            }
            seen.roles |= 1u << cells[i].role;
            seen.marks |= cells[i].marks;
            seen.families |= cells[i].role == GRID_FIELD ? 1u << cells[i].family : 0;
            seen.text = seen.text || cells[i].text;
        }
        at += n;
    }
    return seen;
}

static void add_cell(struct help_list *h, const struct grid_cell *cell, const char *text)
{
    struct style lead_style;
    struct help_line *line = add(h, TEXT_PLAIN, "", text);
    snprintf(line->label, sizeof line->label, "%s%02x", theme_lead(h->theme, cell, &lead_style), cell->byte);
    line->style = theme_cell(h->theme, cell);
}

static void add_roles(struct help_list *h, const struct seen *seen, const struct grid_palette *palette)
{
    uint8_t colour = seen->colour, text = (uint8_t)grid_colour(palette, GRID_TEXT);
    if ((seen->roles & 1u << GRID_FIELD) != 0) {
        add_cell(h, &(struct grid_cell){.role = GRID_FIELD, .byte = 0x16, .colour = colour, .starts = true},
                 "a field starts here");
    }
    add_cell(h, &(struct grid_cell){.role = GRID_FREE, .colour = GRID_NO_COLOUR}, "a byte that is zero is dim");
    if ((seen->roles & (1u << GRID_PADDING | 1u << GRID_TAIL)) != 0) {
        add_cell(h, &(struct grid_cell){.role = GRID_PADDING, .colour = colour}, "padding: belongs to no field");
    }
    if (seen->text) {
        add_cell(h, &(struct grid_cell){.role = GRID_FREE, .byte = 0x41, .text = true, .colour = text},
                 "no field, but it reads as text");
    }
}

/* A change is gone again in a second, so its sign is always told. */
static void add_marks(struct help_list *h, const struct seen *seen)
{
    for (size_t i = 0; i < theme_mark_count; i++) {
        struct grid_cell cell = {.role = GRID_FIELD,
                                 .byte = 0x2a,
                                 .colour = seen->colour,
                                 .glow = GRID_GLOW_MAX,
                                 .marks = (uint8_t)theme_marks[i].mark,
                                 .starts = true};
        cell.role = theme_marks[i].mark == GRID_STALE ? GRID_PADDING : GRID_FIELD;
        if (((seen->marks | GRID_CHANGED) & theme_marks[i].mark) != 0) {
            add_cell(h, &cell, theme_marks[i].meaning);
        }
    }
}

static void add_edges(struct help_list *h, size_t size)
{
    static const struct {
        enum theme_sign sign;
        size_t bytes;
        const char *text;
    } edges[] = {{SIGN_LINE_EDGE, 64, "a cache line starts: 64 bytes"},
                 {SIGN_PAGE_EDGE, 0, "a page starts: 4096 bytes"}};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        char label[16];
        snprintf(label, sizeof label, "40%s", theme_sign(h->theme, edges[i].sign));
        if (size > edges[i].bytes) {
            add(h, TEXT_PLAIN, label, edges[i].text);
        }
    }
}

static void add_families(struct help_list *h, const struct seen *seen, const struct grid_palette *palette)
{
    static const char *const families[GRID_FAMILIES] = {
        [GRID_TEXT] = "text",        [GRID_INTEGER] = "integers",    [GRID_REAL] = "float, double",
        [GRID_POINTER] = "pointers", [GRID_SYNC] = "locks, atomics", [GRID_OTHER] = "other types"};
    for (unsigned i = 0; i < GRID_FAMILIES; i++) {
        char label[16];
        const char *block = theme_sign(h->theme, SIGN_BLOCK);
        snprintf(label, sizeof label, "%s%s", block, block);
        if ((seen->families & 1u << i) != 0) {
            add(h, TEXT_PLAIN, label, families[i])->style =
                theme_field(h->theme, (unsigned)grid_colour(palette, (enum grid_family)i));
        }
    }
}

static void add_signs(struct help_list *h, const struct help *help)
{
    add(h, TEXT_STRONG, "Signs", NULL);
    const struct grid_input *in = help->grid;
    const struct seen seen = seen_find(in);
    add_roles(h, &seen, in->palette);
    add_marks(h, &seen);
    add_edges(h, in->segment_size);
    add_families(h, &seen, in->palette);
    /* How far back one can step, and what that may cost: see recording.h. */
    add(h, TEXT_STRONG, "[ ]", "the last 10,000 changes at least,");
    add(h, TEXT_STRONG, "", "in 12 MiB at most (for 1 KiB)");
    /* When the viewer looks, and whether what it sees is consistent: docs/bell.md. */
    add(h, TEXT_STRONG, "live", help->rings ? "sleeps until the bell rings" : "polls; --hz sets how often");
    add(h, TEXT_STRONG, "", help->guarded ? "each picture is whole: seqlock" : "a picture may be torn: half old");
}

/* ---- drawing ---- */

/* The largest useful `top` for that many lines. */
static size_t top_most(size_t count, int rows)
{
    return count > (size_t)rows ? count - (size_t)rows : 0;
}

/* Draws the lines from `top` on, each label beside its text. */
static void draw_beside(struct canvas *c, const struct help_list *h, size_t top, struct rect r, int label_width)
{
    for (int i = 0; i < r.rows && top + (size_t)i < h->count; i++) {
        const struct help_line *line = &h->lines[top + (size_t)i];
        canvas_put(c, r.row + i, r.col, line->style, line->label);
        if (line->text != NULL) {
            canvas_put_cut(c, r.row + i, r.col + label_width, r.cols - label_width, theme_text(h->theme, TEXT_PLAIN),
                           line->text);
        }
    }
}

/* The same with each text wrapped below its label. `top` counts rows, and rows outside the canvas are not drawn.
 * Returns the number of rows. */
static size_t draw_below(struct canvas *c, const struct help_list *h, size_t top)
{
    int row = 1 - (int)top;
    for (size_t i = 0; i < h->count; i++) {
        const struct help_line *line = &h->lines[i];
        if (line->label[0] != '\0') {
            canvas_put(c, row++, 1, line->style, line->label);
        }
        if (line->text != NULL) {
            row += canvas_put_wrapped(c, row, 2, c->cols - 2, 4, theme_text(h->theme, TEXT_PLAIN), line->text);
        }
    }
    return (size_t)(row + (int)top - 1);
}

/* If there is more below, the last row says so. */
static void draw_more(struct canvas *c, const struct theme *t, size_t top, size_t most)
{
    if (top < most && c->rows > 2) {
        canvas_fill(c, c->rows - 1, 0, c->cols, theme_text(t, TEXT_PLAIN), " ");
        canvas_printf(c, c->rows - 1, 1, theme_text(t, TEXT_LABEL), "+%zu: j scrolls", most - top + 1);
    }
}

size_t panel_help(struct canvas *c, const struct theme *t, const struct help *help)
{
    struct help_list h = {.theme = t}, signs = {.theme = t};
    bool wide = c->cols >= WIDE_COLS;
    struct rect left = {1, 1, c->rows - 1, wide ? c->cols / 2 : c->cols - 1};
    add_keys(&h, help);
    add_signs(wide ? &signs : &h, help);
    canvas_clear(c);
    if (c->cols < NARROW_COLS) {
        size_t most = top_most(draw_below(c, &h, 0), left.rows);
        canvas_clear(c);
        draw_below(c, &h, help->top < most ? help->top : most);
        panel_title(c, t, "help"); /* overwrites what was scrolled into its row */
        draw_more(c, t, help->top, most);
        return most;
    }
    size_t most = top_most(h.count > signs.count ? h.count : signs.count, left.rows);
    size_t top = help->top < most ? help->top : most;
    panel_title(c, t, "help");
    draw_beside(c, &h, top, left, KEY_COLS);
    if (wide) {
        struct rect right = {1, c->cols / 2 + 2, c->rows - 1, c->cols - c->cols / 2 - 2};
        draw_beside(c, &signs, top, right, SIGN_COLS);
    }
    draw_more(c, t, top, most);
    return most;
}
