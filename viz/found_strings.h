/* Found strings: where words stand among the bytes that the model holds, for segments without a layout. The rule is grid.h's:
 * GRID_TEXT_RUN printable ASCII characters or more side by side, not only blanks. */
#ifndef SHMLAB_FOUND_STRINGS_H
#define SHMLAB_FOUND_STRINGS_H

#include "viewer/model.h"

struct text_run {
    size_t offset, size; /* in the segment; cut where the model's window ends */
};

/* The first run that starts at `from` or behind it. false: none in the window. */
bool found_strings_next(const struct model *m, size_t from, struct text_run *run);

/* The last run that starts before `end`. false: none in the window. */
bool found_strings_previous(const struct model *m, size_t end, struct text_run *run);

/* The run that stands first in a list of so many rows, so that what the grid shows is in it, and no row stays empty as
 * long as there are runs above. total: how many runs the window has; index: how many stand above the list. */
bool found_strings_top(const struct model *m, size_t rows, struct text_run *run, size_t *total, size_t *index);

#endif
