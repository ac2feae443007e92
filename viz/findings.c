/* Findings: see findings.h. */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>

#include "printable.h"

struct list {
    struct finding *out;
    size_t count, more;
};

static void __attribute__((format(printf, 4, 5)))
add(struct list *list, const char *kind, size_t offset, const char *format, ...)
{
    if (list->count == FINDINGS_MAX) {
        list->more++;
        return;
    }
    struct finding *f = &list->out[list->count++];
    va_list args;
    f->kind = kind;
    f->offset = offset;
    va_start(args, format);
    vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
}

#define NAME_COLUMNS 60
#define NAME_SIZE (4 * NAME_COLUMNS)

/* The field's path; of a long one its end. */
static void name_of(const struct layout *l, size_t leaf, char out[NAME_SIZE])
{
    char path[LAYOUT_PATH_MAX];
    layout_leaf_path(l, leaf, path, sizeof path);
    printable_end(path, NAME_COLUMNS, "...", out, NAME_SIZE);
}

static void add_problem(struct list *list, const struct grid_input *in, const struct layout_problem *p)
{
    char name[NAME_SIZE], other[NAME_SIZE];
    struct layout_leaf leaf;
    if (!layout_leaf_get(in->layout, p->leaf, &leaf)) {
        return;
    }
    name_of(in->layout, p->leaf, name);
    switch (p->kind) {
    case LAYOUT_OVERLAP:
        name_of(in->layout, p->other, other);
        add(list, "overlap", leaf.offset, "%s at 0x%04zx claims bytes that %s claims too", name, leaf.offset, other);
        return;
    case LAYOUT_MISALIGNED:
        add(list, "misaligned", leaf.offset, "%s at 0x%04zx is misaligned: %s wants a multiple of %zu", name,
            leaf.offset, leaf.node->type, leaf.node->align);
        return;
    case LAYOUT_PAST_END:
        add(list, "past-end", leaf.offset, "%s at 0x%04zx needs %zu bytes, but the segment ends at 0x%04zx", name,
            leaf.offset, leaf.node->size, in->segment_size);
        return;
    }
}

static void add_problems(struct list *list, const struct grid_input *in)
{
    struct layout_problem problems[FINDINGS_MAX];
    size_t all = layout_problems(in->layout, in->segment_size, problems, FINDINGS_MAX);
    for (size_t i = 0; i < all && i < FINDINGS_MAX; i++) {
        add_problem(list, in, &problems[i]);
    }
    list->more += all > FINDINGS_MAX ? all - FINDINGS_MAX : 0;
}

/* Adds a sentence for each run of padding that isn't zero. */
static void add_stale(struct list *list, const struct grid_input *in)
{
    for (size_t at = 0; at < in->segment_size;) {
        struct layout_span span = layout_span_at(in->layout, at);
        size_t end = span.end < in->segment_size ? span.end : in->segment_size, used = 0;
        bool padding = span.kind == LAYOUT_SPAN_PADDING || span.kind == LAYOUT_SPAN_TAIL;
        for (size_t i = at; padding && i < end; i++) {
            const uint8_t *byte = grid_bytes(in, i, 1);
            used += byte != NULL && *byte != 0;
        }
        if (used > 0) {
            char path[LAYOUT_PATH_MAX], name[NAME_SIZE] = "the whole struct";
            bool before = span.kind == LAYOUT_SPAN_PADDING;
            if (before) {
                name_of(in->layout, span.leaf, name);
            } else if (layout_tail_path(in->layout, span.leaf, at, path, sizeof path) > 0) {
                printable_end(path, NAME_COLUMNS, "...", name, sizeof name);
            }
            add(list, "stale", at, "%zu of %zu padding bytes at 0x%04zx (%s %s) are not zero: stale", used, end - at,
                at, before ? "before" : "at the end of", name);
        }
        at = end;
    }
}

/* Where one of the two ends before the other. */
static void add_length(struct list *list, const struct differences *d)
{
    if (d == NULL || d->expected_size == d->size) {
        return;
    }
    size_t end = d->expected_size < d->size ? d->expected_size : d->size;
    add(list, "length", end, "%zu bytes are expected, but there are %zu", d->expected_size, d->size);
}

size_t findings_list(const struct grid_input *in, const struct differences *differences,
                     struct finding out[FINDINGS_MAX], size_t *more)
{
    struct list list = {.out = out};
    add_length(&list, differences);
    add_problems(&list, in);
    add_stale(&list, in);
    *more = list.more;
    return list.count;
}
