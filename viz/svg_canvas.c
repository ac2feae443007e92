/* Svg canvas: see svg_canvas.h. Lines, blocks, hatches and Braille dots become shapes, so that they join up in any
 * font. */
#include "svg_canvas.h"

#include <stdlib.h>
#include <string.h>

#include "printable.h"

#define CELL_WIDTH SVG_COLUMN
#define CELL_HEIGHT 17
#define BASE 13 /* px from the cell's top to the baseline */
#define MARGIN 8
#define RUN_MAX 64 /* characters in a piece of text, which starts at its exact place: fonts differ in width */

static bool style_equal(struct style a, struct style b)
{
    return a.colour == b.colour && a.attr == b.attr;
}

static unsigned colour_of(struct style s)
{
    return s.colour >= 1 && s.colour <= 6 ? (unsigned)s.colour : 7;
}

static bool has(struct style s, enum style_attr attr)
{
    return (s.attr & attr) != 0;
}

/* The CSS classes for a style. letter: the kind of class: 'k' text, 'r' filled shape, 'o' line. */
static void style_class(struct style s, char letter, char *out, size_t size)
{
    if (has(s, STYLE_REVERSE)) {
        snprintf(out, size, "%s", letter == 'k' ? "i" : letter == 'r' ? "i" : "io");
    } else if (has(s, STYLE_DIM) && colour_of(s) == 7) {
        snprintf(out, size, "%s", letter == 'o' ? "w" : "d");
    } else if (colour_of(s) == 7) {
        snprintf(out, size, "%s", letter == 'o' ? "wt" : "t");
    } else {
        snprintf(out, size, "%c%u%s", letter, colour_of(s), has(s, STYLE_DIM) ? " y" : "");
    }
}

/* The background of a reversed cell. */
static void ground(struct svg *svg, int x, int y, int width, struct style s)
{
    char classes[8] = "t";
    if (colour_of(s) != 7) {
        snprintf(classes, sizeof classes, "r%u", colour_of(s));
    }
    svg_rect(svg, x, y, width, CELL_HEIGHT, classes);
}

/* The arms of a line-drawing character: left, right, up, down; 0: it is another character. */
static unsigned arms(uint32_t point)
{
    static const struct {
        uint32_t point;
        unsigned arms;
    } lines[] = {{0x2500, 3},  {0x2502, 12}, {0x250a, 12}, {0x252c, 11}, {0x251c, 14}, {0x2534, 7},
                 {0x2524, 13}, {0x253c, 15}, {0x250c, 10}, {0x2510, 9},  {0x2514, 6},  {0x2518, 5}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].point == point) {
            return lines[i].arms;
        }
    }
    return 0;
}

static void line_shape(struct svg *svg, int x, int y, uint32_t point, const char *classes)
{
    unsigned a = arms(point);
    int middle = x + CELL_WIDTH / 2, half = y + CELL_HEIGHT / 2;
    char all[24];
    snprintf(all, sizeof all, "%s%s", point == 0x250a ? "u " : "", classes);
    if ((a & 3) != 0) {
        svg_line(svg, (a & 1) != 0 ? x : middle, half, (a & 2) != 0 ? x + CELL_WIDTH : middle, half, all);
    }
    if ((a & 12) != 0) {
        svg_line(svg, middle, (a & 4) != 0 ? y : half, middle, (a & 8) != 0 ? y + CELL_HEIGHT : half, all);
    }
}

/* Bits 0 to 2 and 6 are the left column from the top, 3 to 5 and 7 the right one (Unicode, "Braille Patterns"). */
static void braille_shape(struct svg *svg, int x, int y, unsigned dots, const char *classes)
{
    for (int i = 0; i < 8; i++) {
        int column = i < 6 ? i / 3 : i - 6, row = i < 6 ? i % 3 : 3;
        if ((dots >> i & 1) != 0) {
            svg_rect(svg, x + 1 + 4 * column, y + 1 + 4 * row, 2, 2, classes);
        }
    }
}

/* The code point of a character drawn as a shape; 0: a letter or a blank. */
static uint32_t shape_of(const struct glyph *g)
{
    uint32_t point;
    if (printable_decode(g->text, strlen(g->text), &point) == 0) {
        return 0;
    }
    bool shaped =
        arms(point) != 0 || point == 0x2591 || point == 0x25a0 || point == 0xb7 || (point >= 0x2800 && point <= 0x28ff);
    return shaped ? point : 0;
}

static void shape(struct svg *svg, int x, int y, const struct glyph *g)
{
    uint32_t point = shape_of(g);
    char fill[16], stroke[16];
    style_class(g->style, 'r', fill, sizeof fill);
    style_class(g->style, 'o', stroke, sizeof stroke);
    if (arms(point) != 0) {
        line_shape(svg, x, y, point, stroke);
    } else if (point == 0x2591) {
        svg_hatch(svg, x + 1, y + 2, CELL_WIDTH - 2, CELL_HEIGHT - 4, colour_of(g->style), false);
    } else if (point == 0x25a0) {
        svg_rect(svg, x + 1, y + 5, CELL_WIDTH - 2, CELL_WIDTH - 2, fill);
    } else if (point == 0xb7) {
        svg_rect(svg, x + 3, y + CELL_HEIGHT / 2, 2, 2, fill);
    } else if (point != 0) {
        braille_shape(svg, x, y, point - 0x2800, fill);
    }
}

static bool is_letter(const struct glyph *g)
{
    return shape_of(g) == 0 && strcmp(g->text, " ") != 0;
}

/* The number of characters from here on that are letters of one style, with single blanks among them. */
static int letters(const struct glyph *g, int most)
{
    int n = 0, end = 0;
    for (; n < most && n < RUN_MAX && style_equal(g[n].style, g[0].style) && n < end + 2; n++) {
        if (is_letter(&g[n])) {
            end = n + 1;
        } else if (shape_of(&g[n]) != 0) {
            break;
        }
    }
    return end;
}

static void text_run(struct svg *svg, int x, int y, const struct glyph *g, int n)
{
    char text[RUN_MAX * 4 + 1] = "", classes[24], all[32];
    for (int i = 0; i < n; i++) {
        strcat(text, g[i].text);
    }
    style_class(g->style, 'k', classes, sizeof classes);
    snprintf(all, sizeof all, "%s%s", has(g->style, STYLE_BOLD) ? "b " : "", classes);
    svg_text(svg, x, y + BASE, all, 0, text);
}

static void row_draw(struct svg *svg, const struct canvas *c, int row)
{
    const struct glyph *g = &c->glyphs[(size_t)row * (size_t)c->cols];
    int y = MARGIN + CELL_HEIGHT * row;
    for (int col = 0; col < c->cols;) { /* backgrounds first: letters may be wider than their cell */
        int end = col + 1;
        while (end < c->cols && style_equal(g[end].style, g[col].style)) {
            end++;
        }
        if (has(g[col].style, STYLE_REVERSE)) {
            ground(svg, MARGIN + CELL_WIDTH * col, y, CELL_WIDTH * (end - col), g[col].style);
        }
        col = end;
    }
    for (int col = 0; col < c->cols;) {
        int x = MARGIN + CELL_WIDTH * col, n = is_letter(&g[col]) ? letters(&g[col], c->cols - col) : 0;
        if (n > 0) {
            text_run(svg, x, y, &g[col], n);
        } else if (strcmp(g[col].text, " ") != 0) {
            shape(svg, x, y, &g[col]);
        }
        col += n > 0 ? n : 1;
    }
}

int svg_canvas(FILE *out, const struct canvas *c, enum svg_ground ground_wanted, const char *title, const char *about)
{
    struct svg svg;
    int rc = svg_begin(&svg);
    if (rc < 0) {
        return rc;
    }
    for (int row = 0; row < c->rows; row++) {
        row_draw(&svg, c, row);
    }
    svg.width = 2 * MARGIN + CELL_WIDTH * c->cols;
    svg.height = 2 * MARGIN + CELL_HEIGHT * c->rows;
    rc = svg_end(&svg, ground_wanted, title, about, out);
    svg_free(&svg);
    return rc;
}
