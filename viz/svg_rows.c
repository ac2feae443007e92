/* Svg rows: see svg_rows.h. */
#include "svg_rows.h"

#include <stdio.h>
#include <string.h>

#define NAME_HEIGHT 13   /* px above a line in which fields start */
#define WANTED_HEIGHT 13 /* px below a line with bytes that differ from those expected */
#define GAP 4            /* between lines */

/* Cells [from, to) of a line: byte numbers within it. */
struct part {
    int from, to;
};

static bool is_padding(const struct grid_cell *cell)
{
    return cell->role == GRID_PADDING || cell->role == GRID_TAIL;
}

static int cell_x(const struct svg_rows *r, int i)
{
    return r->x + SVG_COLUMN * (rows_hex_column(&r->shape, i) - 1);
}

/* The right edge of byte i, exclusive. */
static int cell_end(const struct svg_rows *r, int i)
{
    return cell_x(r, i) + SVG_CELL_WIDTH;
}

static struct part next_part(const struct grid_cell *line, int from, int count,
                             bool (*same)(const struct grid_cell *, const struct grid_cell *))
{
    struct part p = {from, from + 1};
    while (p.to < count && same(&line[from], &line[p.to])) {
        p.to++;
    }
    return p;
}

/* ---- one cell ---- */

/* Draws the mark's sign in the cell's upper left corner: a mark is never shown by colour alone. */
static void cell_mark(const struct svg_rows *r, int x, int y, const struct grid_cell *cell)
{
    struct grid_cell others = *cell;
    int down = 11;
    if ((cell->marks & r->topic) != 0) {
        struct grid_cell topic = *cell;
        topic.marks &= (uint8_t)r->topic;
        others.marks &= (uint8_t)~r->topic;
        svg_text(r->svg, x + 3, y + down, "l b t", 0, theme_sign(r->theme, theme_mark_of(&topic)->sign));
        down = 19;
    }
    const struct theme_mark *mark = theme_mark_of(&others);
    if (mark != NULL) {
        svg_text(r->svg, x + 3, y + down, "l b t", 0, theme_sign(r->theme, mark->sign));
    }
}

/* Draws the frame of a mark on this byte, with its own background so that sign and digits are readable. */
static void cell_frame(const struct svg_rows *r, int x, int y, const struct grid_cell *cell)
{
    const struct theme_mark *mark = theme_mark_of(cell);
    if (mark == NULL || mark->mark == GRID_MISALIGNED || mark->mark == GRID_OVERLAP) {
        return;
    }
    svg_rect(r->svg, x + 1, y + 1, SVG_CELL_WIDTH - 2, SVG_CELL_HEIGHT - 2, "g x");
}

/* The CSS classes of a byte's digits. */
static const char *digits_class(const struct grid_cell *cell)
{
    if (is_padding(cell)) {
        return "m h t";
    }
    if (cell->role == GRID_FREE && cell->byte == 0) {
        return "m d";
    }
    return cell->byte == 0 ? "m z" : "m b t";
}

static void cell_digits(const struct svg_rows *r, int x, int y, const struct grid_cell *cell)
{
    char digits[3] = "??";
    if (cell->role != GRID_UNREADABLE) {
        snprintf(digits, sizeof digits, "%02x", cell->byte);
    }
    cell_frame(r, x, y, cell);
    if (theme_mark_of(cell) != NULL) { /* smaller, beside the sign */
        svg_text(r->svg, x + SVG_CELL_WIDTH / 2 + 4, y + 15, "m s b t", 0, digits);
    } else {
        svg_text(r->svg, x + SVG_CELL_WIDTH / 2 + 2, y + 15, digits_class(cell), 0, digits);
    }
}

/* ---- boxes: background, bar at the start, outline ---- */

static void box_ground(const struct svg_rows *r, int x, int y, int width, const struct grid_cell *cell)
{
    char classes[8];
    if (is_padding(cell)) {
        svg_hatch(r->svg, x, y, width, SVG_CELL_HEIGHT, cell->colour, cell->role == GRID_TAIL);
    } else if (cell->role == GRID_FIELD) {
        snprintf(classes, sizeof classes, "f%u", (unsigned)cell->colour);
        svg_rect(r->svg, x, y, width, SVG_CELL_HEIGHT, classes);
    }
}

static void box_lines(const struct svg_rows *r, int x, int y, int end, const struct grid_cell *cell, bool ends)
{
    char thin[16], bar[16];
    int bottom = y + SVG_CELL_HEIGHT;
    snprintf(thin, sizeof thin, "o%u", (unsigned)cell->colour);
    snprintf(bar, sizeof bar, "a o%u", (unsigned)cell->colour);
    fprintf(r->svg->out, "<path class=\"%s\" d=\"M%d %dH%dM%d %dH%d\"/>\n", thin, x, y, end, x, bottom, end);
    if (cell->starts) {
        svg_line(r->svg, x + 1, y, x + 1, bottom, cell->role == GRID_FIELD ? bar : thin);
    }
    if (ends) {
        svg_line(r->svg, end, y, end, bottom, thin);
    }
}

static void elements(const struct svg_rows *r, const struct grid_cell *line, struct part p, int y)
{
    char classes[16];
    snprintf(classes, sizeof classes, "u o%u", (unsigned)line[p.from].colour);
    for (int i = p.from; i < p.to; i++) {
        if (line[i].element) {
            svg_line(r->svg, cell_x(r, i), y, cell_x(r, i), y + SVG_CELL_HEIGHT, classes);
        }
    }
}

/* Draws the part of a field's or padding's box that is in this line. next: the cell after it; NULL at the end. */
static void box_draw(const struct svg_rows *r, const struct grid_cell *line, struct part p, int y,
                     const struct grid_cell *next)
{
    const struct grid_cell *cell = &line[p.from];
    int x = cell_x(r, p.from), end = cell_end(r, p.to - 1);
    if (cell->role != GRID_FIELD && !is_padding(cell)) {
        return;
    }
    box_ground(r, x, y, end - x, cell);
    elements(r, line, p, y);
    box_lines(r, x, y, end, cell, next == NULL || !grid_same_box(&line[p.to - 1], next));
}

/* ---- runs: bytes with their attributes ---- */

static void attributes(const struct svg_rows *r, const struct grid_cell *cell, size_t offset, size_t size)
{
    FILE *out = r->svg->out;
    fprintf(out, " data-offset=\"%zu\" data-size=\"%zu\" data-role=\"%s\"", offset, size, theme_role_name(cell->role));
    if (cell->leaf != LAYOUT_NO_LEAF) {
        char path[LAYOUT_PATH_MAX];
        layout_leaf_path(r->grid->layout, cell->leaf, path, sizeof path);
        fputs(" data-field=\"", out);
        svg_escaped(out, path);
        fputs("\"", out);
    }
    const char *between = "";
    fputs(" data-marks=\"", out);
    for (size_t i = 0; i < theme_mark_count; i++) {
        if ((cell->marks & theme_marks[i].mark) != 0) {
            fprintf(out, "%s%s", between, theme_marks[i].name);
            between = " ";
        }
    }
    fputs("\">\n", out);
}

/* Draws the characters of a run at the right; text outside fields has its own colour. */
static void characters(const struct svg_rows *r, const struct grid_cell *line, struct part p, int y)
{
    for (int from = p.from, i; from < p.to; from = i) {
        char text[3 * 64 + 1] = "", classes[8];
        for (i = from; i < p.to && line[i].colour == line[from].colour; i++) {
            char one[2] = {(char)line[i].byte, '\0'};
            bool prints = line[i].byte >= 0x20 && line[i].byte < 0x7f;
            strcat(text, line[i].role == GRID_UNREADABLE ? "?" : prints ? one : theme_sign(r->theme, SIGN_DOT));
        }
        snprintf(classes, sizeof classes, "k%u", (unsigned)line[from].colour);
        svg_text(r->svg, r->x + SVG_COLUMN * rows_character_column(&r->shape, from), y + 15, classes, 0, text);
    }
}

static void run_draw(const struct svg_rows *r, const struct grid_cell *line, struct part p, size_t offset, int y)
{
    fputs("<g class=\"run\"", r->svg->out);
    attributes(r, &line[p.from], offset + (size_t)p.from, (size_t)(p.to - p.from));
    for (int i = p.from; i < p.to; i++) {
        cell_digits(r, cell_x(r, i), y, &line[i]);
        cell_mark(r, cell_x(r, i), y, &line[i]);
    }
    fputs("</g>\n", r->svg->out);
    if (r->shape.characters) {
        characters(r, line, p, y);
    }
}

/* ---- names above the line, expected bytes below it ---- */

const char *svg_rows_path_end(const char *path, int columns)
{
    const char *end = path;
    while (svg_columns(end) > columns) {
        const char *next = end + 1 + strcspn(end + 1, ".[");
        if (*next == '\0') {
            return end + (*end == '.' ? 1 : 0); /* the rest is cut at its end */
        }
        end = next;
    }
    return end;
}

/* The first byte after `from` with another name above it. */
static int name_room(const struct grid_cell *line, int from, int count)
{
    int i = from + 1;
    while (i < count && !(line[i].role == GRID_FIELD && line[i].starts)) {
        i++;
    }
    return i;
}

static bool names_draw(const struct svg_rows *r, const struct grid_cell *line, int count, int y)
{
    bool any = false;
    for (int i = 0; i < count; i++) {
        if (line[i].role != GRID_FIELD || !line[i].starts) {
            continue;
        }
        any = true;
        if (r->names == SVG_NAMES_ROOM) {
            break;
        }
        char path[LAYOUT_PATH_MAX], classes[8];
        int room = name_room(line, i, count); /* leaves half a letter free before the next name */
        int end = room < count ? cell_x(r, room) - SVG_TINY / 2 : cell_end(r, count - 1);
        int columns = (end - cell_x(r, i)) / SVG_TINY;
        layout_leaf_path(r->grid->layout, line[i].leaf, path, sizeof path);
        snprintf(classes, sizeof classes, "l k%u", (unsigned)line[i].colour);
        svg_text(r->svg, cell_x(r, i), y + NAME_HEIGHT - 4, classes, columns, svg_rows_path_end(path, columns));
    }
    return any;
}

static bool wanted_draw(const struct svg_rows *r, const struct grid_cell *line, int count, size_t offset, int y)
{
    bool any = false;
    for (int i = 0; i < count; i++) {
        const uint8_t *byte = grid_expected(r->grid, offset + (size_t)i);
        if ((line[i].marks & GRID_DIFFERS) == 0 || byte == NULL) {
            continue;
        }
        char digits[4];
        snprintf(digits, sizeof digits, "%02x", *byte);
        svg_text(r->svg, cell_x(r, i) + SVG_CELL_WIDTH / 2 + 2, y + 10, "m l t", 0, digits);
        any = true;
    }
    if (any) {
        svg_text(r->svg, r->x, y + 10, "l d", 0, "wanted");
    }
    return any;
}

/* ---- lines ---- */

static int line_draw(const struct svg_rows *r, const struct grid_cell *line, int count, size_t offset, int y)
{
    char digits[24];
    bool last = (size_t)(line - r->cells) + (size_t)count >= r->count;
    y += r->names != SVG_NAMES_NONE && names_draw(r, line, count, y) ? NAME_HEIGHT : 0;
    snprintf(digits, sizeof digits, "%0*zx", r->shape.digits, offset);
    svg_text(r->svg, r->x, y + 15, "d", 0, digits);
    for (struct part p = {0, 0}; p.to < count;) {
        p = next_part(line, p.to, count, grid_same_box);
        box_draw(r, line, p, y, p.to < count || !last ? &line[p.to] : NULL);
    }
    for (struct part p = {0, 0}; p.to < count;) {
        p = next_part(line, p.to, count, grid_same_run);
        run_draw(r, line, p, offset, y);
    }
    y += SVG_CELL_HEIGHT + GAP;
    return y + (wanted_draw(r, line, count, offset, y - 3) ? WANTED_HEIGHT : 0);
}

static int squeezed_draw(const struct svg_rows *r, const struct grid_cell *cell, size_t offset, size_t n, int y)
{
    char text[96], digits[24];
    const char *field = is_padding(cell) ? "bytes of padding" : "more of its bytes";
    const char *what = cell->role == GRID_FREE ? "free bytes" : field;
    int x = cell_x(r, 0), end = cell_end(r, r->shape.width - 1);
    int columns = rows_columns(&r->shape) - (x - r->x) / SVG_COLUMN - 1; /* also over the place of characters */
    snprintf(digits, sizeof digits, "%0*zx", r->shape.digits, offset);
    svg_text(r->svg, r->x, y + 15, "d", 0, digits);
    box_ground(r, x, y, end - x, cell);
    fputs("<g class=\"run\" data-squeezed=\"zero\"", r->svg->out);
    attributes(r, cell, offset, n);
    snprintf(text, sizeof text, "\u2026 %zu %s, all zero", n, what);
    svg_text(r->svg, x + SVG_COLUMN, y + 15, is_padding(cell) ? "h t" : "z", columns, text);
    fputs("</g>\n", r->svg->out);
    return y + SVG_CELL_HEIGHT + GAP;
}

int svg_rows_draw(const struct svg_rows *r, int y)
{
    size_t width = (size_t)r->shape.width;
    const struct grid_cell *folding = r->folding != NULL ? r->folding : r->cells;
    for (size_t at = 0; at < r->count;) {
        size_t n = r->all_rows ? 0 : grid_zeros(&folding[at], r->count - at, width);
        if (n > 0) {
            y = squeezed_draw(r, &r->cells[at], r->first + at, n, y);
            at += n;
            continue;
        }
        size_t count = r->count - at < width ? r->count - at : width;
        y = line_draw(r, &r->cells[at], (int)count, r->first + at, y);
        at += count;
    }
    return y;
}

void svg_rows_header(const struct svg_rows *r, int y)
{
    for (int i = 0; i < r->shape.width; i++) {
        char digits[4];
        snprintf(digits, sizeof digits, "%x", (unsigned)i);
        svg_text(r->svg, cell_x(r, i) + SVG_CELL_WIDTH / 2 + 2, y, "m s d", 0, digits);
    }
}

/* ---- legend ---- */

static void sample(const struct svg_rows *r, int x, int y, const struct grid_cell *cell)
{
    box_ground(r, x, y, SVG_CELL_WIDTH, cell);
    if (cell->role == GRID_FIELD || is_padding(cell)) {
        box_lines(r, x, y, x + SVG_CELL_WIDTH, cell, true);
    }
    cell_digits(r, x, y, cell);
    cell_mark(r, x, y, cell);
}

int svg_rows_legend(const struct svg_rows *r, int y, int width, const struct legend_sign *signs, size_t count)
{
    int x = r->x;
    for (size_t i = 0; i < count; i++) {
        int needs = SVG_CELL_WIDTH + 6 + SVG_SMALL * svg_columns(signs[i].text);
        if (x > r->x && x + needs > r->x + width) {
            x = r->x;
            y += SVG_CELL_HEIGHT + 5;
        }
        sample(r, x, y, &signs[i].cell);
        svg_text(r->svg, x + SVG_CELL_WIDTH + 6, y + 14, "s t", 0, signs[i].text);
        x += needs + 2 * SVG_CELL_WIDTH;
    }
    return count > 0 ? y + SVG_CELL_HEIGHT + 10 : y;
}
