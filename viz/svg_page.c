/* Svg page: see svg_page.h; svg.h has the colours, svg_rows.h the grid. */
#include "svg_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout/value.h"
#include "printable.h"
#include "svg_rows.h"

#define MARGIN 12                      /* px around everything */
#define LINE 17                        /* px from one line of the table to the next */
#define WIDTH_MIN 480                  /* px: the table needs that much even beside a narrow grid */
#define FIELDS_SHOWN 128               /* in the table */
#define BYTES_SHOWN ((size_t)16 << 10) /* 1024 rows of 16: more would be unreadable */
#define ABOUT_FIELDS 16                /* in the description for screen readers */

/* The picture and its width. */
struct page {
    struct svg svg;
    struct svg_rows rows;
    const struct picture *picture;
    int width;       /* px between the margins */
    size_t from, to; /* the fields that are drawn: [from, to), FIELDS_SHOWN of them in the table */
    char title[128];
};

/* ---- the field table ---- */

struct widths {
    int name, type, offset, size, pad, value; /* characters */
};

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static size_t table_end(const struct page *p)
{
    return p->to - p->from > FIELDS_SHOWN ? p->from + FIELDS_SHOWN : p->to;
}

static struct widths widths_fit(const struct page *p)
{
    struct widths w = {4, 4, 6, 4, 7, 0};
    struct layout_leaf leaf;
    for (size_t i = p->from; i < table_end(p) && layout_leaf_get(p->picture->grid.layout, i, &leaf); i++) {
        char path[LAYOUT_PATH_MAX];
        layout_leaf_path(p->picture->grid.layout, i, path, sizeof path);
        w.name = larger(w.name, svg_columns(path));
        w.type = larger(w.type, svg_columns(leaf.node->type));
        value_offset(leaf.node, leaf.offset, path);
        w.offset = larger(w.offset, svg_columns(path));
        value_size(leaf.node, leaf.node->size, path);
        w.size = larger(w.size, svg_columns(path));
    }
    int rest = p->width / SVG_SMALL - 4 - w.offset - w.size - w.pad - 5;
    w.name = w.name < rest * 2 / 5 ? w.name : rest * 2 / 5;
    w.type = w.type < rest - w.name - 16 ? w.type : larger(rest - w.name - 16, 4);
    w.value = rest - w.name - w.type;
    return w;
}

/* Draws text that ends at column `end` of the table. */
static void number(struct page *p, int y, int end, const char *text)
{
    svg_text(&p->svg, MARGIN + SVG_SMALL * end, y, "s e t", 0, text);
}

static void field_line(struct page *p, int y, const struct widths *w, const struct layout_leaf *leaf)
{
    const struct grid_input *in = &p->picture->grid;
    unsigned colour = (unsigned)grid_colour(in->palette, grid_family(leaf->node));
    char path[LAYOUT_PATH_MAX], name[512], value[512], classes[16];
    int at = 4;
    layout_leaf_path(in->layout, leaf->index, path, sizeof path);
    snprintf(classes, sizeof classes, "f%u", colour);
    svg_rect(&p->svg, MARGIN, y - 11, 3 * SVG_SMALL, 14, classes);
    snprintf(classes, sizeof classes, "r%u", colour);
    svg_rect(&p->svg, MARGIN, y - 11, 3, 14, classes);
    snprintf(classes, sizeof classes, "s b k%u", colour);
    printable_end(path, (size_t)w->name, "\xe2\x80\xa6", name, sizeof name);
    svg_text(&p->svg, MARGIN + SVG_SMALL * at, y, classes, w->name, name);
    at += w->name + 1;
    svg_text(&p->svg, MARGIN + SVG_SMALL * at, y, "s t", w->type, leaf->node->type);
    at += w->type + 1 + w->offset;
    value_offset(leaf->node, leaf->offset, path);
    number(p, y, at, path);
    if (leaf->misaligned) {
        svg_text(&p->svg, MARGIN + SVG_SMALL * at + 1, y, "s b t", 0, theme_sign(p->rows.theme, SIGN_MISALIGNED));
    }
    at += 1 + w->size;
    value_size(leaf->node, leaf->node->size, path);
    number(p, y, at, path);
    at += 1 + w->pad;
    if (leaf->padding_before > 0) {
        snprintf(path, sizeof path, "%zu", leaf->padding_before);
        number(p, y, at, path);
    }
    grid_value(in, leaf, value, sizeof value);
    svg_text(&p->svg, MARGIN + SVG_SMALL * (at + 2), y, "s t", w->value, value);
}

static int table_draw(struct page *p, int y)
{
    size_t more_fields = p->to - table_end(p);
    struct layout_leaf leaf;
    struct widths w = widths_fit(p);
    char more[64], title[144];
    if (p->from == p->to) {
        return y;
    }
    snprintf(title, sizeof title, "layout: %s", p->picture->layout_title);
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
    for (size_t i = p->from; i < table_end(p) && layout_leaf_get(p->picture->grid.layout, i, &leaf); i++) {
        y += LINE;
        field_line(p, y, &w, &leaf);
    }
    y += LINE;
    if (more_fields > 0) {
        snprintf(more, sizeof more, "and %zu more fields", more_fields);
        svg_text(&p->svg, MARGIN + SVG_SMALL * 4, y, "s d", 0, more);
        y += LINE;
    }
    return y + 6;
}

/* ---- findings ---- */

static int findings_draw(struct page *p, int y)
{
    const struct picture *picture = p->picture;
    int columns = p->width / SVG_SMALL - 3;
    y += 8;
    for (size_t i = 0; i < picture->finding_count; i++) {
        const char *text = picture->findings[i].text;
        svg_text(&p->svg, MARGIN, y + 4, "s b t", 0, "!");
        y = svg_text_wrapped(&p->svg, MARGIN + 3 * SVG_SMALL, y + 4, LINE, "s t", columns, text) - 4;
    }
    if (picture->findings_more > 0) {
        char text[32];
        snprintf(text, sizeof text, "and %zu more", picture->findings_more);
        svg_text(&p->svg, MARGIN + 3 * SVG_SMALL, y + 4, "s d", 0, text);
    }
    return y;
}

/* ---- description of the picture ---- */

static void about_write(const struct page *p, FILE *out)
{
    const struct picture *picture = p->picture;
    const struct layout *layout = picture->grid.layout;
    struct layout_leaf leaf;
    fprintf(out, "Hex grid of %zu bytes, %d in a row.", picture->grid.segment_size, p->rows.shape.width);
    for (size_t i = p->from; i < p->to && i - p->from < ABOUT_FIELDS && layout_leaf_get(layout, i, &leaf); i++) {
        char path[LAYOUT_PATH_MAX], value[128];
        layout_leaf_path(layout, i, path, sizeof path);
        grid_value(&picture->grid, &leaf, value, sizeof value);
        fprintf(out, " %s, %s, %zu bytes at offset %zu", path, leaf.node->type, leaf.node->size, leaf.offset);
        if (leaf.padding_before > 0) {
            fprintf(out, " after %zu bytes of padding", leaf.padding_before);
        }
        fprintf(out, ": %s.", value);
    }
    if (p->to - p->from > ABOUT_FIELDS) {
        fprintf(out, " And %zu more fields.", p->to - p->from - ABOUT_FIELDS);
    }
    for (size_t i = 0; i < picture->finding_count; i++) {
        fprintf(out, " %s.", picture->findings[i].text);
    }
    if (picture->differences != NULL) {
        fprintf(out, " %zu bytes are not as expected.", differences_bytes(picture->differences));
    }
}

static int page_end(struct page *p, FILE *out)
{
    char *about = NULL;
    size_t size;
    FILE *stream = open_memstream(&about, &size);
    if (stream == NULL) {
        return -ENOMEM;
    }
    about_write(p, stream);
    int rc = fclose(stream) == 0 ? svg_end(&p->svg, p->picture->ground, p->title, about, out) : -ENOMEM;
    free(about);
    return rc;
}

static void page_draw(struct page *p)
{
    struct legend_sign signs[LEGEND_MAX];
    int y = MARGIN + 12;
    svg_text(&p->svg, MARGIN, y, "b t", p->width / SVG_COLUMN, p->title);
    svg_rows_header(&p->rows, y + 20);
    y = svg_rows_draw(&p->rows, y + 26);
    size_t rest = p->picture->grid.segment_size - p->rows.first - p->rows.count;
    if (rest > 0) {
        char more[64];
        snprintf(more, sizeof more, "\u2026 and %zu more bytes", rest);
        svg_text(&p->svg, MARGIN + SVG_COLUMN * (p->rows.shape.digits + 2), y + 15, "z", 0, more);
        y += SVG_CELL_HEIGHT + 4;
    }
    y += 8;
    y = svg_rows_legend(&p->rows, y, p->width, signs, legend_find(p->rows.cells, p->rows.count, signs));
    y = table_draw(p, y + 8);
    findings_draw(p, y);
    p->svg.width = MARGIN + larger(p->svg.width - MARGIN, p->width) + MARGIN;
    p->svg.height += MARGIN - 4;
}

int svg_page(FILE *out, const struct picture *picture)
{
    size_t size = picture->grid.segment_size, count;
    struct rows_shape shape = rows_fit(picture->cols, picture->width, picture->width > 0 ? picture->width : 16, size);
    size_t first = picture_rows(picture, shape.width, &count);
    count = count < BYTES_SHOWN ? count : BYTES_SHOWN;
    struct page p = {.picture = picture};
    picture_fields(picture, &p.from, &p.to);
    struct grid_cell *cells = calloc(count + 1, sizeof *cells);
    int rc = cells != NULL ? svg_begin(&p.svg) : -ENOMEM;
    if (rc < 0) {
        goto out;
    }
    grid_cells(&picture->grid, first, cells, count);
    snprintf(p.title, sizeof p.title, "%s, %zu bytes", picture->title, size);
    p.rows = (struct svg_rows){
        .svg = &p.svg,
        .grid = &picture->grid,
        .theme = &picture->theme,
        .shape = shape,
        .x = MARGIN,
        .cells = cells,
        .first = first,
        .count = count,
        .all_rows = picture->all_rows,
    };
    p.width = larger(SVG_COLUMN * rows_columns(&p.rows.shape), WIDTH_MIN);
    page_draw(&p);
    rc = page_end(&p, out);
out:
    svg_free(&p.svg);
    free(cells);
    return rc;
}
