/* Pace: see pace.h. */
#include "pace.h"

#include "layout_sync.h"

void pace_init(struct pace *p, int period_ms)
{
    *p = (struct pace){.waker = WAKER_CLOSED, .period_ms = period_ms, .bell = LAYOUT_NO_OFFSET};
}

void pace_leave(void *context)
{
    struct pace *p = context;
    waker_rest(&p->waker);
    p->bell = LAYOUT_NO_OFFSET;
    p->address = NULL;
}

void pace_meet(struct pace *p, const struct source *source, const struct layout *l)
{
    pace_leave(p);
    size_t bell = layout_sync_offset(l, LAYOUT_BELL, source_size(source));
    const void *address = bell != LAYOUT_NO_OFFSET ? source_futex(source, bell) : NULL;
    if (address == NULL || (p->waker.fd < 0 && waker_open(&p->waker) < 0)) {
        return;
    }
    p->bell = bell;
    p->address = address;
}

bool pace_asks(struct pace *p, uint64_t now_ms)
{
    uint64_t least = p->address != NULL ? PACE_SLOW_MS : PACE_ASK_MS;
    if (p->asked_at != 0 && now_ms - p->asked_at < least) {
        return false;
    }
    p->asked_at = now_ms;
    return true;
}

void pace_look(struct pace *p, const struct source *source, uint64_t now_ms)
{
    if (p->address != NULL && !source_number(source, p->bell, &p->seen)) {
        pace_leave(p);
    }
    p->looked_at = now_ms;
}

int pace_sleep(struct pace *p, uint64_t now_ms, int fading_ms, bool settled, int *fd)
{
    *fd = -1;
    if (p->address != NULL && waker_failed(&p->waker)) {
        pace_leave(p);
    }
    if (p->address == NULL) {
        return p->period_ms;
    }
    uint64_t next = p->asked_at + PACE_SLOW_MS;
    int ms = next > now_ms ? (int)(next - now_ms) : 0;
    ms = fading_ms >= 0 && fading_ms < ms ? fading_ms : ms;
    ms = !settled && p->period_ms < ms ? p->period_ms : ms;
    waker_watch(&p->waker, p->address, p->seen);
    *fd = waker_fd(&p->waker);
    return ms;
}

int pace_rang(struct pace *p, uint64_t now_ms)
{
    waker_rang(&p->waker);
    uint64_t next = p->looked_at + PACE_GAP_MS;
    return next > now_ms ? (int)(next - now_ms) : 0;
}

void pace_close(struct pace *p)
{
    pace_leave(p);
    waker_close(&p->waker);
}
