/* Panels: see panels.h. */
#include "panels.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "layout/value.h"
#include "printable.h"

/* ---- under the cursor ---- */

static void where_field(const struct grid_input *in, const struct layout_span *span, const struct layout_leaf *leaf,
                        const char *path, char *out, size_t out_size)
{
    char value[128] = "?";
    size_t known = grid_known(in, leaf->offset, in->segment_size - leaf->offset);
    if (known > 0) {
        value_shown(leaf->node, in->bytes + (leaf->offset - in->first), known, value, sizeof value);
    }
    char bits[40] = "";
    if (leaf->node->bit_size > 0) {
        snprintf(bits, sizeof bits, ":%u from bit %u", leaf->node->bit_size, leaf->node->bit_offset);
    }
    snprintf(out, out_size, "%s: %s%s, byte %zu of %zu%s%s = %s", path, leaf->node->type, bits,
             in->cursor - leaf->offset + 1, leaf->node->size, span->overlap ? ", overlaps another field" : "",
             span->misaligned ? ", misaligned" : "", value);
}

#define PATH_SIZE 512 /* bytes of a path that was cut */

/* "slots: struct slot[3], byte 1 of 72 = {..." for a row that is not a single field; false: it is one. */
static bool where_row(const struct field_table *table, size_t path_columns, char *out, size_t out_size)
{
    const struct grid_input *in = table->grid;
    struct field_row row;
    char path[LAYOUT_PATH_MAX], name[PATH_SIZE], type[64], value[128];
    if (!fields_selected(table->fields, in->cursor, &row)) {
        return false;
    }
    bool element = row.id.element != SIZE_MAX, inside = in->cursor - row.offset < row.size;
    if (!inside || (!element && !layout_kind_is_container(row.node->kind))) {
        return false;
    }
    fields_path(table->fields, &row, path, sizeof path);
    printable_end(path, path_columns, "...", name, sizeof name);
    fields_type(&row, type, sizeof type);
    panel_fields_value(in, &row, value, sizeof value);
    snprintf(out, out_size, "%s: %s, byte %zu of %zu = %s", name[0] != '\0' ? name : "(no name)", type,
             in->cursor - row.offset + 1, row.size, value);
    return true;
}

void panel_where(const struct field_table *table, size_t path_columns, char *out, size_t out_size)
{
    const struct grid_input *in = table->grid;
    struct layout_span span = layout_span_at(in->layout, in->cursor);
    struct layout_leaf leaf;
    char path[LAYOUT_PATH_MAX], name[PATH_SIZE], owner[PATH_SIZE] = "the whole struct";
    if (in->segment_size == 0) {
        snprintf(out, out_size, "nothing to see yet");
        return;
    }
    if (span.leaf == LAYOUT_NO_LEAF || !layout_leaf_get(in->layout, span.leaf, &leaf)) {
        snprintf(out, out_size, layout_leaves(in->layout) == 0 ? "no layout" : "free: no field lies here");
        return;
    }
    if (where_row(table, path_columns, out, out_size)) {
        return;
    }
    layout_leaf_path(in->layout, leaf.index, path, sizeof path);
    printable_end(path, path_columns, "...", name, sizeof name);
    const uint8_t *byte = grid_bytes(in, in->cursor, 1);
    bool stale = byte != NULL && *byte != 0;
    switch (span.kind) {
    case LAYOUT_SPAN_FIELD:
        where_field(in, &span, &leaf, name, out, out_size);
        return;
    case LAYOUT_SPAN_PADDING:
        snprintf(out, out_size, "padding before %s (align %zu)%s", name, leaf.node->align, stale ? ": NOT zero" : "");
        return;
    default:
        if (layout_tail_path(in->layout, leaf.index, in->cursor, path, sizeof path) > 0) {
            printable_end(path, path_columns, "...", owner, sizeof owner);
        }
        snprintf(out, out_size, "padding at the end of %s, made by %s%s", owner, name, stale ? ": NOT zero" : "");
    }
}

/* ---- inspector ---- */

/* Up to 8 bytes as one number. */
static uint64_t number_at(const uint8_t *from, size_t bytes, bool big)
{
    uint64_t n = 0;
    for (size_t i = 0; i < bytes; i++) {
        n = n << 8 | from[big ? i : bytes - 1 - i];
    }
    return n;
}

static void real_text(uint64_t bits, size_t bytes, int width, char *out, size_t out_size)
{
    double d;
    if (bytes == 4) {
        uint32_t half = (uint32_t)bits;
        float f;
        memcpy(&f, &half, sizeof f);
        d = (double)f;
    } else {
        memcpy(&d, &bits, sizeof d);
    }
    int precision = bytes == 4 ? 6 : 9;
    snprintf(out, out_size, "%.*g", precision, d);
    while (canvas_width(out) > width && --precision > 0) {
        snprintf(out, out_size, "~%.*g", precision, d);
    }
}

struct reading {
    const char *name;
    size_t bytes;
    enum { READ_SIGNED, READ_UNSIGNED, READ_REAL } as;
    bool compact; /* shown even in a small panel */
};

static const struct reading readings[] = {
    {"i16", 2, READ_SIGNED, true},    {"u16", 2, READ_UNSIGNED, false}, {"i32", 4, READ_SIGNED, true},
    {"u32", 4, READ_UNSIGNED, false}, {"i64", 8, READ_SIGNED, true},    {"u64", 8, READ_UNSIGNED, false},
    {"f32", 4, READ_REAL, true},      {"f64", 8, READ_REAL, true},
};
#define READING_MOST 28
#define INSPECTOR_COLS 33 /* with fewer its texts are shorter */
#define READINGS (int)(sizeof readings / sizeof *readings)

/* The number as text; if wider than `width`, rounded and marked with ~. */
static void reading_text(const struct grid_input *in, const struct reading *how, bool big, int width, char *out,
                         size_t out_size)
{
    if (how->bytes > in->segment_size - in->cursor) {
        snprintf(out, out_size, "past the end");
        return;
    }
    const uint8_t *from = grid_bytes(in, in->cursor, how->bytes);
    if (from == NULL) {
        snprintf(out, out_size, "not looked at");
        return;
    }
    uint64_t n = number_at(from, how->bytes, big);
    unsigned shift = 64 - 8 * (unsigned)how->bytes;
    int64_t signed_n = (int64_t)(n << shift) >> shift;
    if (how->as == READ_REAL) {
        real_text(n, how->bytes, width, out, out_size);
        return;
    }
    if (how->as == READ_SIGNED) {
        snprintf(out, out_size, "%" PRId64, signed_n);
    } else {
        snprintf(out, out_size, "%" PRIu64, n);
    }
    for (int precision = 6; canvas_width(out) > width && precision > 0; precision--) {
        snprintf(out, out_size, "~%.*g", precision, how->as == READ_SIGNED ? (double)signed_n : (double)n);
    }
}

static void inspector_byte(struct canvas *c, const struct theme *t, uint8_t b, struct rect r)
{
    char bits[10], one[8];
    for (int i = 0; i < 8; i++) {
        bits[i + (i >= 4 ? 1 : 0)] = (b >> (7 - i) & 1) != 0 ? '1' : '0';
    }
    bits[4] = ' ';
    bits[9] = '\0';
    char byte = (char)b;
    printable_bytes(&byte, 1, false, one, sizeof one);
    bool narrow = r.cols < INSPECTOR_COLS; /* the grid has the character, too */
    int col = canvas_put(c, r.row, r.col + !narrow, theme_text(t, TEXT_LABEL), "byte ");
    col = canvas_printf(c, r.row, col, theme_text(t, TEXT_STRONG), "%02x", b);
    if (narrow) {
        canvas_printf(c, r.row, col, theme_text(t, TEXT_PLAIN), " %d %s", b, bits);
    } else {
        canvas_printf(c, r.row, col, theme_text(t, TEXT_PLAIN), "  %d  %s  '%s'", b, bits, one);
    }
}

void panel_inspector(struct canvas *c, const struct theme *t, const struct grid_input *in, bool big_endian,
                     struct rect r)
{
    const uint8_t *byte = grid_bytes(in, in->cursor, 1);
    if (r.rows <= 0 || in->cursor >= in->segment_size) {
        return;
    }
    if (byte == NULL) {
        canvas_put_wrapped(c, r.row, r.col + 1, r.cols - 2, r.rows, theme_text(t, TEXT_LABEL),
                           "This byte was not looked at then.");
        return;
    }
    struct style label = theme_text(t, TEXT_LABEL), plain = theme_text(t, TEXT_PLAIN);
    bool narrow = r.cols < INSPECTOR_COLS, all = r.rows >= READINGS + 2;
    /* Both orders side by side, for comparison. */
    int left = narrow ? r.col : r.col + 1, row = r.row + 1;
    int half = (r.cols - (narrow ? 4 : 6)) / 2, first_width = half < READING_MOST ? half : READING_MOST;
    int second_width = narrow ? r.cols - 5 - first_width : first_width, second_at = left + 5 + first_width;
    const char *little = narrow ? "little" : "little endian", *big = narrow ? "big" : "big endian";
    inspector_byte(c, t, *byte, r);
    canvas_put_cut(c, row, left + 4, first_width, label, big_endian ? big : little);
    canvas_put_cut(c, row, second_at, second_width, label, big_endian ? little : big);
    row++;
    for (int i = 0; i < READINGS && row < r.row + r.rows; i++) {
        if (!all && !readings[i].compact) {
            continue;
        }
        char first[40], second[40];
        reading_text(in, &readings[i], big_endian, first_width, first, sizeof first);
        reading_text(in, &readings[i], !big_endian, second_width, second, sizeof second);
        canvas_put(c, row, left, label, readings[i].name);
        canvas_put_cut(c, row, left + 4, first_width, plain, first);
        canvas_put_cut(c, row, second_at, second_width, plain, second);
        row++;
    }
}

/* ---- map ---- */

struct map_shape {
    int cols, rows;
    size_t bytes; /* per character */
};

/* One byte per character if that fits, else 8, else the smallest power of 2 that does. */
static struct map_shape map_fit(size_t size, int cols, int most)
{
    struct map_shape shape = {.cols = 64, .rows = 0, .bytes = 1};
    while (shape.cols > 8 && shape.cols > cols - 5) {
        shape.cols /= 2;
    }
    for (;; shape.bytes = shape.bytes == 1 ? 8 : shape.bytes * 2) {
        size_t row = (size_t)shape.cols * shape.bytes;
        size_t rows = (size + row - 1) / row;
        if (most <= 0 || rows <= (size_t)most) {
            shape.rows = (int)rows;
            return shape;
        }
    }
}

int panel_map_rows(size_t segment_size, int cols, int most)
{
    return most > 0 ? map_fit(segment_size, cols, most).rows : 0;
}

/* What a character of the map shows of its bytes. */
struct map_cell {
    size_t bytes, used;    /* used: those not zero */
    unsigned dots;         /* bit i: the i-th eighth is not all zero */
    struct grid_cell show; /* the byte that gives it its colour */
    bool cursor;
};

/* A byte's priority for its character's colour. */
static int weight(const struct grid_cell *cell)
{
    int w = cell->role == GRID_FIELD ? 2 : cell->role == GRID_FREE ? 0 : 1;
    w += cell->byte != 0 ? 3 : 0;
    w += (cell->marks & GRID_STALE) != 0 ? 10 : 0;
    return w + ((cell->marks & GRID_CHANGED) != 0 ? 20 : 0);
}

static struct map_cell map_cell_of(const struct grid_cell *cells, size_t bytes)
{
    struct map_cell map = {.bytes = bytes, .show = cells[0]};
    for (size_t i = 0; i < bytes; i++) {
        if (cells[i].byte != 0) {
            map.used++;
            map.dots |= 1u << (i * 8 / bytes);
        }
        map.show = weight(&cells[i]) > weight(&map.show) ? cells[i] : map.show;
    }
    return map;
}

/* U+2800 plus a bit for each dot. Our eighths go down the left column, then down the right one. */
static void braille(unsigned dots, char out[5])
{
    static const unsigned bit[8] = {0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80};
    unsigned code = 0x2800;
    for (unsigned i = 0; i < 8; i++) {
        code |= (dots >> i & 1) != 0 ? bit[i] : 0;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    out[3] = '\0';
}

static void map_put(struct canvas *c, const struct theme *t, int row, int col, const struct map_cell *map)
{
    char made[5];
    const char *text = made;
    struct style s = theme_field(t, map->show.colour);
    bool padding = map->show.role == GRID_PADDING || map->show.role == GRID_TAIL;
    if ((map->show.marks & GRID_STALE) != 0) {
        text = theme_sign(t, SIGN_STALE);
        s.attr = STYLE_BOLD;
    } else if (map->used == 0) {
        text = theme_sign(t, padding ? SIGN_HATCH : SIGN_DOT);
        s.attr = STYLE_DIM;
    } else if (map->bytes == 1) {
        text = theme_sign(t, SIGN_BLOCK);
    } else if (t->braille) {
        braille(map->dots, made);
    } else {
        snprintf(made, sizeof made, "%c", map->used * 4 <= map->bytes ? ':' : map->used * 2 <= map->bytes ? '+' : '#');
    }
    if ((map->show.marks & GRID_CHANGED) != 0) {
        s.attr = map->show.glow > 1 ? STYLE_BOLD | STYLE_REVERSE : STYLE_BOLD;
    }
    if (map->cursor) {
        s = (struct style){-1, STYLE_REVERSE | STYLE_BOLD};
    }
    canvas_put(c, row, col, s, text);
}

/* For bytes not read for the frame, shows only whether a field covers them. */
static void map_put_unknown(struct canvas *c, const struct theme *t, int row, int col, const struct grid_cell *cell,
                            bool cursor)
{
    struct style s = theme_field(t, cell->colour);
    s.attr = STYLE_DIM;
    if (cursor) {
        s = (struct style){-1, STYLE_REVERSE | STYLE_BOLD};
    }
    canvas_put(c, row, col, s, cell->leaf != LAYOUT_NO_LEAF ? theme_sign(t, SIGN_HLINE) : " ");
}

#define MAP_LOOKED 1024 /* bytes of a character that are examined; the rest are ignored */

/* Draws a character of the map for the `bytes` from offset on, using only known bytes. */
static void map_character(struct canvas *c, const struct theme *t, const struct grid_input *in, int row, int col,
                          size_t offset, size_t bytes)
{
    struct grid_cell cells[MAP_LOOKED];
    size_t end = offset + bytes < in->segment_size ? offset + bytes : in->segment_size;
    size_t from = offset > in->first ? offset : in->first < end ? in->first : offset;
    size_t look = grid_known(in, from, end - from);
    bool cursor = in->cursor >= offset && in->cursor < end;
    look = look < MAP_LOOKED ? look : MAP_LOOKED;
    if (look == 0) {
        grid_cells(in, offset, cells, 1);
        map_put_unknown(c, t, row, col, cells, cursor);
        return;
    }
    grid_cells(in, from, cells, look);
    struct map_cell map = map_cell_of(cells, look);
    map.cursor = cursor;
    map_put(c, t, row, col, &map);
}

/* The offset of a row of the map, in four columns: "0", "100", "fc00", then "64K", "1.5M", "768M". */
static void map_offset(size_t offset, char *out, size_t out_size)
{
    static const char units[] = "KMGT";
    double n = (double)offset / 1024;
    int unit = 0;
    if (offset <= 0xffff) {
        snprintf(out, out_size, "%zx", offset);
        return;
    }
    for (; n >= 1000 && units[unit + 1] != '\0'; unit++) {
        n /= 1024;
    }
    snprintf(out, out_size, n < 10 && n != (double)(int)n ? "%.1f%c" : "%.0f%c", n, units[unit]);
}

void panel_map(struct canvas *c, const struct theme *t, const struct grid_input *in, struct rect r)
{
    if (r.rows <= 0 || in->segment_size == 0) {
        return;
    }
    struct map_shape shape = map_fit(in->segment_size, r.cols, r.rows);
    for (int row = 0; row < shape.rows; row++) {
        size_t start = (size_t)row * (size_t)shape.cols * shape.bytes;
        char label[16];
        map_offset(start, label, sizeof label);
        canvas_printf(c, r.row + row, r.col, theme_text(t, TEXT_LABEL), "%4s", label);
        for (int col = 0; col < shape.cols; col++) {
            size_t offset = start + (size_t)col * shape.bytes;
            if (offset >= in->segment_size) {
                break;
            }
            map_character(c, t, in, r.row + row, r.col + 5 + col, offset, shape.bytes);
        }
    }
}

/* ---- full-screen lists ---- */

void panel_title(struct canvas *c, const struct theme *t, const char *what)
{
    static const char *const how[] = {"   (j k scroll, any other key closes)", "   (any key closes)", "  (q closes)"};
    struct style style = theme_text(t, TEXT_TITLE);
    canvas_fill(c, 0, 0, c->cols, style, " ");
    int col = canvas_put(c, 0, 1, style, c->cols >= 40 ? "shm-view: " : "");
    int room = c->cols - col, width = canvas_width(what);
    col = canvas_put_cut(c, 0, col, width < room ? width : room, style, what);
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        if (col + canvas_width(how[i]) <= c->cols) {
            canvas_put(c, 0, col, style, how[i]);
            return;
        }
    }
}
