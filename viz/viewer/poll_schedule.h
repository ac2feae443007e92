/* Poll schedule: when the viewer looks again. Shared memory sends no word of a change, so it polls; where the layout holds the
 * kit's bell (shm_bell.h) it sleeps until that rings, a key comes, or the picture changes by time alone.
 *
 *   poll_schedule_init -> poll_schedule_meet (each segment, each layout) -> poll_schedule_look, poll_schedule_rest, poll_schedule_rang ...
 *
 * Times are microseconds of CLOCK_MONOTONIC. Looks lie on a grid of one period: from a write to its look no more time
 * passes than that, however long the last look took. */
#ifndef SHMLAB_POLL_SCHEDULE_H
#define SHMLAB_POLL_SCHEDULE_H

#include "inspect/source.h"
#include "layout/layout.h"

#define POLL_SCHEDULE_SLOW_MS 3000 /* with a bell: between two looks at what became of the segment */
#define POLL_SCHEDULE_ASK_MS 200   /* without one: the bytes are looked at far more often than that */
#define POLL_SCHEDULE_GAP_MS \
    10 /* between two frames of a bell that rings very often: one that rings now and then is drawn at once */

struct poll_schedule {
    uint64_t period;     /* between two looks without a bell */
    size_t bell;         /* its offset; LAYOUT_NO_OFFSET: none, or it can't be slept on */
    const void *address; /* for the kernel; NULL as above */
    uint32_t seen;       /* how often it had been rung before the last look */
    uint64_t asked_at;   /* of the last slow look */
    uint64_t rang_at;    /* when the last ring was answered, or will be */
    uint64_t next;       /* when to wake */
};

/* hz: looks a second. */
void poll_schedule_init(struct poll_schedule *p, int hz);

/* Looks for a bell in the layout that is laid over the source. */
void poll_schedule_meet(struct poll_schedule *p, const struct source *source, const struct layout *l);

/* The source lets its memory go: sleeps on it no more. For source.before_detach; context is the struct poll_schedule. */
void poll_schedule_leave(void *context);

/* Is it time to ask what became of the segment? Once in POLL_SCHEDULE_ASK_MS, with a bell once in POLL_SCHEDULE_SLOW_MS. */
bool poll_schedule_asks(struct poll_schedule *p, uint64_t now);

/* Before the bytes are looked at: what is rung from now on is not missed. */
void poll_schedule_look(struct poll_schedule *p, const struct source *source);

/* After a look: sets next. fading_ms: until the picture changes by time alone; -1: it doesn't. settled: the last look got
 * a whole picture. */
void poll_schedule_rest(struct poll_schedule *p, uint64_t now, int fading_ms, bool settled);

/* Woken by the bell. true: another ring was answered just before, so sets next to when this one may be; until then no
 * bell is slept on. Looks for other reasons, as when a mark fades, delay no ring. */
bool poll_schedule_rang(struct poll_schedule *p, uint64_t now);

#endif
