/* JSON picture: the fields and the cells of a picture as JSON, in the form of docs/json.md. */
#ifndef SHMLAB_JSON_PICTURE_H
#define SHMLAB_JSON_PICTURE_H

#include <stdio.h>

#include "grid.h"

#define JSON_VALUE_MAX 8192 /* characters of a field's value, with a NUL: more than VALUE_TEXT_MAX escapes */

/* The bytes [first, first + count) of the segment as hex digits, as far as they can be read. */
void json_bytes(const struct grid_input *in, size_t first, size_t count, FILE *out);

/* An array with the fields [from, to) of the layout and their values. */
void json_fields(const struct grid_input *in, size_t from, size_t to, FILE *out);

/* An array with the runs of `count` cells. first: the offset of cells[0] in the segment. */
void json_cells(const struct layout *layout, size_t first, const struct grid_cell *cells, size_t count, FILE *out);

#endif
