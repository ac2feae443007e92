/* Probe bytes: writes values at their fields, and compares two sets of bytes field by field. Draws nothing. */
#ifndef SHMLAB_PROBE_BYTES_H
#define SHMLAB_PROBE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "layout/layout.h"

/* The bytes of a file, or a copy of a segment. */
struct probe_bytes {
    uint8_t *data; /* owned; NULL if size is 0 */
    size_t size;
};

/* Reads all of a file, "-" for standard input. 0 or -errno with *b empty. */
int probe_bytes_read(const char *path, struct probe_bytes *b);
void probe_bytes_free(struct probe_bytes *b);

/* Writes the value of "FIELD=VALUE" at the field: a number, a character, hex digits (kind bytes), numbers separated by
 * commas for an array, or a text, of which only the characters and the NUL are written. 0; -ENOENT: no such field;
 * -EINVAL: no such value; -ERANGE: it does not fit the field or the bytes. */
int probe_pack(const struct layout *l, struct probe_bytes *b, const char *assignment);

/* What to compare. before: the bytes before the program ran; may be empty. */
struct probe_compared {
    const struct layout *layout;
    const struct probe_bytes *expected, *actual, *before;
};

/* Writes a line for each field, run of padding and run of free bytes that differs: the lines of DIFFERS in
 * docs/lesson-format.md. Texts are equal if they are equal up to the NUL. Returns how many fields and free runs differ.
 * Padding has lines, but is not counted, because C does not say what a program leaves in it. */
size_t probe_compare(const struct probe_compared *c, FILE *out);

/* Copies to *expected the bytes of actual that don't matter: padding, and the bytes after a text's NUL if the text is
 * right. So a picture marks only what matters. */
void probe_forgive(const struct probe_compared *c, struct probe_bytes *expected);

#endif
