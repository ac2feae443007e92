/* Found strings: where words stand among bytes, for segments without a layout. The rule is grid.h's: GRID_TEXT_RUN
 * printable ASCII characters or more side by side, not only blanks. */
#ifndef SHMLAB_FOUND_STRINGS_H
#define SHMLAB_FOUND_STRINGS_H

#include "grid.h"

struct text_run {
    size_t offset, size; /* in the segment; cut where the bytes that are known end */
};

/* The first run that starts at `from` or behind it. false: none among the bytes that are known. */
bool found_strings_next(const struct grid_input *in, size_t from, struct text_run *run);

/* The last run that starts before `end`. false: none among the bytes that are known. */
bool found_strings_previous(const struct grid_input *in, size_t end, struct text_run *run);

/* What a list of them shows. */
struct found_strings_list {
    struct text_run first; /* the run that stands first */
    size_t total;          /* how many runs there are */
    size_t above;          /* how many stand above the list */
};

/* A list of so many rows, for a grid whose first row starts at `top`: what the grid shows is in it, and no row stays
 * empty as long as there are runs above. false: there are none. */
bool found_strings_list(const struct grid_input *in, size_t top, size_t rows, struct found_strings_list *list);

#endif
