/* Render layout: the layout alone, as a .layout file. See render.h. */
#include "layout/text.h"
#include "render.h"

static int render(FILE *out, const struct picture *p)
{
    return layout_text_write(p->grid.layout, out);
}

const struct renderer render_layout = {
    .name = "layout",
    .help = "the layout alone, as a .layout file",
    .layout_only = true,
    .render = render,
};
