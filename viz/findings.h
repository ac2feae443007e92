/* Findings: problems in a picture, as sentences: fields that overlap, are misaligned or extend past the segment's end,
 * padding that isn't zero, and another length than expected. */
#ifndef SHMLAB_FINDINGS_H
#define SHMLAB_FINDINGS_H

#include "differences.h"
#include "grid.h"

#define FINDINGS_MAX 16

struct finding {
    const char *kind; /* one word, as in JSON: "overlap", "misaligned", "past-end", "stale", "length" */
    size_t offset;    /* where to look */
    char text[200];   /* one sentence, printable */
};

/* Writes the whole segment's findings to out, FINDINGS_MAX at most, and returns how many; *more: how many didn't
 * fit. differences: from what is expected, of which only another length is a finding here; NULL: nothing is. */
size_t findings_list(const struct grid_input *in, const struct differences *differences,
                     struct finding out[FINDINGS_MAX], size_t *more);

#endif
