/* Snapshot: takes the bytes of a source; where its layout holds the kit's seqlock counter (shm_seqlock.h), only such as
 * are whole: none of them was written while they were copied. */
#ifndef SHMLAB_SNAPSHOT_H
#define SHMLAB_SNAPSHOT_H

#include "inspect/source.h"
#include "layout/layout.h"

#define SNAPSHOT_TRIES 2000        /* copies before we give up: about 2 ms */
#define SNAPSHOT_ABANDONED_MS 1000 /* a write that takes so long has no writer any more */

enum snapshot_state {
    SNAPSHOT_UNGUARDED, /* there is no counter: it may be torn */
    SNAPSHOT_WHOLE,
    SNAPSHOT_TOO_FAST, /* no whole one could be had */
    SNAPSHOT_ABANDONED /* a write has been under way for so long that its bytes were taken as they are */
};

struct snapshot {
    size_t counter; /* its offset; LAYOUT_NO_OFFSET: none */
    enum snapshot_state state;
    uint32_t odd;       /* the counter of a write under way, as seen last; 0: none was */
    uint64_t odd_since; /* ms */
    uint64_t tries;     /* copies, in all */
};

/* Looks for the counter in the layout of a segment of segment_size bytes, and forgets what was before. */
void snapshot_meet(struct snapshot *s, const struct layout *l, size_t segment_size);

/* Copies at most count bytes from offset first on to out. Returns how many; 0 where there are none, or no whole ones:
 * s->state tells. The counter need not be among them. */
size_t snapshot_take(struct snapshot *s, const struct source *source, uint64_t now_ms, size_t first, uint8_t *out,
                     size_t count);

/* One calm line where something is to be said; "" else. */
const char *snapshot_line(const struct snapshot *s);

#endif
