/* JSON: see json.h. */
#include "json.h"

#include <stdint.h>
#include <string.h>

#include "printable.h"

void json_string(FILE *out, const char *text)
{
    fputc('"', out);
    while (*text != '\0') {
        uint32_t c = (unsigned char)*text;
        size_t length = c < 0x80 ? 1 : printable_decode(text, strlen(text), &c);
        text += length > 0 ? length : 1;
        c = length > 0 ? c : 0xfffd;
        if (c == '"' || c == '\\') {
            fprintf(out, "\\%c", (char)c);
        } else if (c >= 0x20 && c < 0x7f) {
            fputc((int)c, out);
        } else if (c < 0x10000) {
            fprintf(out, "\\u%04x", (unsigned)c);
        } else {
            fprintf(out, "\\u%04x\\u%04x", 0xd7c0u + (unsigned)(c >> 10), 0xdc00u | (unsigned)(c & 0x3ff));
        }
    }
    fputc('"', out);
}

const char *json_bool(bool b)
{
    return b ? "true" : "false";
}
