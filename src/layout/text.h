/* Layout text: the .layout file <-> a layout. docs/layout-format.md describes the format for people.
 *
 *   shmlab layout 1
 *   struct message {
 *       char[19] intro
 *       int num
 *   }
 *
 * Whatever layout_text_write writes, layout_text_read makes the same layout of. */
#ifndef SHMLAB_LAYOUT_TEXT_H
#define SHMLAB_LAYOUT_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "layout.h"
#include "layout_error.h"

#define LAYOUT_TEXT_MAX ((size_t)16 << 20) /* bytes of a .layout file */

/* Reads `length` bytes of text into *out, which layout_free frees. 0; or -EINVAL (the text is wrong), -E2BIG (too long,
 * too deep or too many fields), -ENOMEM, with *out empty and *error (where not NULL) saying what and at which line. */
int layout_text_read(const char *text, size_t length, struct layout *out, struct layout_error *error);

/* The same, from a file. Also -errno of open and read, -E2BIG for a file above LAYOUT_TEXT_MAX. */
int layout_text_load(const char *path, struct layout *out, struct layout_error *error);

/* Writes a finished layout as a .layout file. 0 or -EIO. */
int layout_text_write(const struct layout *layout, FILE *out);

#endif
