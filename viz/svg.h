/* Svg: the page that SVG pictures are drawn on: ground, colours, hatches, text. Knows nothing of cells.
 *
 *   svg_begin -> svg_rect, svg_text, ... -> svg_end writes the picture -> svg_free
 *
 * Coordinates are whole pixels, y goes down; no number is ever printed with a decimal point, which is a comma in many
 * locales. What is put as text comes out as well-formed XML 1.0 in UTF-8, without a control character.
 *
 * The colours 1 to 7 are the canvas's (ANSI), in shades that stay apart for the colour-blind and in gray. Light ground
 * is the rule and what is printed; a reader's dark screen gets the dark shades (prefers-color-scheme). */
#ifndef SHMLAB_SVG_H
#define SHMLAB_SVG_H

#include <stdbool.h>
#include <stdio.h>

enum svg_ground {
    SVG_AUTO, /* light; dark where the reader's screen is */
    SVG_LIGHT,
    SVG_DARK
};

#define SVG_COLUMN 8 /* px: what a character of the usual size takes */
#define SVG_SMALL 7  /* of class "s" */
#define SVG_TINY 6   /* of class "l" */

struct svg {
    FILE *out; /* the picture's body, before its size is known */
    char *body;
    size_t body_size;
    int width, height; /* px: grow to hold what is put */
    unsigned hatches;  /* bit colour: leaning right is used; bit 8 + colour: leaning left */
};

/* Starts a picture. 0 or -ENOMEM. */
int svg_begin(struct svg *s);

/* Writes all of it to out. title and about are for screen readers. 0 or -ENOMEM. */
int svg_end(struct svg *s, enum svg_ground ground, const char *title, const char *about, FILE *out);
void svg_free(struct svg *s);

/* A rectangle of these classes: "f1" to "f7" filled in a colour's tint, "r1" to "r7" in its full shade. */
void svg_rect(struct svg *s, int x, int y, int width, int height, const char *classes);

/* The same, hatched in a colour. */
void svg_hatch(struct svg *s, int x, int y, int width, int height, unsigned colour, bool left);

/* A line from x, y to x2, y2: "o1" to "o7" in a colour's full shade, "w" pale, "wt" ink, "a" broad, "u" dotted. */
void svg_line(struct svg *s, int x, int y, int x2, int y2, const char *classes);

/* Text whose baseline starts at x, y: "k1" to "k7" in a colour's full shade, "t" ink, "d" pale ink, "i" the ground's
 * colour, "y" weaker, "b" bold, "s" small, "l" tiny, "m" x is its middle, "e" its end, "h" with a halo over a hatch.
 * columns: no more characters than these, a text that is longer ends in an ellipsis; 0: all of it. */
void svg_text(struct svg *s, int x, int y, const char *classes, int columns, const char *text);

/* Text over several lines of `columns` characters, broken at blanks, each `step` px below the last one. Returns the y
 * under it. */
int svg_text_wrapped(struct svg *s, int x, int y, int step, const char *classes, int columns, const char *text);

/* The characters of text for XML: content, or the value of an attribute in double quotes. */
void svg_escaped(FILE *out, const char *text);

/* How many characters text has: what is no character counts as one. */
int svg_columns(const char *text);

#endif
