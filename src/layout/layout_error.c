/* Layout error: formats an error message. See layout_error.h. */
#include "layout_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

/* Names may come from untrusted files, so no control character may reach the terminal. */
static void clean(char *text)
{
    bool utf8 = printable_utf8();
    char one[8];
    for (char *c = text; *c != '\0'; c++) {
        uint32_t point;
        size_t n = utf8 && (unsigned char)*c >= 0x80 ? printable_decode(c, strlen(c), &point) : 0;
        if (n > 0 && printable_bytes(c, n, true, one, sizeof one) == n) {
            c += n - 1;
        } else if ((*c < 32 && *c != '\n') || *c > 126) {
            *c = '?';
        }
    }
}

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
    clean(error->text);
    return -EINVAL;
}

void layout_error_add(struct layout_error *error, const char *text)
{
    if (error != NULL) {
        size_t n = strlen(error->text);
        snprintf(error->text + n, sizeof error->text - n, "%s", text);
        clean(error->text + n);
    }
}
