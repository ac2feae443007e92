/* Text page: see text_page.h. */
#include "text_page.h"

#include <errno.h>
#include <stdlib.h>

#include "panel_attached.h"
#include "panels.h"
#include "rows.h"

#define FIELDS_SHOWN 4096

static int draw_rows(struct canvas *c, int row, const struct rows_shape *shape, const struct picture *p)
{
    size_t width = (size_t)shape->width, rows = (p->grid.segment_size + width - 1) / width;
    struct grid_cell *cells = calloc(rows * width + 1, sizeof *cells);
    if (cells == NULL) {
        return -ENOMEM;
    }
    grid_fill(&p->grid, cells, rows * width);
    rows_draw(c, row, 0, &p->theme, shape, 0, cells, rows * width);
    free(cells);
    return 0;
}

static void draw_fields(struct canvas *c, int row, int rows, const struct picture *p)
{
    struct fields flat = {.flat = true}; /* folds nothing */
    fields_reset(&flat, p->grid.layout);
    canvas_printf(c, row, 0, theme_text(&p->theme, TEXT_STRONG), "layout: %s", p->layout_title);
    const struct field_table table = {&flat, &p->grid};
    panel_fields(c, &p->theme, &table, (struct rect){row + 1, 0, rows, c->cols});
}

/* The rows of what is wrong; 0: nothing is. */
static int finding_rows(const struct picture *p)
{
    bool differs = p->differences != NULL && differences_bytes(p->differences) > 0;
    return (int)p->finding_count + (p->findings_more > 0) + differs;
}

static void draw_findings(struct canvas *c, int row, const struct picture *p)
{
    const struct theme *t = &p->theme;
    for (size_t i = 0; i < p->finding_count; i++, row++) {
        canvas_put(c, row, 0, theme_text(t, TEXT_WARN), "! ");
        canvas_put(c, row, 2, theme_text(t, TEXT_PLAIN), p->findings[i].text);
    }
    if (p->findings_more > 0) {
        canvas_printf(c, row++, 2, theme_text(t, TEXT_LABEL), "and %zu more", p->findings_more);
    }
    if (p->differences != NULL && differences_bytes(p->differences) > 0) {
        canvas_put(c, row, 0, theme_text(t, TEXT_WARN), "! ");
        canvas_printf(c, row, 2, theme_text(t, TEXT_PLAIN), "%zu bytes are not as expected",
                      differences_bytes(p->differences));
    }
}

/* Draws the processes attached, a line each, under a heading. */
static void draw_attached(struct canvas *c, int row, int lines, const struct picture *p)
{
    char head[96];
    panel_attached_head(&p->attached, head, sizeof head);
    canvas_put(c, row, 0, theme_text(&p->theme, TEXT_STRONG), head);
    panel_attached(c, &p->theme, &p->attached, 0, (struct rect){row + 1, 0, lines, c->cols});
}

/* Makes the canvas, which the caller frees even on failure. 0 or -ENOMEM. */
static int draw(struct canvas *c, const struct picture *p)
{
    size_t size = p->grid.segment_size, leaves = layout_leaves(p->grid.layout);
    struct rows_shape shape = rows_fit(p->cols, p->width, p->width > 0 ? p->width : 16, size);
    int rows = (int)((size + (size_t)shape.width - 1) / (size_t)shape.width);
    int fields = (int)(leaves < FIELDS_SHOWN ? leaves : FIELDS_SHOWN);
    int fields_row = rows + 3, findings_row = rows + 2 + (fields > 0 ? fields + 3 : 0) + 1;
    int attached = (int)panel_attached_lines(&p->attached);
    int attached_row = findings_row + (finding_rows(p) > 0 ? finding_rows(p) + 1 : 0);
    struct style strong = theme_text(&p->theme, TEXT_STRONG);
    int rc = canvas_init(c, attached_row - 1 + (attached > 0 ? attached + 2 : 0), p->cols, p->theme.utf8);
    if (rc < 0) {
        return rc;
    }
    canvas_printf(c, 0, 0, strong, "%s, %zu bytes", p->title, size);
    rows_header(c, 1, 0, &p->theme, &shape, SIZE_MAX);
    rc = draw_rows(c, 2, &shape, p);
    if (fields > 0) {
        draw_fields(c, fields_row, fields + 1, p);
    }
    draw_findings(c, findings_row, p);
    if (attached > 0) {
        draw_attached(c, attached_row, attached, p);
    }
    return rc;
}

int text_page(FILE *out, const struct picture *p, void (*print)(const struct canvas *, FILE *))
{
    struct canvas c;
    int rc = draw(&c, p);
    if (rc == 0) {
        print(&c, out);
    }
    canvas_free(&c);
    return rc;
}
