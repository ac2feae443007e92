/* Probe bytes: values at their fields, and two sets of bytes compared field by field. Draws nothing. */
#ifndef SHMLAB_PROBE_BYTES_H
#define SHMLAB_PROBE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "layout/layout.h"

/* The bytes of a file, or of a segment's copy. */
struct probe_bytes {
    uint8_t *data; /* owned; NULL where size is 0 */
    size_t size;
};

/* Reads all of a file, "-" for standard input. 0 or -errno with *b empty. */
int probe_bytes_read(const char *path, struct probe_bytes *b);
void probe_bytes_free(struct probe_bytes *b);

/* Puts the value of "FIELD=VALUE" where the layout says: a number, a character, hex digits (kind bytes), several with
 * commas for an array of numbers, or a text, of which all characters and its NUL are written and no more. 0; -ENOENT: no
 * such field; -EINVAL: no such value; -ERANGE: it does not fit the field or the bytes. */
int probe_pack(const struct layout *l, struct probe_bytes *b, const char *assignment);

/* What compare is given. before may be empty: what stood there before. */
struct probe_compared {
    const struct layout *layout;
    const struct probe_bytes *expected, *actual, *before;
};

/* Writes a line for each field, run of padding and run of free bytes that differs, as docs/lesson-format.md says of
 * DIFFERS. A text is the same where it is so up to its NUL. Returns how many fields and free runs differ: padding is
 * told, and not counted, as C leaves it open what becomes of it. */
size_t probe_compare(const struct probe_compared *c, FILE *out);

/* Makes those bytes of *expected that nobody asks for like those of actual: padding, and what is behind a text's NUL
 * where the text is right. So a picture marks what matters. */
void probe_forgive(const struct probe_compared *c, struct probe_bytes *expected);

#endif
