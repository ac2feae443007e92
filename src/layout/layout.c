/* Layout: builds the tree of fields and computes padding, spans and problems. See layout.h.
 *
 * The children of node i: the first is nodes[i + 1], the next starts at the `end` of the one before, and so on up to
 * the `end` of node i. */
#include "layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- building ---- */

void layout_init(struct layout *l)
{
    *l = (struct layout){.nodes = NULL};
}

int layout_enumerator_add(struct layout_node *node, char *name, int64_t value)
{
    size_t count = node->enumerator_count;
    if ((count & (count - 1)) == 0) { /* the capacity doubles at each power of two */
        struct layout_enumerator *more = realloc(node->enumerators, (count == 0 ? 1 : 2 * count) * sizeof *more);
        if (more == NULL) {
            return -ENOMEM;
        }
        node->enumerators = more;
    }
    node->enumerators[node->enumerator_count++] = (struct layout_enumerator){name, value};
    return 0;
}

void layout_enumerators_free(struct layout_node *node)
{
    for (size_t i = 0; i < node->enumerator_count; i++) {
        free(node->enumerators[i].name);
    }
    free(node->enumerators);
    node->enumerators = NULL;
    node->enumerator_count = 0;
}

void layout_free(struct layout *l)
{
    for (uint32_t i = 0; i < l->count; i++) {
        free(l->nodes[i].name);
        free(l->nodes[i].type);
        layout_enumerators_free(&l->nodes[i]);
    }
    free(l->nodes);
    layout_init(l);
}

static int enumerators_copy(struct layout_node *to, const struct layout_node *from)
{
    int rc = 0;
    to->enumerators = NULL;
    to->enumerator_count = 0;
    for (size_t i = 0; rc == 0 && i < from->enumerator_count; i++) {
        char *name = strdup(from->enumerators[i].name);
        rc = name != NULL ? layout_enumerator_add(to, name, from->enumerators[i].value) : -ENOMEM;
        if (rc < 0) {
            free(name);
        }
    }
    return rc;
}

static int node_copy(struct layout_node *to, const struct layout_node *from)
{
    *to = *from;
    to->name = strdup(from->name != NULL ? from->name : "");
    to->type = strdup(from->type != NULL ? from->type : "");
    int rc = enumerators_copy(to, from);
    if (to->name == NULL || to->type == NULL || rc < 0) {
        free(to->name);
        free(to->type);
        layout_enumerators_free(to);
        return -ENOMEM;
    }
    to->align = from->align == 0 ? 1 : from->align;
    to->stride = from->stride == 0 ? from->size : from->stride;
    return 0;
}

static unsigned depth_of(const struct layout *l, uint32_t i)
{
    unsigned depth = 0;
    for (; i != 0; i = l->nodes[i].parent) {
        depth++;
    }
    return depth;
}

static int nodes_reserve(struct layout *l)
{
    if (l->count < l->capacity) {
        return 0;
    }
    if (l->count >= LAYOUT_NODES_MAX) {
        return -E2BIG;
    }
    uint32_t capacity = l->capacity == 0 ? 16 : l->capacity * 2;
    struct layout_node *nodes = realloc(l->nodes, capacity * sizeof *nodes);
    if (nodes == NULL) {
        return -ENOMEM;
    }
    l->nodes = nodes;
    l->capacity = capacity;
    return 0;
}

static uint32_t append(struct layout *l, const struct layout_node *node, bool open)
{
    if (l->error != 0) {
        return 0;
    }
    if (l->count > 0 && l->open == UINT32_MAX) {
        l->error = -EINVAL; /* the root has been closed */
        return 0;
    }
    l->error = nodes_reserve(l);
    if (l->error == 0 && l->count > 0 && depth_of(l, l->open) + 1 >= LAYOUT_DEPTH_MAX) {
        l->error = -E2BIG;
    }
    if (l->error == 0) {
        l->error = node_copy(&l->nodes[l->count], node);
    }
    if (l->error != 0) {
        return 0;
    }
    uint32_t i = l->count++;
    l->nodes[i].parent = i == 0 ? 0 : l->open;
    l->nodes[i].end = i + 1;
    if (open) {
        l->open = i;
    }
    return i;
}

uint32_t layout_open(struct layout *l, const struct layout_node *node)
{
    return append(l, node, true);
}

uint32_t layout_add(struct layout *l, const struct layout_node *node)
{
    return append(l, node, false);
}

void layout_close(struct layout *l)
{
    if (l->error != 0) {
        return;
    }
    if (l->count == 0 || l->open == UINT32_MAX) {
        l->error = -EINVAL;
        return;
    }
    l->nodes[l->open].end = l->count;
    l->open = l->open == 0 ? UINT32_MAX : l->nodes[l->open].parent;
}

/* ---- finishing ---- */

static bool is_bit_field(const struct layout_node *n)
{
    return n->bit_size > 0;
}

/* One past the node's last byte, from its parent's start. A flexible member has no size until layout_fit. */
static size_t end_of(const struct layout_node *n)
{
    return n->offset + n->size;
}

static int leaves_of_children(struct layout *l, uint32_t i)
{
    struct layout_node *n = &l->nodes[i];
    size_t leaves = 0;
    for (uint32_t c = i + 1; c < n->end; c = l->nodes[c].end) {
        if (__builtin_add_overflow(leaves, l->nodes[c].leaves, &leaves)) {
            return -EOVERFLOW;
        }
    }
    if (n->kind == LAYOUT_ARRAY && __builtin_mul_overflow(leaves, n->count, &leaves)) {
        return -EOVERFLOW;
    }
    n->leaves = leaves;
    return 0;
}

static void padding_of_children(struct layout *l, uint32_t i)
{
    struct layout_node *n = &l->nodes[i];
    size_t end = 0;
    for (uint32_t c = i + 1; c < n->end; c = l->nodes[c].end) {
        struct layout_node *child = &l->nodes[c];
        bool after = n->kind == LAYOUT_STRUCT && child->offset > end;
        child->padding_before = after ? child->offset - end : 0;
        if (end_of(child) > end) {
            end = end_of(child);
        }
    }
}

/* Whether nothing comes after node i in the whole layout, so that a flexible member there has the rest of the segment. */
static bool is_last(const struct layout *l, uint32_t i)
{
    const struct layout_node *nodes = l->nodes;
    for (; i != 0; i = nodes[i].parent) {
        uint32_t up = nodes[i].parent;
        if (nodes[up].kind == LAYOUT_ARRAY) {
            return false;
        }
        for (uint32_t c = up + 1; c < nodes[up].end; c = nodes[c].end) {
            bool after = c != i && nodes[c].size > 0 && nodes[c].offset >= nodes[i].offset;
            if (after && nodes[up].kind == LAYOUT_STRUCT) {
                return false;
            }
        }
    }
    return true;
}

/* Whether the node is, or ends in, a flexible member that has the rest of the segment. */
static bool ends_flexible(const struct layout *l, uint32_t i)
{
    for (uint32_t c = i; c < l->nodes[i].end; c++) {
        if (l->nodes[c].flags & LAYOUT_FLEXIBLE && is_last(l, c)) {
            return true;
        }
    }
    return false;
}

/* Makes each struct that ends in a flexible member, but the root, as large as that is now; its stride stays the size
 * that the type has without it. */
static void grow_structs(struct layout *l)
{
    for (uint32_t i = 1; i < l->count; i++) {
        if ((l->nodes[i].flags & LAYOUT_FLEXIBLE) == 0 || l->nodes[i].parent == 0 || !is_last(l, i)) {
            continue;
        }
        for (uint32_t c = i, up = l->nodes[i].parent; up != 0; c = up, up = l->nodes[up].parent) {
            size_t end = end_of(&l->nodes[c]);
            l->nodes[up].size = end > l->nodes[up].stride ? end : l->nodes[up].stride;
        }
    }
}

/* Whether it is inside its parent. A flexible member that has the rest of the segment need only start there. */
static bool node_inside(const struct layout *l, uint32_t i)
{
    const struct layout_node *n = &l->nodes[i], *parent = &l->nodes[n->parent];
    if (i == 0) {
        return n->offset == 0;
    }
    return parent->kind == LAYOUT_ARRAY || end_of(n) <= parent->size ||
           (n->offset <= parent->size && ends_flexible(l, i));
}

static bool node_valid(const struct layout *l, uint32_t i)
{
    const struct layout_node *n = &l->nodes[i];
    size_t end;
    if (__builtin_add_overflow(n->offset, n->size, &end) || end > SIZE_MAX / 4 || !node_inside(l, i)) {
        return false;
    }
    if (n->kind >= LAYOUT_KINDS || n->bit_offset > 7) {
        return false;
    }
    if (n->kind != LAYOUT_ARRAY) {
        return true;
    }
    /* An array node must have one child, at offset 0, a stride equal to its size, and the size of all its elements. */
    size_t room;
    const struct layout_node *element = n + 1;
    return i + 1 < n->end && element->end == n->end && element->offset == 0 && n->stride > 0 &&
           n->stride == element->size && !__builtin_mul_overflow(n->count, n->stride, &room) && n->size <= room;
}

/* One past the last byte: the root's size, or more if a flexible member was fitted. */
static size_t size_with_flexible(const struct layout *l)
{
    size_t size = l->nodes[0].size;
    for (uint32_t i = 1; i < l->nodes[0].end; i = l->nodes[i].end) {
        size_t end = end_of(&l->nodes[i]);
        size = end > size && ends_flexible(l, i) ? end : size;
    }
    return size;
}

int layout_finish(struct layout *l)
{
    if (l->error != 0) {
        return l->error;
    }
    if (l->count == 0 || l->open != UINT32_MAX) {
        return l->error = -EINVAL;
    }
    grow_structs(l);
    /* Children follow their parent, so going backwards a parent's children are done before it. */
    for (uint32_t i = l->count; i-- > 0;) {
        struct layout_node *n = &l->nodes[i];
        if (!node_valid(l, i)) {
            return l->error = -EINVAL;
        }
        n->leaves = 1;
        if (layout_kind_is_container(n->kind)) {
            l->error = leaves_of_children(l, i);
            padding_of_children(l, i);
        }
        if (l->error != 0) {
            return l->error;
        }
    }
    l->size = size_with_flexible(l);
    return 0;
}

static size_t offset_in_segment(const struct layout *l, uint32_t i)
{
    size_t offset = 0;
    for (; i != 0; i = l->nodes[i].parent) {
        offset += l->nodes[i].offset;
    }
    return offset;
}

void layout_fit(struct layout *l, size_t segment_size)
{
    for (uint32_t i = 1; i < l->count; i++) {
        struct layout_node *n = &l->nodes[i];
        if ((n->flags & LAYOUT_FLEXIBLE) == 0 || n->stride == 0 || !is_last(l, i)) {
            continue;
        }
        size_t start = offset_in_segment(l, i);
        n->count = start >= segment_size ? 0 : (segment_size - start) / n->stride;
        n->size = n->count * n->stride;
    }
    if (l->error == 0 && l->count > 0) {
        layout_finish(l);
    }
}

/* ---- queries ---- */

bool layout_kind_is_container(enum layout_kind kind)
{
    return kind == LAYOUT_STRUCT || kind == LAYOUT_UNION || kind == LAYOUT_ARRAY;
}

const char *layout_kind_name(enum layout_kind kind)
{
    static const char *const names[LAYOUT_KINDS] = {
        [LAYOUT_STRUCT] = "struct",  [LAYOUT_UNION] = "union",  [LAYOUT_ARRAY] = "array",     [LAYOUT_TEXT] = "text",
        [LAYOUT_CHAR] = "character", [LAYOUT_SINT] = "integer", [LAYOUT_UINT] = "unsigned",   [LAYOUT_REAL] = "real",
        [LAYOUT_BOOL] = "boolean",   [LAYOUT_ENUM] = "enum",    [LAYOUT_POINTER] = "pointer", [LAYOUT_BYTES] = "bytes",
    };
    return kind < LAYOUT_KINDS ? names[kind] : "?";
}

bool layout_is_big_endian(const struct layout_node *leaf)
{
    return (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) != ((leaf->flags & LAYOUT_SWAPPED) != 0);
}

/* The innermost "(*" of a C type's name, outside the <> of C++; NULL: there is none. */
static const char *inner_declarator(const char *type)
{
    const char *found = NULL;
    int depth = 0;
    for (const char *at = type; *at != '\0'; at++) {
        depth += *at == '<' ? 1 : *at == '>' ? -1 : 0;
        const char *sign = at + 1 + strspn(at + 1, ":");
        if (*at == '(' && depth <= 0 && (*sign == '*' || *sign == '&')) {
            found = sign;
            at = sign + strcspn(sign, "([)") - 1;
        } else if (found != NULL) {
            break;
        }
    }
    return found;
}

const char *layout_type_dimensions(const char *type, size_t *length)
{
    const char *inner = inner_declarator(type), *start = type + strlen(type);
    if (inner != NULL) {
        start = inner + strcspn(inner, "[)");
    } else {
        while (start > type && start[-1] == ']') {
            do {
                start--;
            } while (start > type && *start != '[');
        }
    }
    const char *end = start;
    while (*end == '[') {
        end += strcspn(end, "]");
        end += *end == ']';
    }
    *length = (size_t)(end - start);
    return *length > 0 ? start : type + strlen(type);
}

size_t layout_size(const struct layout *l)
{
    return l->count == 0 ? 0 : l->size;
}

size_t layout_leaves(const struct layout *l)
{
    return l->count == 0 ? 0 : l->nodes[0].leaves;
}

static bool same_enumerators(const struct layout_node *a, const struct layout_node *b)
{
    bool same = a->enumerator_count == b->enumerator_count;
    for (size_t i = 0; same && i < a->enumerator_count; i++) {
        same = a->enumerators[i].value == b->enumerators[i].value &&
               strcmp(a->enumerators[i].name, b->enumerators[i].name) == 0;
    }
    return same;
}

bool layout_same(const struct layout *a, const struct layout *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++) {
        const struct layout_node *m = &a->nodes[i], *n = &b->nodes[i];
        same = m->kind == n->kind && m->flags == n->flags && m->offset == n->offset && m->size == n->size &&
               m->align == n->align && m->count == n->count && m->stride == n->stride && m->bit_size == n->bit_size &&
               m->bit_offset == n->bit_offset && m->end == n->end && strcmp(m->name, n->name) == 0 &&
               strcmp(m->type, n->type) == 0 && same_enumerators(m, n);
    }
    return same;
}

/* The state of a walk from the root down to one leaf. */
struct walk {
    uint32_t node;
    size_t base;           /* absolute offset of the node */
    size_t leaf;           /* the leaf to find, counted from the node's first */
    size_t padding_before; /* before the leaf, as far as known; starts over at a struct's second member */
    bool in_union;
};

/* Goes from a container to the child that contains the leaf; *element is its index if the container is an array. */
static void walk_down(const struct layout *l, struct walk *w, size_t *element)
{
    const struct layout_node *n = &l->nodes[w->node];
    *element = 0;
    uint32_t c = w->node + 1;
    if (n->kind == LAYOUT_ARRAY) {
        size_t each = l->nodes[c].leaves;
        *element = w->leaf / each;
        w->leaf %= each;
        w->base += *element * n->stride;
        if (*element > 0) {
            w->padding_before = 0;
        }
    } else {
        for (; w->leaf >= l->nodes[c].leaves; c = l->nodes[c].end) {
            w->leaf -= l->nodes[c].leaves;
        }
        /* As for spans: a gap as wide as the alignment or wider is not padding. */
        size_t before = l->nodes[c].padding_before < l->nodes[c].align ? l->nodes[c].padding_before : 0;
        bool first = c == w->node + 1;
        w->padding_before = first ? w->padding_before + before : before;
        w->base += l->nodes[c].offset;
        w->in_union = w->in_union || n->kind == LAYOUT_UNION;
    }
    w->node = c;
}

bool layout_leaf_get(const struct layout *l, size_t index, struct layout_leaf *leaf)
{
    if (index >= layout_leaves(l)) {
        return false;
    }
    struct walk w = {.base = l->nodes[0].offset, .leaf = index};
    while (layout_kind_is_container(l->nodes[w.node].kind)) {
        size_t element;
        walk_down(l, &w, &element);
    }
    const struct layout_node *n = &l->nodes[w.node];
    *leaf = (struct layout_leaf){.node = n,
                                 .index = index,
                                 .offset = w.base,
                                 .padding_before = w.padding_before,
                                 .misaligned = !is_bit_field(n) && w.base % n->align != 0,
                                 .in_union = w.in_union};
    return true;
}

/* A text that is appended to in a buffer that may be too small. */
struct path {
    char *out;
    size_t size, length;
};

static void path_put(struct path *p, const char *text)
{
    for (; *text != '\0'; text++, p->length++) {
        if (p->length + 1 < p->size) {
            p->out[p->length] = *text;
        }
    }
}

static void path_end(struct path *p)
{
    if (p->size > 0) {
        p->out[p->length < p->size ? p->length : p->size - 1] = '\0';
    }
}

/* The path of a leaf, or, with an offset, of the last node on the way to the leaf that has the byte there. */
static size_t path_down(const struct layout *l, size_t index, const size_t *offset, char *out, size_t out_size)
{
    struct path p = {.out = out, .size = out_size};
    if (index >= layout_leaves(l)) {
        path_end(&p);
        return 0;
    }
    struct walk w = {.base = l->nodes[0].offset, .leaf = index};
    while (layout_kind_is_container(l->nodes[w.node].kind)) {
        bool array = l->nodes[w.node].kind == LAYOUT_ARRAY;
        size_t before = p.length;
        size_t element;
        walk_down(l, &w, &element);
        const char *name = l->nodes[w.node].name;
        if (array) {
            char number[32];
            snprintf(number, sizeof number, "[%zu]", element);
            path_put(&p, number);
        } else if (*name != '\0') {
            path_put(&p, p.length > 0 ? "." : "");
            path_put(&p, name);
        }
        if (offset != NULL && (*offset < w.base || *offset - w.base >= l->nodes[w.node].size)) {
            p.length = before;
            break;
        }
    }
    path_end(&p);
    return p.length;
}

size_t layout_leaf_path(const struct layout *l, size_t index, char *out, size_t out_size)
{
    return path_down(l, index, NULL, out, out_size);
}

size_t layout_tail_path(const struct layout *l, size_t leaf, size_t offset, char *out, size_t out_size)
{
    return path_down(l, leaf, &offset, out, out_size);
}

/* Parses "[12]" at the start of the path and moves past it. */
static bool path_element(const char **path, size_t count, size_t *element)
{
    char *end;
    if (**path != '[') {
        return false;
    }
    errno = 0;
    unsigned long long n = strtoull(*path + 1, &end, 10);
    if (errno != 0 || end == *path + 1 || *end != ']' || n >= count) {
        return false;
    }
    *element = (size_t)n;
    *path = end + 1;
    return true;
}

/* Moves past `name` if it is the whole next component of the path. */
static bool path_member(const char **path, const char *name)
{
    size_t n = strlen(name);
    const char *p = **path == '.' ? *path + 1 : *path;
    if (n == 0 || strncmp(p, name, n) != 0 || (p[n] != '\0' && p[n] != '.' && p[n] != '[')) {
        return false;
    }
    *path = p + n;
    return true;
}

/* Recursion is limited by LAYOUT_DEPTH_MAX. */
static size_t leaf_find(const struct layout *l, uint32_t i, const char *path)
{
    const struct layout_node *n = &l->nodes[i];
    if (*path == '\0') {
        return n->leaves > 0 ? 0 : LAYOUT_NO_LEAF;
    }
    if (n->kind == LAYOUT_ARRAY) {
        size_t element;
        if (!path_element(&path, n->count, &element)) {
            return LAYOUT_NO_LEAF;
        }
        size_t found = leaf_find(l, i + 1, path);
        return found == LAYOUT_NO_LEAF ? found : found + element * l->nodes[i + 1].leaves;
    }
    if (!layout_kind_is_container(n->kind)) {
        return LAYOUT_NO_LEAF;
    }
    size_t before = 0;
    for (uint32_t c = i + 1; c < n->end; before += l->nodes[c].leaves, c = l->nodes[c].end) {
        const char *rest = path;
        /* As in C, the members of an unnamed member belong to the outer struct. */
        if (*l->nodes[c].name == '\0' || path_member(&rest, l->nodes[c].name)) {
            size_t found = leaf_find(l, c, rest);
            if (found != LAYOUT_NO_LEAF) {
                return before + found;
            }
        }
    }
    return LAYOUT_NO_LEAF;
}

size_t layout_leaf_find(const struct layout *l, const char *path)
{
    return l->count == 0 || *path == '\0' ? LAYOUT_NO_LEAF : leaf_find(l, 0, path);
}

/* ---- spans ---- */

/* The state of a walk from the root down to a span. All offsets are absolute. */
struct probe {
    const struct layout *layout;
    size_t offset;            /* the byte to look up */
    struct layout_span *span; /* the result; it shrinks on the way down */
};

static void narrow(struct layout_span *span, size_t start, size_t end)
{
    span->offset = start > span->offset ? start : span->offset;
    span->end = end < span->end ? end : span->end;
}

static bool span_in(const struct probe *p, uint32_t i, size_t base, size_t leaf);

/* The first leaf of node i with at least this alignment: a double, not the char before it in a struct. `leaf` is the
 * node's first leaf, and the answer where an attribute gives the alignment. */
static size_t leaf_aligned(const struct layout *l, uint32_t i, size_t leaf, size_t align)
{
    const struct layout_node *nodes = l->nodes;
    size_t first = leaf;
    for (uint32_t c = i + 1; c < nodes[i].end; leaf += nodes[c].leaves, c = nodes[c].end) {
        if (nodes[c].align >= align && nodes[c].leaves > 0) {
            return leaf_aligned(l, c, leaf, align);
        }
    }
    return first;
}

/* The struct's padding around p->offset, between prev_end and the member `next` (UINT32_MAX: none). */
static void span_hole(const struct probe *p, uint32_t i, size_t base, size_t leaf, size_t prev_end, uint32_t next)
{
    const struct layout_node *n = &p->layout->nodes[i];
    const struct layout_node *nodes = p->layout->nodes;
    struct layout_span *span = p->span;
    if (next != UINT32_MAX) {
        narrow(span, prev_end, base + nodes[next].offset);
        for (uint32_t c = i + 1; c < next; c = nodes[c].end) {
            leaf += nodes[c].leaves;
        }
        /* Alignment never makes a gap as wide as itself, so this one was left on purpose. */
        bool explained = base + nodes[next].offset - prev_end < nodes[next].align;
        span->kind = explained ? LAYOUT_SPAN_PADDING : LAYOUT_SPAN_FREE;
        span->leaf = explained ? leaf : LAYOUT_NO_LEAF;
        return;
    }
    narrow(span, prev_end, base + n->size);
    size_t best = 0;
    span->kind = LAYOUT_SPAN_TAIL;
    span->leaf = LAYOUT_NO_LEAF;
    for (uint32_t c = i + 1; c < n->end; leaf += nodes[c].leaves, c = nodes[c].end) {
        if (nodes[c].align > best && nodes[c].leaves > 0) {
            best = nodes[c].align;
            span->leaf = leaf_aligned(p->layout, c, leaf, best);
        }
    }
    if (span->leaf == LAYOUT_NO_LEAF) {
        span->kind = LAYOUT_SPAN_FREE; /* an empty struct has no member whose alignment could explain it */
    }
}

static bool span_in_struct(const struct probe *p, uint32_t i, size_t base, size_t leaf)
{
    const struct layout_node *nodes = p->layout->nodes;
    uint32_t next = UINT32_MAX, owner = UINT32_MAX;
    size_t prev_end = base, before = leaf, owner_leaf = leaf;
    for (uint32_t c = i + 1; c < nodes[i].end; before += nodes[c].leaves, c = nodes[c].end) {
        size_t start = base + nodes[c].offset, end = start + nodes[c].size;
        if (nodes[c].size == 0) {
            continue;
        }
        if (start > p->offset) {
            next = next == UINT32_MAX || start < base + nodes[next].offset ? c : next;
        } else if (end <= p->offset) {
            prev_end = end > prev_end ? end : prev_end;
        } else if (owner == UINT32_MAX) {
            owner = c;
            owner_leaf = before;
        } else {
            p->span->overlap = p->span->overlap || !is_bit_field(&nodes[c]) || !is_bit_field(&nodes[owner]);
            narrow(p->span, start, end);
        }
    }
    if (owner == UINT32_MAX) {
        span_hole(p, i, base, leaf, prev_end, next);
        return false;
    }
    narrow(p->span, prev_end, next == UINT32_MAX ? SIZE_MAX : base + nodes[next].offset);
    return span_in(p, owner, base + nodes[owner].offset, owner_leaf);
}

/* The first member that has a field there, or else the first that has padding there. */
static bool span_in_union(const struct probe *p, uint32_t i, size_t base, size_t leaf)
{
    const struct layout_node *nodes = p->layout->nodes;
    struct layout_span first = *p->span;
    bool any = false;
    size_t start_of_all = base, before = leaf;
    for (uint32_t c = i + 1; c < nodes[i].end; before += nodes[c].leaves, c = nodes[c].end) {
        size_t start = base + nodes[c].offset, end = start + nodes[c].size;
        if (p->offset < start || p->offset >= end) {
            /* The run starts where this shorter member ends, or ends where it starts: there another one is visible. */
            start_of_all = end <= p->offset && end > start_of_all ? end : start_of_all;
            p->span->end = start > p->offset && nodes[c].size > 0 && start < p->span->end ? start : p->span->end;
            continue;
        }
        struct layout_span mine = *p->span;
        struct probe inner = {.layout = p->layout, .offset = p->offset, .span = &mine};
        narrow(&mine, start_of_all, end);
        if (span_in(&inner, c, start, before)) {
            *p->span = mine;
            return true;
        }
        /* A later member may have a field in this one's padding, so the run must not be longer than this padding. */
        narrow(p->span, mine.offset, mine.end);
        if (!any) {
            any = true;
            first = mine;
        }
    }
    if (any) {
        narrow(&first, p->span->offset > start_of_all ? p->span->offset : start_of_all, p->span->end);
        *p->span = first;
        return false;
    }
    span_hole(p, i, base, leaf, start_of_all, UINT32_MAX);
    return false;
}

/* Returns whether the byte belongs to a field. Recursion is limited by LAYOUT_DEPTH_MAX. */
static bool span_in(const struct probe *p, uint32_t i, size_t base, size_t leaf)
{
    const struct layout_node *n = &p->layout->nodes[i];
    if (n->kind == LAYOUT_ARRAY) {
        size_t element = (p->offset - base) / n->stride;
        size_t start = base + element * n->stride;
        narrow(p->span, start, start + n->stride);
        return span_in(p, i + 1, start, leaf + element * p->layout->nodes[i + 1].leaves);
    }
    if (n->kind == LAYOUT_STRUCT) {
        return span_in_struct(p, i, base, leaf);
    }
    if (n->kind == LAYOUT_UNION) {
        return span_in_union(p, i, base, leaf);
    }
    narrow(p->span, base, base + n->size);
    p->span->kind = LAYOUT_SPAN_FIELD;
    p->span->leaf = leaf;
    p->span->node = n;
    p->span->misaligned = !is_bit_field(n) && base % n->align != 0;
    return true;
}

struct layout_span layout_span_at(const struct layout *l, size_t offset)
{
    size_t size = layout_size(l);
    struct layout_span span = {.offset = 0, .end = SIZE_MAX, .kind = LAYOUT_SPAN_FREE, .leaf = LAYOUT_NO_LEAF};
    if (offset >= size) {
        span.offset = size;
        return span;
    }
    span.end = size;
    struct probe probe = {.layout = l, .offset = offset, .span = &span};
    bool field = span_in(&probe, 0, l->nodes[0].offset, 0);
    struct layout_leaf leaf;
    if (!field && span.leaf != LAYOUT_NO_LEAF && layout_leaf_get(l, span.leaf, &leaf)) {
        span.node = leaf.node;
    }
    return span;
}

/* ---- problems ---- */

struct problems {
    struct layout_problem *out;
    size_t max, count;
};

static void problem_add(struct problems *p, enum layout_problem_kind kind, size_t leaf, size_t other)
{
    if (p->count < p->max) {
        p->out[p->count] = (struct layout_problem){kind, leaf, other};
    }
    p->count++;
}

/* The first leaf, counted from `leaf`, of an earlier member of node i that overlaps member c. */
static size_t overlapped_by(const struct layout *l, uint32_t i, uint32_t c, size_t leaf)
{
    const struct layout_node *n = &l->nodes[c];
    for (uint32_t e = i + 1; e < c; leaf += l->nodes[e].leaves, e = l->nodes[e].end) {
        const struct layout_node *m = &l->nodes[e];
        bool both = m->offset < end_of(n) && n->offset < end_of(m) && !(is_bit_field(m) && is_bit_field(n));
        if (both) {
            return leaf;
        }
    }
    return LAYOUT_NO_LEAF;
}

static void problems_in(const struct layout *l, uint32_t i, size_t base, size_t leaf, size_t segment_size,
                        struct problems *p)
{
    const struct layout_node *n = &l->nodes[i];
    if (!layout_kind_is_container(n->kind)) {
        if (!is_bit_field(n) && base % n->align != 0) {
            problem_add(p, LAYOUT_MISALIGNED, leaf, LAYOUT_NO_LEAF);
        }
        if (base > segment_size || n->size > segment_size - base) {
            problem_add(p, LAYOUT_PAST_END, leaf, LAYOUT_NO_LEAF);
        }
        return;
    }
    size_t before = leaf;
    for (uint32_t c = i + 1; c < n->end; before += l->nodes[c].leaves, c = l->nodes[c].end) {
        size_t other = n->kind == LAYOUT_STRUCT ? overlapped_by(l, i, c, leaf) : LAYOUT_NO_LEAF;
        if (other != LAYOUT_NO_LEAF) {
            problem_add(p, LAYOUT_OVERLAP, before, other);
        }
        if (l->nodes[c].leaves > 0) {
            problems_in(l, c, base + l->nodes[c].offset, before, segment_size, p);
        }
    }
}

/* An array may start within the segment and end past it: that is reported for its last leaf. */
static void problems_of_arrays(const struct layout *l, size_t segment_size, struct problems *p)
{
    struct layout_leaf last;
    size_t leaves = layout_leaves(l);
    if (leaves == 0 || !layout_leaf_get(l, leaves - 1, &last) || p->count > 0) {
        return;
    }
    if (last.offset > segment_size || last.node->size > segment_size - last.offset) {
        problem_add(p, LAYOUT_PAST_END, last.index, LAYOUT_NO_LEAF);
    }
}

size_t layout_problems(const struct layout *l, size_t segment_size, struct layout_problem *out, size_t max)
{
    struct problems p = {.out = out, .max = max};
    if (l->count > 0 && l->nodes[0].leaves > 0) {
        problems_in(l, 0, l->nodes[0].offset, 0, segment_size, &p);
        problems_of_arrays(l, segment_size, &p);
    }
    return p.count;
}
