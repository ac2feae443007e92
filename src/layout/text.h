/* Layout text: reads and writes .layout files. docs/layout-format.md describes the format.
 *
 *   shmlab layout 1
 *   struct message {
 *       char[19] intro
 *       int num
 *   }
 *
 * layout_text_read restores exactly the layout that layout_text_write has written. */
#ifndef SHMLAB_LAYOUT_TEXT_H
#define SHMLAB_LAYOUT_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "layout.h"
#include "layout_error.h"

#define LAYOUT_TEXT_MAX ((size_t)16 << 20) /* the largest .layout file, in bytes */

/* Reads `length` bytes of text into *out, which layout_free frees. Returns 0; -EINVAL for an error in the text; -E2BIG
 * if it is too long, nested too deeply or has too many fields; -ENOMEM. On failure *out is empty, and *error (unless
 * NULL) has the message and the line. */
int layout_text_read(const char *text, size_t length, struct layout *out, struct layout_error *error);

/* The same for a file. Also returns the errors of open and read. */
int layout_text_load(const char *path, struct layout *out, struct layout_error *error);

/* Writes a finished layout as a .layout file. Returns 0 or -EIO. */
int layout_text_write(const struct layout *layout, FILE *out);

#endif
