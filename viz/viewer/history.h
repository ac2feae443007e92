/* History: what time does to a window: changes are recorded, glow and fade; the picture is frozen, stepped from change
 * to change, and marked.
 *
 *   struct history h = {0} -> history_tick, history_take (each frame), history_step ... -> history_free
 *
 * All calls of one history take the same window, whose bytes nobody else changes. */
#ifndef SHMLAB_HISTORY_H
#define SHMLAB_HISTORY_H

#include "news.h"
#include "recording.h"
#include "window.h"

#define HISTORY_GLOW_MS 1000  /* how long a change is seen, and up to HISTORY_FADE_MS longer */
#define HISTORY_FADE_MS 250   /* glows fade at multiples of this time, many at once: each time costs a frame */
#define HISTORY_STREAM_MS 125 /* where changes come one after the other, fading waits that long for the next frame */

struct history {
    struct recording recording; /* every change seen; what is live stands there while the picture is frozen */
    uint64_t shown;             /* the recording's state that is shown; its newest one while live */
    bool frozen;                /* bytes stay as they are; the recording goes on */
    bool marking;               /* the second level of marks is on: all that changed after state `mark` */
    uint64_t mark;
    uint64_t *changed_at; /* ms of the last change of each byte of the window; 0: none; owned */
    uint64_t last_change; /* ms of the last change in the window; 0: none glows any more */
    uint64_t faded;       /* the multiple of HISTORY_FADE_MS for which the glow is right */
    char news[NEWS_MAX];  /* the last change; printable; "" before the first */
    bool rings;           /* there is a bell that is slept on: nothing is polled */
    uint64_t now;         /* ms */
    uint64_t wall;        /* ms since 1970 (UTC) when `now` was 0; 0: clock times are not told */
};

void history_free(struct history *h);

/* Another segment: forgets all changes, and thaws. The window holds nothing. */
void history_forget(struct history *h);

/* Takes fresh bytes of [first, first + count), held inside the segment: records and marks what differs. While frozen
 * the picture stays. true: what is shown changed. */
bool history_take(struct history *h, struct window *w, size_t first, const uint8_t *bytes, size_t count);

/* Sets the clock and the glow of each byte. true: what is shown changed. */
bool history_tick(struct history *h, struct window *w, uint64_t now_ms);

/* In how many ms the picture changes by time alone: a glow that fades, an age that is told. -1: it doesn't. */
int history_fading(const struct history *h);

/* Stops the picture, and lets it go on: then it shows what is live. */
void history_freeze(struct history *h);
void history_live(struct history *h, struct window *w);

/* Freezes, and goes one change back (-1) or forth (1). false: there is no other, and answer says so. */
bool history_step(struct history *h, struct window *w, int direction, char *answer, size_t answer_size);

/* The same, to the nearest change of the field (or the byte, where no field lies) at offset. */
bool history_step_field(struct history *h, struct window *w, size_t offset, int direction, char *answer,
                        size_t answer_size);

/* The first byte of the change that led to the state that is shown, where none of its bytes is one of [first, first +
 * count). false: one is, or there was no change. */
bool history_change_beside(const struct history *h, size_t first, size_t count, size_t *offset);

/* From now on all that changes is marked, until it is set again or taken off. */
void history_mark(struct history *h, struct window *w, bool on);

/* "21:04:09.120, 3 s ago, 14 changes back"; "" while live. */
void history_when(const struct history *h, char *out, size_t out_size);

#endif
