/* Layout error: see layout_error.h. */
#include "layout_error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

void layout_error_set(struct layout_error *error, unsigned line, const char *format, ...)
{
    va_list args;
    if (error == NULL) {
        return;
    }
    error->line = line;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    /* Names come from files that anybody can write: no control character of theirs may reach a terminal. */
    for (char *c = error->text; *c != '\0'; c++) {
        if ((*c < 32 && *c != '\n') || *c > 126) {
            *c = '?';
        }
    }
}
