/* Picture: see picture.h. */
#include "picture.h"

size_t picture_rows(const struct picture *p, int width, size_t *count)
{
    size_t first = p->first - p->first % (size_t)width;
    *count = p->count > 0 ? p->first + p->count - first : 0;
    return first;
}

void picture_fields(const struct picture *p, size_t *from, size_t *to)
{
    struct layout_leaf leaf;
    size_t end = p->first + p->count;
    bool all = p->first == 0 && end == p->grid.segment_size; /* also fields past the segment's end, and empty ones */
    *from = 0;
    *to = all ? layout_leaves(p->grid.layout) : 0;
    for (size_t i = 0; !all && layout_leaf_get(p->grid.layout, i, &leaf); i++) {
        if (leaf.offset < end && leaf.offset + leaf.node->size > p->first) {
            *from = *to > 0 ? *from : i;
            *to = i + 1;
        }
    }
}
