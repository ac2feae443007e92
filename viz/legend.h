/* Legend: the signs that are in a picture, each with an example and what it means. */
#ifndef SHMLAB_LEGEND_H
#define SHMLAB_LEGEND_H

#include "theme.h"

#define LEGEND_MAX 16

struct legend_sign {
    struct grid_cell cell; /* with that role or mark alone, drawn as the start of a field */
    const char *text;
};

/* Finds the signs of `count` cells. Returns how many there are. */
size_t legend_find(const struct grid_cell *cells, size_t count, struct legend_sign signs[LEGEND_MAX]);

#endif
