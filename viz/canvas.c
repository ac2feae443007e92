/* Canvas: see canvas.h. */
#include "canvas.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

int canvas_init(struct canvas *c, int rows, int cols, bool utf8)
{
    *c = (struct canvas){.rows = rows > 0 ? rows : 0, .cols = cols > 0 ? cols : 0, .utf8 = utf8};
    c->glyphs = calloc((size_t)c->rows * (size_t)c->cols + 1, sizeof *c->glyphs);
    if (c->glyphs == NULL) {
        return -ENOMEM;
    }
    canvas_clear(c);
    return 0;
}

void canvas_free(struct canvas *c)
{
    free(c->glyphs);
    *c = (struct canvas){.glyphs = NULL};
}

void canvas_clear(struct canvas *c)
{
    for (size_t i = 0; i < (size_t)c->rows * (size_t)c->cols; i++) {
        c->glyphs[i] = (struct glyph){.text = " ", .style = STYLE_PLAIN};
    }
}

struct glyph *canvas_at(struct canvas *c, int row, int col)
{
    bool inside = row >= 0 && row < c->rows && col >= 0 && col < c->cols;
    return inside ? &c->glyphs[(size_t)row * (size_t)c->cols + (size_t)col] : NULL;
}

/* Characters that take one column on every terminal and control neither it nor the text around them: Latin, Greek and
 * Cyrillic letters, punctuation, arrows and mathematics, boxes and blocks, Braille. Others could shift the rest of the
 * line, or do worse. */
static bool one_column(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x20, 0x7e},     {0xa1, 0xac},     {0xae, 0x2ff},    {0x370, 0x482},
                  {0x48a, 0x52f},   {0x1e00, 0x1fff}, {0x2010, 0x2027}, {0x2030, 0x205e},
                  {0x20a0, 0x20bf}, {0x2100, 0x2319}, {0x2500, 0x25fc}, {0x2800, 0x28ff}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* Copies one character to out (5 bytes), or '?' if it must not be shown. Returns the number of bytes of s used. */
static size_t character_take(const char *s, bool utf8, char out[5])
{
    uint32_t point = (unsigned char)*s;
    size_t n = point < 0x80 ? 1 : printable_decode(s, strlen(s), &point);
    memset(out, 0, 5);
    if (n == 0 || !one_column(point) || (n > 1 && !utf8)) {
        out[0] = '?';
        return n > 0 ? n : 1;
    }
    memcpy(out, s, n);
    return n;
}

int canvas_put(struct canvas *c, int row, int col, struct style style, const char *text)
{
    for (; *text != '\0'; col++) {
        struct glyph g = {.style = style}, *at = canvas_at(c, row, col);
        text += character_take(text, c->utf8, g.text);
        if (at != NULL) {
            *at = g;
        }
    }
    return col;
}

int canvas_width(const char *text)
{
    int width = 0;
    char skip[5];
    for (; *text != '\0'; width++) {
        text += character_take(text, true, skip);
    }
    return width;
}

int canvas_put_cut(struct canvas *c, int row, int col, int width, struct style style, const char *text)
{
    int have = canvas_width(text), end = col + width;
    if (width <= 0) {
        return col;
    }
    if (have <= width) {
        int next = canvas_put(c, row, col, style, text);
        return canvas_fill(c, row, next, end - next, style, " ");
    }
    char one[5];
    for (; col < end - 1; col++) {
        text += character_take(text, c->utf8, one);
        canvas_put(c, row, col, style, one);
    }
    return canvas_put(c, row, col, style, c->utf8 ? "\u2026" : ">");
}

/* How many bytes of text fit into width columns without breaking a word (a longer word is broken). */
static size_t line_bytes(const char *text, int width)
{
    size_t at = 0, blank = 0;
    char skip[5];
    for (int col = 0; text[at] != '\0'; col++) {
        if (text[at] == ' ') {
            blank = at;
        }
        if (col == width) {
            return blank > 0 ? blank : at;
        }
        at += character_take(text + at, true, skip);
    }
    return at;
}

int canvas_put_wrapped(struct canvas *c, int row, int col, int width, int rows, struct style style, const char *text)
{
    int line = 0;
    for (; *text != '\0' && line < rows && width > 0; line++) {
        size_t n = line_bytes(text, width);
        char part[512];
        if (line == rows - 1 || n >= sizeof part) {
            canvas_put_cut(c, row + line, col, width, style, text);
            return line + 1;
        }
        memcpy(part, text, n);
        part[n] = '\0';
        canvas_put(c, row + line, col, style, part);
        for (text += n; *text == ' '; text++) {
        }
    }
    return line;
}

int canvas_printf(struct canvas *c, int row, int col, struct style style, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return canvas_put(c, row, col, style, text);
}

int canvas_fill(struct canvas *c, int row, int col, int n, struct style style, const char *text)
{
    struct glyph g = {.style = style};
    int end = n > 0 ? col + n : col;
    character_take(text, c->utf8, g.text);
    for (; col < end; col++) {
        struct glyph *at = canvas_at(c, row, col);
        if (at != NULL) {
            *at = g;
        }
    }
    return end;
}

static bool style_equal(struct style a, struct style b)
{
    return a.colour == b.colour && a.attr == b.attr;
}

/* The columns up to the last visible character. */
static int row_length(const struct canvas *c, int row)
{
    const struct glyph *g = &c->glyphs[(size_t)row * (size_t)c->cols];
    int n = c->cols;
    while (n > 0 && strcmp(g[n - 1].text, " ") == 0 && (g[n - 1].style.attr & STYLE_REVERSE) == 0) {
        n--;
    }
    return n;
}

void canvas_text(const struct canvas *c, FILE *out)
{
    for (int row = 0; row < c->rows; row++) {
        for (int col = 0; col < row_length(c, row); col++) {
            fputs(c->glyphs[row * c->cols + col].text, out);
        }
        fputc('\n', out);
    }
}

static void sgr(struct style style, FILE *out)
{
    const char *between = "";
    fputs("\033[", out);
    if ((style.attr & STYLE_BOLD) != 0) {
        fputs("1", out);
        between = ";";
    }
    if ((style.attr & STYLE_DIM) != 0) {
        fprintf(out, "%s2", between);
        between = ";";
    }
    if ((style.attr & STYLE_REVERSE) != 0) {
        fprintf(out, "%s7", between);
        between = ";";
    }
    if (style.colour >= 0) {
        fprintf(out, "%s%d", between, 30 + style.colour);
    }
    fputs("m", out);
}

void canvas_ansi(const struct canvas *c, FILE *out)
{
    for (int row = 0; row < c->rows; row++) {
        struct style now = STYLE_PLAIN;
        for (int col = 0; col < row_length(c, row); col++) {
            const struct glyph *g = &c->glyphs[row * c->cols + col];
            if (!style_equal(g->style, now)) {
                if (!style_equal(now, STYLE_PLAIN)) {
                    fputs("\033[0m", out);
                }
                if (!style_equal(g->style, STYLE_PLAIN)) {
                    sgr(g->style, out);
                }
                now = g->style;
            }
            fputs(g->text, out);
        }
        if (!style_equal(now, STYLE_PLAIN)) {
            fputs("\033[0m", out);
        }
        fputc('\n', out);
    }
}
