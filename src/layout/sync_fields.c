/* Sync fields: finds the bell or the seqlock counter in a layout. See sync_fields.h. */
#include "sync_fields.h"

/* The offset of the node, or of its first element; LAYOUT_NO_OFFSET if it is inside an empty array. */
static size_t first_offset(const struct layout *l, uint32_t i)
{
    size_t offset = 0;
    for (;; i = l->nodes[i].parent) {
        const struct layout_node *n = &l->nodes[i];
        if (n->count == 0 || __builtin_add_overflow(offset, n->offset, &offset)) {
            return LAYOUT_NO_OFFSET;
        }
        if (i == 0) {
            return offset;
        }
    }
}

size_t layout_sync_offset(const struct layout *l, enum layout_flag flag, size_t segment_size)
{
    for (uint32_t i = 0; i < l->count; i++) {
        const struct layout_node *n = &l->nodes[i];
        bool number = (n->kind == LAYOUT_UINT || n->kind == LAYOUT_SINT) && (n->flags & LAYOUT_SWAPPED) == 0;
        if ((n->flags & flag) == 0 || !number || n->stride != 4 || n->bit_size != 0) {
            continue;
        }
        size_t offset = first_offset(l, i);
        if (offset != LAYOUT_NO_OFFSET && offset % 4 == 0 && segment_size >= 4 && offset <= segment_size - 4) {
            return offset;
        }
    }
    return LAYOUT_NO_OFFSET;
}
