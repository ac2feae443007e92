/* Pace: when the viewer looks again. Shared memory sends no word of a change, so it polls; where the layout holds the
 * kit's bell (shm_bell.h) it sleeps until that rings, a key comes, or the picture changes by time alone.
 *
 *   pace_init -> pace_meet (each segment, each layout) -> pace_look, pace_sleep, pace_rang ... -> pace_close */
#ifndef SHMLAB_PACE_H
#define SHMLAB_PACE_H

#include "layout.h"
#include "source.h"
#include "waker.h"

#define PACE_SLOW_MS 1000 /* with a bell: between two looks at what became of the segment */
#define PACE_ASK_MS 100   /* without one: the bytes are looked at far more often than that */
#define PACE_GAP_MS 10    /* between two frames of a bell that rings very often */

struct pace {
    struct waker waker;  /* open from the first bell on */
    int period_ms;       /* between two looks without a bell */
    size_t bell;         /* its offset; LAYOUT_NO_OFFSET: none, or it can't be slept on */
    const void *address; /* for the kernel; NULL as above */
    uint32_t seen;       /* how often it had been rung before the last look */
    uint64_t asked_at;   /* ms: of the last slow look */
    uint64_t looked_at;  /* ms: of the last look at the bytes */
};

void pace_init(struct pace *p, int period_ms);

/* Looks for a bell in the layout that is laid over the source. */
void pace_meet(struct pace *p, const struct source *source, const struct layout *l);

/* The source lets its memory go: sleeps on it no more. For source.leaving; context is the struct pace. */
void pace_leave(void *context);

/* Is it time to ask what became of the segment? Once in PACE_ASK_MS, with a bell once in PACE_SLOW_MS. */
bool pace_asks(struct pace *p, uint64_t now_ms);

/* Before the bytes are looked at: what is rung from now on is not missed. */
void pace_look(struct pace *p, const struct source *source, uint64_t now_ms);

/* How long to sleep, in ms, unless there is a key or *fd (-1: none) can be read. fading_ms: until the picture changes by
 * time alone; -1: it doesn't. settled: the last look got a whole picture. */
int pace_sleep(struct pace *p, uint64_t now_ms, int fading_ms, bool settled, int *fd);

/* After *fd could be read: how many ms to wait before the next look. */
int pace_rang(struct pace *p, uint64_t now_ms);

void pace_close(struct pace *p);

#endif
