/* History: the changes of a window over time: they are recorded, glow and fade; the picture can be frozen, stepped from
 * change to change, and marked.
 *
 *   struct history h = {0} -> history_tick, history_take (each frame), history_step ... -> history_free
 *
 * All calls for one history take the same window; nothing else may change its bytes. */
#ifndef SHMLAB_HISTORY_H
#define SHMLAB_HISTORY_H

#include "recording.h"
#include "window.h"

#define HISTORY_GLOW_MS 1000 /* how long a change glows; up to HISTORY_FADE_MS longer */
#define HISTORY_FADE_MS 250  /* glows fade together, at multiples of this: each fade costs a frame */
#define HISTORY_NEWS_MAX 200
#define HISTORY_STREAM_MS 125 /* while changes keep coming, fading waits up to this long for the next frame */

struct history {
    struct recording recording; /* every change seen; holds the live bytes while frozen */
    uint64_t shown;             /* the recorded state on the screen; the newest while live */
    bool frozen;                /* the picture stays; recording goes on */
    bool marking;               /* everything that changed after state `mark` is marked, too */
    uint64_t mark;
    uint64_t *changed_at;        /* ms, one per byte of the window: its last change; 0: none; owned */
    uint64_t last_change;        /* ms of the last change in the window; 0: nothing glows */
    uint64_t faded;              /* the multiple of HISTORY_FADE_MS that the glow was computed for */
    char news[HISTORY_NEWS_MAX]; /* the last change, "num: 21 -> 22"; printable; "" before the first */
    bool rings;    /* we sleep on the layout's bell: since its counter changes along with everything else, it is news
                 * only if nothing else changed */
    uint64_t now;  /* ms */
    uint64_t wall; /* ms since 1970 (UTC) when `now` was 0; 0: don't show clock times */
};

void history_free(struct history *h);

/* Forgets all changes and unfreezes, for another segment. The window must be empty. */
void history_forget(struct history *h);

/* Records the bytes [first, first + count), clamped to the segment, and marks those that changed. A frozen picture
 * stays. true: the picture changed. */
bool history_take(struct history *h, struct window *w, size_t first, const uint8_t *bytes, size_t count);

/* Sets the clock, and the glow of each byte. true: the picture changed. */
bool history_tick(struct history *h, struct window *w, uint64_t now_ms);

/* The ms until the picture changes through time alone, as glows fade and ages grow. -1: it doesn't. */
int history_fading(const struct history *h);

/* Freezes the picture; goes back to the live bytes. */
void history_freeze(struct history *h);
void history_live(struct history *h, struct window *w);

/* Shows state `number` of a recording at that time: frozen, or as it looked live. true: the picture changed. */
bool history_show(struct history *h, struct window *w, uint64_t number, uint64_t now_ms, bool frozen);

/* Freezes, and steps one change back (-1) or forward (1). false: there is none, and answer says so. */
bool history_step(struct history *h, struct window *w, int direction, char *answer, size_t answer_size);

/* The same for the nearest change of the field at offset, or of that byte if it is in no field. */
bool history_step_field(struct history *h, struct window *w, size_t offset, int direction, char *answer,
                        size_t answer_size);

/* Freezes, and goes forward to where the field with that path, or the end of one, changes next, after the last change
 * from the start again; value not NULL: changes to this value, as the field table shows it (22, "goodbye", without
 * quotes, too). */
bool history_find(struct history *h, struct window *w, const char *path, const char *value, char *answer,
                  size_t answer_size);

/* The first byte of the change shown, if none of its bytes is in [first, first + count). false: one is, or there was no
 * change. */
bool history_change_beside(const struct history *h, size_t first, size_t count, size_t *offset);

/* on: marks all that changes from now on, forgetting an earlier mark; else takes the marks off. */
void history_mark(struct history *h, struct window *w, bool on);

/* "21:04:09.120, 3 s ago, 14 changes back"; "" while live. */
void history_when(const struct history *h, char *out, size_t out_size);

#endif
