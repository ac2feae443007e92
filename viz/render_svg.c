/* Render SVG: the grid with names over its fields, the field table, what its signs mean and what is wrong, as one
 * picture for a slide or a page. See render.h; svg.h has the colours, svg_rows.h the grid. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "printable.h"
#include "render.h"
#include "svg_rows.h"
#include "layout/value.h"

#define MARGIN 12        /* px around everything */
#define LINE 17          /* px from one line of the table to the next */
#define WIDTH_MIN 480    /* px: the table needs as much, however narrow the grid is */
#define FIELDS_SHOWN 128 /* of the table */
#define BYTES_SHOWN ((size_t)16 << 10) /* more is no picture any more: 1024 rows of 16 */
#define ABOUT_FIELDS 16  /* of the description for screen readers */

/* What is drawn, and how wide. */
struct page {
    struct svg svg;
    struct svg_rows rows;
    const struct model *model;
    int width;            /* px between the margins */
    const char *title;
};

/* ---- the field table ---- */

struct widths {
    int name, type, offset, size, pad, value; /* characters */
};

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int digits(size_t n)
{
    char text[24];
    return snprintf(text, sizeof text, "%zu", n);
}

static struct widths widths_fit(const struct page *p)
{
    struct widths w = {4, 4, 6, 4, 7, 0};
    struct layout_leaf leaf;
    for (size_t i = 0; i < FIELDS_SHOWN && layout_leaf_get(p->model->layout, i, &leaf); i++) {
        char path[256];
        layout_leaf_path(p->model->layout, i, path, sizeof path);
        w.name = larger(w.name, svg_columns(path));
        w.type = larger(w.type, svg_columns(leaf.node->type));
        w.offset = larger(w.offset, digits(leaf.offset));
        w.size = larger(w.size, digits(leaf.node->size));
    }
    int rest = p->width / SVG_SMALL - 4 - w.offset - w.size - w.pad - 5;
    w.name = w.name < rest * 2 / 5 ? w.name : rest * 2 / 5;
    w.type = w.type < rest - w.name - 16 ? w.type : larger(rest - w.name - 16, 4);
    w.value = rest - w.name - w.type;
    return w;
}

/* Text that ends at column `end` of the table. */
static void number(struct page *p, int y, int end, size_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", n);
    svg_text(&p->svg, MARGIN + SVG_SMALL * end, y, "s e t", 0, text);
}

static void field_value(const struct page *p, const struct layout_leaf *leaf, char *out, size_t out_size)
{
    const struct model *m = p->model;
    const uint8_t *bytes = model_at(m, leaf->offset, leaf->node->size);
    if (bytes == NULL) {
        snprintf(out, out_size, "past the end");
        return;
    }
    value_format(leaf->node, bytes, model_known(m, leaf->offset, m->size - leaf->offset), out, out_size);
}

static void field_line(struct page *p, int y, const struct widths *w, const struct layout_leaf *leaf)
{
    const struct model *m = p->model;
    unsigned hue = m->hues.hue[leaf->node - m->layout->nodes];
    unsigned colour = (unsigned)grid_hue_colour(m->palette, grid_family(leaf->node), hue);
    char path[256], value[512], classes[16];
    int at = 4;
    layout_leaf_path(m->layout, leaf->index, path, sizeof path);
    snprintf(classes, sizeof classes, "f%u", colour);
    svg_rect(&p->svg, MARGIN, y - 11, 3 * SVG_SMALL, 14, classes);
    snprintf(classes, sizeof classes, "r%u", colour);
    svg_rect(&p->svg, MARGIN, y - 11, 3, 14, classes);
    snprintf(classes, sizeof classes, "s b k%u", colour);
    svg_text(&p->svg, MARGIN + SVG_SMALL * at, y, classes, w->name, path);
    at += w->name + 1;
    svg_text(&p->svg, MARGIN + SVG_SMALL * at, y, "s t", w->type, leaf->node->type);
    at += w->type + 1 + w->offset;
    number(p, y, at, leaf->offset);
    if (leaf->misaligned) {
        svg_text(&p->svg, MARGIN + SVG_SMALL * at + 1, y, "s b t", 0, theme_sign(p->rows.theme, SIGN_MISALIGNED));
    }
    at += 1 + w->size;
    number(p, y, at, leaf->node->size);
    at += 1 + w->pad;
    if (leaf->padding_before > 0) {
        number(p, y, at, leaf->padding_before);
    }
    field_value(p, leaf, value, sizeof value);
    svg_text(&p->svg, MARGIN + SVG_SMALL * (at + 2), y, "s t", w->value, value);
}

static int table_draw(struct page *p, int y)
{
    size_t leaves = layout_leaves(p->model->layout);
    struct layout_leaf leaf;
    struct widths w = widths_fit(p);
    char more[64], title[sizeof p->model->layout_title + 16];
    if (leaves == 0) {
        return y;
    }
    snprintf(title, sizeof title, "layout: %s", p->model->layout_title);
    y = svg_text_wrapped(&p->svg, MARGIN, y, LINE, "s b t", p->width / SVG_SMALL, title);
    int at = 4 + w.name + 1;
    svg_text(&p->svg, MARGIN + SVG_SMALL * 4, y, "s d", 0, "name");
    svg_text(&p->svg, MARGIN + SVG_SMALL * at, y, "s d", 0, "type");
    at += w.type + 1 + w.offset;
    svg_text(&p->svg, MARGIN + SVG_SMALL * at, y, "s e d", 0, "offset");
    at += 1 + w.size;
    svg_text(&p->svg, MARGIN + SVG_SMALL * at, y, "s e d", 0, "size");
    at += 1 + w.pad;
    svg_text(&p->svg, MARGIN + SVG_SMALL * at, y, "s e d", 0, "padding");
    svg_text(&p->svg, MARGIN + SVG_SMALL * (at + 2), y, "s d", 0, "value");
    svg_line(&p->svg, MARGIN, y + 5, MARGIN + p->width, y + 5, "w");
    y += 5;
    for (size_t i = 0; i < FIELDS_SHOWN && layout_leaf_get(p->model->layout, i, &leaf); i++) {
        y += LINE;
        field_line(p, y, &w, &leaf);
    }
    y += LINE;
    if (leaves > FIELDS_SHOWN) {
        snprintf(more, sizeof more, "and %zu more fields", leaves - FIELDS_SHOWN);
        svg_text(&p->svg, MARGIN + SVG_SMALL * 4, y, "s d", 0, more);
        y += LINE;
    }
    return y + 6;
}

/* ---- what the signs mean, and what is wrong ---- */

/* A cell of the picture that has the role or the mark; NULL: there is none, so nothing is said of it. */
static const struct grid_cell *example(const struct page *p, unsigned role, unsigned mark)
{
    for (size_t i = 0; i < p->rows.count; i++) {
        const struct grid_cell *cell = &p->rows.cells[i];
        bool marked = (cell->marks & mark) != 0 && (mark != GRID_MISALIGNED || cell->starts);
        if (mark != 0 ? marked : cell->role == role && cell->marks == 0) {
            return cell;
        }
    }
    return NULL;
}

struct sign {
    struct grid_cell cell;
    const char *text;
};

static size_t signs_find(const struct page *p, struct sign *signs)
{
    static const struct {
        enum grid_role role;
        const char *text;
    } roles[] = {{GRID_PADDING, "padding: made by the next field's alignment"},
                 {GRID_TAIL, "padding at a struct's end"}};
    size_t n = 0;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const struct grid_cell *cell = example(p, roles[i].role, 0);
        if (cell != NULL) {
            signs[n++] = (struct sign){*cell, roles[i].text};
        }
    }
    for (size_t i = 0; i < theme_mark_count; i++) {
        const struct grid_cell *cell = example(p, 0, theme_marks[i].mark);
        if (cell != NULL) {
            signs[n] = (struct sign){*cell, theme_marks[i].meaning};
            signs[n++].cell.marks = (uint8_t)theme_marks[i].mark;
        }
    }
    return n;
}

static int legend_draw(struct page *p, int y)
{
    struct sign signs[16];
    size_t n = signs_find(p, signs);
    int x = MARGIN;
    for (size_t i = 0; i < n; i++) {
        int needs = SVG_CELL_WIDTH + 6 + SVG_SMALL * svg_columns(signs[i].text);
        if (x > MARGIN && x + needs > MARGIN + p->width) {
            x = MARGIN;
            y += SVG_CELL_HEIGHT + 5;
        }
        signs[i].cell.starts = true;
        svg_rows_sample(&p->rows, x, y, &signs[i].cell);
        svg_text(&p->svg, x + SVG_CELL_WIDTH + 6, y + 14, "s t", 0, signs[i].text);
        x += needs + 2 * SVG_CELL_WIDTH;
    }
    return n > 0 ? y + SVG_CELL_HEIGHT + 10 : y;
}

static int findings_draw(struct page *p, int y)
{
    struct finding findings[FINDINGS_MAX];
    const struct grid_input in = model_grid(p->model, SIZE_MAX);
    size_t more, n = findings_list(&in, findings, &more);
    int columns = p->width / SVG_SMALL - 3;
    y += 8;
    for (size_t i = 0; i < n; i++) {
        svg_text(&p->svg, MARGIN, y + 4, "s b t", 0, "!");
        y = svg_text_wrapped(&p->svg, MARGIN + 3 * SVG_SMALL, y + 4, LINE, "s t", columns, findings[i].text) - 4;
    }
    if (more > 0) {
        char text[32];
        snprintf(text, sizeof text, "and %zu more", more);
        svg_text(&p->svg, MARGIN + 3 * SVG_SMALL, y + 4, "s d", 0, text);
    }
    return y;
}

/* ---- the picture in words ---- */

static void about_write(const struct page *p, FILE *out)
{
    const struct model *m = p->model;
    size_t leaves = layout_leaves(m->layout), more, found;
    struct finding findings[FINDINGS_MAX];
    struct layout_leaf leaf;
    fprintf(out, "Hex grid of %zu bytes, %d in a row.", m->size, p->rows.shape.width);
    for (size_t i = 0; i < ABOUT_FIELDS && layout_leaf_get(m->layout, i, &leaf); i++) {
        char path[128], value[128];
        layout_leaf_path(m->layout, i, path, sizeof path);
        field_value(p, &leaf, value, sizeof value);
        fprintf(out, " %s, %s, %zu bytes at offset %zu", path, leaf.node->type, leaf.node->size, leaf.offset);
        if (leaf.padding_before > 0) {
            fprintf(out, " after %zu bytes of padding", leaf.padding_before);
        }
        fprintf(out, ": %s.", value);
    }
    if (leaves > ABOUT_FIELDS) {
        fprintf(out, " And %zu more fields.", leaves - ABOUT_FIELDS);
    }
    const struct grid_input in = model_grid(m, SIZE_MAX);
    found = findings_list(&in, findings, &more);
    for (size_t i = 0; i < found; i++) {
        fprintf(out, " %s.", findings[i].text);
    }
    if (m->expected != NULL) {
        fprintf(out, " %zu bytes are not as expected.", render_differences(m));
    }
}

static int page_end(struct page *p, enum svg_ground ground, FILE *out)
{
    char *about = NULL;
    size_t size;
    FILE *words = open_memstream(&about, &size);
    if (words == NULL) {
        return -ENOMEM;
    }
    about_write(p, words);
    int rc = fclose(words) == 0 ? svg_end(&p->svg, ground, p->title, about, out) : -ENOMEM;
    free(about);
    return rc;
}

static void page_draw(struct page *p)
{
    int y = MARGIN + 12;
    svg_text(&p->svg, MARGIN, y, "b t", p->width / SVG_COLUMN, p->title);
    svg_rows_header(&p->rows, y + 20);
    y = svg_rows_draw(&p->rows, y + 26);
    if (p->rows.count < p->model->size) {
        char more[64];
        snprintf(more, sizeof more, "\u2026 and %zu more bytes", p->model->size - p->rows.count);
        svg_text(&p->svg, MARGIN + SVG_COLUMN * (p->rows.shape.digits + 2), y + 15, "z", 0, more);
        y += SVG_CELL_HEIGHT + 4;
    }
    y += 8;
    y = legend_draw(p, y);
    y = table_draw(p, y + 8);
    findings_draw(p, y);
    p->svg.width = MARGIN + larger(p->svg.width - MARGIN, p->width) + MARGIN;
    p->svg.height += MARGIN - 4;
}

int render_svg(const struct model *m, const struct source *s, int cols, enum svg_ground ground, FILE *out)
{
    static const struct theme theme = {.colour = true, .utf8 = true, .braille = true};
    char source[96], title[128];
    struct page p = {.model = m, .title = title};
    size_t count = m->size < BYTES_SHOWN ? m->size : BYTES_SHOWN;
    struct grid_cell *cells = calloc(count + 1, sizeof *cells);
    int rc = cells != NULL ? svg_begin(&p.svg) : -ENOMEM;
    if (rc < 0) {
        goto out;
    }
    model_cells(m, 0, SIZE_MAX, cells, count);
    source_title(s, source, sizeof source);
    snprintf(title, sizeof title, "%s, %zu bytes", source, m->size);
    int most = m->want_width > 0 ? m->want_width : 16;
    struct rows_shape shape = rows_fit(cols, m->want_width, most, m->size);
    p.rows = (struct svg_rows){&p.svg, m, &theme, shape, MARGIN, cells, 0, count};
    p.width = larger(SVG_COLUMN * rows_columns(&p.rows.shape), WIDTH_MIN);
    page_draw(&p);
    rc = page_end(&p, ground, out);
out:
    svg_free(&p.svg);
    free(cells);
    return rc;
}
