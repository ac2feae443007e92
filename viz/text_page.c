/* Text page: see text_page.h. */
#include "text_page.h"

#include <errno.h>
#include <stdlib.h>

#include "panel_attached.h"
#include "panels.h"
#include "rows.h"

#define FIELDS_SHOWN 4096
#define FINDING_ROWS 20 /* for one of them at most */

/* The grid's lines. */
struct grid_lines {
    const struct picture *picture;
    struct rows_shape shape;
    size_t first, count;
    struct grid_cell *cells; /* `count`; owned */
};

/* 0 or -ENOMEM. */
static int lines_make(struct grid_lines *l, const struct picture *p)
{
    l->picture = p;
    l->shape = rows_fit(p->cols, p->width, p->width > 0 ? p->width : 16, p->grid.segment_size);
    l->first = picture_rows(p, l->shape.width, &l->count);
    l->cells = calloc(l->count + 1, sizeof *l->cells);
    if (l->cells == NULL) {
        return -ENOMEM;
    }
    grid_cells(&p->grid, l->first, l->cells, l->count);
    return 0;
}

static bool differs(const struct grid_cell *line, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        any = any || (line[i].marks & GRID_DIFFERS) != 0;
    }
    return any;
}

/* Draws the lines from `row` on, or only counts them if c is NULL. Returns how many there are. */
static int lines_draw(const struct grid_lines *l, struct canvas *c, int row)
{
    const struct picture *p = l->picture;
    size_t width = (size_t)l->shape.width;
    int lines = 0;
    for (size_t at = 0, n; at < l->count; at += n, lines++) {
        const struct grid_cell *line = &l->cells[at];
        size_t left = l->count - at, zeros = p->all_rows ? 0 : grid_zeros(line, left, width);
        bool wanted = zeros == 0 && differs(line, left < width ? left : width);
        n = zeros > 0 ? zeros : left < width ? left : width;
        if (c != NULL && zeros > 0) {
            rows_draw_zeros(c, row + lines, 0, &p->theme, &l->shape, l->first + at, l->first + at + n, false, false);
        } else if (c != NULL) {
            rows_draw(c, row + lines, 0, &p->theme, &l->shape, l->first + at, line, n);
        }
        if (c != NULL && wanted) {
            rows_draw_wanted(c, row + lines + 1, 0, &p->theme, &l->shape, &p->grid, l->first + at, line, n);
        }
        lines += wanted;
    }
    return lines;
}

/* Draws the rows [from, to) of the table of fields. */
static void draw_fields(struct canvas *c, int row, const struct picture *p, size_t from, size_t to)
{
    struct fields flat = {.flat = true}; /* folds nothing */
    struct field_row top;
    fields_reset(&flat, p->grid.layout);
    bool any = fields_first(&flat, &top);
    while (any && top.id.leaf < from) {
        any = fields_next(&flat, &top);
    }
    flat.top = any ? top.id : FIELD_NONE;
    canvas_printf(c, row, 0, theme_text(&p->theme, TEXT_STRONG), "layout: %s", p->layout_title);
    const struct field_table table = {&flat, &p->grid};
    panel_fields(c, &p->theme, &table, (struct rect){row + 1, 0, (int)(to - from) + 1, c->cols});
}

/* Draws what is wrong from `row` on, wrapped. Returns how many rows they take, also on a canvas without room for them. */
static int draw_findings(struct canvas *c, int row, int cols, const struct picture *p)
{
    const struct theme *t = &p->theme;
    int first = row;
    for (size_t i = 0; i < p->finding_count; i++) {
        canvas_put(c, row, 0, theme_text(t, TEXT_WARN), "! ");
        row += canvas_put_wrapped(c, row, 2, cols - 2, FINDING_ROWS, theme_text(t, TEXT_PLAIN), p->findings[i].text);
    }
    if (p->findings_more > 0) {
        canvas_printf(c, row++, 2, theme_text(t, TEXT_LABEL), "and %zu more", p->findings_more);
    }
    if (p->differences != NULL && differences_bytes(p->differences) > 0) {
        canvas_put(c, row, 0, theme_text(t, TEXT_WARN), "! ");
        canvas_printf(c, row++, 2, theme_text(t, TEXT_PLAIN), "%zu bytes are not as expected",
                      differences_bytes(p->differences));
    }
    return row - first;
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
static int draw(struct canvas *c, const struct grid_lines *l)
{
    const struct picture *p = l->picture;
    size_t from, to;
    picture_fields(p, &from, &to);
    to = to - from < FIELDS_SHOWN ? to : from + FIELDS_SHOWN;
    int fields = (int)(to - from), rows = lines_draw(l, NULL, 0), fields_row = rows + 3;
    int findings_row = rows + 2 + (fields > 0 ? fields + 3 : 0) + 1;
    int attached = (int)panel_attached_lines(&p->attached);
    int findings = draw_findings(&(struct canvas){.rows = 0}, 0, p->cols, p); /* only counted */
    int attached_row = findings_row + (findings > 0 ? findings + 1 : 0);
    struct style strong = theme_text(&p->theme, TEXT_STRONG);
    int rc = canvas_init(c, attached_row - 1 + (attached > 0 ? attached + 2 : 0), p->cols, p->theme.utf8);
    if (rc < 0) {
        return rc;
    }
    canvas_printf(c, 0, 0, strong, "%s, %zu bytes", p->title, p->grid.segment_size);
    rows_header(c, 1, 0, &p->theme, &l->shape, SIZE_MAX);
    lines_draw(l, c, 2);
    if (fields > 0) {
        draw_fields(c, fields_row, p, from, to);
    }
    draw_findings(c, findings_row, p->cols, p);
    if (attached > 0) {
        draw_attached(c, attached_row, attached, p);
    }
    return 0;
}

int text_page(FILE *out, const struct picture *p, void (*print)(const struct canvas *, FILE *))
{
    struct grid_lines lines;
    struct canvas c = {.rows = 0};
    int rc = lines_make(&lines, p);
    rc = rc == 0 ? draw(&c, &lines) : rc;
    if (rc == 0) {
        print(&c, out);
    }
    canvas_free(&c);
    free(lines.cells);
    return rc;
}
