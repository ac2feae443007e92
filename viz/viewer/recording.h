/* Recording: the latest bytes and every change that led to them, for stepping back in time.
 *
 *   struct recording r = {0} -> recording_add (each frame) -> recording_state, recording_run_next ... -> recording_free
 *
 * States are numbered: 0 is the first read, n is the state right after the n-th change. A state holds a window of the
 * segment: `count` bytes from offset `base`. The window may move between changes; each state keeps its own.
 *
 * A change is stored as runs of before xor after, so its cost depends on what changed, not on the size of the window.
 * Memory: the last RECORDING_KEPT changes are always kept, and up to RECORDING_MOST as long as they fit in
 * RECORDING_BYTES. If a whole window of 16 KiB changes at each read, that is at most RECORDING_KEPT * 16 KiB = 160 MiB;
 * a segment of 1 KiB takes at most 12 MiB. */
#ifndef SHMLAB_RECORDING_H
#define SHMLAB_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDING_KEPT 10000
#define RECORDING_MOST 100000
#define RECORDING_BYTES ((size_t)32 << 20)

struct recording_entry;

struct recording {
    uint8_t *live; /* the latest bytes: `count` of them from offset `base`; owned */
    size_t base, count;
    bool seen; /* false: before the first read */

    struct recording_entry *ring; /* owned */
    size_t room, head, used;      /* entries: the ring's capacity, the oldest one's index, how many are used */
    uint64_t newest;              /* the number of the newest state */
    size_t bytes;                 /* memory of the entries, without the ring */
    bool all;                     /* keep all changes, whatever memory they take */
};

/* The bytes of one state. */
struct recording_state {
    size_t base, count;
    uint8_t *bytes; /* owned: free() */
};

/* A run of adjacent bytes that changed. */
struct recording_run {
    size_t offset, count;  /* bytes; offset is from the segment's start */
    const uint8_t *change; /* before ^ after per byte, 0 for an unchanged one; the recording's */
};

/* Forgets everything; *r is {0} again. */
void recording_free(struct recording *r);

/* Records the bytes [base, base + count) as of at_ms. Bytes outside the last window don't count as changed. 1: they
 * changed, and recording.newest is the new state; 0: they didn't; -ENOMEM: *r is unchanged. */
int recording_add(struct recording *r, uint64_t at_ms, size_t base, const uint8_t *bytes, size_t count);

/* Records a change of the live window, by what its runs contain after it: run.change is the new bytes, within the window and
 * in order. 0 or -ENOMEM, with *r unchanged. */
int recording_change(struct recording *r, uint64_t at_ms, const struct recording_run *runs, size_t count);

/* Keeps a copy of the newest state's bytes, from which states before it can be rebuilt faster. Does nothing if there is
 * no memory for it. */
void recording_keep(struct recording *r);

/* The newest state at or before that time, or the oldest one kept. */
uint64_t recording_at(const struct recording *r, uint64_t at_ms);

/* Turns the bytes of state `number` - 1 into those of state `number`. The same result as recording_state's; after a
 * failure the bytes can only be freed. */
int recording_forward(const struct recording *r, uint64_t number, struct recording_state *state);

/* The oldest state still kept. */
uint64_t recording_oldest(const struct recording *r);

/* When state `number` was recorded, in ms; 0: it isn't kept. */
uint64_t recording_time(const struct recording *r, uint64_t number);

/* The bytes right after change `number`. 0; -ENOENT: it isn't kept; -ENOMEM. The caller frees out->bytes. */
int recording_state(const struct recording *r, uint64_t number, struct recording_state *out);

/* The next run of the change that led to state `number`, in order of offset; false: no more. Start with *cursor = 0;
 * each call advances it. */
bool recording_run_next(const struct recording *r, uint64_t number, size_t *cursor, struct recording_run *run);

/* Whether the change that led to state `number` touched [offset, offset + count). */
bool recording_touches(const struct recording *r, uint64_t number, size_t offset, size_t count);

/* The nearest change before (direction -1) or after (1) state `number` that touched [offset, offset + count). "Before"
 * includes the change that led to `number` itself. 0: none is kept. */
uint64_t recording_find(const struct recording *r, uint64_t number, int direction, size_t offset, size_t count);

#endif
