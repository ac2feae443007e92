/* Render text and ANSI: the same canvas, with and without its styles. See render.h. */
#include <errno.h>
#include <stdlib.h>

#include "findings.h"
#include "panel_attached.h"
#include "panels.h"
#include "render.h"
#include "rows.h"

size_t render_differences(const struct model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->expected_size; i++) {
        const uint8_t *byte = model_at(m, i, 1);
        n += byte == NULL || *byte != m->expected[i];
    }
    return n;
}

static int draw_rows(struct canvas *c, int row, const struct theme *t, const struct rows_shape *shape,
                     const struct model *m)
{
    size_t width = (size_t)shape->width, rows = (m->size + width - 1) / width;
    struct grid_cell *cells = calloc(rows * width + 1, sizeof *cells);
    if (cells == NULL) {
        return -ENOMEM;
    }
    model_cells(m, 0, SIZE_MAX, cells, rows * width);
    rows_draw(c, row, 0, t, shape, 0, cells, rows * width);
    free(cells);
    return 0;
}

static void draw_findings(struct canvas *c, int row, const struct theme *t, const struct finding *findings,
                          size_t count, size_t more)
{
    for (size_t i = 0; i < count; i++) {
        canvas_put(c, row + (int)i, 0, theme_words(t, WORDS_WARN), "! ");
        canvas_put(c, row + (int)i, 2, theme_words(t, WORDS_PLAIN), findings[i].text);
    }
    if (more > 0) {
        canvas_printf(c, row + (int)count, 2, theme_words(t, WORDS_LABEL), "and %zu more", more);
    }
}

/* Who has it attached, a line each, under a heading. */
static void draw_attached(struct canvas *c, int row, const struct theme *t, const struct source *s)
{
    char head[96];
    int lines = (int)panel_attached_lines(s);
    panel_attached_head(s, head, sizeof head);
    canvas_put(c, row, 0, theme_words(t, WORDS_STRONG), head);
    panel_attached(c, t, s, 0, (struct rect){row + 1, 0, lines, c->cols});
}

static int draw_all(struct canvas *c, const struct model *m, const struct source *s, const struct theme *t, int cols)
{
    struct rows_shape shape = rows_fit(cols, m->want_width, m->want_width > 0 ? m->want_width : 16, m->size);
    struct finding findings[FINDINGS_MAX];
    size_t more, found = findings_list(m, findings, &more);
    int rows = (int)((m->size + (size_t)shape.width - 1) / (size_t)shape.width);
    int fields = (int)(layout_leaves(m->layout) < 4096 ? layout_leaves(m->layout) : 4096);
    int fields_row = rows + 3, findings_row = rows + 2 + (fields > 0 ? fields + 3 : 0) + 1;
    int attached = (int)panel_attached_lines(s), attached_row = findings_row + (found > 0 ? (int)found + 2 : 0);
    char title[96];
    int rc = canvas_init(c, attached_row - 1 + (attached > 0 ? attached + 2 : 0), cols, t->utf8);
    if (rc < 0) {
        return rc;
    }
    source_title(s, title, sizeof title);
    canvas_printf(c, 0, 0, theme_words(t, WORDS_STRONG), "%s, %zu bytes", title, m->size);
    rows_header(c, 1, 0, t, &shape, SIZE_MAX);
    rc = draw_rows(c, 2, t, &shape, m);
    if (fields > 0) {
        canvas_printf(c, fields_row, 0, theme_words(t, WORDS_STRONG), "layout: %s", m->layout_title);
        const struct rect table = {fields_row + 1, 0, fields + 1, cols};
        panel_fields(c, t, m, table);
    }
    draw_findings(c, findings_row, t, findings, found, more);
    if (attached > 0) {
        draw_attached(c, attached_row, t, s);
    }
    return rc;
}

static int render(const struct model *m, const struct source *s, const struct theme *t, int cols, FILE *out,
                  void (*print)(const struct canvas *, FILE *))
{
    struct canvas c;
    struct model unselected = *m; /* the picture is of nobody's cursor */
    unselected.cursor = SIZE_MAX;
    unselected.fields.flat = true; /* and folds nothing */
    fields_reset(&unselected.fields, m->layout);
    int rc = draw_all(&c, &unselected, s, t, cols);
    if (rc == 0) {
        print(&c, out);
    }
    canvas_free(&c);
    return rc;
}

int render_text(const struct model *m, const struct source *s, const struct theme *t, int cols, FILE *out)
{
    return render(m, s, t, cols, out, canvas_text);
}

int render_ansi(const struct model *m, const struct source *s, const struct theme *t, int cols, FILE *out)
{
    return render(m, s, t, cols, out, canvas_ansi);
}
