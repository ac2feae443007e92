/* Replay: see replay.h. */
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- loading ---- */

/* Takes a change; *runs has room for *room of them, and grows. */
static int take_change(struct recording *to, const struct recording_reader *r, struct recording_record *record,
                       struct recording_run **runs, size_t *room)
{
    struct recording_piece piece;
    size_t count = 0, pieces = record->pieces;
    if (pieces > *room) {
        struct recording_run *more = realloc(*runs, pieces * sizeof *more);
        if (more == NULL) {
            return -ENOMEM;
        }
        *runs = more;
        *room = pieces;
    }
    while (recording_reader_piece(r, record, &piece)) {
        (*runs)[count++] = (struct recording_run){piece.offset, piece.count, piece.bytes};
    }
    return recording_change(to, record->time / 1000, *runs, count);
}

int replay_load(struct replay *p, struct history *h, const struct recording_reader *r)
{
    struct recording_place place = {0};
    struct recording_record record;
    struct recording_run *runs = NULL;
    size_t room = 0;
    int rc = 0;
    *p = (struct replay){.on = true, .end = r->end / 1000};
    h->recording.all = true;
    while (rc >= 0 && recording_reader_next(r, &place, &record)) {
        if (record.kind == RECORDING_PICTURE) {
            rc = recording_add(&h->recording, record.time / 1000, 0, record.picture, r->facts.recorded);
            recording_keep(&h->recording);
        } else if (record.kind == RECORDING_CHANGES) {
            rc = take_change(&h->recording, r, &record, &runs, &room);
        }
    }
    free(runs);
    return rc < 0 ? rc : 0;
}

/* ---- its time ---- */

/* Shows the recording's time. */
static bool show(struct replay *p, struct history *h, struct window *w)
{
    return history_show(h, w, recording_at(&h->recording, p->us / 1000), p->us / 1000, !p->playing);
}

void replay_seek(struct replay *p, struct history *h, struct window *w, uint64_t us)
{
    p->playing = false;
    p->us = us < p->end * 1000 ? us : p->end * 1000;
    show(p, h, w);
}

void replay_stop(struct replay *p, struct history *h, struct window *w)
{
    if (p->playing) {
        replay_seek(p, h, w, p->us);
    }
}

void replay_play(struct replay *p, struct history *h, struct window *w)
{
    /* A step to another change has set the history's time. */
    p->us = p->us / 1000 == h->now ? p->us : h->now * 1000;
    p->us = p->us / 1000 >= p->end ? 0 : p->us;
    p->playing = true;
    p->last = 0;
    show(p, h, w);
}

void replay_faster(struct replay *p, int direction)
{
    int speed = p->speed + direction;
    p->speed = speed > REPLAY_SPEED_MAX ? REPLAY_SPEED_MAX : speed < -REPLAY_SPEED_MAX ? -REPLAY_SPEED_MAX : speed;
}

bool replay_tick(struct replay *p, struct history *h, struct window *w, uint64_t now_us)
{
    if (!p->playing) {
        return false;
    }
    uint64_t passed = p->last != 0 ? now_us - p->last : 0, tenth = p->us / 100000;
    p->last = now_us;
    p->us += p->speed >= 0 ? passed << p->speed : passed >> -p->speed;
    if (p->us / 1000 >= p->end) {
        replay_seek(p, h, w, p->us);
        return true;
    }
    return show(p, h, w) || p->us / 100000 != tenth; /* the time shown moves on */
}

void replay_when(const struct replay *p, const struct history *h, bool brief, char *out, size_t out_size)
{
    char speed[24] = "";
    uint64_t now = p->playing ? h->now / 100 * 100 : h->now; /* running digits can't be read */
    if (brief) {
        snprintf(out, out_size, "%" PRIu64 ".%03u s", now / 1000, (unsigned)(now % 1000));
        return;
    }
    if (p->speed != 0) {
        snprintf(speed, sizeof speed, p->speed > 0 ? ", %d times as fast" : ", 1/%d as fast", 1 << abs(p->speed));
    }
    snprintf(out, out_size, "%" PRIu64 ".%03u s of %" PRIu64 ".%03u s, change %" PRIu64 " of %" PRIu64 "%s", now / 1000,
             (unsigned)(now % 1000), p->end / 1000, (unsigned)(p->end % 1000), h->shown, h->recording.newest, speed);
}
