/* Printable: escapes untrusted text, so that printing it can't send control sequences to the terminal.
 *
 * Untrusted are process names, paths and the bytes of a segment. Nothing here fails or allocates memory. */
#ifndef SHMLAB_PRINTABLE_H
#define SHMLAB_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies n bytes of text to out and escapes every byte that is not printable ASCII: \n, \t, \0, \x1b, ... If utf8 is
 * true (the locale is UTF-8), well-formed non-ASCII characters stay as they are, except those that change how text is
 * shown: C1 controls, direction marks, line and paragraph separators. out is truncated at a whole character or escape
 * and always NUL-terminated. Returns the untruncated length, without the NUL. */
size_t printable_bytes(const void *text, size_t n, bool utf8, char *out, size_t out_size);

/* The same for NUL-terminated text. */
size_t printable_text(const char *text, bool utf8, char *out, size_t out_size);

/* Copies text. If it has more than `columns` characters, it copies `ellipsis` and the end of text instead: of a long
 * path, the last part says most. out is always NUL-terminated. */
void printable_end(const char *text, size_t columns, const char *ellipsis, char *out, size_t out_size);

/* Decodes the non-ASCII UTF-8 character at the start of text, which has n bytes. Returns its length in bytes and
 * stores its code point in *point; returns 0 if there is no such character. RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF. */
size_t printable_decode(const void *text, size_t n, uint32_t *point);

/* Whether the program's locale is UTF-8. Call setlocale(LC_CTYPE, "") first. */
bool printable_utf8(void);

#endif
