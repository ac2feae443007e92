/* Fields: see fields.h. A row stores its path from the root, from which its neighbours are found. */
#include "fields.h"

#include <stddef.h>
#include <string.h>

bool field_same(const struct field_id *a, const struct field_id *b)
{
    return a->node == b->node && a->leaf == b->leaf && a->element == b->element;
}

bool field_is_scalars(const struct layout_node *n)
{
    return !layout_kind_is_container(n->kind) && n->kind != LAYOUT_TEXT && n->count > 1 && n->stride > 0;
}

void fields_reset(struct fields *f, const struct layout *l)
{
    bool flat = f->flat;
    memset(f, 0, sizeof *f);
    f->layout = l;
    f->flat = flat;
    f->top = f->chosen = f->seen = FIELD_NONE;
    for (uint32_t i = 0; i < l->count && !f->folds; i++) {
        f->folds = field_is_scalars(&l->nodes[i]) || (i > 0 && layout_kind_is_container(l->nodes[i].kind));
    }
}

/* The level of the outermost rows: a root that is a struct or union has no row. */
static unsigned outermost(const struct fields *f)
{
    enum layout_kind kind = f->layout->nodes[0].kind;
    return kind == LAYOUT_STRUCT || kind == LAYOUT_UNION ? 1 : 0;
}

/* ---- one row ---- */

static bool is_element_of_scalars(const struct field_row *row)
{
    return row->depth > 0 && row->way[row->depth].node == row->way[row->depth - 1].node;
}

static bool flipped(const struct fields *f, const struct field_id *id)
{
    for (size_t i = 0; i < f->flipped_count; i++) {
        if (field_same(&f->flipped[i], id)) {
            return true;
        }
    }
    return false;
}

static bool starts_open(const struct layout *l, const struct field_row *row)
{
    if (row->node->kind == LAYOUT_ARRAY) {
        return row->node->leaves <= FIELDS_SMALL;
    }
    const struct layout_node *parent = &l->nodes[row->node->parent];
    bool element = row->depth > 0 && parent->kind == LAYOUT_ARRAY;
    return layout_kind_is_container(row->node->kind) && (!element || parent->leaves <= FIELDS_SMALL);
}

/* Computes the row's members from its path. */
static void row_fill(const struct fields *f, struct field_row *row)
{
    const struct field_level *at = &row->way[row->depth];
    const struct layout_node *n = &f->layout->nodes[at->node];
    bool scalar = is_element_of_scalars(row), container = layout_kind_is_container(n->kind);
    row->id = (struct field_id){at->node, at->leaf, scalar ? at->element : SIZE_MAX};
    row->node = n;
    row->offset = at->offset;
    row->size = scalar ? n->stride : n->size;
    row->index = at->element;
    row->indent = row->depth - outermost(f);
    row->foldable = !f->flat && !scalar && (container || field_is_scalars(n));
    row->open = f->flat ? container : row->foldable && starts_open(f->layout, row) != flipped(f, &row->id);
    row->misaligned = n->bit_size == 0 && at->offset % n->align != 0;
    /* A gap at least as wide as the alignment was left on purpose: it is not padding. */
    bool padded = at->element == SIZE_MAX && row->depth > 0 && n->padding_before < n->align;
    row->padding_before = padded ? n->padding_before : 0;
    struct layout_leaf leaf;
    if (f->flat && layout_leaf_get(f->layout, at->leaf, &leaf)) {
        row->padding_before = leaf.padding_before;
    }
}

/* Copies a row with only the levels of its path in use: the whole path is 2 KiB. */
static void row_copy(struct field_row *to, const struct field_row *from)
{
    memcpy(to, from, offsetof(struct field_row, way) + (from->depth + 1) * sizeof *from->way);
}

static bool row_root(const struct fields *f, struct field_row *row)
{
    if (f->layout == NULL || layout_leaves(f->layout) == 0) {
        return false;
    }
    row->depth = 0;
    row->way[0] = (struct field_level){0, 0, f->layout->nodes[0].offset, SIZE_MAX};
    return true;
}

/* ---- from level to level ---- */

/* Goes to child c of a struct or union, whose leaves are counted from `leaf`. */
static void enter_member(const struct fields *f, struct field_row *row, uint32_t c, size_t leaf)
{
    size_t offset = row->way[row->depth].offset + f->layout->nodes[c].offset;
    row->way[++row->depth] = (struct field_level){c, leaf, offset, SIZE_MAX};
}

/* Goes to element k of an array of structs or of scalars. */
static void enter_element(const struct fields *f, struct field_row *row, size_t k)
{
    const struct field_level *at = &row->way[row->depth];
    const struct layout_node *n = &f->layout->nodes[at->node];
    bool scalars = n->kind != LAYOUT_ARRAY;
    uint32_t node = scalars ? at->node : at->node + 1;
    size_t leaf = scalars ? at->leaf : at->leaf + k * f->layout->nodes[node].leaves;
    row->way[row->depth + 1] = (struct field_level){node, leaf, at->offset + k * n->stride, k};
    row->depth++;
}

static bool has_elements(const struct layout_node *n)
{
    return n->kind == LAYOUT_ARRAY || !layout_kind_is_container(n->kind);
}

/* Goes to the first or last child of the row's level. Containers on the way have fields. */
static void enter_end(const struct fields *f, struct field_row *row, bool last)
{
    const struct layout_node *nodes = f->layout->nodes;
    const struct field_level at = row->way[row->depth];
    const struct layout_node *n = &nodes[at.node];
    if (has_elements(n)) {
        enter_element(f, row, last ? n->count - 1 : 0);
        return;
    }
    uint32_t found = at.node + 1;
    size_t leaf = at.leaf, found_leaf = at.leaf;
    bool any = false;
    for (uint32_t c = at.node + 1; c < n->end && (last || !any); leaf += nodes[c].leaves, c = nodes[c].end) {
        if (nodes[c].leaves > 0) {
            found = c;
            found_leaf = leaf;
            any = true;
        }
    }
    enter_member(f, row, found, found_leaf);
}

/* Goes to the next or previous member of the row's struct. false: there is none. */
static bool member_beside(const struct fields *f, struct field_row *row, int step)
{
    const struct layout_node *nodes = f->layout->nodes;
    const struct field_level at = row->way[row->depth], up = row->way[row->depth - 1];
    uint32_t found = UINT32_MAX;
    size_t found_leaf = 0;
    if (step > 0) {
        found_leaf = at.leaf + nodes[at.node].leaves;
        for (found = nodes[at.node].end; found < nodes[up.node].end && nodes[found].leaves == 0;) {
            found = nodes[found].end;
        }
        found = found < nodes[up.node].end ? found : UINT32_MAX;
    } else {
        size_t leaf = up.leaf;
        for (uint32_t c = up.node + 1; c < at.node; leaf += nodes[c].leaves, c = nodes[c].end) {
            if (nodes[c].leaves > 0) {
                found = c;
                found_leaf = leaf;
            }
        }
    }
    if (found != UINT32_MAX) {
        row->depth--;
        enter_member(f, row, found, found_leaf);
    }
    return found != UINT32_MAX;
}

static bool sibling(const struct fields *f, struct field_row *row, int step)
{
    size_t k = row->way[row->depth].element;
    if (row->depth == 0) {
        return false;
    }
    if (k == SIZE_MAX) {
        return member_beside(f, row, step);
    }
    const struct layout_node *array = &f->layout->nodes[row->way[row->depth - 1].node];
    if (step > 0 ? k + 1 >= array->count : k == 0) {
        return false;
    }
    row->depth--;
    enter_element(f, row, step > 0 ? k + 1 : k - 1);
    return true;
}

/* ---- next and previous rows ---- */

static bool shown(const struct fields *f, const struct field_row *row)
{
    return !f->flat || !layout_kind_is_container(row->node->kind);
}

static bool next_any(const struct fields *f, struct field_row *row)
{
    unsigned depth = row->depth;
    if (row->open) {
        enter_end(f, row, false);
        row_fill(f, row);
        return true;
    }
    while (!sibling(f, row, 1)) {
        if (row->depth <= outermost(f)) {
            row->depth = depth; /* the path is unchanged */
            return false;
        }
        row->depth--;
    }
    row_fill(f, row);
    return true;
}

static bool previous_any(const struct fields *f, struct field_row *row)
{
    if (!sibling(f, row, -1)) {
        if (row->depth <= outermost(f)) {
            return false;
        }
        row->depth--;
        row_fill(f, row);
        return true;
    }
    for (row_fill(f, row); row->open; row_fill(f, row)) {
        enter_end(f, row, true);
    }
    return true;
}

bool fields_next(const struct fields *f, struct field_row *row)
{
    struct field_row at;
    row_copy(&at, row);
    while (next_any(f, &at)) {
        if (shown(f, &at)) {
            row_copy(row, &at);
            return true;
        }
    }
    return false;
}

bool fields_previous(const struct fields *f, struct field_row *row)
{
    struct field_row at;
    row_copy(&at, row);
    while (previous_any(f, &at)) {
        if (shown(f, &at)) {
            row_copy(row, &at);
            return true;
        }
    }
    return false;
}

bool fields_first(const struct fields *f, struct field_row *row)
{
    if (!row_root(f, row)) {
        return false;
    }
    if (outermost(f) > 0) {
        enter_end(f, row, false);
    }
    row_fill(f, row);
    return shown(f, row) || fields_next(f, row);
}

bool fields_parent(const struct fields *f, struct field_row *row)
{
    if (f->flat || row->depth <= outermost(f)) {
        return false;
    }
    row->depth--;
    row_fill(f, row);
    return true;
}

/* ---- rows by what they contain ---- */

/* Goes to the child of the row's struct, union or array that contains leaf. */
static void enter_towards(const struct fields *f, struct field_row *row, size_t leaf)
{
    const struct layout_node *nodes = f->layout->nodes;
    const struct field_level at = row->way[row->depth];
    if (nodes[at.node].kind == LAYOUT_ARRAY) {
        enter_element(f, row, (leaf - at.leaf) / nodes[at.node + 1].leaves);
        return;
    }
    uint32_t c = at.node + 1;
    size_t before = at.leaf;
    for (; leaf - before >= nodes[c].leaves; c = nodes[c].end) {
        before += nodes[c].leaves;
    }
    enter_member(f, row, c, before);
}

/* Goes down to `id`, or stops at the folded row before it unless passing through folded rows is allowed. */
static bool descend(const struct fields *f, const struct field_id *id, bool through, struct field_row *row)
{
    if (!row_root(f, row) || id->leaf >= layout_leaves(f->layout)) {
        return false;
    }
    if (outermost(f) > 0) {
        enter_towards(f, row, id->leaf);
    }
    for (;;) {
        row_fill(f, row);
        bool here = row->id.node == id->node && row->id.leaf == id->leaf && id->element == SIZE_MAX;
        if (here || !(row->open || through) || !layout_kind_is_container(row->node->kind)) {
            break;
        }
        enter_towards(f, row, id->leaf);
    }
    if ((row->open || through) && row->id.node == id->node && id->element < row->node->count) {
        enter_element(f, row, id->element);
        row_fill(f, row);
    }
    return true;
}

bool fields_row(const struct fields *f, const struct field_id *id, struct field_row *row)
{
    struct field_row found;
    if (id->node == UINT32_MAX || !descend(f, id, false, &found)) {
        return false;
    }
    row_copy(row, &found);
    return true;
}

bool fields_locate(const struct fields *f, const struct field_id *id, struct field_row *row)
{
    struct field_row found;
    if (id->node == UINT32_MAX || !descend(f, id, true, &found)) {
        return false;
    }
    row_copy(row, &found);
    return true;
}

bool fields_at(const struct fields *f, size_t offset, struct field_row *row)
{
    struct layout_leaf leaf;
    if (f->layout == NULL) {
        return false;
    }
    struct layout_span span = layout_span_at(f->layout, offset);
    if (span.leaf == LAYOUT_NO_LEAF || !layout_leaf_get(f->layout, span.leaf, &leaf)) {
        return false;
    }
    struct field_id id = {(uint32_t)(leaf.node - f->layout->nodes), span.leaf, SIZE_MAX};
    if (field_is_scalars(leaf.node) && span.kind == LAYOUT_SPAN_FIELD) {
        id.element = (offset - leaf.offset) / leaf.node->stride;
    }
    return descend(f, &id, false, row);
}

bool fields_selected(const struct fields *f, size_t offset, struct field_row *row)
{
    bool chosen = f->chosen_at == offset && fields_row(f, &f->chosen, row);
    return chosen || fields_at(f, offset, row);
}

void fields_choose(struct fields *f, const struct field_row *row, size_t offset)
{
    f->chosen = row->id;
    f->chosen_at = offset;
}

/* ---- folding ---- */

void fields_flip(struct fields *f, const struct field_row *row)
{
    if (!row->foldable) {
        return;
    }
    f->seen = FIELD_NONE; /* rows moved: the table scrolls to the selected one */
    for (size_t i = 0; i < f->flipped_count; i++) {
        if (field_same(&f->flipped[i], &row->id)) {
            memmove(f->flipped + i, f->flipped + i + 1, (--f->flipped_count - i) * sizeof *f->flipped);
            return;
        }
    }
    if (f->flipped_count == FIELDS_FLIPPED_MAX) {
        memmove(f->flipped, f->flipped + 1, --f->flipped_count * sizeof *f->flipped);
    }
    f->flipped[f->flipped_count++] = row->id;
}

void fields_reveal(struct fields *f, struct field_row *row)
{
    unsigned depth = row->depth;
    for (row->depth = depth - row->indent; row->depth < depth; row->depth++) {
        row_fill(f, row);
        if (!row->open) {
            fields_flip(f, row);
        }
    }
    row_fill(f, row);
}
