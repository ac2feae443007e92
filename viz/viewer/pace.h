/* Pace: when the viewer looks again. Shared memory sends no word of a change, so it polls; where the layout holds the
 * kit's bell (shm_bell.h) it sleeps until that rings, a key comes, or the picture changes by time alone.
 *
 *   pace_init -> pace_meet (each segment, each layout) -> pace_look, pace_rest, pace_rang ...
 *
 * Times are microseconds of CLOCK_MONOTONIC. Looks lie on a grid of one period: from a write to its look no more time
 * passes than that, however long the last look took. */
#ifndef SHMLAB_PACE_H
#define SHMLAB_PACE_H

#include "layout/layout.h"
#include "inspect/source.h"

#define PACE_SLOW_MS 3000 /* with a bell: between two looks at what became of the segment */
#define PACE_ASK_MS 200   /* without one: the bytes are looked at far more often than that */
#define PACE_GAP_MS 10    /* between two frames of a bell that rings very often: one that rings now and then is drawn at once */

struct pace {
    uint64_t period;     /* between two looks without a bell */
    size_t bell;         /* its offset; LAYOUT_NO_OFFSET: none, or it can't be slept on */
    const void *address; /* for the kernel; NULL as above */
    uint32_t seen;       /* how often it had been rung before the last look */
    uint64_t asked_at;   /* of the last slow look */
    uint64_t rang_at;    /* when the last ring was answered, or will be */
    uint64_t next;       /* when to wake */
};

/* hz: looks a second. */
void pace_init(struct pace *p, int hz);

/* Looks for a bell in the layout that is laid over the source. */
void pace_meet(struct pace *p, const struct source *source, const struct layout *l);

/* The source lets its memory go: sleeps on it no more. For source.leaving; context is the struct pace. */
void pace_leave(void *context);

/* Is it time to ask what became of the segment? Once in PACE_ASK_MS, with a bell once in PACE_SLOW_MS. */
bool pace_asks(struct pace *p, uint64_t now);

/* Before the bytes are looked at: what is rung from now on is not missed. */
void pace_look(struct pace *p, const struct source *source);

/* After a look: sets next. fading_ms: until the picture changes by time alone; -1: it doesn't. settled: the last look got
 * a whole picture. */
void pace_rest(struct pace *p, uint64_t now, int fading_ms, bool settled);

/* Woken by the bell. true: another ring was answered just before, so sets next to when this one may be; until then no
 * bell is slept on. Looks for other reasons, as when a mark fades, delay no ring. */
bool pace_rang(struct pace *p, uint64_t now);

#endif
