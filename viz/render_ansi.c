/* Render ANSI: a picture as lines of text with colours. See render.h. */
#include "render.h"
#include "text_page.h"

static int render(FILE *out, const struct picture *p)
{
    return text_page(out, p, canvas_ansi);
}

static int screen(FILE *out, const struct picture *p, const struct canvas *c)
{
    (void)p;
    canvas_ansi(c, out);
    return 0;
}

const struct renderer render_ansi = {
    .name = "ansi",
    .help = "the same with colours",
    .render = render,
    .screen = screen,
};
