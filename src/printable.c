/* Printable: escapes untrusted text. See printable.h. */
#include "printable.h"

#include <langinfo.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The characters of text in UTF-8; bytes that go on with one don't count. */
static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        n += (*text & 0xc0) != 0x80;
    }
    return n;
}

void printable_end(const char *text, size_t columns, const char *ellipsis, char *out, size_t out_size)
{
    size_t count = characters(text), before = characters(ellipsis), room = columns > before ? columns - before : 0;

    if (count <= columns) {
        ellipsis = "";
        room = count;
    }
    for (; count > room || (*text & 0xc0) == 0x80; text++) {
        count -= (*text & 0xc0) != 0x80;
    }
    snprintf(out, out_size, "%s%s", ellipsis, text);
}

size_t printable_decode(const void *text, size_t n, uint32_t *point)
{
    const unsigned char *p = text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* the smallest code point of each length */
    size_t length = p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf8 ? 4 : 0;

    if (length == 0 || length > n) {
        return 0;
    }
    *point = p[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        *point = *point << 6 | (p[i] & 0x3fu);
    }
    bool valid = *point >= least[length] && *point <= 0x10ffff && (*point < 0xd800 || *point > 0xdfff);
    return valid ? length : 0;
}

/* Characters that change how the text around them is shown, or that are invisible. */
static bool point_controls(uint32_t point)
{
    return point < 0xa0 ||                         /* C1 controls: CSI among them */
           point == 0xad || point == 0x61c ||      /* soft hyphen, Arabic letter mark */
           (point >= 0x200b && point <= 0x200f) || /* zero width, direction marks */
           (point >= 0x2028 && point <= 0x202e) || /* line and paragraph separators, direction overrides */
           (point >= 0x2060 && point <= 0x206f) || /* invisible operators, direction isolates */
           point == 0xfeff || (point >= 0xfff0 && point <= 0xfffb) || point >= 0xe0000; /* tags, private use planes */
}

/* Writes the escape sequence for one byte and returns its length. */
static size_t byte_escape(unsigned char c, char out[5])
{
    static const char short_form[] = {
        ['\a'] = 'a', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\v'] = 'v', ['\f'] = 'f', ['\r'] = 'r'};

    out[0] = '\\';
    if (c == 0) {
        out[1] = '0';
        return 2;
    }
    if (c < sizeof short_form && short_form[c] != '\0') {
        out[1] = short_form[c];
        return 2;
    }
    return (size_t)snprintf(out, 5, "\\x%02x", c);
}

size_t printable_bytes(const void *text, size_t n, bool utf8, char *out, size_t out_size)
{
    const unsigned char *p = text, *end = p + n;
    size_t need = 0, used = 0;
    bool full = out_size == 0;

    while (p < end) {
        uint32_t point;
        char escape[5];
        const char *piece = (const char *)p;
        size_t taken = 1, length = 1;

        if (utf8 && *p >= 0x80 && (taken = printable_decode(p, (size_t)(end - p), &point)) > 0 &&
            !point_controls(point)) {
            length = taken;
        } else if (*p < 0x20 || *p > 0x7e) {
            taken = 1;
            length = byte_escape(*p, escape);
            piece = escape;
        }
        full = full || used + length >= out_size;
        if (!full) {
            memcpy(out + used, piece, length);
            used += length;
        }
        need += length;
        p += taken;
    }
    if (out_size > 0) {
        out[used] = '\0';
    }
    return need;
}

size_t printable_text(const char *text, bool utf8, char *out, size_t out_size)
{
    return printable_bytes(text, strlen(text), utf8, out, out_size);
}

bool printable_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
