/* HTML page: see html_page.h. A byte is a cell of a table with the id "byte=OFFSET", so that an address can name it. Its
 * classes, which page.css draws and page.js uses again where it unfolds a run of zeros:
 *
 *   f p q   field, padding before a field, padding at a struct's end     c1 to c7   colour
 *   s e     the first and the last byte of such a part                   n          an array's element starts
 *   z u     zero, unreadable          k m   a mark's sign, and its frame  g          after a gap: a group of 8 starts */
#include "html_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "html_recording.h"
#include "json.h"
#include "json_picture.h"
#include "layout/value.h"
#include "legend.h"
#include "rows.h"
#include "svg_rows.h"

#define FIELDS_SHOWN 1024              /* in the table */
#define BYTES_SHOWN ((size_t)16 << 10) /* 1024 rows of 16: more would be unreadable */
#define SPEED_MAX 6                    /* 64 times as fast, or as slow; as in the viewer's replay.h */
#define NAME_COLUMNS 4                 /* characters of a field's name that fit above a byte */

struct page {
    FILE *out;
    const struct picture *picture;
    struct rows_shape shape;
    struct grid_cell *cells;
    size_t first, count; /* offset of the first of them, and how many are shown */
    size_t from, to;     /* the fields in the table */
    size_t more_fields;  /* those that it has no room for */
    struct html_recording recording;
};

static const struct grid_cell *cell_at(const struct page *p, size_t offset)
{
    return &p->cells[offset - p->first];
}

/* How many bytes of zero, from the cell `at` on, one line can stand for: not those that are something else at another time. */
static size_t zeros_at(const struct page *p, size_t at)
{
    size_t width = (size_t)p->shape.width, left = p->count - at, same = 0;
    while (p->recording.touched != NULL && same < left && !p->recording.touched[at + same]) {
        same++;
    }
    bool cut = p->recording.touched != NULL && same < left;
    if (p->picture->all_rows) {
        return 0;
    }
    return grid_zeros(&p->cells[at], cut ? same - same % width : left, width);
}

/* Takes off the marks that depend on the bytes: page.js sets these itself. */
static void cells_unmark(struct grid_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cells[i].marks &= GRID_OVERLAP | GRID_MISALIGNED;
    }
}

static bool is_padding(const struct grid_cell *cell)
{
    return cell->role == GRID_PADDING || cell->role == GRID_TAIL;
}

/* Is the cell at offset the last one of its field, or of its run of padding? */
static bool box_ends(const struct page *p, size_t offset)
{
    return offset + 1 == p->first + p->count || !grid_same_box(cell_at(p, offset), cell_at(p, offset + 1));
}

static bool framed(const struct grid_cell *cell)
{
    const struct theme_mark *mark = theme_mark_of(cell);
    return mark != NULL && mark->mark != GRID_MISALIGNED && mark->mark != GRID_OVERLAP;
}

static void classes_write(FILE *out, const struct grid_cell *cell, bool ends)
{
    static const char role[GRID_ROLES] = {[GRID_FIELD] = 'f', [GRID_PADDING] = 'p', [GRID_TAIL] = 'q',
                                          [GRID_FREE] = 'v',  [GRID_OUT] = 'o',     [GRID_UNREADABLE] = 'u'};
    fprintf(out, "%c", role[cell->role]);
    if (cell->role == GRID_FIELD || is_padding(cell)) {
        fprintf(out, " c%u%s%s%s", (unsigned)cell->colour, cell->starts ? " s" : "", ends ? " e" : "",
                cell->element ? " n" : "");
    }
    fputs(cell->byte == 0 && cell->role != GRID_UNREADABLE ? " z" : "", out);
    fputs(theme_mark_of(cell) != NULL ? " k" : "", out);
    fputs(framed(cell) ? " m" : "", out);
}

/* ---- a line of the grid ---- */

static void digits_write(const struct page *p, const struct grid_cell *cell)
{
    const struct theme_mark *mark = theme_mark_of(cell);
    if (mark != NULL) { /* never by colour alone */
        fputs("<sup>", p->out);
        svg_escaped(p->out, theme_sign(&p->picture->theme, mark->sign));
        fputs("</sup>", p->out);
    }
    fprintf(p->out, cell->role == GRID_UNREADABLE ? "??" : "%02x", cell->byte);
}

static void characters_write(const struct page *p, const struct grid_cell *line, int count)
{
    fputs("<td class=\"t\">", p->out);
    for (int i = 0; i < count; i++) {
        char one[2] = {(char)line[i].byte, '\0'};
        bool prints = line[i].byte >= 0x20 && line[i].byte < 0x7f;
        const char *text = prints ? one : theme_sign(&p->picture->theme, SIGN_DOT);
        fprintf(p->out, "<i class=\"c%u\">", (unsigned)line[i].colour);
        svg_escaped(p->out, line[i].role == GRID_UNREADABLE ? "?" : text);
        fputs("</i>", p->out);
    }
    fputs("</td>", p->out);
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

/* Names of the fields that start in this line, above it. */
static void names_write(const struct page *p, const struct grid_cell *line, int count)
{
    const char *before = "<tr class=\"names\" aria-hidden=\"true\"><td></td>";
    for (int i = 0, end = 0; i < count; i = end) {
        end = name_room(line, i, count);
        if (line[i].role != GRID_FIELD || !line[i].starts) {
            if (end < count) {
                fprintf(p->out, "%s<td colspan=\"%d\"></td>", before, end - i);
                before = "";
            }
            continue;
        }
        char path[LAYOUT_PATH_MAX];
        layout_leaf_path(p->picture->grid.layout, line[i].leaf, path, sizeof path);
        fprintf(p->out, "%s<td class=\"c%u\" colspan=\"%d\">", before, (unsigned)line[i].colour, end - i);
        svg_escaped(p->out, svg_rows_path_end(path, NAME_COLUMNS * (end - i)));
        fputs("</td>", p->out);
        before = "";
    }
    fputs(before[0] == '\0' ? "</tr>\n" : "", p->out);
}

/* The bytes that were expected instead, below the line. */
static void wanted_write(const struct page *p, const struct grid_cell *line, int count, size_t offset)
{
    const struct grid_input *in = &p->picture->grid;
    bool any = false;
    for (int i = 0; i < count; i++) {
        any = any || ((line[i].marks & GRID_DIFFERS) != 0 && grid_expected(in, offset + (size_t)i) != NULL);
    }
    if (!any) {
        return;
    }
    fputs("<tr class=\"wanted\"><th scope=\"row\">wanted</th>", p->out);
    for (int i = 0; i < count; i++) {
        const uint8_t *byte = grid_expected(in, offset + (size_t)i);
        fputs(i > 0 && i % 8 == 0 ? "<td class=\"g\">" : "<td>", p->out);
        if ((line[i].marks & GRID_DIFFERS) != 0 && byte != NULL) {
            fprintf(p->out, "%02x", *byte);
        }
        fputs("</td>", p->out);
    }
    fputs("</tr>\n", p->out);
}

static void line_write(const struct page *p, size_t offset, int count)
{
    const struct grid_cell *line = cell_at(p, offset);
    names_write(p, line, count);
    fprintf(p->out, "<tr><th scope=\"row\">%0*zx</th>", p->shape.digits, offset);
    for (int i = 0; i < count; i++) {
        fprintf(p->out, "<td id=\"byte=%zu\" class=\"", offset + (size_t)i);
        classes_write(p->out, &line[i], box_ends(p, offset + (size_t)i));
        fputs(i > 0 && i % 8 == 0 ? " g\">" : "\">", p->out);
        digits_write(p, &line[i]);
        fputs("</td>", p->out);
    }
    if (count < p->shape.width) {
        fprintf(p->out, "<td colspan=\"%d\"></td>", p->shape.width - count);
    }
    if (p->shape.characters) {
        characters_write(p, line, count);
    }
    fputs("</tr>\n", p->out);
    wanted_write(p, line, count, offset);
}

/* One line for n bytes of zero. The script unfolds it: from its classes, and from where the elements of an array are. */
static void zeros_write(const struct page *p, size_t offset, size_t n)
{
    const struct grid_cell *cell = cell_at(p, offset);
    const char *field = is_padding(cell) ? "bytes of padding" : "more of its bytes";
    struct layout_leaf leaf;
    fprintf(p->out, "<tr class=\"zeros\" data-offset=\"%zu\" data-size=\"%zu\"", offset, n);
    if (cell->role == GRID_FIELD && layout_leaf_get(p->picture->grid.layout, cell->leaf, &leaf) &&
        leaf.node->count > 1 && leaf.node->kind != LAYOUT_TEXT) {
        fprintf(p->out, " data-elements=\"%zu %zu\"", leaf.offset, leaf.node->stride);
    }
    fprintf(p->out, "><th scope=\"row\">%0*zx</th><td id=\"byte=%zu\" class=\"", p->shape.digits, offset, offset);
    classes_write(p->out, cell, box_ends(p, offset + n - 1));
    fprintf(p->out, "\" colspan=\"%d\">\u2026 %zu %s, all zero</td></tr>\n",
            p->shape.width + (p->shape.characters ? 1 : 0), n, cell->role == GRID_FREE ? "free bytes" : field);
}

static void grid_write(const struct page *p)
{
    size_t width = (size_t)p->shape.width, size = p->picture->grid.segment_size;
    fputs("<div id=\"scroll\">\n<table id=\"grid\" aria-label=\"Bytes\">\n<thead><tr><td></td>", p->out);
    for (size_t i = 0; i < width; i++) {
        fprintf(p->out, "<th scope=\"col\"%s>%zx</th>", i > 0 && i % 8 == 0 ? " class=\"g\"" : "", i);
    }
    fputs(p->shape.characters ? "<td></td></tr></thead>\n<tbody>\n" : "</tr></thead>\n<tbody>\n", p->out);
    for (size_t at = 0; at < p->count;) {
        size_t left = p->count - at, n = zeros_at(p, at);
        if (n > 0) {
            zeros_write(p, p->first + at, n);
        } else {
            n = left < width ? left : width;
            line_write(p, p->first + at, (int)n);
        }
        at += n;
    }
    fputs(p->count == 0 ? "<tr><td></td></tr></tbody>\n</table>\n</div>\n" : "</tbody>\n</table>\n</div>\n", p->out);
    if (p->first + p->count < size) {
        fprintf(p->out, "<p>\u2026 and %zu more bytes</p>\n", size - p->first - p->count);
    }
}

/* ---- legend, findings, field table ---- */

/* The signs in the picture, and those of the recording's other moments. */
static size_t legend_signs(const struct page *p, struct legend_sign signs[LEGEND_MAX])
{
    size_t count = p->count, more = p->recording.mark_count;
    struct grid_cell *cells = p->picture->recording != NULL ? malloc((2 * count + more + 1) * sizeof *cells) : NULL;
    if (cells == NULL) {
        return legend_find(p->cells, count, signs);
    }
    memcpy(cells, p->cells, count * sizeof *cells);
    memcpy(cells + count, p->cells, count * sizeof *cells);
    cells_unmark(cells + count, count); /* where padding is stale now, it may be zero at other times */
    memcpy(cells + 2 * count, p->recording.marks, more * sizeof *cells);
    size_t n = legend_find(cells, 2 * count + more, signs);
    free(cells);
    return n;
}

static void legend_write(const struct page *p)
{
    struct legend_sign signs[LEGEND_MAX];
    size_t n = legend_signs(p, signs);
    if (n == 0) {
        return;
    }
    fputs("<ul id=\"legend\" aria-label=\"Legend\">\n", p->out);
    for (size_t i = 0; i < n; i++) {
        fputs("<li><span class=\"", p->out);
        classes_write(p->out, &signs[i].cell, true);
        fputs("\">", p->out);
        digits_write(p, &signs[i].cell);
        fputs("</span> ", p->out);
        svg_escaped(p->out, signs[i].text);
        fputs("</li>\n", p->out);
    }
    fputs("</ul>\n", p->out);
}

/* Of a recording the script counts, at other moments, only the bytes that the page has. */
static void differences_write(const struct page *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) {
        n += (p->cells[i].marks & GRID_DIFFERS) != 0;
    }
    if (p->picture->recording != NULL && p->count < p->picture->grid.segment_size) {
        fprintf(p->out, "<li class=\"moment\">%zu of the bytes shown are not as expected.</li>\n", n);
    } else {
        fprintf(p->out, "<li class=\"moment\">%zu bytes are not as expected.</li>\n",
                differences_bytes(p->picture->differences));
    }
}

static void findings_write(const struct page *p)
{
    const struct picture *picture = p->picture;
    if (picture->finding_count == 0 && picture->differences == NULL) {
        return;
    }
    fputs("<ul id=\"findings\" aria-label=\"What is wrong\">\n", p->out);
    for (size_t i = 0; i < picture->finding_count; i++) {
        bool stays = strcmp(picture->findings[i].kind, "stale") != 0;
        fputs(stays ? "<li>" : "<li class=\"moment\">", p->out);
        svg_escaped(p->out, picture->findings[i].text);
        fputs("</li>\n", p->out);
    }
    if (picture->findings_more > 0) {
        fprintf(p->out, "<li class=\"moment\">and %zu more</li>\n", picture->findings_more);
    }
    if (picture->differences != NULL) {
        differences_write(p);
    }
    fputs("</ul>\n", p->out);
}

static void field_write(const struct page *p, const struct layout_leaf *leaf)
{
    const struct grid_input *in = &p->picture->grid;
    int colour = grid_colour(in->palette, grid_family(leaf->node));
    bool shown = leaf->offset >= p->first && leaf->offset < p->first + p->count;
    char path[LAYOUT_PATH_MAX], value[JSON_VALUE_MAX], number[VALUE_PLACE_MAX];
    layout_leaf_path(in->layout, leaf->index, path, sizeof path);
    grid_value(in, leaf, value, sizeof value);
    fprintf(p->out, "<tr><th scope=\"row\" class=\"c%d\"><span class=\"f c%d s\"></span>", colour, colour);
    if (shown) {
        fprintf(p->out, "<a href=\"#byte=%zu\">", leaf->offset);
    }
    svg_escaped(p->out, path[0] != '\0' ? path : "(no name)");
    fputs(shown ? "</a></th><td>" : "</th><td>", p->out);
    svg_escaped(p->out, leaf->node->type);
    value_offset(leaf->node, leaf->offset, number);
    fprintf(p->out, "</td><td class=\"number\">%s", number);
    if (leaf->misaligned) {
        fputs("<sup>", p->out);
        svg_escaped(p->out, theme_sign(&p->picture->theme, SIGN_MISALIGNED));
        fputs("</sup>", p->out);
    }
    value_size(leaf->node, leaf->node->size, number);
    fprintf(p->out, "</td><td class=\"number\">%s</td><td class=\"number\">", number);
    if (leaf->padding_before > 0) {
        fprintf(p->out, "%zu", leaf->padding_before);
    }
    fputs("</td><td class=\"value\">", p->out);
    svg_escaped(p->out, value);
    fputs("</td></tr>\n", p->out);
}

static void fields_write(const struct page *p)
{
    const struct layout *layout = p->picture->grid.layout;
    struct layout_leaf leaf;
    if (p->from == p->to) {
        return;
    }
    fputs("<section id=\"layout\">\n<h2>layout: ", p->out);
    svg_escaped(p->out, p->picture->layout_title);
    fputs("</h2>\n<table id=\"fields\" aria-label=\"Fields\">\n<thead><tr><th scope=\"col\">name</th>"
          "<th scope=\"col\">type</th><th scope=\"col\" class=\"number\">offset</th><th scope=\"col\" "
          "class=\"number\">size</th>"
          "<th scope=\"col\" class=\"number\">padding</th><th scope=\"col\">value</th></tr></thead>\n<tbody>\n",
          p->out);
    for (size_t i = p->from; i < p->to && layout_leaf_get(layout, i, &leaf); i++) {
        field_write(p, &leaf);
    }
    fputs("</tbody>\n</table>\n", p->out);
    if (p->more_fields > 0) {
        fprintf(p->out, "<p>and %zu more fields</p>\n", p->more_fields);
    }
    fputs("</section>\n", p->out);
}

/* ---- the data for the script ---- */

/* Writes JSON so that neither HTML nor XML sees markup in it: <, > and & are only in its strings. */
static void json_harmless(FILE *out, const char *json)
{
    while (*json != '\0') {
        size_t harmless = strcspn(json, "<>&");
        fwrite(json, 1, harmless, out);
        json += harmless;
        if (*json != '\0') {
            fprintf(out, "\\u%04x", (unsigned)*json++);
        }
    }
}

/* What the script needs to draw another moment as we draw this one. */
static void recording_write(const struct page *p, FILE *out)
{
    const struct picture *picture = p->picture;
    const struct grid_input *in = &picture->grid;
    size_t problems = layout_problems(in->layout, in->segment_size, NULL, 0);
    fprintf(out, ",\n\"text\":%d,\"run\":%d", grid_colour(in->palette, GRID_TEXT), GRID_TEXT_RUN);
    fprintf(out, ",\"problems\":%zu,\"findings\":%d,\n\"signs\":[", problems, FINDINGS_MAX);
    for (size_t i = 0; i < theme_mark_count; i++) {
        fprintf(out, "%s[\"%s\",", i > 0 ? "," : "", theme_marks[i].name);
        json_string(out, theme_sign(&picture->theme, theme_marks[i].sign));
        fputs("]", out);
    }
    fputs("]", out);
    if (picture->differences != NULL) {
        fprintf(out, ",\n\"differences\":%zu,\"expected\":\"", differences_bytes(picture->differences));
        for (size_t at = p->first; at < p->first + p->count && grid_expected(in, at) != NULL; at++) {
            fprintf(out, "%02x", *grid_expected(in, at));
        }
        fputs("\"", out);
    }
    fprintf(out, ",\n\"recording\":%s", p->recording.json);
}

static int data_write(const struct page *p)
{
    const struct grid_input *in = &p->picture->grid;
    char *json = NULL;
    size_t size;
    FILE *out = open_memstream(&json, &size);
    if (out == NULL) {
        return -ENOMEM;
    }
    fprintf(out, "{\"size\":%zu,\"first\":%zu,\"width\":%d,\"dot\":", in->segment_size, p->first, p->shape.width);
    json_string(out, theme_sign(&p->picture->theme, SIGN_DOT));
    fputs(",\n\"bytes\":\"", out);
    json_bytes(in, p->first, p->count, out);
    fputs("\",\n\"fields\":", out);
    json_fields(in, p->from, p->to, out);
    fputs(",\n\"cells\":", out);
    cells_unmark(p->cells, p->count);
    json_cells(in->layout, p->first, p->cells, p->count, out);
    if (p->picture->recording != NULL) {
        recording_write(p, out);
    }
    fputs("}", out);
    int rc = fclose(out) == 0 ? 0 : -ENOMEM;
    if (rc == 0) {
        fputs("<script type=\"application/json\" id=\"data\">", p->out);
        json_harmless(p->out, json);
        fputs("</script>\n", p->out);
    }
    free(json);
    return rc;
}

/* ---- the page ---- */

/* The slider and what goes with it; shown by the script. */
static void controls_write(FILE *out)
{
    static const struct {
        const char *id, *text, *what, *key;
    } buttons[] = {{"back", "\u25c2 change", "previous change", "["},
                   {"forward", "change \u25b8", "next change", "]"},
                   {"field-back", "\u25c2 this field", "previous change of this field", "{"},
                   {"field-forward", "this field \u25b8", "next change of this field", "}"}};
    fputs("<section id=\"replay\" aria-label=\"Recording\" hidden=\"\">\n<input type=\"range\" id=\"time\" "
          "aria-label=\"Time\"/>\n<div>\n<button type=\"button\" id=\"play\" title=\"Space\">play</button>\n",
          out);
    for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++) {
        fprintf(out, "<button type=\"button\" id=\"%s\" title=\"%s: %s\" aria-label=\"%s\">%s</button>\n",
                buttons[i].id, buttons[i].what, buttons[i].key, buttons[i].what, buttons[i].text);
    }
    fputs("<label>speed <select id=\"speed\" title=\"slower: &lt;, faster: &gt;\">", out);
    for (int power = SPEED_MAX; power >= -SPEED_MAX; power--) {
        fprintf(out, "<option value=\"%d\"%s>", power, power == 0 ? " selected=\"\"" : "");
        fprintf(out, power == 0 ? "as recorded" : power < 0 ? "1/%d as fast" : "%d times as fast", 1 << abs(power));
        fputs("</option>", out);
    }
    fputs("</select></label>\n</div>\n<p><b id=\"when\"></b> <span id=\"event\"></span></p>\n"
          "<p id=\"news\" role=\"status\"></p>\n<p id=\"part\" hidden=\"\"></p>\n</section>\n",
          out);
}

static void body_write(const struct page *p)
{
    FILE *out = p->out;
    if (p->picture->recording != NULL) {
        controls_write(out);
    }
    fputs("<main>\n<section id=\"picture\">\n<h1>", out);
    svg_escaped(out, p->picture->title);
    fprintf(out, ", %zu bytes</h1>\n", p->picture->grid.segment_size);
    grid_write(p);
    legend_write(p);
    findings_write(p);
    fputs("</section>\n<section id=\"inspector\" aria-label=\"Selected byte\" hidden=\"\">\n"
          "<p id=\"where\" role=\"status\"></p>\n<p id=\"one\"></p>\n<table id=\"readings\" aria-label=\"Readings\">\n"
          "<thead><tr><th scope=\"col\">as</th><th scope=\"col\">little endian</th><th scope=\"col\">big endian</th>"
          "</tr></thead>\n<tbody></tbody>\n</table>\n</section>\n",
          out);
    fields_write(p);
    fputs("</main>\n", out);
}

int html_page(FILE *out, const struct picture *picture)
{
    int most = picture->width > 0 ? picture->width : 16;
    struct page p = {.out = out, .picture = picture};
    p.shape = rows_fit(picture->cols, picture->width, most, picture->grid.segment_size);
    p.first = picture_rows(picture, p.shape.width, &p.count);
    p.count = p.count < BYTES_SHOWN ? p.count : BYTES_SHOWN;
    picture_fields(picture, &p.from, &p.to);
    p.more_fields = p.to - p.from > FIELDS_SHOWN ? p.to - p.from - FIELDS_SHOWN : 0;
    p.to -= p.more_fields;
    p.cells = calloc(p.count + 1, sizeof *p.cells);
    if (p.cells == NULL) {
        return -ENOMEM;
    }
    grid_cells(&picture->grid, p.first, p.cells, p.count);
    const struct html_recording_part part = {p.cells, p.first, p.count, p.from, p.to};
    int rc = picture->recording == NULL ? 0 : html_recording_make(&p.recording, picture, &part);
    if (rc == 0) {
        body_write(&p);
        rc = data_write(&p);
    }
    html_recording_free(&p.recording);
    free(p.cells);
    return rc;
}
