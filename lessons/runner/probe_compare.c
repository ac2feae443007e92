/* Probe compare: which fields differ, and what is there instead. See probe_bytes.h. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "layout/value.h"
#include "probe_bytes.h"

enum { TEXT_MAX = 256 };

/* The length of a text; size if it has no NUL. */
static size_t text_length(const uint8_t *text, size_t size)
{
    const uint8_t *nul = memchr(text, '\0', size);

    return nul == NULL ? size : (size_t)(nul - text);
}

/* How many bytes of a field matter: of a text only those up to its NUL. */
static size_t relevant_size(const struct layout_node *node, const uint8_t *expected)
{
    size_t length;

    if (node->kind != LAYOUT_TEXT) {
        return node->size;
    }
    length = text_length(expected, node->size);
    return length < node->size ? length + 1 : length;
}

/* ---- what is there instead ---- */

static bool is_swapped(const struct layout_node *node, const uint8_t *expected, const uint8_t *actual)
{
    size_t size = node->size / (node->count > 0 ? node->count : 1);
    bool palindrome = true;

    if (size < 2 || node->kind == LAYOUT_TEXT || node->kind == LAYOUT_BYTES) {
        return false;
    }
    for (size_t at = 0; at < node->size; at += size) {
        for (size_t i = 0; i < size; i++) {
            if (actual[at + i] != expected[at + size - 1 - i]) {
                return false;
            }
            palindrome = palindrome && expected[at + i] == expected[at + size - 1 - i];
        }
    }
    return !palindrome;
}

/* A float of about that value: a program that divides floats rounds more than once. */
static bool is_float(const struct layout_node *node, const uint8_t *expected, const uint8_t *actual)
{
    double value;
    float narrow;

    if (node->kind != LAYOUT_REAL || node->size != sizeof value) {
        return false;
    }
    memcpy(&value, expected, sizeof value);
    memcpy(&narrow, actual, sizeof narrow);
    return fabs((double)narrow - value) <= fabs(value) * 1e-6;
}

/* The characters are there, the NUL is not. */
static bool is_no_nul(const struct layout_node *node, const uint8_t *expected, const uint8_t *actual)
{
    size_t length = text_length(expected, node->size);

    return node->kind == LAYOUT_TEXT && length > 0 && length < node->size && memcmp(actual, expected, length) == 0;
}

/* The first characters are there, then a NUL or what was there before. */
static bool is_cut(const struct layout_node *node, const uint8_t *expected, const uint8_t *actual,
                   const uint8_t *before)
{
    size_t length = text_length(expected, node->size), same = 0;

    if (node->kind != LAYOUT_TEXT) {
        return false;
    }
    while (same < length && actual[same] == expected[same]) {
        same++;
    }
    return same > 0 && same < length && (actual[same] == '\0' || (before != NULL && actual[same] == before[same]));
}

/* Where the expected bytes are instead. One byte, or only zeros, may be anywhere by chance. */
static bool found_elsewhere(const struct probe_compared *c, size_t offset, size_t size, size_t *where)
{
    const uint8_t *expected = c->expected->data + offset;
    size_t zeros = 0;

    while (zeros < size && expected[zeros] == 0) {
        zeros++;
    }
    if (size < 2 || zeros == size) {
        return false;
    }
    for (size_t at = 0; at + size <= c->actual->size; at++) {
        if (at == offset || memcmp(c->actual->data + at, expected, size) != 0) {
            continue;
        }
        if (at + size <= c->expected->size && memcmp(c->expected->data + at, expected, size) == 0) {
            continue; /* the same bytes are expected there too */
        }
        if (at + size <= c->before->size && memcmp(c->before->data + at, expected, size) == 0) {
            continue; /* they were there before */
        }
        *where = at;
        return true;
    }
    return false;
}

static void seen_format(const struct probe_compared *c, const struct layout_leaf *leaf, char *out, size_t out_size)
{
    size_t offset = leaf->offset, size = leaf->node->size, where;
    const uint8_t *expected = c->expected->data + offset, *actual = c->actual->data + offset;
    const uint8_t *before = offset + size <= c->before->size ? c->before->data + offset : NULL;
    const char *seen = "other";

    if (is_swapped(leaf->node, expected, actual)) {
        seen = "swapped";
    } else if (is_float(leaf->node, expected, actual)) {
        seen = "float";
    } else if (is_no_nul(leaf->node, expected, actual)) {
        seen = "no-nul";
    } else if (is_cut(leaf->node, expected, actual, before)) {
        seen = "cut";
    } else if (found_elsewhere(c, offset, relevant_size(leaf->node, expected), &where)) {
        snprintf(out, out_size, "moved %zu", where);
        return;
    } else if (before != NULL && memcmp(actual, before, size) == 0) {
        seen = "untouched";
    }
    snprintf(out, out_size, "%s", seen);
}

/* ---- the runs ---- */

static void hex_format(const uint8_t *bytes, size_t size, char *out, size_t out_size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < size && used + 4 < out_size; i++) {
        used += (size_t)snprintf(out + used, out_size - used, i == 0 ? "%02x" : " %02x", bytes[i]);
    }
}

static void field_report(const struct probe_compared *c, const struct layout_leaf *leaf, FILE *out)
{
    char path[TEXT_MAX], expected[TEXT_MAX], actual[TEXT_MAX], seen[TEXT_MAX];
    const struct layout_node *node = leaf->node;

    layout_leaf_path(c->layout, leaf->index, path, sizeof path);
    value_format(node, c->expected->data + leaf->offset, node->size, expected, sizeof expected);
    value_format(node, c->actual->data + leaf->offset, node->size, actual, sizeof actual);
    seen_format(c, leaf, seen, sizeof seen);
    fprintf(out, "%s\t%zu\t%zu\t%s\t%s\t%s\n", path, leaf->offset, node->size, expected, actual, seen);
}

/* A run of bytes without a field: from the first to the last that differs. true: some do. */
static bool hole_report(const struct probe_compared *c, const char *name, size_t offset, size_t end, FILE *out)
{
    const uint8_t *expected = c->expected->data, *actual = c->actual->data;
    char wanted[TEXT_MAX], seen[TEXT_MAX];

    while (offset < end && expected[offset] == actual[offset]) {
        offset++;
    }
    while (end > offset && expected[end - 1] == actual[end - 1]) {
        end--;
    }
    if (offset == end) {
        return false;
    }
    hex_format(expected + offset, end - offset, wanted, sizeof wanted);
    hex_format(actual + offset, end - offset, seen, sizeof seen);
    fprintf(out, "%s\t%zu\t%zu\t%s\t%s\tother\n", name, offset, end - offset, wanted, seen);
    return true;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool leaf_differs(const struct probe_compared *c, const struct layout_leaf *leaf)
{
    const uint8_t *expected = c->expected->data + leaf->offset;

    return memcmp(expected, c->actual->data + leaf->offset, relevant_size(leaf->node, expected)) != 0;
}

size_t probe_compare(const struct probe_compared *c, FILE *out)
{
    size_t size = smaller(c->expected->size, c->actual->size), differing = 0;

    for (size_t at = 0; at < size;) {
        struct layout_span span = layout_span_at(c->layout, at);
        struct layout_leaf leaf;
        size_t end = smaller(span.end, size);

        if (span.kind == LAYOUT_SPAN_FIELD && layout_leaf_get(c->layout, span.leaf, &leaf)) {
            end = leaf.offset + leaf.node->size;
            if (end <= size && leaf_differs(c, &leaf)) {
                field_report(c, &leaf, out);
                differing++;
            }
        } else if (span.kind == LAYOUT_SPAN_FREE) {
            differing += hole_report(c, "(free)", at, end, out);
        } else {
            hole_report(c, "(padding)", at, end, out);
        }
        at = end > at ? end : at + 1;
    }
    return differing;
}

void probe_forgive(const struct probe_compared *c, struct probe_bytes *expected)
{
    size_t size = smaller(expected->size, c->actual->size);

    for (size_t at = 0; at < size; at++) {
        struct layout_span span = layout_span_at(c->layout, at);
        struct layout_leaf leaf;
        bool open = span.kind == LAYOUT_SPAN_PADDING || span.kind == LAYOUT_SPAN_TAIL;

        if (span.kind == LAYOUT_SPAN_FIELD && layout_leaf_get(c->layout, span.leaf, &leaf) &&
            leaf.node->kind == LAYOUT_TEXT && leaf.offset + leaf.node->size <= size) {
            open = !leaf_differs(c, &leaf) &&
                   at >= leaf.offset + relevant_size(leaf.node, c->expected->data + leaf.offset);
        }
        if (open) {
            expected->data[at] = c->actual->data[at];
        }
    }
}
