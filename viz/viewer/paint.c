/* Paint: see paint.h. */
#include "paint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest that one cell asks for: a place, a style and a character. */
#define CELL_MOST 48

void paint_init(struct paint *p, const struct paint_terminal *t)
{
    *p = (struct paint){.terminal = *t, .row = -1};
}

void paint_free(struct paint *p)
{
    free(p->shown);
    free(p->out);
    *p = (struct paint){.row = -1};
}

void paint_forget(struct paint *p)
{
    p->known = false;
}

/* ---- bytes ---- */

static void put(struct paint *p, const char *text)
{
    size_t n = strlen(text);
    if (n <= p->room - p->used) {
        memcpy(p->out + p->used, text, n);
        p->used += n;
    }
}

static bool style_same(struct style a, struct style b)
{
    return a.colour == b.colour && a.attr == b.attr;
}

/* As the terminal can show it. Of a blank nothing is seen but reverse. */
static struct glyph seen(const struct paint_terminal *t, const struct glyph *g)
{
    struct glyph s = *g;
    s.style.colour = t->colours ? s.style.colour : -1;
    s.style.attr &= t->attrs;
    if (s.style.colour >= 0) {
        s.style.attr &= (uint8_t)~t->not_coloured;
    }
    if (s.text[0] == ' ' && (s.style.attr & STYLE_REVERSE) == 0) {
        s.style = STYLE_PLAIN;
    }
    return s;
}

/* A blank that isn't reversed looks the same with any pen that doesn't reverse. */
static bool pen_does(const struct paint *p, const struct glyph *g)
{
    bool blank = g->text[0] == ' ' && (g->style.attr & STYLE_REVERSE) == 0;
    return style_same(p->pen, g->style) || (blank && (p->pen.attr & STYLE_REVERSE) == 0);
}

/* Puts a number before the others at `end`, and returns where it starts: printf would be most of what a frame costs. */
static char *number_before(char *end, int n)
{
    do {
        *--end = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return end;
}

/* "ESC [ number letter", and between number and letter "; other" where that isn't 0. */
static void csi(char out[24], int number, int other, char letter)
{
    char text[24], *at = text + sizeof text;
    *--at = '\0';
    *--at = letter;
    if (other > 0) {
        at = number_before(at, other);
        *--at = ';';
    }
    at = number_before(at, number);
    *--at = '[';
    *--at = '\033';
    memcpy(out, at, (size_t)(text + sizeof text - at));
}

/* Between two codes of a sequence stands ';'. */
static size_t separated(char *text, size_t n)
{
    if (n > 2) {
        text[n++] = ';';
    }
    return n;
}

/* One SGR sequence: attributes can only be added, or all be taken away. */
static void pen_take(struct paint *p, struct style s)
{
    static const struct {
        uint8_t attr;
        char digit;
    } codes[] = {{STYLE_BOLD, '1'}, {STYLE_DIM, '2'}, {STYLE_REVERSE, '7'}};
    char text[24] = "\033[";
    size_t n = 2; /* a code is one digit, or a 3 and one more */
    bool away = (p->pen.attr & ~s.attr) != 0, plain = s.attr == 0 && s.colour < 0;
    struct style from = away ? STYLE_PLAIN : p->pen;
    if (away && !plain) {
        text[n++] = '0';
    }
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if ((s.attr & ~from.attr & codes[i].attr) != 0) {
            n = separated(text, n);
            text[n++] = codes[i].digit;
        }
    }
    if (s.colour != from.colour && !plain) {
        n = separated(text, n);
        text[n++] = '3';
        text[n++] = (char)(s.colour < 0 ? '9' : '0' + s.colour);
    }
    text[n++] = 'm';
    text[n] = '\0';
    put(p, text);
    p->pen = s;
}

static void take_shorter(char best[24], const char other[24])
{
    if (strlen(other) < strlen(best)) {
        memcpy(best, other, strlen(other) + 1);
    }
}

/* The cheapest way to a cell. Cells between may be written again where the pen is right for all of them. */
static void move_to(struct paint *p, int row, int col)
{
    char best[24], other[24];
    int gap = col - p->col;
    if (p->row == row && gap == 0) {
        return;
    }
    csi(best, row + 1, col > 0 ? col + 1 : 0, 'H');
    if (row == 0 && col == 0) {
        strcpy(best, "\033[H");
    }
    if (p->row == row && p->terminal.column) {
        csi(other, col + 1, 0, 'G');
        take_shorter(best, other);
    }
    if (p->row == row && gap > 0 && p->terminal.forward) {
        csi(other, gap, 0, 'C');
        take_shorter(best, gap == 1 ? "\033[C" : other);
    }
    if (p->row == row && gap < 0 && gap >= -2) {
        strcpy(best, gap == -1 ? "\b" : "\b\b");
    }
    if (p->row == row && gap > 0 && gap <= 4) {
        const struct glyph *g = &p->shown[(size_t)row * (size_t)p->cols + (size_t)p->col];
        size_t n = 0;
        for (int i = 0; i < gap; i++) {
            n = pen_does(p, &g[i]) ? n + strlen(g[i].text) : sizeof other;
        }
        for (int i = 0; i < gap && n <= strlen(best); i++) {
            put(p, g[i].text);
        }
        best[0] = n <= strlen(best) ? '\0' : best[0];
    }
    put(p, best);
    p->row = row;
    p->col = col;
}

static void cell(struct paint *p, int row, int col, const struct glyph *g)
{
    move_to(p, row, col);
    if (!pen_does(p, g)) {
        pen_take(p, g->style);
    }
    put(p, g->text);
    p->col++;
    if (p->col == p->cols) {
        p->row = -1; /* it hangs between two rows */
    }
}

/* ---- frames ---- */

/* From which column on the row is blank. */
static int blank_from(const struct glyph *row, int cols)
{
    while (cols > 0 && strcmp(row[cols - 1].text, " ") == 0 && (row[cols - 1].style.attr & STYLE_REVERSE) == 0) {
        cols--;
    }
    return cols;
}

static void row_paint(struct paint *p, int row, const struct glyph *want)
{
    struct glyph *have = &p->shown[(size_t)row * (size_t)p->cols];
    if (memcmp(have, want, (size_t)p->cols * sizeof *want) == 0) {
        return;
    }
    int last = row == p->rows - 1 && !p->terminal.last_cell ? p->cols - 1 : p->cols;
    int tail = blank_from(want, p->cols), had = blank_from(have, p->cols);
    for (int col = 0; col < last; col++) {
        if (glyph_same(&want[col], &have[col])) {
            continue; /* nearly always; what stands there was seen() already */
        }
        struct glyph g = seen(&p->terminal, &want[col]);
        if (glyph_same(&g, &have[col])) {
            continue;
        }
        if (col >= tail && had - col > 4 && p->terminal.erase) {
            move_to(p, row, col);
            if (!style_same(p->pen, STYLE_PLAIN)) {
                pen_take(p, STYLE_PLAIN);
            }
            put(p, "\033[K");
            for (; col < p->cols; col++) {
                have[col] = (struct glyph){.text = " ", .style = STYLE_PLAIN};
            }
            return;
        }
        cell(p, row, col, &g);
        have[col] = g;
    }
}

/* Room for a frame that draws every cell. */
static int room_make(struct paint *p, const struct canvas *c)
{
    size_t cells = (size_t)c->rows * (size_t)c->cols;
    struct glyph *shown = calloc(cells + 1, sizeof *shown);
    char *out = malloc((cells + 1) * CELL_MOST);
    if (shown == NULL || out == NULL) {
        free(shown);
        free(out);
        return -ENOMEM;
    }
    free(p->shown);
    free(p->out);
    p->shown = shown;
    p->out = out;
    p->room = (cells + 1) * CELL_MOST;
    p->rows = c->rows;
    p->cols = c->cols;
    p->known = false;
    return 0;
}

/* An empty screen: that much is known then. */
static void begin(struct paint *p)
{
    put(p, "\033[m");
    put(p, p->terminal.clear);
    for (size_t i = 0; i < (size_t)p->rows * (size_t)p->cols; i++) {
        p->shown[i] = (struct glyph){.text = " ", .style = STYLE_PLAIN};
    }
    p->pen = STYLE_PLAIN;
    p->row = p->col = 0;
    p->known = true;
}

int paint_frame(struct paint *p, const struct canvas *c, const char **bytes, size_t *count)
{
    if (p->shown == NULL || p->rows != c->rows || p->cols != c->cols) {
        int rc = room_make(p, c);
        if (rc < 0) {
            return rc;
        }
    }
    bool anew = !p->known || p->canvas != c->glyphs;
    p->canvas = c->glyphs;
    p->used = 0;
    if (!p->known) {
        begin(p);
    }
    for (int row = 0; row < p->rows; row++) {
        if (c->touched[row] || anew) {
            row_paint(p, row, &c->glyphs[(size_t)row * (size_t)p->cols]);
            c->touched[row] = false;
        }
    }
    *bytes = p->out;
    *count = p->used;
    return 0;
}
