/* Svg rows: draws cells as the lines of the hex grid in SVG. The columns are those of rows.h, SVG_COLUMN px each.
 *
 * A field is a tinted box with a bar at its start and its name above; a box that continues in the next line is open.
 * Padding is hatched in its field's colour. Adjacent cells with the same properties form a group
 *   <g class="run" data-offset="20" data-size="4" data-role="field" data-field="num" data-marks="differs">
 * with their bytes as text; the attributes match --render json. */
#ifndef SHMLAB_SVG_ROWS_H
#define SHMLAB_SVG_ROWS_H

#include "grid.h"
#include "legend.h"
#include "rows.h"
#include "svg.h"

enum svg_rows_names {
    SVG_NAMES,      /* above the rows in which fields start */
    SVG_NAMES_ROOM, /* not drawn, but the rows are where they would be with names */
    SVG_NAMES_NONE
};

struct svg_rows {
    struct svg *svg;
    const struct grid_input *grid; /* what the cells were made from */
    const struct theme *theme;     /* for its signs */
    struct rows_shape shape;
    int x; /* left edge, px */
    const struct grid_cell *cells;
    size_t first, count; /* offset of cells[0], a multiple of shape.width; number of cells */
    enum svg_rows_names names;
    bool all_rows;                   /* rows of zeros don't share a line */
    const struct grid_cell *folding; /* `count` cells: where rows of zeros share a line; NULL: as in `cells` */
    unsigned topic; /* the mark that this picture is about: its sign comes first, another one below it; 0: none */
};

/* Draws all rows from y on; runs of zero rows in the same field (or in none) share a line. Returns the y below them. */
int svg_rows_draw(const struct svg_rows *r, int y);

/* Draws the header: which column is which byte. */
void svg_rows_header(const struct svg_rows *r, int y);

/* A path that is too long keeps its end, from a dot or an index on: ".num" says more than "message.n". */
const char *svg_rows_path_end(const char *path, int columns);

/* Draws a legend in lines of `width` px from y on. Returns the y below them; without signs the same y. */
int svg_rows_legend(const struct svg_rows *r, int y, int width, const struct legend_sign *signs, size_t count);

#define SVG_CELL_WIDTH (3 * SVG_COLUMN)
#define SVG_CELL_HEIGHT 20

#endif
