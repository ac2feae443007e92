/* Render SVG screen: what the live viewer would show on a screen of that size, as a picture. See render.h. */
#include "dashboard.h"
#include "render.h"

int render_svg_screen(struct model *m, const struct source *s, const struct theme *t, int rows, int cols,
                      enum svg_ground ground, FILE *out)
{
    struct canvas canvas;
    char title[128], source[96], about[256];
    int rc = canvas_init(&canvas, rows, cols, t->utf8);
    if (rc < 0) {
        return rc;
    }
    struct dashboard plan = dashboard_plan(m, rows, cols);
    dashboard_shape(&plan, m);
    dashboard_draw(&canvas, t, &plan, m, s);
    source_title(s, source, sizeof source);
    snprintf(title, sizeof title, "shm-view: %s", source);
    snprintf(about, sizeof about,
             "The viewer's screen, %d columns and %d rows: a hex grid of %zu bytes, the fields that lie in it, a map "
             "of the whole segment and all readings of the byte under the cursor.",
             cols, rows, m->size);
    rc = render_svg_canvas(&canvas, ground, title, about, out);
    canvas_free(&canvas);
    return rc;
}
