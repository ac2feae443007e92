/* Render text: a picture as lines of text. See render.h. */
#include "render.h"
#include "segment_table.h"
#include "text_page.h"

static int render(FILE *out, const struct picture *p)
{
    return text_page(out, p, canvas_text);
}

static int screen(FILE *out, const struct picture *p, const struct canvas *c)
{
    (void)p;
    canvas_text(c, out);
    return 0;
}

const struct renderer render_text = {
    .name = "text",
    .help = "the grid, the fields and what is wrong",
    .render = render,
    .screen = screen,
    .list = segment_table_print,
};
