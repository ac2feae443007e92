/* Value: formats the bytes of one field as text for display. */
#ifndef SHMLAB_VALUE_H
#define SHMLAB_VALUE_H

#include "layout.h"

#define VALUE_TEXT_MAX 1024   /* characters */
#define VALUE_ELEMENTS_MAX 64 /* elements of an array, or bytes in hex */

/* Writes the value of a leaf to out. Its bytes start at `bytes`, in its own byte order (LAYOUT_SWAPPED); `available` of them can
 * be read, and if that is less than the leaf's size, the text is "past the end". By kind:
 *
 *   text      "goodbye", up to the NUL, with C escapes; ends in ... if there is no NUL or more than VALUE_TEXT_MAX
 *   char      '/', with C escapes
 *   integer, unsigned, bit-field: 22
 *   real      3.14286, the shortest text that reads back as the same value
 *   bool      true, false, or the byte's value if it is neither
 *   enum      NAME (3), or 3 if no enumerator has that value
 *   pointer   0x7f..., or NULL
 *   bytes     hex
 *   array     {1, 2, 3}, with ... after VALUE_ELEMENTS_MAX elements
 *   container nothing: ""
 *
 * The text is printable whatever the bytes are, and ASCII except in names of enumerators (UTF-8). It is NUL-terminated, and truncated at a whole character. Returns the
 * untruncated length. */
size_t value_format(const struct layout_node *leaf, const void *bytes, size_t available, char *out, size_t out_size);

/* The same for people: "raw: 0a 00 ..." if the field can't be decoded, "264 (big-endian)" if it is LAYOUT_SWAPPED,
 * "no bytes here" for a flexible member without any. */
size_t value_shown(const struct layout_node *leaf, const void *bytes, size_t available, char *out, size_t out_size);

#define VALUE_PLACE_MAX 32 /* bytes, with the NUL */

/* The numbers of a table for a field at `offset`: "16" and "4"; for a bit-field of three bits that starts at bit 5 of its
 * byte "16.5" and "3b". */
void value_offset(const struct layout_node *leaf, size_t offset, char out[VALUE_PLACE_MAX]);
void value_size(const struct layout_node *leaf, size_t size, char out[VALUE_PLACE_MAX]);

#endif
