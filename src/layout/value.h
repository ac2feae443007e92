/* Value: the bytes of one field -> the text that a person reads. */
#ifndef SHMLAB_VALUE_H
#define SHMLAB_VALUE_H

#include "layout.h"

#define VALUE_TEXT_MAX 1024   /* characters */
#define VALUE_ELEMENTS_MAX 64 /* elements of an array, or bytes in hex */

/* Writes the value of a leaf whose bytes start at `bytes` (`available` of them can be read; fewer than the leaf's size
 * gives "past the end") to out, NUL-terminated, cut to fit out_size at a whole character. Bytes are taken in the
 * machine's own order.
 *   text      "goodbye"      quoted, up to its NUL; C escapes for what does not print; ... where no NUL ends it or
 *                            where it is longer than VALUE_TEXT_MAX
 *   char      '/'            with C escapes; integer  22;  unsigned  22;  real  3.14286 (shortest that reads back)
 *   bool      true, false, or the byte's value where it is neither;  enum  NAME (3), or 3
 *   pointer   0x7f...;  NULL  bytes  hex;  bit-fields as their integers;  arrays  {1, 2, 3}, with
 *   "..." after VALUE_ELEMENTS_MAX elements. A container has no value: "".
 * Printable ASCII only, whatever the bytes. Returns the length that it would need. */
size_t value_format(const struct layout_node *leaf, const void *bytes, size_t available, char *out, size_t out_size);

#endif
