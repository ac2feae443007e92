/* Render SVG: a picture, moments of a recording, or the viewer's screen, as one SVG file. See render.h. */
#include "render.h"
#include "svg_canvas.h"
#include "svg_page.h"
#include "svg_strip.h"

static int screen(FILE *out, const struct picture *p, const struct canvas *c)
{
    char title[128], about[256];
    snprintf(title, sizeof title, "shm-view: %s", p->title);
    snprintf(about, sizeof about,
             "The viewer's screen, %d columns and %d rows: a hex grid of %zu bytes, the fields that lie in it, a map "
             "of the whole segment and all readings of the byte under the cursor.",
             c->cols, c->rows, p->grid.segment_size);
    return svg_canvas(out, c, p->ground, title, about);
}

const struct renderer render_svg = {
    .name = "svg",
    .help = "a picture for a slide or a page",
    .all_signs = true,
    .render = svg_page,
    .screen = screen,
    .strip = svg_strip,
};
