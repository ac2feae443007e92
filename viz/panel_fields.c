/* Field table: name, type, offset, size, alignment, padding before, value. Part of panels.h. */
#include <stdio.h>
#include <string.h>

#include "panels.h"
#include "value.h"

struct columns {
    int name, type, value;        /* widths; type 0: left out */
    int offset, size, align, pad; /* size 0: these three are left out */
};

static int digits(size_t n)
{
    char text[24];
    return snprintf(text, sizeof text, "%zu", n);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* What the widest of the fields need; at most 256 of them are asked. */
static struct columns columns_wish(const struct model *m)
{
    struct columns w = {.name = 4, .type = 4, .offset = 3, .size = 2, .align = 2, .pad = 3};
    struct layout_leaf leaf;
    for (size_t i = 0; i < 256 && layout_leaf_get(m->layout, i, &leaf); i++) {
        char path[64];
        w.name = larger(w.name, (int)layout_leaf_path(m->layout, i, path, sizeof path));
        w.type = larger(w.type, canvas_width(leaf.node->type));
        w.offset = larger(w.offset, digits(leaf.offset));
        w.size = larger(w.size, digits(leaf.node->size));
        w.align = larger(w.align, digits(leaf.node->align));
        w.pad = larger(w.pad, digits(leaf.padding_before) + 1);
    }
    return w;
}

/* A name and a value come first, then the offset, then the type, then the other numbers. */
static struct columns columns_fit(const struct model *m, int cols)
{
    struct columns w = columns_wish(m);
    int numbers = w.size + w.align + w.pad + 3;
    if (cols < 36) {
        numbers = 0;
        w.size = 0;
    }
    int rest = cols - 2 - w.offset - 1 - numbers;
    w.type = w.type < 20 ? w.type : 20;
    int name_most = larger(rest / 3, rest - w.type - 2 - 20); /* a value of 20 columns says enough */
    w.name = w.name < name_most ? w.name : larger(name_most, w.name < 9 ? w.name : 9);
    int type_most = rest - w.name - 1 - 8;
    w.type = w.type < type_most ? w.type : type_most;
    w.type = w.type < 4 ? 0 : w.type;
    w.value = rest - w.name - (w.type > 0 ? w.type + 1 : 0);
    return w;
}

static void field_head(struct canvas *c, const struct theme *t, struct rect r, const struct columns *w)
{
    struct style s = theme_words(t, WORDS_LABEL);
    int col = canvas_put_cut(c, r.row, r.col + 1, w->name, s, "name") + 1;
    if (w->type > 0) {
        col = canvas_put_cut(c, r.row, col, w->type, s, "type") + 1;
    }
    col = canvas_printf(c, r.row, col, s, "%*s ", w->offset, "off");
    if (w->size > 0) {
        col = canvas_printf(c, r.row, col, s, "%*s %*s %*s ", w->size, "sz", w->align, "al", w->pad, "pad");
    }
    canvas_put_cut(c, r.row, col, w->value, s, "value");
}

/* "not seen", "past the end", or the value. */
static void field_value(const struct model *m, const struct layout_leaf *leaf, char *out, size_t out_size)
{
    if (leaf->offset >= m->size || leaf->node->size > m->size - leaf->offset) {
        snprintf(out, out_size, "past the end");
        return;
    }
    value_format(leaf->node, m->bytes + leaf->offset, m->size - leaf->offset, out, out_size);
}

static bool leaf_glows(const struct model *m, const struct layout_leaf *leaf)
{
    for (size_t i = leaf->offset; i < m->size && i < leaf->offset + leaf->node->size; i++) {
        if (m->glow[i] > 0) {
            return true;
        }
    }
    return false;
}

/* A path that is too long keeps its end, from a dot on where that fits: ".num" says more than "message.n". But not
 * where the index of an array would go: ".n" is in each of its elements. */
static int put_path(struct canvas *c, int row, int col, int width, struct style style, const char *path)
{
    int over = canvas_width(path) - width;
    if (over <= 0) {
        return canvas_put_cut(c, row, col, width, style, path);
    }
    const char *dot = strchr(path + over, '.');
    if (dot != NULL && memchr(path, '[', (size_t)(dot - path)) == NULL) {
        return canvas_put_cut(c, row, col, width, style, dot);
    }
    canvas_put(c, row, col, style, c->utf8 ? "\u2026" : "<");
    return canvas_put_cut(c, row, col + 1, width - 1, style, path + over + 1);
}

static void field_row(struct canvas *c, const struct theme *t, const struct model *m, struct rect r, int row,
                      const struct columns *w, const struct layout_leaf *leaf, bool selected)
{
    char path[96], value[256], pad[24] = "";
    unsigned colour = (unsigned)grid_hue_colour(grid_family(leaf->node), m->hues.hue[leaf->node - m->layout->nodes]);
    struct style name = theme_field(t, colour), plain = theme_words(t, selected ? WORDS_STRONG : WORDS_PLAIN);
    name.attr |= selected ? STYLE_BOLD : 0;
    layout_leaf_path(m->layout, leaf->index, path, sizeof path);
    field_value(m, leaf, value, sizeof value);
    canvas_put(c, row, r.col, plain, selected ? theme_sign(t, SIGN_POINTER) : " ");
    int col = put_path(c, row, r.col + 1, w->name, name, path) + 1;
    if (w->type > 0) {
        col = canvas_put_cut(c, row, col, w->type, plain, leaf->node->type) + 1;
    }
    col = canvas_printf(c, row, col, plain, "%*zu ", w->offset, leaf->offset);
    if (w->size > 0) {
        if (leaf->padding_before > 0) {
            snprintf(pad, sizeof pad, "+%zu", leaf->padding_before);
        }
        col = canvas_printf(c, row, col, plain, "%*zu %*zu", w->size, leaf->node->size, w->align, leaf->node->align);
        col = canvas_put(c, row, col, theme_words(t, WORDS_WARN), leaf->misaligned ? theme_sign(t, SIGN_MISALIGNED) : " ");
        col = canvas_printf(c, row, col, plain, "%*s ", w->pad, pad);
    }
    struct style v = leaf_glows(m, leaf) ? theme_words(t, WORDS_TITLE) : plain;
    if (canvas_width(value) > w->value) {
        canvas_put_cut(c, row, col, w->value, v, value);
    } else {
        canvas_put(c, row, col, v, value);
    }
}

size_t panel_fields_top(const struct model *m, struct rect r)
{
    size_t selected = m->size > 0 ? layout_span_at(m->layout, m->cursor).leaf : LAYOUT_NO_LEAF;
    size_t shown = r.rows > 1 ? (size_t)r.rows - 1 : 0;
    return selected != LAYOUT_NO_LEAF && selected >= shown ? selected - shown + 1 : 0;
}

void panel_fields(struct canvas *c, const struct theme *t, const struct model *m, struct rect r)
{
    size_t leaves = layout_leaves(m->layout), shown = r.rows > 1 ? (size_t)r.rows - 1 : 0;
    size_t selected = m->size > 0 ? layout_span_at(m->layout, m->cursor).leaf : LAYOUT_NO_LEAF;
    if (r.rows <= 0 || r.cols < 16) {
        return;
    }
    if (leaves == 0) {
        canvas_put_cut(c, r.row, r.col + 1, r.cols - 1, theme_words(t, WORDS_LABEL), "no layout: bytes only");
        canvas_put_wrapped(c, r.row + 1, r.col + 1, r.cols - 2, r.rows - 1, theme_words(t, WORDS_LABEL), m->layout_title);
        return;
    }
    struct columns w = columns_fit(m, r.cols);
    field_head(c, t, r, &w);
    size_t top = panel_fields_top(m, r);
    struct layout_leaf leaf;
    for (size_t i = 0; i < shown && layout_leaf_get(m->layout, top + i, &leaf); i++) {
        field_row(c, t, m, r, r.row + 1 + (int)i, &w, &leaf, top + i == selected);
    }
    size_t more = leaves > top + shown ? leaves - top - shown : 0;
    if (more > 0) {
        char text[32];
        snprintf(text, sizeof text, " +%zu", more);
        canvas_put(c, r.row, r.col + r.cols - canvas_width(text), theme_words(t, WORDS_LABEL), text);
    }
}
