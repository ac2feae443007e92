/* Snapshot: see snapshot.h. Reads a seqlock as shm_seqlock.h does, but gets the counter through the source, as POSIX
 * shared memory is never mapped. */
#include "snapshot.h"

#include <sched.h>

#include "layout/sync_fields.h"
#include "shm_seqlock.h"

void snapshot_start(struct snapshot *s, const struct layout *l, size_t segment_size)
{
    *s = (struct snapshot){.counter = layout_sync_offset(l, LAYOUT_SEQLOCK, segment_size)};
    s->state = s->counter != LAYOUT_NO_OFFSET ? SNAPSHOT_WHOLE : SNAPSHOT_UNGUARDED;
}

/* Has this write been in progress for so long that its writer must be gone? */
static bool abandoned(struct snapshot *s, uint32_t counter, uint64_t now_ms)
{
    if (s->odd != counter) {
        s->odd = counter;
        s->odd_since = now_ms;
    }
    return counter != 0 && now_ms - s->odd_since >= SNAPSHOT_ABANDONED_MS;
}

size_t snapshot_take(struct snapshot *s, const struct source *source, uint64_t now_ms, size_t first, uint8_t *out,
                     size_t count)
{
    uint32_t before = 0, after;
    size_t taken = 0;
    if (s->counter == LAYOUT_NO_OFFSET || source_size(source) == 0) {
        return source_read(source, first, out, count);
    }
    for (unsigned i = 0; i < SNAPSHOT_TRIES; i++) {
        if (!source_number(source, s->counter, &before)) {
            return 0;
        }
        if ((before & 1) == 0) {
            taken = source_read(source, first, out, count);
            shm_seqlock_copied();
            if (source_number(source, s->counter, &after) && after == before) {
                s->odd = 0;
                s->state = SNAPSHOT_WHOLE;
                return taken;
            }
        }
        if (i % 16 == 15) {
            sched_yield(); /* the writer may be waiting for this processor */
        }
    }
    if ((before & 1) != 0 && abandoned(s, before, now_ms)) {
        s->state = SNAPSHOT_ABANDONED;
        return source_read(source, first, out, count);
    }
    s->state = SNAPSHOT_TOO_FAST;
    return 0;
}

const char *snapshot_line(const struct snapshot *s)
{
    switch (s->state) {
    case SNAPSHOT_TOO_FAST:
        return "writer too fast: no whole picture, the last one stays";
    case SNAPSHOT_ABANDONED:
        return "the writer stopped in mid-write: half of this may be old";
    default:
        return "";
    }
}
