/* Render HTML: the SVG picture as a page of its own, whose text can be searched, selected and copied. Well-formed as
 * XML, too. See render.h. */
#include "render.h"

int render_html(const struct model *m, const struct source *s, int cols, enum svg_ground ground, FILE *out)
{
    static const char dark[] = "body{background:#14161a}";
    char title[96];
    source_title(s, title, sizeof title);
    fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
          "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>",
          out);
    svg_escaped(out, title);
    fputs("</title>\n<style>\nbody{margin:1em}svg{max-width:100%;height:auto}\n", out);
    if (ground == SVG_DARK) {
        fprintf(out, "%s\n", dark);
    } else if (ground == SVG_AUTO) {
        fprintf(out, "@media screen and (prefers-color-scheme:dark){%s}\n", dark);
    }
    fputs("</style>\n</head>\n<body>\n", out);
    int rc = render_svg(m, s, cols, ground, out);
    fputs("</body>\n</html>\n", out);
    return rc;
}
