/* Recording: the bytes seen last, and every change that led to them, so that one can step back in time.
 *
 *   recording_init -> recording_look (each frame) -> recording_state, recording_run_next ... -> recording_free
 *
 * States are numbered: 0 is what was seen first, n is what was seen right after the n-th change. A state holds a window
 * of the segment: `count` bytes from offset `base` on. The window may move between two changes; each state keeps its
 * own.
 *
 * A change is kept as the exclusive or of before and after, in runs: so it costs what changed, not what is looked at.
 * Memory: the last RECORDING_KEPT changes always stay; more of them, up to RECORDING_MOST, while all take no more than
 * RECORDING_BYTES. Where a whole window of 16 KiB changes at each look that is RECORDING_KEPT * 16 KiB = 160 MiB at
 * most; a segment of 1 KiB can't take more than 12 MiB of changes. */
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
    uint8_t *live; /* what was seen last: `count` bytes from offset `base` on; owned */
    size_t base, count;
    bool seen; /* false: nothing was looked at yet */

    struct recording_entry *ring; /* owned */
    size_t room, head, used;      /* entries: of the ring, the oldest one's place, how many there are */
    uint64_t newest;              /* the number of the newest state */
    size_t bytes;                 /* of memory that the entries hold beside the ring */
};

/* Bytes as they were in one state. */
struct recording_state {
    size_t base, count;
    uint8_t *bytes; /* owned; recording_state_free gives it back */
};

/* Bytes that changed side by side. */
struct recording_run {
    size_t offset, count;  /* from the segment's start */
    const uint8_t *change; /* before ^ after, one for each; zeros in between are bytes that stayed. The recording's */
};

void recording_init(struct recording *r);
void recording_free(struct recording *r);

/* Forgets everything: another segment. */
void recording_forget(struct recording *r);

/* Takes what stands at [base, base + count) at the time at_ms. Bytes that were not looked at before are no change.
 * 1: a change, which is recording.newest now; 0: none; -ENOMEM, and then the look is as if it had not been. */
int recording_look(struct recording *r, uint64_t at_ms, size_t base, const uint8_t *bytes, size_t count);

/* The oldest state that is still kept. */
uint64_t recording_oldest(const struct recording *r);

/* When state `number` came to be; 0 where it isn't kept. */
uint64_t recording_time(const struct recording *r, uint64_t number);

/* The bytes right after change `number`. 0; -ENOENT where it isn't kept; -ENOMEM. The caller frees *out. */
int recording_state(const struct recording *r, uint64_t number, struct recording_state *out);
void recording_state_free(struct recording_state *state);

/* The next run of the change that led to state `number`, in the order of offsets; false: there is no other. Start with
 * *cursor = 0, which this moves on. */
bool recording_run_next(const struct recording *r, uint64_t number, size_t *cursor, struct recording_run *run);

/* The nearest change before (direction -1) or after (1) state `number` that touched a byte of [offset, offset + count).
 * Before: the change that led to `number` itself counts, too. 0: none is kept. */
uint64_t recording_find(const struct recording *r, uint64_t number, int direction, size_t offset, size_t count);

#endif
