/* JSON: the building blocks of all our JSON (RFC 8259). */
#ifndef SHMLAB_JSON_H
#define SHMLAB_JSON_H

#include <stdbool.h>
#include <stdio.h>

/* Writes a quoted string in printable ASCII only, so that no name or value can control a terminal: other characters
 * become \uXXXX, invalid UTF-8 becomes U+FFFD. */
void json_string(FILE *out, const char *text);

/* "true", "false". */
const char *json_bool(bool b);

#endif
