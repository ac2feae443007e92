/* Rows: draws cells as the lines of the hex grid: offset, hex with signs between, characters.
 *
 *   0000═ 50 49 20 69 73 20 64 65  66 69 6e 65 64 20 61 73  PI is defined as
 *   0010  3a 20 00░00│16 00 00 00│2f░00░00░00│07 00 00 00  : .·....
 *
 * The sign after the offset shows that a cache line (64 bytes) or a page (4096) starts in this row. Each byte takes
 * three columns: a sign before it (a field's edge, hatching for padding, a mark) and two hex digits. */
#ifndef SHMLAB_ROWS_H
#define SHMLAB_ROWS_H

#include "theme.h"

#define ROWS_WIDTH_MAX 64 /* bytes per row */

struct rows_shape {
    int width;       /* bytes per row: a power of 2 */
    int digits;      /* in the offset column */
    bool characters; /* there is a column of characters at the right */
};

/* The columns that a row takes. */
int rows_columns(const struct rows_shape *shape);

/* The shape that fits into cols columns for a segment of segment_size bytes. want: bytes per row that the user asked
 * for, halved until they fit; 0: as many as fit, max_width at most. */
struct rows_shape rows_fit(int cols, int want, int max_width, size_t segment_size);

/* Draws the header: which column is which byte. cursor: offset or SIZE_MAX; its column is emphasised. */
void rows_header(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                 size_t cursor);

/* Draws `count` cells as lines, from row, col on. `first` is the first cell's offset, a multiple of shape->width. */
void rows_draw(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape, size_t first,
               const struct grid_cell *cells, size_t count);

/* Draws one line in place of the zero rows [offset, end): "0050  … 58 rows of 00, up to 0x03ef". selected: the cursor
 * is in it; more: it is not yet known whether more zeros follow. */
void rows_draw_zeros(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                     size_t offset, size_t end, bool selected, bool more);

/* Draws, below a line drawn by rows_draw, the expected byte under each that differs. offset: of its first cell. */
void rows_draw_wanted(struct canvas *c, int row, int col, const struct theme *t, const struct rows_shape *shape,
                      const struct grid_input *in, size_t offset, const struct grid_cell *line, size_t count);

/* The column of byte i of a row (its first hex digit, or its character), from the grid's left edge. */
int rows_hex_column(const struct rows_shape *shape, int i);
int rows_character_column(const struct rows_shape *shape, int i);

/* The byte of a row at column x from the grid's left edge; -1: none. */
int rows_byte_at(const struct rows_shape *shape, int x);

#endif
