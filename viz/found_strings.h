/* Found strings: finds text among bytes, for segments without a layout. As in grid.h, text is a run of GRID_TEXT_RUN or
 * more printable ASCII characters, not all of them blanks. */
#ifndef SHMLAB_FOUND_STRINGS_H
#define SHMLAB_FOUND_STRINGS_H

#include "grid.h"

struct text_run {
    size_t offset, size; /* bytes; offset in the segment; cut at the end of the known bytes */
};

/* The first run that starts at or after `from`. false: none in the known bytes. */
bool found_strings_next(const struct grid_input *in, size_t from, struct text_run *run);

/* The last run that starts before `end`. false: none in the known bytes. */
bool found_strings_previous(const struct grid_input *in, size_t end, struct text_run *run);

/* What a list of runs shows. */
struct found_strings_list {
    struct text_run first; /* the first run listed */
    size_t total;          /* runs in all */
    size_t above;          /* runs above the first */
};

/* A list of `rows` rows for a grid whose first row starts at `top`: it includes the runs that the grid shows, and
 * leaves no row empty while there are runs above. false: there are no runs. */
bool found_strings_list(const struct grid_input *in, size_t top, size_t rows, struct found_strings_list *list);

#endif
