/* Replay: plays a recording file in the viewer: all its changes become the history, and its time runs, stops, and goes
 * anywhere.
 *
 *   replay_load -> replay_seek | replay_play, replay_tick (each frame)
 *
 * While a recording is played, history.now is its time, in ms. */
#ifndef SHMLAB_REPLAY_H
#define SHMLAB_REPLAY_H

#include "history.h"
#include "inspect/recording_reader.h"

struct replay {
    bool on;       /* a recording is shown */
    bool playing;  /* its time runs */
    int speed;     /* 2 to the power of this */
    uint64_t end;  /* ms */
    uint64_t last; /* us: when its time was set last, by the clock of replay_tick */
    uint64_t us;   /* its time; h->now is the same in ms */
};

#define REPLAY_SPEED_MAX 6 /* 64 times as fast, or as slow */

/* Takes all changes of a recording into an empty history. 0 or -ENOMEM. */
int replay_load(struct replay *p, struct history *h, const struct recording_reader *r);

/* Stops, and shows that time. */
void replay_seek(struct replay *p, struct history *h, struct window *w, uint64_t us);

/* Stops at the state shown. */
void replay_stop(struct replay *p, struct history *h, struct window *w);

/* Goes on from the time shown; at the end, from the start. */
void replay_play(struct replay *p, struct history *h, struct window *w);

/* Doubles (1) or halves (-1) the speed. */
void replay_faster(struct replay *p, int direction);

/* Shows what is due by now. true: the picture changed. */
bool replay_tick(struct replay *p, struct history *h, struct window *w, uint64_t now_us);

/* "12.500 s of 60.000 s, change 22 of 108", with the speed unless it is 1; brief: "12.500 s". */
void replay_when(const struct replay *p, const struct history *h, bool brief, char *out, size_t out_size);

#endif
