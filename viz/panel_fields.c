/* Draws the field table: name, type, offset, size, alignment, padding before, value. Part of panels.h. */
#include <stdio.h>
#include <string.h>

#include "layout/value.h"
#include "panels.h"

static int digits(size_t n)
{
    int digits = 1;
    for (; n >= 10; n /= 10) {
        digits++;
    }
    return digits;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* Widths of the columns. */
struct columns {
    int name, type, value;        /* type 0: left out */
    int offset, size, align, pad; /* size 0: these three are left out */
    bool bare;                    /* types without the keyword struct, union or enum, to save room */
};

#define NAME_SIZE (LAYOUT_PATH_MAX + 128) /* with indentation */

/* The row's name as shown: indented by level, with its folding sign. */
static void row_name(const struct fields *f, const struct field_row *row, int step, char *out, size_t out_size)
{
    char name[LAYOUT_PATH_MAX];
    const char *sign = !f->folds || f->flat ? "" : !row->foldable ? " " : row->open ? "-" : "+";
    fields_name(f, row, name, sizeof name);
    snprintf(out, out_size, "%*s%s%s", f->flat ? 0 : step * (int)row->indent, "", sign, name);
}

/* The indentation of a level. */
static int indent_step(int cols)
{
    return cols < 60 ? 1 : 2;
}

/* The row's type; bare: without the keyword struct, union or enum. */
static void row_type(const struct field_row *row, bool bare, char *out, size_t out_size)
{
    static const char *const keywords[] = {"struct ", "union ", "enum "};
    fields_type(row, out, out_size);
    for (size_t i = 0; bare && i < sizeof keywords / sizeof *keywords; i++) {
        size_t n = strlen(keywords[i]);
        if (strncmp(out, keywords[i], n) == 0) {
            memmove(out, out + n, strlen(out + n) + 1);
        }
    }
}

/* The widths that the visible rows need. */
static struct columns columns_wish(const struct fields *f, const struct field_row *top, size_t rows, int cols,
                                   bool bare)
{
    struct columns w = {.name = 4, .type = 4, .offset = 3, .size = 2, .align = 2, .pad = 3, .bare = bare};
    struct field_row at = *top;
    for (size_t i = 0; i < rows; i++) {
        char text[NAME_SIZE];
        row_name(f, &at, indent_step(cols), text, sizeof text);
        w.name = larger(w.name, canvas_width(text));
        row_type(&at, bare, text, sizeof text);
        w.type = larger(w.type, canvas_width(text));
        value_offset(at.node, at.offset, text);
        w.offset = larger(w.offset, canvas_width(text));
        value_size(at.node, at.size, text);
        w.size = larger(w.size, canvas_width(text));
        w.align = larger(w.align, digits(at.node->align));
        w.pad = larger(w.pad, digits(at.padding_before) + 1);
        if (!fields_next(f, &at)) {
            break;
        }
    }
    return w;
}

#define VALUE_COLS 20 /* enough for most values */

/* Fits the columns. Names and values come first, then the offset, then the type, then the other numbers. */
static struct columns columns_squeeze(struct columns w, int cols)
{
    int numbers = w.size + w.align + w.pad + 3;
    if (cols < 36) {
        numbers = 0;
        w.size = 0;
    }
    int rest = cols - 2 - w.offset - 1 - numbers;
    w.type = w.type < 20 ? w.type : 20;
    int name_most = larger(rest / 3, rest - w.type - 2 - VALUE_COLS);
    w.name = w.name < name_most ? w.name : larger(name_most, w.name < 9 ? w.name : 9);
    int type_most = rest - w.name - 1 - 8;
    w.type = w.type < type_most ? w.type : type_most;
    w.type = w.type < 4 ? 0 : w.type;
    w.value = rest - w.name - (w.type > 0 ? w.type + 1 : 0);
    return w;
}

static struct columns columns_fit(const struct fields *f, const struct field_row *top, size_t rows, int cols)
{
    struct columns wish = columns_wish(f, top, rows, cols, false), w = columns_squeeze(wish, cols);
    bool fits = w.type >= wish.type && w.value >= VALUE_COLS;
    return fits ? w : columns_squeeze(columns_wish(f, top, rows, cols, true), cols);
}

static void field_head(struct canvas *c, const struct theme *t, struct rect r, const struct columns *w)
{
    struct style s = theme_text(t, TEXT_LABEL);
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

/* ---- values ---- */

typedef size_t value_writer(const struct layout_node *, const void *, size_t, char *, size_t);

/* The value of a field or an element of scalars, as value_format or value_shown writes it, or why there is none. */
static void leaf_value(const struct grid_input *in, const struct layout_node *n, size_t offset, value_writer *write,
                       char *out, size_t out_size)
{
    if (offset >= in->segment_size || n->size > in->segment_size - offset) {
        snprintf(out, out_size, "past the end");
        return;
    }
    size_t known = grid_known(in, offset, in->segment_size - offset);
    if (known < n->size) {
        snprintf(out, out_size, "not looked at");
        return;
    }
    write(n, in->bytes + (offset - in->first), known, out, out_size);
}

#define SUMMARY_FIELDS 24 /* values that a folded row shows at most */

/* "{1, 22}" for a struct, "{1, 22} {2, 23}" for an array of structs: as many of the first values as fit in a line. */
static void container_value(const struct grid_input *in, const struct field_row *row, char *out, size_t out_size)
{
    const struct layout *l = in->layout;
    bool array = row->node->kind == LAYOUT_ARRAY;
    size_t each = array ? (row->node + 1)->leaves : row->node->leaves, used = 0;
    struct layout_leaf leaf;
    out[0] = '\0';
    for (size_t i = 0; i < row->node->leaves && used + 1 < out_size; i++) {
        if (i == SUMMARY_FIELDS || !layout_leaf_get(l, row->id.leaf + i, &leaf) || leaf.offset >= in->segment_size) {
            snprintf(out + used, out_size - used, "%s...", i > 0 && i % each == 0 ? " " : i > 0 ? ", " : "");
            return;
        }
        char value[64];
        leaf_value(in, leaf.node, leaf.offset, value_format, value, sizeof value);
        used += (size_t)snprintf(out + used, out_size - used, "%s%s%s",
                                 i % each > 0 ? ", "
                                 : i > 0      ? " {"
                                              : "{",
                                 value, i % each == each - 1 ? "}" : "");
    }
}

void panel_fields_value(const struct grid_input *in, const struct field_row *row, char *out, size_t out_size)
{
    struct layout_node one = *row->node;
    char type[256];
    if (layout_kind_is_container(row->node->kind)) {
        container_value(in, row, out, out_size);
        return;
    }
    if (row->id.element != SIZE_MAX) {
        one.count = 1;
        one.size = one.stride;
        fields_type(row, type, sizeof type);
        one.type = type;
    }
    leaf_value(in, &one, row->offset, value_shown, out, out_size);
}

/* Only the known bytes of a large row can glow. */
static bool row_glows(const struct grid_input *in, const struct field_row *row)
{
    size_t from = row->offset > in->first ? row->offset : in->first;
    size_t end = row->offset + row->size;
    size_t known = in->glow != NULL && from < end ? grid_known(in, from, end - from) : 0;
    for (size_t i = 0; i < known; i++) {
        if (in->glow[from - in->first + i] > 0) {
            return true;
        }
    }
    return false;
}

static bool row_selected(const struct field_table *table, const struct field_row *row)
{
    struct field_row selected;
    size_t cursor = table->grid->cursor;
    return cursor < table->grid->segment_size && fields_selected(table->fields, cursor, &selected) &&
           field_same(&row->id, &selected.id);
}

/* ---- drawing ---- */

/* A path that is too long keeps its end, from a dot on if that fits: ".num" says more than "message.n". But not if that
 * drops the index of an array: ".n" is in each of its elements. */
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

static void put_name(struct canvas *c, const struct theme *t, const struct field_table *table, struct rect r, int row,
                     const struct columns *w, const struct field_row *field, bool selected)
{
    bool container = layout_kind_is_container(field->node->kind);
    unsigned colour = (unsigned)grid_colour(table->grid->palette, grid_family(field->node));
    struct style style = container ? theme_text(t, TEXT_PLAIN) : theme_field(t, colour);
    char name[NAME_SIZE];
    row_name(table->fields, field, indent_step(r.cols), name, sizeof name);
    style.attr |= selected ? STYLE_BOLD : 0;
    canvas_put(c, row, r.col, theme_text(t, TEXT_STRONG), selected ? theme_sign(t, SIGN_POINTER) : " ");
    if (table->fields->flat) {
        put_path(c, row, r.col + 1, w->name, style, name);
    } else {
        canvas_put_cut(c, row, r.col + 1, w->name, style, name);
    }
}

static void put_value(struct canvas *c, const struct theme *t, const struct field_table *table, int row, int col,
                      int width, const struct field_row *field, bool selected)
{
    char text[256];
    bool glows = row_glows(table->grid, field);
    struct style v = theme_text(t, glows ? TEXT_TITLE : selected ? TEXT_STRONG : TEXT_PLAIN);
    panel_fields_value(table->grid, field, text, sizeof text);
    if (canvas_width(text) > width) {
        canvas_put_cut(c, row, col, width, v, text);
    } else {
        canvas_put(c, row, col, v, text);
    }
}

static void put_row(struct canvas *c, const struct theme *t, const struct field_table *table, struct rect r, int row,
                    const struct columns *w, const struct field_row *field, bool selected)
{
    char text[256], pad[24] = "";
    struct style plain = theme_text(t, selected ? TEXT_STRONG : TEXT_PLAIN);
    put_name(c, t, table, r, row, w, field, selected);
    int col = r.col + 1 + w->name + 1;
    if (w->type > 0) {
        row_type(field, w->bare, text, sizeof text);
        col = canvas_put_cut(c, row, col, w->type, plain, text) + 1;
    }
    value_offset(field->node, field->offset, text);
    col = canvas_printf(c, row, col, plain, "%*s ", w->offset, text);
    if (w->size > 0) {
        if (field->padding_before > 0) {
            snprintf(pad, sizeof pad, "+%zu", field->padding_before);
        }
        value_size(field->node, field->size, text);
        col = canvas_printf(c, row, col, plain, "%*s %*zu", w->size, text, w->align, field->node->align);
        const char *sign = field->misaligned ? theme_sign(t, SIGN_MISALIGNED) : " ";
        col = canvas_put(c, row, col, theme_text(t, TEXT_WARN), sign);
        col = canvas_printf(c, row, col, plain, "%*s ", w->pad, pad);
    }
    bool below = layout_kind_is_container(field->node->kind) && field->open; /* its fields are listed below it */
    if (!below) {
        put_value(c, t, table, row, col, w->value, field, selected);
    }
}

/* The first row shown. */
static bool table_top(const struct fields *f, struct field_row *row)
{
    return fields_row(f, &f->top, row) || fields_first(f, row);
}

bool panel_fields_row_at(const struct fields *f, struct rect r, int row, struct field_row *field)
{
    if (row <= r.row || row >= r.row + r.rows || !table_top(f, field)) {
        return false;
    }
    for (int i = r.row + 1; i < row; i++) {
        if (!fields_next(f, field)) {
            return false;
        }
    }
    return true;
}

size_t panel_fields_rows(const struct fields *f, size_t most)
{
    struct field_row row;
    return most > 0 && fields_first(f, &row) ? 1 + fields_count_after(f, &row, most - 1) : 0;
}

#define MORE_MAX 999 /* rows below the table are counted up to this */

void panel_fields(struct canvas *c, const struct theme *t, const struct field_table *table, struct rect r)
{
    size_t rows = r.rows > 1 ? (size_t)r.rows - 1 : 0;
    struct field_row row;
    if (r.rows <= 0 || r.cols < 16 || !table_top(table->fields, &row)) {
        return;
    }
    struct columns w = columns_fit(table->fields, &row, rows, r.cols);
    field_head(c, t, r, &w);
    size_t drawn = 0;
    for (bool more = rows > 0; more; more = ++drawn < rows && fields_next(table->fields, &row)) {
        put_row(c, t, table, r, r.row + 1 + (int)drawn, &w, &row, row_selected(table, &row));
    }
    size_t below = drawn == rows ? fields_count_after(table->fields, &row, MORE_MAX) : 0;
    if (below > 0) {
        char text[32];
        snprintf(text, sizeof text, " +%zu%s", below, below == MORE_MAX ? " or more" : "");
        canvas_put(c, r.row, r.col + r.cols - canvas_width(text), theme_text(t, TEXT_LABEL), text);
    }
}
