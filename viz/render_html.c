/* Render HTML: the SVG picture in an HTML page, whose text can be searched, selected and copied. It is well-formed XML,
 * too. See render.h. */
#include "render.h"
#include "svg_page.h"

static int render(FILE *out, const struct picture *p)
{
    static const char dark[] = "body{background:#14161a}";
    fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
          "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>",
          out);
    svg_escaped(out, p->title);
    fputs("</title>\n<style>\nbody{margin:1em}svg{max-width:100%;height:auto}\n", out);
    if (p->ground == SVG_DARK) {
        fprintf(out, "%s\n", dark);
    } else if (p->ground == SVG_AUTO) {
        fprintf(out, "@media screen and (prefers-color-scheme:dark){%s}\n", dark);
    }
    fputs("</style>\n</head>\n<body>\n", out);
    int rc = svg_page(out, p);
    fputs("</body>\n</html>\n", out);
    return rc;
}

const struct renderer render_html = {
    .name = "html",
    .help = "that picture as a page whose text can be searched",
    .all_signs = true,
    .render = render,
};
