/* Layout error: formats an error message. See layout_error.h. */
#include "layout_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

#define TEXT_SIZE sizeof((struct layout_error *)NULL)->text

/* Formats into out like vsnprintf, with '?' for each character that isn't printable in the locale. Names come from untrusted
 * files, so only the format may break a line: a newline is kept where another character in the format changes it. */
static void format_clean(char *out, size_t out_size, const char *format, va_list args)
{
    char marked[TEXT_SIZE], other[TEXT_SIZE], one[8];
    bool utf8 = printable_utf8();
    va_list again;
    snprintf(marked, sizeof marked, "%s", format);
    for (char *c = marked; *c != '\0'; c++) {
        *c = *c == '\n' ? '\r' : *c;
    }
    va_copy(again, args);
    vsnprintf(out, out_size, format, args);
    vsnprintf(other, out_size, marked, again);
    va_end(again);
    for (size_t i = 0; out[i] != '\0'; i++) {
        uint32_t point;
        bool ours = out[i] == '\n' && other[i] == '\r';
        size_t n = utf8 && (unsigned char)out[i] >= 0x80 ? printable_decode(out + i, strlen(out + i), &point) : 0;
        if (n > 0 && printable_bytes(out + i, n, true, one, sizeof one) == n) {
            i += n - 1;
        } else if (!ours && (out[i] < 32 || out[i] > 126)) {
            out[i] = '?';
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
    format_clean(error->text, sizeof error->text, format, args);
    va_end(args);
    return -EINVAL;
}

void layout_error_add(struct layout_error *error, const char *format, ...)
{
    va_list args;
    if (error == NULL) {
        return;
    }
    size_t used = strlen(error->text);
    va_start(args, format);
    format_clean(error->text + used, sizeof error->text - used, format, args);
    va_end(args);
}
