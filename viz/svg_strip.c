/* Svg strip: see svg_strip.h; svg_rows.h draws the grid of each moment. */
#include "svg_strip.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "svg_rows.h"

#define MARGIN 12                      /* px around everything */
#define BETWEEN 32                     /* px from one moment to the one at its right */
#define BELOW 14                       /* px from one moment to the one below it */
#define CAPTION 20                     /* px of a moment's caption */
#define WIDTH_MIN 480                  /* px between the margins: the legend needs that much */
#define HEADER 16                      /* px of the numbers over the columns */
#define BYTES_SHOWN ((size_t)16 << 10) /* of each moment */
#define FIELDS_TOLD 16                 /* that changed, in a caption or the description */

struct strip {
    struct svg svg;
    const struct picture *picture;
    const struct picture_moment *moments;
    size_t count;
    size_t first, shown;       /* what is drawn of each moment: the bytes [first, first + shown) */
    struct grid_cell *cells;   /* `shown` of each moment; owned */
    struct grid_cell *folding; /* see struct svg_rows; owned */
    struct rows_shape shape;
    int across; /* moments side by side */
    int width;  /* px of a moment */
    int height; /* px of a moment's rows; of those in the first line, with room for names, first_height */
    int first_height;
    char title[128];
};

/* ---- cells ---- */

static struct grid_input input_of(const struct strip *s, size_t moment)
{
    struct grid_input in = s->picture->grid;
    in.bytes = s->moments[moment].bytes;
    return in;
}

/* Fills the cells of all moments. 0 or -ENOMEM. */
static int cells_fill(struct strip *s)
{
    uint8_t *glow = calloc(s->first + s->shown + 1, 1); /* one per byte from the segment's start */
    s->cells = calloc(s->count * s->shown + 1, sizeof *s->cells);
    s->folding = calloc(s->shown + 1, sizeof *s->folding);
    for (size_t m = 0; m < s->count && glow != NULL && s->cells != NULL && s->folding != NULL; m++) {
        struct grid_input in = input_of(s, m);
        struct grid_cell *cells = s->cells + m * s->shown;
        for (size_t i = 0; m > 0 && i < s->shown; i++) {
            bool changed = in.bytes[s->first + i] != s->moments[m - 1].bytes[s->first + i];
            glow[s->first + i] = changed ? GRID_GLOW_MAX : 0;
        }
        in.glow = glow;
        grid_cells(&in, s->first, cells, s->shown);
        for (size_t i = 0; i < s->shown; i++) { /* only rows that are zero in all moments share a line */
            struct grid_cell all = cells[i];
            all.byte |= s->folding[i].byte;
            s->folding[i] = all;
        }
    }
    free(glow);
    return glow != NULL && s->cells != NULL && s->folding != NULL ? 0 : -ENOMEM;
}

/* ---- what changed, in words ---- */

static void field_tell(const struct strip *s, size_t moment, size_t index, FILE *out)
{
    const struct grid_input in = input_of(s, moment);
    struct layout_leaf leaf;
    char path[LAYOUT_PATH_MAX], value[256];
    if (layout_leaf_get(in.layout, index, &leaf)) {
        layout_leaf_path(in.layout, index, path, sizeof path);
        grid_value(&in, &leaf, value, sizeof value);
        fprintf(out, "%s = %s", path, value);
    }
}

static void count_tell(size_t n, const char *what, const char **between, FILE *out)
{
    if (n > 0) {
        fprintf(out, "%s%zu %s%s", *between, n, n == 1 ? "byte" : "bytes", what);
        *between = ", ";
    }
}

/* Tells what changed since the moment before: "num = 22, ratio = 3.14, 2 bytes of padding". */
static void changes_tell(const struct strip *s, size_t moment, FILE *out)
{
    const struct grid_cell *cells = s->cells + moment * s->shown;
    size_t fields = 0, padding = 0, others = 0, further = 0, last = LAYOUT_NO_LEAF;
    const char *between = "";
    for (size_t i = 0; i < s->shown; i++) {
        if ((cells[i].marks & GRID_CHANGED) == 0) {
            continue;
        }
        padding += cells[i].role == GRID_PADDING || cells[i].role == GRID_TAIL;
        others += cells[i].role == GRID_FREE;
        if (cells[i].role == GRID_FIELD && cells[i].leaf != last && ++fields <= FIELDS_TOLD) {
            fputs(between, out);
            field_tell(s, moment, cells[i].leaf, out);
            between = ", ";
        }
        last = cells[i].role == GRID_FIELD ? cells[i].leaf : last;
    }
    for (size_t i = 0; i < s->picture->grid.readable; i++) {
        bool drawn = i >= s->first && i - s->first < s->shown;
        further += !drawn && s->moments[moment].bytes[i] != s->moments[moment - 1].bytes[i];
    }
    if (fields > FIELDS_TOLD) {
        fprintf(out, "%s%zu more field%s", between, fields - FIELDS_TOLD, fields == FIELDS_TOLD + 1 ? "" : "s");
    }
    count_tell(padding, " of padding", &between, out);
    count_tell(others, layout_leaves(s->picture->grid.layout) > 0 ? " in no field" : "", &between, out);
    count_tell(further, " not drawn here", &between, out);
    if (*between == '\0') {
        fputs("nothing changed", out);
    }
}

static void about_tell(const struct strip *s, FILE *out)
{
    size_t from, to;
    picture_fields(s->picture, &from, &to);
    size_t fields = to - from;
    fprintf(out, "Hex grid of %zu bytes, %d in a row, at %zu moment%s.", s->picture->grid.segment_size, s->shape.width,
            s->count, s->count == 1 ? "" : "s");
    for (size_t m = 0; m < s->count; m++) {
        fprintf(out, " At %" PRIu64 ".%03u s: ", s->moments[m].time / 1000, (unsigned)(s->moments[m].time % 1000));
        for (size_t i = 0; m == 0 && i < fields && i < FIELDS_TOLD; i++) {
            fputs(i > 0 ? ", " : "", out);
            field_tell(s, 0, from + i, out);
        }
        if (m == 0 && fields == 0) {
            fputs("bytes without a layout", out);
        } else if (m == 0 && fields > FIELDS_TOLD) {
            fprintf(out, ", and %zu more field%s", fields - FIELDS_TOLD, fields == FIELDS_TOLD + 1 ? "" : "s");
        } else if (m > 0) {
            changes_tell(s, m, out);
        }
        fputs(".", out);
    }
}

/* ---- one moment ---- */

static struct svg_rows rows_of(const struct strip *s, struct svg *svg, size_t moment, int x)
{
    return (struct svg_rows){
        .svg = svg,
        .grid = &s->picture->grid,
        .theme = &s->picture->theme,
        .shape = s->shape,
        .x = x,
        .cells = s->cells + moment * s->shown,
        .first = s->first,
        .count = s->shown,
        .all_rows = s->picture->all_rows,
        .names = moment == 0                  ? SVG_NAMES
                 : moment < (size_t)s->across ? SVG_NAMES_ROOM
                                              : SVG_NAMES_NONE,
        .folding = s->folding,
        .topic = GRID_CHANGED,
    };
}

/* Finds the heights of a moment's rows, with names and without. 0 or -ENOMEM. */
static int heights_find(struct strip *s)
{
    struct svg scratch;
    struct svg_rows rows;
    int rc = svg_begin(&scratch);
    if (rc < 0) {
        return rc;
    }
    rows = rows_of(s, &scratch, 0, 0);
    s->first_height = svg_rows_draw(&rows, 0);
    rows.names = SVG_NAMES_NONE;
    s->height = svg_rows_draw(&rows, 0);
    svg_free(&scratch);
    return 0;
}

static void caption_draw(struct strip *s, size_t moment, int x, int y)
{
    uint64_t time = s->moments[moment].time;
    char when[32], changes[512] = "";
    int columns = snprintf(when, sizeof when, "%" PRIu64 ".%03u s", time / 1000, (unsigned)(time % 1000));
    int at = SVG_COLUMN * (columns + 2);
    FILE *out = moment > 0 ? fmemopen(changes, sizeof changes - 1, "w") : NULL;
    if (out != NULL) {
        changes_tell(s, moment, out);
        fclose(out);
    }
    svg_text(&s->svg, x, y, "b t", 0, when);
    if (s->width - at >= SVG_SMALL) {
        svg_text(&s->svg, x + at, y, "s t", (s->width - at) / SVG_SMALL, changes);
    }
}

/* Draws a moment from y on. Returns the y below it. */
static int moment_draw(struct strip *s, size_t moment, int x, int y)
{
    const struct svg_rows rows = rows_of(s, &s->svg, moment, x);
    uint64_t time = s->moments[moment].time;
    fprintf(s->svg.out, "<g class=\"moment\" data-time=\"%" PRIu64 ".%03u\">\n", time / 1000, (unsigned)(time % 1000));
    caption_draw(s, moment, x, y + 12);
    y += CAPTION;
    if (moment < (size_t)s->across) {
        svg_rows_header(&rows, y + 10);
        y += HEADER;
    }
    y = svg_rows_draw(&rows, y);
    fputs("</g>\n", s->svg.out);
    return y;
}

/* ---- the strip ---- */

static int down(const struct strip *s, int across)
{
    return ((int)s->count + across - 1) / across;
}

/* Arranges the moments so that they can be drawn largest on a slide of 16:9. */
static void arrange(struct strip *s)
{
    int best = 0;
    for (int across = 1; across <= (int)s->count; across++) {
        int width = across * (s->width + BETWEEN) - BETWEEN, lines = down(s, across);
        int height = HEADER + s->first_height + (lines - 1) * s->height + lines * (CAPTION + BELOW);
        int needs = width * 9 > height * 16 ? width * 9 : height * 16;
        if (best == 0 || needs < best) {
            best = needs;
            s->across = across;
        }
    }
}

static int legend_draw(struct strip *s, int y, int width)
{
    struct legend_sign signs[LEGEND_MAX];
    const struct svg_rows rows = rows_of(s, &s->svg, 0, MARGIN);
    size_t n = legend_find(s->cells, s->count * s->shown, signs);
    for (size_t i = 0; i < n; i++) {
        if ((signs[i].cell.marks & GRID_CHANGED) != 0) {
            signs[i].text = "changed since the moment before";
        }
    }
    return svg_rows_legend(&rows, y, width, signs, n);
}

static void strip_draw(struct strip *s)
{
    int width = s->across * (s->width + BETWEEN) - BETWEEN, y = MARGIN + 12, below = y + 14;
    char text[144];
    width = width > WIDTH_MIN ? width : WIDTH_MIN;
    svg_text(&s->svg, MARGIN, y, "b t", width / SVG_COLUMN, s->title);
    for (size_t m = 0; m < s->count; m++) {
        int column = (int)m % s->across;
        y = column == 0 ? below : y;
        below = moment_draw(s, m, MARGIN + column * (s->width + BETWEEN), y) + BELOW;
    }
    size_t rest = s->picture->grid.segment_size - s->first - s->shown;
    if (rest > 0) {
        snprintf(text, sizeof text, "\u2026 and %zu more bytes", rest);
        svg_text(&s->svg, MARGIN, below + 4, "z", 0, text);
        below += CAPTION;
    }
    below = legend_draw(s, below, width);
    if (layout_leaves(s->picture->grid.layout) > 0) {
        snprintf(text, sizeof text, "layout: %s", s->picture->layout_title);
        svg_text(&s->svg, MARGIN, below + 8, "s d", width / SVG_SMALL, text);
    }
    s->svg.width = MARGIN + width + MARGIN;
    s->svg.height += MARGIN - 4;
}

static int strip_end(struct strip *s, FILE *out)
{
    char *about = NULL;
    size_t size;
    FILE *stream = open_memstream(&about, &size);
    if (stream == NULL) {
        return -ENOMEM;
    }
    about_tell(s, stream);
    int rc = fclose(stream) == 0 ? svg_end(&s->svg, s->picture->ground, s->title, about, out) : -ENOMEM;
    free(about);
    return rc;
}

int svg_strip(FILE *out, const struct picture *p, const struct picture_moment *moments, size_t count)
{
    size_t size = p->grid.segment_size;
    struct strip s = {.picture = p, .moments = moments, .count = count, .across = 1};
    s.shape = rows_fit(p->cols, p->width, p->width > 0 ? p->width : 16, size);
    s.first = picture_rows(p, s.shape.width, &s.shown);
    s.shown = s.shown < BYTES_SHOWN ? s.shown : BYTES_SHOWN;
    s.width = SVG_COLUMN * rows_columns(&s.shape);
    snprintf(s.title, sizeof s.title, "%s, %zu bytes", p->title, size);
    int rc = cells_fill(&s);
    rc = rc == 0 ? heights_find(&s) : rc;
    rc = rc == 0 ? svg_begin(&s.svg) : rc;
    if (rc == 0) {
        arrange(&s);
        strip_draw(&s);
        rc = strip_end(&s, out);
    }
    svg_free(&s.svg);
    free(s.cells);
    free(s.folding);
    return rc;
}
