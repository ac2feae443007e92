/* Names of field rows: from a row to its name, and from names to rows. See fields.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

/* "[1][2]" for flat element k of an array of scalars, from the brackets of its type; "[k]" if a typedef hides them. */
static void element_name(const struct layout_node *n, size_t k, char *out, size_t out_size)
{
    size_t sizes[8], dimensions = 0, all = 1, used = 0, length;
    const char *brackets = layout_type_dimensions(n->type, &length);
    for (size_t i = 0; i < length && dimensions < 8; i++) {
        if (brackets[i] == '[') {
            sizes[dimensions] = (size_t)strtoull(brackets + i + 1, NULL, 10);
            all *= sizes[dimensions++];
        }
    }
    if (dimensions < 2 || all != n->count) {
        snprintf(out, out_size, "[%zu]", k);
        return;
    }
    for (size_t i = 0; i < dimensions && used < out_size; i++) {
        all /= sizes[i];
        used += (size_t)snprintf(out + used, out_size - used, "[%zu]", k / all);
        k %= all;
    }
}

/* The name of one level: "seq", "[3]", "" for a member without a name. */
static void level_name(const struct fields *f, const struct field_level *at, bool scalar, char *out, size_t out_size)
{
    const struct layout_node *n = &f->layout->nodes[at->node];
    if (scalar) {
        element_name(n, at->element, out, out_size);
    } else if (at->element != SIZE_MAX) {
        snprintf(out, out_size, "[%zu]", at->element);
    } else {
        snprintf(out, out_size, "%s", n->name);
    }
}

size_t fields_path(const struct fields *f, const struct field_row *row, char *out, size_t out_size)
{
    char name[256];
    size_t length = 0;
    if (out_size > 0) {
        out[0] = '\0';
    }
    for (unsigned d = row->depth - row->indent; d <= row->depth; d++) {
        bool scalar = d > 0 && row->way[d].node == row->way[d - 1].node;
        level_name(f, &row->way[d], scalar, name, sizeof name);
        const char *dot = length > 0 && name[0] != '[' && name[0] != '\0' ? "." : "";
        size_t used = length < out_size ? length : out_size;
        length += (size_t)snprintf(out + used, out_size - used, "%s%s", dot, name);
    }
    return length;
}

void fields_name(const struct fields *f, const struct field_row *row, char *out, size_t out_size)
{
    if (f->flat) {
        layout_leaf_path(f->layout, row->id.leaf, out, out_size);
        return;
    }
    level_name(f, &row->way[row->depth], row->id.element != SIZE_MAX, out, out_size);
    if (out[0] == '\0') {
        snprintf(out, out_size, "{%s}", layout_kind_name(row->node->kind));
    }
}

void fields_type(const struct field_row *row, char *out, size_t out_size)
{
    const char *type = row->node->type;
    size_t length;
    const char *brackets = layout_type_dimensions(type, &length);
    if (row->id.element == SIZE_MAX || length == 0) {
        snprintf(out, out_size, "%s", type);
    } else {
        snprintf(out, out_size, "%.*s%s", (int)(brackets - type), type, brackets + length);
    }
}

/* ---- from names to rows ---- */

/* The flat index for "[1][2]" in an array of scalars; n->count: none. *rest: the text after it. */
static size_t element_number(const struct layout_node *n, const char *text)
{
    for (size_t k = 0, tries = n->count < 4096 ? n->count : 0; k < tries; k++) {
        char name[128];
        element_name(n, k, name, sizeof name);
        if (strcmp(name, text) == 0) {
            return k;
        }
    }
    char *end;
    unsigned long long k = strtoull(text + 1, &end, 10);
    return strcmp(end, "]") == 0 && text[1] >= '0' && text[1] <= '9' && k < n->count ? (size_t)k : n->count;
}

static bool leaf_by_path(const struct fields *f, const char *path, struct field_row *row)
{
    struct layout_leaf leaf;
    size_t index = layout_leaf_find(f->layout, path);
    if (index == LAYOUT_NO_LEAF || !layout_leaf_get(f->layout, index, &leaf)) {
        return false;
    }
    const struct field_id id = {(uint32_t)(leaf.node - f->layout->nodes), index, SIZE_MAX};
    return fields_locate(f, &id, row);
}

bool fields_by_path(const struct fields *f, const char *path, struct field_row *row)
{
    char prefix[256], text[256];
    struct field_row up;
    if (f->layout == NULL || strlen(path) >= sizeof prefix) {
        return false;
    }
    if (leaf_by_path(f, path, row)) {
        /* It may be the path of a struct or array that contains the leaf. */
        for (up = *row; fields_path(f, &up, text, sizeof text) > strlen(path) && fields_parent(f, &up);) {
        }
        *row = strcmp(text, path) == 0 ? up : *row;
        return true;
    }
    for (const char *at = strchr(path, '['); at != NULL; at = strchr(at + 1, '[')) {
        snprintf(prefix, sizeof prefix, "%.*s", (int)(at - path), path);
        if (!leaf_by_path(f, prefix, row) || !field_is_scalars(row->node)) {
            continue;
        }
        struct field_id id = row->id;
        id.element = element_number(row->node, at);
        return id.element < row->node->count && fields_locate(f, &id, row);
    }
    return false;
}

struct name_search {
    const struct fields *f;
    const char *text;
    bool ignore_case;
    struct field_id from; /* only rows after (before) it count */
    int direction;
    struct field_id found;
};

static char folded(const struct name_search *s, char c)
{
    return s->ignore_case && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool name_has(const struct name_search *s, const char *name)
{
    size_t n = strlen(s->text);
    for (; *name != '\0'; name++) {
        size_t i = 0;
        while (i < n && name[i] != '\0' && folded(s, name[i]) == s->text[i]) {
            i++;
        }
        if (i == n) {
            return true;
        }
    }
    return false;
}

static bool any_has(const struct name_search *s, uint32_t i)
{
    const struct layout_node *nodes = s->f->layout->nodes;
    for (uint32_t c = i; c < nodes[i].end; c++) {
        if (name_has(s, nodes[c].name)) {
            return true;
        }
    }
    return false;
}

/* Does the node itself, whose first leaf is `leaf`, match? */
static bool name_here(struct name_search *s, uint32_t i, size_t leaf)
{
    const struct field_id id = {i, leaf, SIZE_MAX};
    bool beside = s->direction > 0 ? fields_above(&s->from, &id) : fields_above(&id, &s->from);
    if (!beside || !name_has(s, s->f->layout->nodes[i].name)) {
        return false;
    }
    s->found = id;
    return true;
}

static bool name_in(struct name_search *s, uint32_t i, size_t leaf);

/* All elements are alike: if neither the one where the search starts nor the next one has a match, none has. */
static bool name_in_array(struct name_search *s, uint32_t i, size_t leaf)
{
    const struct layout_node *n = &s->f->layout->nodes[i];
    size_t each = s->f->layout->nodes[i + 1].leaves, count = n->count;
    size_t k = s->direction > 0 ? 0 : count - 1;
    if (s->from.leaf >= leaf && (s->from.leaf - leaf) / each < count) {
        k = (s->from.leaf - leaf) / each;
    }
    for (int twice = 0; twice < 2 && k < count; twice++, k += (size_t)s->direction) {
        if (name_in(s, i + 1, leaf + k * each)) {
            return true;
        }
    }
    return false;
}

static bool name_in_members(struct name_search *s, uint32_t i, size_t leaf)
{
    const struct layout_node *nodes = s->f->layout->nodes;
    bool found = false;
    for (uint32_t c = i + 1; c < nodes[i].end; leaf += nodes[c].leaves, c = nodes[c].end) {
        struct name_search one = *s;
        if (nodes[c].leaves > 0 && name_in(&one, c, leaf)) {
            s->found = one.found;
            found = true;
            if (s->direction > 0) {
                break;
            }
        }
    }
    return found;
}

/* The first match in the direction, at node i or below. Depth is bounded by LAYOUT_DEPTH_MAX. */
static bool name_in(struct name_search *s, uint32_t i, size_t leaf)
{
    const struct layout_node *n = &s->f->layout->nodes[i];
    bool behind = s->direction > 0 ? leaf + n->leaves <= s->from.leaf : leaf > s->from.leaf;
    if (n->leaves == 0 || behind || !any_has(s, i)) {
        return false;
    }
    if (s->direction > 0 && name_here(s, i, leaf)) {
        return true;
    }
    if (layout_kind_is_container(n->kind) && (n->kind == LAYOUT_ARRAY ? name_in_array : name_in_members)(s, i, leaf)) {
        return true;
    }
    return s->direction < 0 && name_here(s, i, leaf);
}

bool fields_by_name(const struct fields *f, const char *text, const struct field_id *from, int direction,
                    struct field_row *row)
{
    struct name_search s = {.f = f, .text = text, .ignore_case = true, .direction = direction};
    for (const char *at = text; *at != '\0'; at++) {
        s.ignore_case = s.ignore_case && !(*at >= 'A' && *at <= 'Z');
    }
    if (f->layout == NULL || layout_leaves(f->layout) == 0 || *text == '\0') {
        return false;
    }
    size_t past = direction > 0 ? 0 : layout_leaves(f->layout) - 1;
    s.from = from != NULL ? *from : (struct field_id){direction > 0 ? 0 : UINT32_MAX, past, SIZE_MAX};
    return name_in(&s, 0, 0) && fields_locate(f, &s.found, row);
}
