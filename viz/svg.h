/* Svg: writes SVG shapes and text: background, colours, hatches, text. Knows nothing of cells.
 *
 *   svg_begin -> svg_rect, svg_text, ... -> svg_end writes the picture -> svg_free
 *
 * Coordinates are whole pixels with y downwards: numbers with a decimal point would get a comma in many locales. All
 * text becomes well-formed XML 1.0 in UTF-8 without control characters.
 *
 * The colours 1 to 7 are the canvas's (ANSI), in shades that can be told apart by the colour-blind and in grayscale.
 * The background is light by default and in print; a dark screen gets the dark shades (prefers-color-scheme). */
#ifndef SHMLAB_SVG_H
#define SHMLAB_SVG_H

#include <stdbool.h>
#include <stdio.h>

enum svg_ground {
    SVG_AUTO, /* light, or dark if the reader's screen is */
    SVG_LIGHT,
    SVG_DARK
};

#define SVG_COLUMN 8 /* px: width of a character of normal size */
#define SVG_SMALL 7  /* of class "s" */
#define SVG_TINY 6   /* of class "l" */

struct svg {
    FILE *out; /* collects the body until its size is known */
    char *body;
    size_t body_size;
    int width, height; /* px: grow with what is drawn */
    unsigned hatches;  /* bit `colour`: the hatch leaning right is used; bit 8 + colour: the one leaning left */
};

/* Starts a picture. 0 or -ENOMEM. */
int svg_begin(struct svg *s);

/* Writes the picture to out. title and about are for screen readers. 0 or -ENOMEM. */
int svg_end(struct svg *s, enum svg_ground ground, const char *title, const char *about, FILE *out);
void svg_free(struct svg *s);

/* Writes the same colours as a style sheet's variables, for a page around pictures: --ground, --ink, --pale, --zero,
 * --tint1 to --tint7, --full1 to --full7. */
void svg_variables(enum svg_ground ground, FILE *out);

/* Draws a rectangle with CSS classes: "f1" to "f7" filled with a colour's tint, "r1" to "r7" with its full shade. */
void svg_rect(struct svg *s, int x, int y, int width, int height, const char *classes);

/* Draws a hatched rectangle. */
void svg_hatch(struct svg *s, int x, int y, int width, int height, unsigned colour, bool left);

/* Draws a line from x, y to x2, y2: "o1" to "o7" in a colour's full shade, "w" pale, "wt" text colour, "a" thick, "u"
 * dotted. */
void svg_line(struct svg *s, int x, int y, int x2, int y2, const char *classes);

/* Draws text with its baseline starting at x, y: "k1" to "k7" in a colour's full shade, "t" text colour, "d" pale, "i"
 * the background's colour, "y" weaker, "b" bold, "s" small, "l" tiny, "m" centred at x, "e" ending at x, "h" with a
 * halo over a hatch. columns: the most characters, longer text ends in an ellipsis; 0: no limit. */
void svg_text(struct svg *s, int x, int y, const char *classes, int columns, const char *text);

/* Draws text in lines of `columns` characters, broken at blanks, `step` px apart. Returns the y below them. */
int svg_text_wrapped(struct svg *s, int x, int y, int step, const char *classes, int columns, const char *text);

/* Writes text escaped for XML, as content or as an attribute value in double quotes. */
void svg_escaped(FILE *out, const char *text);

/* The number of characters in text; each invalid byte counts as one. */
int svg_columns(const char *text);

#endif
