/* Poll schedule: when the viewer reads the segment again. Nothing announces a change of shared memory, so it polls.
 * If the layout holds the kit's bell (shm_bell.h), it sleeps instead until that rings, a key comes, or the picture
 * changes through time alone.
 *
 *   poll_schedule_init -> poll_schedule_find_bell (each segment, each layout)
 *   -> poll_schedule_read_bell, poll_schedule_plan, poll_schedule_rang ...
 *
 * Times are microseconds of CLOCK_MONOTONIC. Polls are a whole number of periods apart, so a write is seen within one
 * period however long the last poll took. */
#ifndef SHMLAB_POLL_SCHEDULE_H
#define SHMLAB_POLL_SCHEDULE_H

#include "inspect/source.h"
#include "layout/layout.h"

#define POLL_SCHEDULE_BELL_STATUS_MS 3000 /* with a bell: how often to check the segment's status */
#define POLL_SCHEDULE_STATUS_MS 200       /* the same without one: the bytes are read far more often */
#define POLL_SCHEDULE_GAP_MS 10 /* between two frames while the bell keeps ringing; a single ring is drawn at once */

struct poll_schedule {
    uint64_t period;     /* between two polls without a bell; µs */
    size_t bell;         /* its offset; LAYOUT_NO_OFFSET: none, or we can't sleep on it */
    const void *address; /* of the bell, for the kernel; NULL: as above */
    uint32_t seen;       /* its count before the last read */
    uint64_t checked_at; /* when the segment's status was last checked */
    uint64_t rang_at;    /* when the last ring was, or will be, answered */
    uint64_t next;       /* when to wake */
};

/* hz: polls per second. */
void poll_schedule_init(struct poll_schedule *p, int hz);

/* Looks for a bell in the source's layout. */
void poll_schedule_find_bell(struct poll_schedule *p, const struct source *source, const struct layout *l);

/* Stops sleeping on the bell: the source is about to unmap its memory. For source.before_detach; context is the struct
 * poll_schedule. */
void poll_schedule_drop_bell(void *context);

/* Is it time to check the segment's status? True every POLL_SCHEDULE_STATUS_MS, or with a bell every
 * POLL_SCHEDULE_BELL_STATUS_MS. */
bool poll_schedule_status_due(struct poll_schedule *p, uint64_t now);

/* Call before reading the bytes: a ring from now on is not missed. */
void poll_schedule_read_bell(struct poll_schedule *p, const struct source *source);

/* Call after a read: sets next. fading_ms: until the picture changes through time alone; -1: it doesn't. settled: the
 * last read got a consistent picture. */
void poll_schedule_plan(struct poll_schedule *p, uint64_t now, int fading_ms, bool settled);

/* The bell woke us. true: another ring was answered only just before, so this one waits until next, without sleeping on
 * the bell. Reads for other reasons, such as fading marks, delay no ring. */
bool poll_schedule_rang(struct poll_schedule *p, uint64_t now);

#endif
