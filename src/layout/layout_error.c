/* Layout error: formats an error message. See layout_error.h. */
#include "layout_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

int layout_error_set(struct layout_error *error, unsigned line, const char *format, ...)
{
    va_list args;
    if (error == NULL) {
        return -EINVAL;
    }
    error->line = line;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    /* Names may come from untrusted files, so no control character may reach the terminal. */
    for (char *c = error->text; *c != '\0'; c++) {
        if ((*c < 32 && *c != '\n') || *c > 126) {
            *c = '?';
        }
    }
    return -EINVAL;
}
