/* Grid: see grid.h. Walks the layout run by run, so the work depends on what is shown, not on the layout. */
#include "grid.h"

#include <string.h>

#include "layout/value.h"

/* ANSI colours. 7 stands for the terminal's default, which is readable on any background. */
static const struct grid_palette own_palette = {{
    [GRID_TEXT] = 2,
    [GRID_INTEGER] = 6,
    [GRID_REAL] = 5,
    [GRID_POINTER] = 3,
    [GRID_SYNC] = 1,
    [GRID_OTHER] = 7,
}};

int grid_colour(const struct grid_palette *palette, enum grid_family family)
{
    return (palette != NULL ? palette : &own_palette)->colour[family];
}

enum grid_family grid_family(const struct layout_node *leaf)
{
    if ((leaf->flags & LAYOUT_SYNC) != 0) {
        return GRID_SYNC;
    }
    switch (leaf->kind) {
    case LAYOUT_TEXT:
    case LAYOUT_CHAR:
        return GRID_TEXT;
    case LAYOUT_SINT:
    case LAYOUT_UINT:
    case LAYOUT_BOOL:
    case LAYOUT_ENUM:
        return GRID_INTEGER;
    case LAYOUT_REAL:
        return GRID_REAL;
    case LAYOUT_POINTER:
        return GRID_POINTER;
    default:
        return GRID_OTHER;
    }
}

#define ZERO_ROWS 3 /* at least so many become one line */

static void cell_colour(const struct grid_input *in, const struct layout_span *span, struct grid_cell *cell)
{
    enum grid_family family = span->node != NULL ? grid_family(span->node) : GRID_OTHER;
    cell->family = (uint8_t)family;
    cell->colour = (uint8_t)(span->node != NULL ? grid_colour(in->palette, family) : GRID_NO_COLOUR);
}

/* What all cells of a run have in common. */
static struct grid_cell cell_of_span(const struct grid_input *in, const struct layout_span *span, size_t focus)
{
    static const uint8_t roles[] = {
        [LAYOUT_SPAN_FIELD] = GRID_FIELD,
        [LAYOUT_SPAN_PADDING] = GRID_PADDING,
        [LAYOUT_SPAN_TAIL] = GRID_TAIL,
        [LAYOUT_SPAN_FREE] = GRID_FREE,
    };
    struct grid_cell cell = {.role = roles[span->kind], .leaf = span->leaf};
    cell_colour(in, span, &cell);
    unsigned marks = 0;
    marks |= span->overlap ? GRID_OVERLAP : 0;
    marks |= span->misaligned ? GRID_MISALIGNED : 0;
    marks |= span->leaf != LAYOUT_NO_LEAF && span->leaf == focus ? GRID_FOCUS : 0;
    cell.marks = (uint8_t)marks;
    return cell;
}

/* Is the first byte of the run's field under another field? */
static bool began_before(const struct layout *l, const struct layout_span *span)
{
    struct layout_leaf leaf;
    return span->kind == LAYOUT_SPAN_FIELD && layout_leaf_get(l, span->leaf, &leaf) && leaf.offset < span->offset;
}

/* Does an element of a scalar array start here? (Characters of text don't count.) */
static bool element_starts(const struct layout_span *span, size_t offset)
{
    const struct layout_node *n = span->node;
    bool array = span->kind == LAYOUT_SPAN_FIELD && n->count > 1 && n->kind != LAYOUT_TEXT && n->stride > 1;
    return array && offset > span->offset && (offset - span->offset) % n->stride == 0;
}

static void cell_byte(const struct grid_input *in, size_t i, struct grid_cell *cell)
{
    if (in->first + i >= in->segment_size) {
        *cell = (struct grid_cell){.role = GRID_OUT, .family = GRID_OTHER, .colour = 7, .leaf = LAYOUT_NO_LEAF};
        return;
    }
    if (in->bytes == NULL || i >= in->readable) {
        cell->role = GRID_UNREADABLE;
        return;
    }
    cell->byte = in->bytes[i];
    unsigned marks = cell->marks;
    bool padding = cell->role == GRID_PADDING || cell->role == GRID_TAIL;
    marks |= padding && cell->byte != 0 ? GRID_STALE : 0;
    if (in->expected != NULL && i < in->expected_size && in->expected[i] != cell->byte) {
        marks |= GRID_DIFFERS;
    }
    if (in->glow != NULL && in->glow[i] > 0) {
        marks |= GRID_CHANGED;
        cell->glow = in->glow[i];
    } else if (in->since != NULL && in->since[i]) {
        marks |= GRID_SINCE;
    }
    cell->marks = (uint8_t)marks;
}

/* ---- text in bytes outside fields ---- */

struct text_search {
    const struct grid_input *in;
    struct grid_cell *cells; /* filled */
    size_t count;
};

/* Is it a printable byte outside fields and padding? i: a cell, or a byte beside the cells, down to -before. */
static bool reads_as_text(const struct text_search *s, ptrdiff_t i)
{
    const struct grid_input *in = s->in;
    if (i >= 0 && (size_t)i < s->count) {
        return s->cells[i].role == GRID_FREE && s->cells[i].byte >= 0x20 && s->cells[i].byte < 0x7f;
    }
    bool known = in->bytes != NULL && (i < 0 ? (size_t)-i <= in->before : (size_t)i < in->readable);
    size_t offset = in->first + (size_t)i; /* wraps correctly if i is negative */
    return known && offset < in->segment_size && in->bytes[i] >= 0x20 && in->bytes[i] < 0x7f &&
           layout_span_at(in->layout, offset).kind == LAYOUT_SPAN_FREE;
}

/* Marks the cells of the run [start, end) as text if it is long enough and not all blanks. */
static void text_mark(const struct text_search *s, ptrdiff_t start, ptrdiff_t end)
{
    bool blank = true;
    for (ptrdiff_t i = start; i < end && blank; i++) {
        blank = s->in->bytes[i] == ' ';
    }
    if (blank || end - start < GRID_TEXT_RUN) {
        return;
    }
    for (ptrdiff_t i = start > 0 ? start : 0; i < end && i < (ptrdiff_t)s->count; i++) {
        s->cells[i].text = true;
        s->cells[i].colour = (uint8_t)grid_colour(s->in->palette, GRID_TEXT);
    }
}

/* A run may extend beyond the cells at both ends, so the bytes there are checked, too. */
static void found_strings_find(const struct grid_input *in, struct grid_cell *cells, size_t count)
{
    const struct text_search s = {in, cells, count};
    ptrdiff_t i = 0, past = (ptrdiff_t)count + GRID_TEXT_RUN;
    while (i > -GRID_TEXT_RUN && reads_as_text(&s, i - 1)) {
        i--;
    }
    while (i < (ptrdiff_t)count) {
        ptrdiff_t start = i;
        while (i < past && reads_as_text(&s, i)) {
            i++;
        }
        text_mark(&s, start, i);
        i++;
    }
}

void grid_fill(const struct grid_input *in, struct grid_cell *cells, size_t count)
{
    size_t focus = LAYOUT_NO_LEAF;
    if (in->cursor < in->segment_size && in->focus >= in->focus_end) {
        focus = layout_span_at(in->layout, in->cursor).leaf;
    }
    for (size_t i = 0; i < count;) {
        struct layout_span span = layout_span_at(in->layout, in->first + i);
        struct grid_cell common = cell_of_span(in, &span, focus);
        for (; i < count && in->first + i < span.end; i++) {
            size_t offset = in->first + i;
            cells[i] = common;
            cells[i].starts = offset == span.offset && span.kind != LAYOUT_SPAN_FREE;
            cells[i].resumes = cells[i].starts && began_before(in->layout, &span);
            cells[i].element = element_starts(&span, offset);
            cell_byte(in, i, &cells[i]);
            if (offset >= in->focus && offset < in->focus_end && offset < in->segment_size) {
                cells[i].marks |= GRID_FOCUS;
            }
            if (offset == in->cursor && offset < in->segment_size) {
                cells[i].marks |= GRID_SELECTED;
            }
        }
    }
    found_strings_find(in, cells, count);
}

/* Fills part of the cells, of which all or none can be read. */
static void cells_of(const struct grid_input *all, size_t first, bool known, struct grid_cell *cells, size_t count)
{
    struct grid_input in = *all;
    size_t skipped = first - all->first;
    bool expected = known && skipped < in.expected_size;
    in.first = first;
    in.bytes = known ? in.bytes + skipped : NULL;
    in.readable = known ? in.readable - skipped : 0;
    in.before = known ? skipped : 0;
    in.expected = expected ? in.expected + skipped : NULL;
    in.expected_size = expected ? in.expected_size - skipped : 0;
    in.glow = known && in.glow != NULL ? in.glow + skipped : NULL;
    in.since = known && in.since != NULL ? in.since + skipped : NULL;
    grid_fill(&in, cells, count);
}

void grid_cells(const struct grid_input *in, size_t first, struct grid_cell *cells, size_t count)
{
    while (count > 0) {
        size_t known = grid_known(in, first, count);
        size_t n = known > 0 ? known : first < in->first && in->first - first < count ? in->first - first : count;
        cells_of(in, first, known > 0, cells, n);
        first += n;
        cells += n;
        count -= n;
    }
}

const uint8_t *grid_expected(const struct grid_input *in, size_t offset)
{
    bool any = in->expected != NULL && offset >= in->first && offset - in->first < in->expected_size;
    return any ? &in->expected[offset - in->first] : NULL;
}

size_t grid_known(const struct grid_input *in, size_t offset, size_t count)
{
    if (in->bytes == NULL || offset < in->first || offset - in->first >= in->readable) {
        return 0;
    }
    size_t known = in->readable - (offset - in->first);
    return known < count ? known : count;
}

const uint8_t *grid_bytes(const struct grid_input *in, size_t offset, size_t count)
{
    return count > 0 && grid_known(in, offset, count) == count ? in->bytes + (offset - in->first) : NULL;
}

/* ---- runs of cells, values ---- */

bool grid_same_box(const struct grid_cell *a, const struct grid_cell *b)
{
    return a->role == b->role && a->leaf == b->leaf && !b->starts;
}

bool grid_same_run(const struct grid_cell *a, const struct grid_cell *b)
{
    return grid_same_box(a, b) && a->marks == b->marks;
}

size_t grid_zeros(const struct grid_cell *cells, size_t count, size_t width)
{
    size_t n = 0;
    while (n < count && cells[n].byte == 0 && cells[n].role == cells->role && cells[n].leaf == cells->leaf &&
           cells[n].marks == 0 && !cells[n].starts && cells[n].role != GRID_UNREADABLE) {
        n++;
    }
    n -= n < count ? n % width : 0;
    return n > (ZERO_ROWS - 1) * width ? n : 0;
}

void grid_value(const struct grid_input *in, const struct layout_leaf *leaf, char *out, size_t out_size)
{
    const uint8_t *bytes = grid_bytes(in, leaf->offset, leaf->node->size);
    size_t known = bytes != NULL ? grid_known(in, leaf->offset, in->segment_size - leaf->offset) : 0;
    if (bytes == NULL && leaf->offset < in->segment_size && leaf->node->size <= in->segment_size - leaf->offset) {
        static const char text[] = "not looked at";
        size_t n = out_size < sizeof text ? out_size : sizeof text;
        memcpy(out, text, n);
        out[n - 1] = '\0';
        return;
    }
    value_shown(leaf->node, bytes != NULL ? bytes : (const uint8_t *)"", known, out, out_size);
}
