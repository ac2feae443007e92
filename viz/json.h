/* JSON: the pieces that all our JSON is made of (RFC 8259). */
#ifndef SHMLAB_JSON_H
#define SHMLAB_JSON_H

#include <stdbool.h>
#include <stdio.h>

/* A string with its quotes, in printable ASCII only, so that no name or value ever steers a terminal: the rest as
 * \uXXXX, what is no UTF-8 as U+FFFD. */
void json_string(FILE *out, const char *text);

/* "true", "false". */
const char *json_bool(bool b);

#endif
