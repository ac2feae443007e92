/* Grid: see grid.h. Walks the layout run by run, so the work is that of what is shown. */
#include "grid.h"

#include <errno.h>
#include <stdlib.h>

/* ANSI colours of each family, best first. Three each, so that one is always left when the neighbours on both sides
 * have taken theirs. Red and green never stand for two things that one must tell apart by colour alone: fields also
 * have edges. 7 stands for the terminal's own colour, which can be read on any background. */
static const uint8_t hue_colours[GRID_FAMILIES][GRID_HUES] = {
    [GRID_TEXT] = {2, 3, 7},    [GRID_INTEGER] = {6, 4, 7}, [GRID_REAL] = {5, 1, 4},
    [GRID_POINTER] = {3, 4, 7}, [GRID_SYNC] = {1, 5, 3},    [GRID_OTHER] = {7, 6, 2},
};

int grid_hue_colour(enum grid_family family, unsigned hue)
{
    return hue_colours[family][hue % GRID_HUES];
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

void grid_hues_free(struct grid_hues *hues)
{
    free(hues->hue);
    hues->hue = NULL;
}

/* The first hue of the family whose colour is neither a nor b. */
static uint8_t hue_unlike(enum grid_family family, int a, int b)
{
    for (uint8_t h = 0; h < GRID_HUES; h++) {
        int colour = grid_hue_colour(family, h);
        if (colour != a && colour != b) {
            return h;
        }
    }
    return 0;
}

/* The colour of the first leaf of the array element that ends with node i, where there is one: the next element starts
 * with it again. 0: i ends no element. */
static int colour_after(const struct layout *l, const uint8_t *hue, uint32_t i)
{
    for (uint32_t p = i; p != 0; p = l->nodes[p].parent) {
        const struct layout_node *parent = &l->nodes[l->nodes[p].parent];
        if (l->nodes[p].end != parent->end) {
            return 0;
        }
        if (parent->kind != LAYOUT_ARRAY) {
            continue;
        }
        uint32_t first = p;
        while (first < i && layout_kind_is_container(l->nodes[first].kind)) {
            first++;
        }
        return first < i ? grid_hue_colour(grid_family(&l->nodes[first]), hue[first]) : 0;
    }
    return 0;
}

int grid_hues_make(struct grid_hues *hues, const struct layout *l)
{
    hues->hue = calloc(l->count + 1u, 1);
    if (hues->hue == NULL) {
        return -ENOMEM;
    }
    int before = 0;
    for (uint32_t i = 0; i < l->count; i++) {
        if (layout_kind_is_container(l->nodes[i].kind)) {
            continue;
        }
        enum grid_family family = grid_family(&l->nodes[i]);
        hues->hue[i] = hue_unlike(family, before, colour_after(l, hues->hue, i));
        before = grid_hue_colour(family, hues->hue[i]);
    }
    return 0;
}

/* An element with one field only meets itself: every other one takes the family's next hue. */
static bool alternates(const struct layout *l, const struct layout_node *node)
{
    uint32_t i = (uint32_t)(node - l->nodes);
    for (; i != 0; i = l->nodes[i].parent) {
        const struct layout_node *parent = &l->nodes[l->nodes[i].parent];
        if (parent->kind == LAYOUT_ARRAY) {
            return l->nodes[i].leaves == 1;
        }
    }
    return false;
}

static void cell_colour(const struct grid_input *in, const struct layout_span *span, struct grid_cell *cell)
{
    if (span->node == NULL) {
        cell->family = GRID_OTHER;
        cell->colour = 7;
        return;
    }
    enum grid_family family = grid_family(span->node);
    unsigned hue = in->hues != NULL ? in->hues->hue[span->node - in->layout->nodes] : 0;
    if (span->leaf % 2 == 1 && alternates(in->layout, span->node)) {
        hue++;
    }
    cell->family = (uint8_t)family;
    cell->colour = (uint8_t)grid_hue_colour(family, hue);
}

/* All that is the same for the cells of one run. */
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

/* Where an element of a scalar array starts (a text's characters don't count). */
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
    }
    cell->marks = (uint8_t)marks;
}

void grid_fill(const struct grid_input *in, struct grid_cell *cells, size_t count)
{
    size_t focus = LAYOUT_NO_LEAF;
    if (in->cursor < in->segment_size) {
        focus = layout_span_at(in->layout, in->cursor).leaf;
    }
    for (size_t i = 0; i < count;) {
        struct layout_span span = layout_span_at(in->layout, in->first + i);
        struct grid_cell common = cell_of_span(in, &span, focus);
        for (; i < count && in->first + i < span.end; i++) {
            size_t offset = in->first + i;
            cells[i] = common;
            cells[i].starts = offset == span.offset && span.kind != LAYOUT_SPAN_FREE;
            cells[i].element = element_starts(&span, offset);
            cell_byte(in, i, &cells[i]);
            if (offset == in->cursor && offset < in->segment_size) {
                cells[i].marks |= GRID_SELECTED;
            }
        }
    }
}
