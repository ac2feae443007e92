/* Paint: what stands on a terminal and what should stand there -> the fewest bytes that bring it about. Pure.
 *
 *   paint_init -> paint_frame ... -> paint_free
 *
 * For terminals that speak as ANSI has it (ECMA-48). The pen stays as the last frame left it: whoever gives the
 * terminal back writes its sgr0. */
#ifndef SHMLAB_PAINT_H
#define SHMLAB_PAINT_H

#include "canvas.h"

/* What the terminal understands beside ESC[r;cH, ESC[m and text. */
struct paint_terminal {
    bool colours;        /* ESC[30m to ESC[37m, ESC[39m */
    uint8_t attrs;       /* of enum style_attr: those that it has */
    uint8_t not_coloured; /* those that can't be seen together with a colour */
    bool column;         /* ESC[cG */
    bool forward;        /* ESC[nC */
    bool erase;          /* ESC[K */
    bool last_cell;      /* a character in the last cell of the last row does not scroll */
    const char *clear;   /* empties the screen and puts the cursor at its start; the caller's */
};

struct paint {
    struct paint_terminal terminal;
    struct glyph *shown; /* rows x cols; owned */
    int rows, cols;
    bool known;          /* shown is what stands there */
    const struct glyph *canvas; /* the one that was shown last, to know it by: of the same one only the rows that were
                          * touched are looked at */
    int row, col;        /* the cursor; row -1: not known */
    struct style pen;
    char *out;           /* owned */
    size_t used, room;
};

void paint_init(struct paint *p, const struct paint_terminal *t);
void paint_free(struct paint *p);

/* Nobody knows what stands on the terminal now: the next frame draws all of it. */
void paint_forget(struct paint *p);

/* The bytes that make the terminal show the canvas: they stay p's, until the next call. Takes its touched rows back. 0 or
 * -ENOMEM (then nothing is to be written). */
int paint_frame(struct paint *p, const struct canvas *c, const char **bytes, size_t *count);

#endif
