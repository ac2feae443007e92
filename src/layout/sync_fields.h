/* Layout sync: which field of a layout is the kit's bell (shm_bell.h), or its seqlock counter (shm_seqlock.h). */
#ifndef SHMLAB_LAYOUT_SYNC_H
#define SHMLAB_LAYOUT_SYNC_H

#include "layout.h"

/* The offset of the first field, in the order of the layout, that has the flag (LAYOUT_BELL or LAYOUT_SEQLOCK) and that
 * can be what it says: an integer of 4 bytes, at a multiple of 4, all inside a segment of segment_size bytes. Of an array
 * the first element. LAYOUT_NO_OFFSET: there is none. O(nodes). */
#define LAYOUT_NO_OFFSET SIZE_MAX
size_t layout_sync_offset(const struct layout *l, enum layout_flag flag, size_t segment_size);

#endif
