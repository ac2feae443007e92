/* Sync fields: finds the bell (shm_bell.h) or the seqlock counter (shm_seqlock.h) in a layout. */
#ifndef SHMLAB_LAYOUT_SYNC_H
#define SHMLAB_LAYOUT_SYNC_H

#include "layout.h"

/* The offset of the first field in the layout that has the flag (LAYOUT_BELL or LAYOUT_SEQLOCK) and is usable: an
 * integer of 4 bytes, aligned to 4, entirely within a segment of segment_size bytes. For an array it is that of the
 * first element. Returns LAYOUT_NO_OFFSET if there is none. O(nodes). */
#define LAYOUT_NO_OFFSET SIZE_MAX
size_t layout_sync_offset(const struct layout *l, enum layout_flag flag, size_t segment_size);

#endif
