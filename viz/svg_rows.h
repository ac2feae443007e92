/* Svg rows: cells -> the lines of the hex grid in an SVG picture. The columns are those of rows.h, SVG_COLUMN px each.
 *
 * A field is a tinted box with a bar at its start and its name above; where it goes on in the next line, the box is
 * open. Padding is hatched in the hue of the field that made it. Each run of cells of which the same is true is a
 * group
 *   <g class="run" data-offset="20" data-size="4" data-role="field" data-field="num" data-marks="differs">
 * with the bytes in it as text: what --render json says of the same cells. */
#ifndef SHMLAB_SVG_ROWS_H
#define SHMLAB_SVG_ROWS_H

#include "grid.h"
#include "rows.h"
#include "svg.h"

struct svg_rows {
    struct svg *svg;
    const struct grid_input *grid; /* of which the cells are */
    const struct theme *theme;     /* for its signs */
    struct rows_shape shape;
    int x; /* left edge, px */
    const struct grid_cell *cells;
    size_t first, count; /* offset of cells[0], a multiple of shape.width; how many there are */
};

/* Draws all rows from y on, runs of rows that are all zero and of one field (or none) as one line. Returns the y under
 * them. */
int svg_rows_draw(const struct svg_rows *r, int y);

/* The line over the rows: which column is which byte. */
void svg_rows_header(const struct svg_rows *r, int y);

/* One cell for a legend: its left edge at x, its top at y. */
void svg_rows_sample(const struct svg_rows *r, int x, int y, const struct grid_cell *cell);
#define SVG_CELL_WIDTH (3 * SVG_COLUMN)
#define SVG_CELL_HEIGHT 20

#endif
