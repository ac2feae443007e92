/* Printable: foreign text (names from /proc, paths, bytes of a segment) -> text that a terminal shows, never obeys. */
#ifndef SHMLAB_PRINTABLE_H
#define SHMLAB_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies n bytes of text to out, with every byte that is not printable ASCII as \n, \t, \0, \x1b, ... Where utf8 is
 * true (the terminal's locale says UTF-8), well-formed characters outside ASCII stay as they are, without those that
 * control something: C1 controls, direction marks, line and paragraph separators. out always ends with NUL, and is cut
 * at a whole character or escape. Returns the length that it would need. */
size_t printable_bytes(const void *text, size_t n, bool utf8, char *out, size_t out_size);

/* The same for text that ends with NUL. */
size_t printable_text(const char *text, bool utf8, char *out, size_t out_size);

/* The well-formed UTF-8 character outside ASCII that starts at text with n bytes to go: its length in bytes and, in
 * *point, its code point; 0 for anything else. RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
size_t printable_decode(const void *text, size_t n, uint32_t *point);

/* true where the program's locale (setlocale(LC_CTYPE, "") was called) is a UTF-8 one. */
bool printable_utf8(void);

#endif
