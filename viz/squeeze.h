/* Squeeze: which rows of the grid are drawn as lines of their own, and which runs of zero rows share one line. Pure.
 *
 *   struct squeeze s = {...}; squeeze_line(&s, offset) -> squeeze_next, squeeze_previous
 *
 * A row is squeezed where all its bytes are known and 0, none of them is to be kept in sight (it changed just now), and
 * the row beside it is such a one too. What isn't known is never squeezed. Offsets are bytes from the segment's
 * start. */
#ifndef SHMLAB_SQUEEZE_H
#define SHMLAB_SQUEEZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct squeeze {
    bool on;              /* false: each row is a line */
    size_t size;          /* of the segment */
    size_t width;         /* bytes a row */
    size_t base, count;   /* bytes [base, base + count) are known */
    const uint8_t *bytes; /* these */
    const uint8_t *keep;  /* one for each of them: not 0: its row stays in sight; NULL: none */
};

struct squeeze_line {
    size_t offset; /* of its first row: a multiple of the width */
    size_t rows;   /* 1: the row itself; more: so many rows of zeros */
};

/* The line with the byte at offset, which is one of the segment's. */
struct squeeze_line squeeze_line(const struct squeeze *s, size_t offset);

/* The line after (before) this one; false and *line as it was where there is none. */
bool squeeze_next(const struct squeeze *s, struct squeeze_line *line);
bool squeeze_previous(const struct squeeze *s, struct squeeze_line *line);

/* The line `steps` lines on (below 0: back), or the last (first) one there is. Returns how many steps were made. */
size_t squeeze_walk(const struct squeeze *s, struct squeeze_line *line, ptrdiff_t steps);

/* The offset of the first line to show, of `rows` lines: at or near `top`, so that the line with the cursor is one of
 * them and no line stays empty while there are known ones above. */
size_t squeeze_top(const struct squeeze *s, size_t top, size_t cursor, size_t rows);

/* true where the row at offset is known. */
bool squeeze_known(const struct squeeze *s, size_t offset);

#endif
