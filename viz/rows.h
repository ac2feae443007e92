/* Rows: cells -> the lines of the hex grid on a canvas: offset, hex with signs between, characters.
 *
 *   0000═ 50 49 20 69 73 20 64 65  66 69 6e 65 64 20 61 73  PI is defined as
 *   0010  3a 20 00░00│16 00 00 00│2f░00░00░00│07 00 00 00  : .·....
 *
 * The sign after the offset says that a cache line (64 bytes) or a page (4096) starts with the row.
 * Each byte takes three columns: the sign before it (a field's edge, padding's hatch, a mark) and two hex digits. */
#ifndef SHMLAB_ROWS_H
#define SHMLAB_ROWS_H

#include "theme.h"

struct rows_shape {
    int width;       /* bytes a row: a power of 2 */
    int digits;      /* of the offset column */
    bool characters; /* the column of characters stands at the right */
};

/* Columns that such a row takes. */
int rows_columns(const struct rows_shape *shape);

/* The shape that fits into cols columns for a segment of segment_size bytes. want: bytes a row that the person asked
 * for, or 0; a wish that doesn't fit is halved until it does. Up to max_width bytes a row otherwise. */
struct rows_shape rows_fit(int cols, int want, int max_width, size_t segment_size);

/* The line over the grid: which column is which byte. cursor: offset or SIZE_MAX; its column is shown stronger. */
void rows_header(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                 size_t cursor);

/* Draws `count` cells (the first one's offset is `first`, a multiple of shape->width) as lines from row, col on. */
void rows_draw(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape, size_t first,
               const struct grid_cell *cells, size_t count);

/* Draws a line that stands for the rows of zeros [offset, end): "0050  … 58 rows of 00, up to 0x03ef". selected: the
 * cursor is in it; more: nobody looked yet whether more zeros follow. */
void rows_draw_zeros(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                     size_t offset, size_t end, bool selected, bool more);

/* The column of byte number i of a row, from the grid's left edge: of its first hex digit, or of its character. */
int rows_hex_column(const struct rows_shape *shape, int i);
int rows_character_column(const struct rows_shape *shape, int i);

/* The byte of a row that is shown at column x, counted from the grid's left edge; -1: none. */
int rows_byte_at(const struct rows_shape *shape, int x);

#endif
