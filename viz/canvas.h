/* Canvas: a rectangle of styled characters, drawn into by pure code and shown by a renderer or by curses.
 *
 *   canvas_init -> canvas_clear, canvas_put ... -> canvas_text / canvas_ansi / the screen -> canvas_free
 *
 * Whatever is put, no control character comes out, and each character takes one column: what isn't printable, is wide
 * or combines becomes '?'. Everything outside is cut off. */
#ifndef SHMLAB_CANVAS_H
#define SHMLAB_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum style_attr { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_REVERSE = 4 };

/* Only what every terminal and gdb's TUI window can show: the 8 base colours and three attributes. */
struct style {
    int8_t colour; /* 0 to 7 as in ANSI: black red green yellow blue magenta cyan white; -1: the terminal's own */
    uint8_t attr;  /* of enum style_attr */
};
#define STYLE_PLAIN ((struct style){.colour = -1})

/* One column wide. */
struct glyph {
    char text[5]; /* UTF-8 */
    struct style style;
};

struct canvas {
    struct glyph *glyphs; /* rows x cols, row by row; owned */
    int rows, cols;
    bool utf8; /* characters outside ASCII may be put */
};

/* Makes a canvas of blanks. 0 or -ENOMEM. The caller frees it. */
int canvas_init(struct canvas *c, int rows, int cols, bool utf8);
void canvas_free(struct canvas *c);

/* Blanks everything. */
void canvas_clear(struct canvas *c);

/* Puts text (UTF-8 where c->utf8, each character one column) at row, col. Returns the column after it. */
int canvas_put(struct canvas *c, int row, int col, struct style style, const char *text);

/* Puts at most width columns of text and fills up with blanks; a text that is too long ends in an ellipsis ("..." takes
 * its place in ASCII as a single '>'). */
int canvas_put_cut(struct canvas *c, int row, int col, int width, struct style style, const char *text);

/* Puts text over at most `rows` lines of `width` columns, broken at blanks. Returns how many lines it took. */
int canvas_put_wrapped(struct canvas *c, int row, int col, int width, int rows, struct style style, const char *text);

/* printf, then canvas_put. */
int canvas_printf(struct canvas *c, int row, int col, struct style style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Puts one character n times in a row. */
int canvas_fill(struct canvas *c, int row, int col, int n, struct style style, const char *text);

/* The glyph there; NULL outside. */
struct glyph *canvas_at(struct canvas *c, int row, int col);

/* How many columns a text takes. */
int canvas_width(const char *text);

/* Writes the canvas as lines without trailing blanks. */
void canvas_text(const struct canvas *c, FILE *out);

/* The same with SGR escapes: ESC[0m ends each styled run, so that lines can be cut and gdb's window takes them. */
void canvas_ansi(const struct canvas *c, FILE *out);

#endif
