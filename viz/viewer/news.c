/* News: see news.h. */
#include "news.h"

#include <stdio.h>

#include "layout/value.h"

/* Writes "num: 21 -> 22" for the field at offset, or "0x0039: 00 -> 2a" if there is none or not all of it is in the
 * bytes; "" for a bell's counter if `heard`. Returns the end of what this describes. */
static size_t news_of(const struct layout *l, const struct news_looks *looks, size_t offset, bool heard,
                      char out[NEWS_MAX])
{
    struct layout_span span = layout_span_at(l, offset);
    struct layout_leaf leaf;
    size_t i = offset - looks->base, at = 0;
    bool field = span.kind == LAYOUT_SPAN_FIELD && layout_leaf_get(l, span.leaf, &leaf);
    if (field) {
        at = leaf.offset - looks->base; /* wraps for a field that starts before them: larger than count */
    }
    if (!field || leaf.offset < looks->base || at >= looks->count) {
        const char *what = span.kind == LAYOUT_SPAN_PADDING || span.kind == LAYOUT_SPAN_TAIL ? " (padding)" : "";
        snprintf(out, NEWS_MAX, "0x%04zx%s: %02x -> %02x", offset, what, looks->before[i], looks->after[i]);
        return offset + 1;
    }
    if (heard && (leaf.node->flags & LAYOUT_BELL) != 0) {
        out[0] = '\0';
        return leaf.offset + leaf.node->size;
    }
    char path[64], old[56], new[56];
    layout_leaf_path(l, leaf.index, path, sizeof path);
    value_format(leaf.node, looks->before + at, looks->count - at, old, sizeof old);
    value_format(leaf.node, looks->after + at, looks->count - at, new, sizeof new);
    snprintf(out, NEWS_MAX, "%s: %s -> %s", path, old, new);
    return leaf.offset + leaf.node->size;
}

static void tell(const struct layout *l, const struct news_looks *looks, bool heard, char out[NEWS_MAX])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < looks->count && used < NEWS_MAX - 1;) {
        if (looks->before[i] == looks->after[i]) {
            i++;
            continue;
        }
        char one[NEWS_MAX];
        size_t next = news_of(l, looks, looks->base + i, heard, one) - looks->base;
        int n = snprintf(out + used, NEWS_MAX - used, "%s%s", used > 0 && *one != '\0' ? "   " : "", one);
        used += n > 0 ? (size_t)n : 0;
        i = next > i ? next : i + 1;
    }
}

void news_tell(const struct layout *l, const struct news_looks *looks, bool rings, char out[NEWS_MAX])
{
    tell(l, looks, rings, out);
    if (rings && out[0] == '\0') {
        tell(l, looks, false, out); /* only the bell rang */
    }
}
