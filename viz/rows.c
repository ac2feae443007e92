/* Rows: see rows.h. */
#include "rows.h"

#include <stdio.h>

int rows_hex_column(const struct rows_shape *shape, int i)
{
    /* offset, blank, then three columns per byte (sign first), and an extra blank between groups of 8 */
    return shape->digits + 1 + 3 * i + i / 8 + 1;
}

/* The column after the last byte, for the cursor's right bracket. */
static int last_column(const struct rows_shape *shape)
{
    return rows_hex_column(shape, shape->width - 1) + 2;
}

int rows_character_column(const struct rows_shape *shape, int i)
{
    return last_column(shape) + 2 + i;
}

int rows_columns(const struct rows_shape *shape)
{
    return shape->characters ? rows_character_column(shape, shape->width) : last_column(shape) + 1;
}

int rows_byte_at(const struct rows_shape *shape, int x)
{
    for (int i = 0; i < shape->width; i++) {
        int hex = rows_hex_column(shape, i);
        if ((x >= hex && x <= hex + 1) || (shape->characters && x == rows_character_column(shape, i))) {
            return i;
        }
    }
    return -1;
}

static int digits_for(size_t segment_size)
{
    int digits = 4;
    for (size_t last = segment_size > 0 ? segment_size - 1 : 0; digits < 16 && last >> (4 * digits) != 0;) {
        digits++;
    }
    return digits;
}

struct rows_shape rows_fit(int cols, int want, int max_width, size_t segment_size)
{
    struct rows_shape shape = {.width = want > 0 ? want : max_width, .digits = digits_for(segment_size)};
    for (;; shape.width /= 2) {
        shape.characters = true;
        if (rows_columns(&shape) <= cols) {
            return shape;
        }
        shape.characters = false;
        if (shape.width == 1 || (shape.width <= 8 && rows_columns(&shape) <= cols)) {
            return shape;
        }
    }
}

void rows_header(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                 size_t cursor)
{
    for (int i = 0; i < shape->width; i++) {
        bool here = cursor != SIZE_MAX && cursor % (size_t)shape->width == (size_t)i;
        struct style s = theme_text(t, here ? TEXT_STRONG : TEXT_LABEL);
        canvas_printf(c, row, col + rows_hex_column(shape, i), s, "%2x", (unsigned)i);
    }
}

/* A byte in the column of characters: only printable ASCII is shown as itself. */
static const char *character(const struct theme *t, const struct grid_cell *cell, char one[2])
{
    if (cell->role == GRID_OUT) {
        return " ";
    }
    if (cell->role == GRID_UNREADABLE) {
        return "?";
    }
    one[0] = (char)cell->byte;
    one[1] = '\0';
    return cell->byte >= 0x20 && cell->byte < 0x7f ? one : theme_sign(t, SIGN_DOT);
}

static void cell_draw(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape, int i,
                      const struct grid_cell *cell)
{
    int hex = col + rows_hex_column(shape, i);
    struct style style = theme_cell(t, cell), lead_style;
    const char *lead = theme_lead(t, cell, &lead_style);
    canvas_put(c, row, hex - 1, lead_style, lead);
    if (cell->role == GRID_OUT) {
        return;
    }
    if (cell->role == GRID_UNREADABLE) {
        canvas_put(c, row, hex, style, "??");
    } else {
        static const char digits[] = "0123456789abcdef";
        canvas_put(c, row, hex, style, (const char[3]){digits[cell->byte >> 4], digits[cell->byte & 15]});
    }
    if (shape->characters) {
        char one[2];
        struct grid_cell still = *cell;
        if (cell->byte < 0x20 || cell->byte >= 0x7f) {
            /* a dot says nothing about the byte: it is faint and doesn't glow */
            still.byte = 0;
            still.marks &= (uint8_t)~GRID_CHANGED;
        }
        canvas_put(c, row, col + rows_character_column(shape, i), theme_cell(t, &still), character(t, cell, one));
    }
}

/* The cursor's right bracket replaces the next cell's sign; between groups it comes before the extra blank. */
static void cursor_close(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                         int i)
{
    struct style s = theme_text(t, TEXT_STRONG);
    canvas_put(c, row, col + rows_hex_column(shape, i) + 2, s, theme_sign(t, SIGN_CURSOR_RIGHT));
}

#define CACHE_LINE 64 /* bytes, on x86-64 and nearly every ARMv8; segments start at a page, so offsets show lines */
#define PAGE 4096     /* bytes: the smallest page size */

static void offset_draw(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                        size_t offset)
{
    bool page = offset % PAGE == 0, line = offset % CACHE_LINE == 0;
    struct style style = theme_text(t, page ? TEXT_STRONG : line ? TEXT_PLAIN : TEXT_LABEL);
    col = canvas_printf(c, row, col, style, "%0*zx", shape->digits, offset);
    canvas_put(c, row, col, style, page || line ? theme_sign(t, page ? SIGN_PAGE_EDGE : SIGN_LINE_EDGE) : " ");
}

void rows_draw(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape, size_t first,
               const struct grid_cell *cells, size_t count)
{
    size_t width = (size_t)shape->width;
    for (size_t at = 0; at < count; at += width, row++) {
        if (cells[at].role == GRID_OUT) {
            continue;
        }
        offset_draw(c, row, col, t, shape, first + at);
        int selected = -1;
        for (size_t i = 0; i < width && at + i < count; i++) {
            cell_draw(c, row, col, t, shape, (int)i, &cells[at + i]);
            selected = (cells[at + i].marks & GRID_SELECTED) != 0 ? (int)i : selected;
        }
        if (selected >= 0) {
            cursor_close(c, row, col, t, shape, selected);
        }
    }
}

void rows_draw_zeros(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                     size_t offset, size_t end, bool selected, bool more)
{
    char text[96];
    size_t width = (size_t)shape->width;
    snprintf(text, sizeof text, " %s %zu rows of 00, up to 0x%0*zx%s ", t->utf8 ? "\u2026" : "...",
             (end - offset + width - 1) / width, shape->digits, end - 1, more ? ", and on" : "");
    offset_draw(c, row, col, t, shape, offset);
    canvas_put(c, row, col + shape->digits + 1, theme_text(t, selected ? TEXT_TITLE : TEXT_LABEL), text);
}

void rows_draw_wanted(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                      const struct grid_input *in, size_t offset, const struct grid_cell *line, size_t count)
{
    canvas_put(c, row, col, theme_text(t, TEXT_LABEL), "want");
    for (size_t i = 0; i < count; i++) {
        const uint8_t *byte = grid_expected(in, offset + i);
        if ((line[i].marks & GRID_DIFFERS) != 0 && byte != NULL) {
            canvas_printf(c, row, col + rows_hex_column(shape, (int)i), theme_text(t, TEXT_PLAIN), "%02x", *byte);
        }
    }
}
