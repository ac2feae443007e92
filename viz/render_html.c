/* Render HTML: a picture as a page on its own, with a script to look into its bytes. See render.h.
 *
 * The page asks for nothing from elsewhere, and its policy forbids it: no scripts but ours, no pictures, fonts or
 * connections. It is well-formed XML, too. */
#include "html_page.h"
#include "page_parts.h"
#include "render.h"

static void lines_write(FILE *out, const char *const *lines)
{
    for (; *lines != NULL; lines++) {
        fputs(*lines, out);
    }
}

static int render(FILE *out, const struct picture *p)
{
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
            "<meta charset=\"utf-8\"/>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\"/>\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
            page_script_hash);
    svg_escaped(out, p->title);
    fputs("</title>\n<style>\n", out);
    svg_variables(p->ground, out);
    lines_write(out, page_style);
    fputs("</style>\n</head>\n<body>\n", out);
    int rc = html_page(out, p);
    fputs("<script>", out);
    lines_write(out, page_script);
    fputs("</script>\n</body>\n</html>\n", out);
    return rc;
}

const struct renderer render_html = {
    .name = "html",
    .help = "a page: point at a byte to see what it is",
    .all_signs = true,
    .render = render,
};
