/* JSON picture: the fields and the cells of a picture as JSON, in the form of docs/json.md. */
#ifndef SHMLAB_JSON_PICTURE_H
#define SHMLAB_JSON_PICTURE_H

#include <stdio.h>

#include "grid.h"

#define JSON_VALUE_MAX 8192 /* characters of a field's value, with a NUL: more than VALUE_TEXT_MAX escapes */

/* An array with the first `most` fields and their values. */
void json_fields(const struct grid_input *in, size_t most, FILE *out);

/* An array with the runs of `count` cells, the first of which is the segment's first byte. */
void json_cells(const struct grid_input *in, const struct grid_cell *cells, size_t count, FILE *out);

#endif
