/* Svg: see svg.h. The style sheet is in the picture itself: no scripts, fonts or files from elsewhere. */
#include "svg.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

/* Shades of the seven colours, after an unused index 0: red green yellow blue magenta cyan and plain. Found by search:
 * any two tints differ by at least 12 (CIE76) for each kind of colour-blindness (Machado 2009, severity 1), and by 3.7
 * in lightness without colour. Black on each tint, and each full shade on the background, has a contrast of at least
 * 4.5:1. */
struct shades {
    const char *ground, *ink, *pale, *zero;
    const char *tint[8], *full[8];
};

static const struct shades light = {
    .ground = "#ffffff",
    .ink = "#111111",
    .pale = "#5c5c5c",
    .zero = "#3a3a3a",
    .tint = {"", "#df9b87", "#a0bdac", "#fbf192", "#a3d0ff", "#e0b3d6", "#98f0fe", "#d7d7d7"},
    .full = {"", "#500f0f", "#466948", "#685209", "#063a85", "#90005f", "#157888", "#333333"},
};
static const struct shades dark = {
    .ground = "#14161a",
    .ink = "#f4f4f4",
    .pale = "#a9a9a9",
    .zero = "#e6e6e6",
    .tint = {"", "#511b08", "#364e28", "#625000", "#243b77", "#963a6c", "#00707d", "#353535"},
    .full = {"", "#ed7853", "#acf3b6", "#e2d661", "#9ab4fe", "#b870c9", "#3bd7e8", "#a7a7a7"},
};

/* ---- text ---- */

/* Writes one character as XML; what XML 1.0 doesn't allow becomes U+FFFD. Returns the number of bytes used. */
static size_t character_write(FILE *out, const char *text)
{
    uint32_t point = (unsigned char)*text;
    size_t n = point < 0x80 ? 1 : printable_decode(text, strlen(text), &point);
    bool control = point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x200b && point <= 0x200f) ||
                   (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) || point == 0xfeff;
    if (n == 0 || control || (point & 0xfffe) == 0xfffe) {
        fputs("\xef\xbf\xbd", out);
        return n > 0 ? n : 1;
    }
    switch (point) {
    case '&':
        fputs("&amp;", out);
        break;
    case '<':
        fputs("&lt;", out);
        break;
    case '>':
        fputs("&gt;", out);
        break;
    case '"':
        fputs("&quot;", out);
        break;
    default:
        fwrite(text, 1, n, out);
    }
    return n;
}

void svg_escaped(FILE *out, const char *text)
{
    while (*text != '\0') {
        text += character_write(out, text);
    }
}

static size_t character_bytes(const char *text)
{
    uint32_t point;
    size_t n = (unsigned char)*text < 0x80 ? 1 : printable_decode(text, strlen(text), &point);
    return n > 0 ? n : 1;
}

int svg_columns(const char *text)
{
    int columns = 0;
    for (; *text != '\0'; columns++) {
        text += character_bytes(text);
    }
    return columns;
}

static void grow(struct svg *s, int x, int y)
{
    s->width = x > s->width ? x : s->width;
    s->height = y > s->height ? y : s->height;
}

/* Writes blanks as no-break spaces, as XML would collapse several into one. */
static void text_write(FILE *out, const char *text, size_t bytes)
{
    for (const char *end = text + bytes; text < end;) {
        if (*text == ' ') {
            fputs("\xc2\xa0", out);
            text++;
        } else {
            text += character_write(out, text);
        }
    }
}

static void text_put(struct svg *s, int x, int y, const char *classes, const char *text, size_t bytes, bool cut)
{
    if (bytes == 0) {
        return;
    }
    fprintf(s->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", classes, x, y);
    text_write(s->out, text, bytes);
    fputs(cut ? "\xe2\x80\xa6</text>\n" : "</text>\n", s->out);
    grow(s, x, y + 4);
}

void svg_text(struct svg *s, int x, int y, const char *classes, int columns, const char *text)
{
    if (columns <= 0 || svg_columns(text) <= columns) {
        text_put(s, x, y, classes, text, strlen(text), false);
        return;
    }
    size_t bytes = 0;
    for (int i = 0; i < columns - 1; i++) {
        bytes += character_bytes(text + bytes);
    }
    text_put(s, x, y, classes, text, bytes, true);
}

int svg_text_wrapped(struct svg *s, int x, int y, int step, const char *classes, int columns, const char *text)
{
    while (*text != '\0' && columns > 0) {
        size_t bytes = 0, blank = 0;
        int i = 0;
        for (; i < columns && text[bytes] != '\0'; i++) {
            blank = text[bytes] == ' ' ? bytes : blank;
            bytes += character_bytes(text + bytes);
        }
        bytes = text[bytes] != '\0' && text[bytes] != ' ' && blank > 0 ? blank : bytes;
        text_put(s, x, y, classes, text, bytes, false);
        for (text += bytes; *text == ' '; text++) {
        }
        y += step;
    }
    return y;
}

/* ---- shapes ---- */

void svg_rect(struct svg *s, int x, int y, int width, int height, const char *classes)
{
    fprintf(s->out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", classes, x, y, width,
            height);
    grow(s, x + width, y + height);
}

void svg_hatch(struct svg *s, int x, int y, int width, int height, unsigned colour, bool left)
{
    s->hatches |= 1u << (colour + (left ? 8 : 0));
    fprintf(s->out, "<rect fill=\"url(#%c%u)\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", left ? 'q' : 'p',
            colour, x, y, width, height);
    grow(s, x + width, y + height);
}

void svg_line(struct svg *s, int x, int y, int x2, int y2, const char *classes)
{
    fprintf(s->out, "<path class=\"%s\" d=\"M%d %dL%d %d\"/>\n", classes, x, y, x2, y2);
    grow(s, x2, y2);
}

/* ---- the page ---- */

int svg_begin(struct svg *s)
{
    *s = (struct svg){.out = NULL};
    s->out = open_memstream(&s->body, &s->body_size);
    return s->out != NULL ? 0 : -ENOMEM;
}

void svg_free(struct svg *s)
{
    if (s->out != NULL) {
        fclose(s->out);
    }
    free(s->body);
    *s = (struct svg){.out = NULL};
}

static void colours_write(FILE *out, const struct shades *c)
{
    fprintf(out, ".g,.i{fill:%s}.t{fill:%s}.d{fill:%s}.z{fill:%s}\n", c->ground, c->ink, c->pale, c->zero);
    fprintf(out, ".h,.io{stroke:%s}.x,.wt{stroke:%s}.w{stroke:%s}\n", c->ground, c->ink, c->pale);
    for (int i = 1; i < 8; i++) {
        fprintf(out, ".f%d{fill:%s}.k%d,.r%d{fill:%s}.o%d{stroke:%s}\n", i, c->tint[i], i, i, c->full[i], i,
                c->full[i]);
    }
}

static void variables_write(FILE *out, const struct shades *c, const char *scheme)
{
    fprintf(out, ":root{color-scheme:%s;--ground:%s;--ink:%s;--pale:%s;--zero:%s", scheme, c->ground, c->ink, c->pale,
            c->zero);
    for (int i = 1; i < 8; i++) {
        fprintf(out, ";--tint%d:%s;--full%d:%s", i, c->tint[i], i, c->full[i]);
    }
    fputs("}\n", out);
}

void svg_variables(enum svg_ground ground, FILE *out)
{
    variables_write(out, ground == SVG_DARK ? &dark : &light, ground == SVG_DARK ? "dark" : "light");
    if (ground == SVG_AUTO) {
        fputs("@media screen and (prefers-color-scheme:dark){\n", out);
        variables_write(out, &dark, "dark");
        fputs("}\n", out);
    }
}

static void style_write(FILE *out, enum svg_ground ground)
{
    fputs("<style>\n"
          "text{font-family:'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace;font-size:13.3px}\n"
          ".s{font-size:11.6px}.l{font-size:10px}.b{font-weight:700}.m{text-anchor:middle}.e{text-anchor:end}\n"
          ".h{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}path{fill:none;stroke-width:1px}\n"
          ".x{stroke-width:1.7px}.a{stroke-width:3px}.u{stroke-dasharray:2 2}.y{opacity:.75}\n",
          out);
    colours_write(out, ground == SVG_DARK ? &dark : &light);
    if (ground == SVG_AUTO) {
        fputs("@media screen and (prefers-color-scheme:dark){\n", out);
        colours_write(out, &dark);
        fputs("}\n", out);
    }
    fputs("</style>\n", out);
}

static void hatches_write(FILE *out, unsigned hatches)
{
    if (hatches == 0) {
        return;
    }
    fputs("<defs>\n", out);
    for (unsigned i = 1; i < 16; i++) {
        if ((hatches >> i & 1) != 0) {
            fprintf(out,
                    "<pattern id=\"%c%u\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
                    "<path class=\"o%u\" d=\"%s\"/></pattern>\n",
                    i < 8 ? 'p' : 'q', i & 7, i & 7,
                    i < 8 ? "M-1 1L1 -1M0 6L6 0M5 7L7 5" : "M-1 5L1 7M0 0L6 6M5 -1L7 1");
        }
    }
    fputs("</defs>\n", out);
}

int svg_end(struct svg *s, enum svg_ground ground, const char *title, const char *about, FILE *out)
{
    if (fflush(s->out) != 0 || ferror(s->out)) {
        return -ENOMEM;
    }
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
            "role=\"img\" aria-labelledby=\"title about\">\n<title id=\"title\">",
            s->width, s->height, s->width, s->height);
    svg_escaped(out, title);
    fputs("</title>\n<desc id=\"about\">", out);
    svg_escaped(out, about);
    fputs("</desc>\n", out);
    style_write(out, ground);
    hatches_write(out, s->hatches);
    fprintf(out, "<rect class=\"g\" width=\"%d\" height=\"%d\"/>\n", s->width, s->height);
    fwrite(s->body, 1, s->body_size, out);
    fputs("</svg>\n", out);
    return 0;
}
