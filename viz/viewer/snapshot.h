/* Snapshot: copies bytes from a source. If its layout holds the kit's seqlock counter (shm_seqlock.h), only consistent
 * copies count: those that no write overlapped. */
#ifndef SHMLAB_SNAPSHOT_H
#define SHMLAB_SNAPSHOT_H

#include "inspect/source.h"
#include "layout/layout.h"

#define SNAPSHOT_TRIES 2000        /* copies before giving up: about 2 ms */
#define SNAPSHOT_ABANDONED_MS 1000 /* after so long a write's writer is taken for dead */

enum snapshot_state {
    SNAPSHOT_UNGUARDED, /* there is no counter: the copy may be torn */
    SNAPSHOT_WHOLE,
    SNAPSHOT_TOO_FAST, /* writes overlapped every copy */
    SNAPSHOT_ABANDONED /* a write never ended: its bytes were taken as they are */
};

struct snapshot {
    size_t counter; /* its offset; LAYOUT_NO_OFFSET: none */
    enum snapshot_state state;
    uint32_t odd;       /* the counter of a write in progress when last seen; 0: none */
    uint64_t odd_since; /* ms */
};

/* Looks for the counter in the layout of a segment of segment_size bytes, and resets *s. */
void snapshot_start(struct snapshot *s, const struct layout *l, size_t segment_size);

/* Copies up to count bytes from offset first to out. Returns how many; 0: there are none, or no consistent ones (see
 * s->state). The counter need not be among them. */
size_t snapshot_take(struct snapshot *s, const struct source *source, uint64_t now_ms, size_t first, uint8_t *out,
                     size_t count);

/* A line for the user if there is something to report, else "". */
const char *snapshot_line(const struct snapshot *s);

#endif
