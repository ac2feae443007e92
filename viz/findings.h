/* Findings: what is wrong or worth a look in a picture, as sentences: fields that overlap, are misaligned or lie past
 * the segment's end, and padding that isn't zero. */
#ifndef SHMLAB_FINDINGS_H
#define SHMLAB_FINDINGS_H

#include "grid.h"

#define FINDINGS_MAX 16

struct finding {
    const char *kind; /* one word, as in JSON: "overlap", "misaligned", "past-end", "stale" */
    size_t offset;    /* where to look */
    char text[200];   /* one sentence, printable */
};

/* Writes at most FINDINGS_MAX of those of the whole segment to out and returns how many it wrote; *more: how many there
 * are besides. */
size_t findings_list(const struct grid_input *in, struct finding out[FINDINGS_MAX], size_t *more);

#endif
