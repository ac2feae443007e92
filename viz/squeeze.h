/* Squeeze: which rows of the grid get their own line, and which runs of zero rows share one. Pure.
 *
 *   struct squeeze s = {...}; squeeze_line(&s, offset) -> squeeze_next, squeeze_previous
 *
 * A row is squeezed if all its bytes are known to be 0, none is to be kept visible (such as one that has just changed),
 * and the same is true of a row beside it. Unknown bytes are never squeezed. Offsets are bytes from the segment's
 * start. */
#ifndef SHMLAB_SQUEEZE_H
#define SHMLAB_SQUEEZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct squeeze {
    bool on;              /* false: each row has its own line */
    size_t size;          /* of the segment */
    size_t width;         /* bytes per row */
    size_t base, count;   /* the known bytes: [base, base + count) */
    const uint8_t *bytes; /* `count` bytes */
    const uint8_t *keep;  /* one per known byte: nonzero keeps its row visible; NULL: none */
};

struct squeeze_line {
    size_t offset; /* of its first row: a multiple of the width */
    size_t rows;   /* 1: a row on its own; more: that many rows of zeros */
};

/* The line that holds offset, which must be inside the segment. */
struct squeeze_line squeeze_line(const struct squeeze *s, size_t offset);

/* The next (previous) line; false: there is none, and *line is untouched. */
bool squeeze_next(const struct squeeze *s, struct squeeze_line *line);
bool squeeze_previous(const struct squeeze *s, struct squeeze_line *line);

/* Moves by `steps` lines (back if negative), stopping at the last (first) line. Returns the number of steps made. */
size_t squeeze_walk(const struct squeeze *s, struct squeeze_line *line, ptrdiff_t steps);

/* The offset of the first of `rows` lines to show: as near to `top` as possible with the cursor's line visible, and no
 * line empty while there are known ones above. */
size_t squeeze_top(const struct squeeze *s, size_t top, size_t cursor, size_t rows);

/* Is the row at offset known? */
bool squeeze_known(const struct squeeze *s, size_t offset);

#endif
