/* Canvas: a rectangle of styled characters that pure code draws into; a renderer or curses then shows it.
 *
 *   canvas_init -> canvas_clear, canvas_put ... -> canvas_text / canvas_ansi / the screen -> canvas_free
 *
 * It never holds a control character, and each character takes one column: anything that is not printable, is wide or
 * combines becomes '?'. Text outside the canvas is cut off. */
#ifndef SHMLAB_CANVAS_H
#define SHMLAB_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum style_attr { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_REVERSE = 4 };

/* Only what every terminal and gdb's TUI window can show: the 8 basic colours and three attributes. */
struct style {
    int8_t colour; /* 0 to 7 as in ANSI: black red green yellow blue magenta cyan white; -1: the terminal's default */
    uint8_t attr;  /* bits of enum style_attr */
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
    bool utf8; /* may hold characters outside ASCII */
};

/* Makes a blank canvas. 0 or -ENOMEM. The caller frees it. */
int canvas_init(struct canvas *c, int rows, int cols, bool utf8);
void canvas_free(struct canvas *c);

void canvas_clear(struct canvas *c);

/* Puts text (UTF-8 if c->utf8) at row, col. Returns the column after it. */
int canvas_put(struct canvas *c, int row, int col, struct style style, const char *text);

/* Puts text into exactly `width` columns, padded with blanks; text that is too long ends in an ellipsis ('>' in
 * ASCII). */
int canvas_put_cut(struct canvas *c, int row, int col, int width, struct style style, const char *text);

/* Puts text into at most `rows` lines of `width` columns, breaking at blanks. Returns the number of lines used. */
int canvas_put_wrapped(struct canvas *c, int row, int col, int width, int rows, struct style style, const char *text);

/* printf, then canvas_put. */
int canvas_printf(struct canvas *c, int row, int col, struct style style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Puts a character n times in a row. */
int canvas_fill(struct canvas *c, int row, int col, int n, struct style style, const char *text);

/* The glyph at row, col; NULL if outside. */
struct glyph *canvas_at(struct canvas *c, int row, int col);

/* The columns that text takes. */
int canvas_width(const char *text);

/* Writes the canvas as lines of text without trailing blanks. */
void canvas_text(const struct canvas *c, FILE *out);

/* The same with SGR escapes. Each styled run ends with ESC[0m, so that lines can be cut and gdb's window accepts
 * them. */
void canvas_ansi(const struct canvas *c, FILE *out);

#endif
