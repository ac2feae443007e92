/* Differences: where the bytes of a segment are not as expected. Pure.
 *
 *   struct differences d = {.expected_size = ..., .size = ...}; differences_add(&d, ...) from offset 0 on -> differences_any
 *
 * Offsets and sizes are bytes; offsets count from the segment's start. */
#ifndef SHMLAB_DIFFERENCES_H
#define SHMLAB_DIFFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIFFERENCES_MAX 64  /* runs that are kept; all are counted */
#define DIFFERENCE_BYTES 16 /* of a run, that are kept */

/* Bytes one after another that all differ. */
struct difference {
    size_t offset, size;
    uint8_t expected[DIFFERENCE_BYTES], actual[DIFFERENCE_BYTES]; /* the first ones */
};

struct differences {
    size_t expected_size, size; /* of what is expected, and of the segment */
    size_t compared;            /* bytes: fewer than both if some can't be read */
    size_t bytes;               /* how many of them differ */
    size_t run_count, run_end;  /* how many runs they make, and where the last one ends */
    struct difference runs[DIFFERENCES_MAX];
};

/* Compares the next `count` bytes, those from d->compared on. */
void differences_add(struct differences *d, const uint8_t *expected, const uint8_t *actual, size_t count);

/* Bytes that differ or are missing: expected past the end of what can be read. */
size_t differences_bytes(const struct differences *d);

/* Is anything else than expected? Another length is, too. */
bool differences_any(const struct differences *d);

#endif
