/* Poll schedule: see poll_schedule.h. */
#include "poll_schedule.h"

#include "layout/sync_fields.h"

#define MS ((uint64_t)1000)

void poll_schedule_init(struct poll_schedule *p, int hz)
{
    *p = (struct poll_schedule){.period = 1000 * MS / (uint64_t)hz, .bell = LAYOUT_NO_OFFSET};
}

void poll_schedule_drop_bell(void *context)
{
    struct poll_schedule *p = context;
    p->bell = LAYOUT_NO_OFFSET;
    p->address = NULL;
}

void poll_schedule_find_bell(struct poll_schedule *p, const struct source *source, const struct layout *l)
{
    poll_schedule_drop_bell(p);
    size_t bell = layout_sync_offset(l, LAYOUT_BELL, source_size(source));
    p->address = bell != LAYOUT_NO_OFFSET ? source_futex(source, bell) : NULL;
    p->bell = p->address != NULL ? bell : LAYOUT_NO_OFFSET;
}

bool poll_schedule_status_due(struct poll_schedule *p, uint64_t now)
{
    uint64_t least = p->address != NULL ? POLL_SCHEDULE_BELL_STATUS_MS * MS : POLL_SCHEDULE_STATUS_MS * MS;
    if (p->checked_at != 0 && now - p->checked_at < least) {
        return false;
    }
    p->checked_at = now;
    return true;
}

void poll_schedule_read_bell(struct poll_schedule *p, const struct source *source)
{
    if (p->address != NULL && !source_number(source, p->bell, &p->seen)) {
        poll_schedule_drop_bell(p);
    }
}

/* The next time on the grid of polls. */
static uint64_t next_poll(const struct poll_schedule *p, uint64_t now)
{
    if (p->next > now && p->next - now <= p->period) {
        return p->next;
    }
    /* Late, or the first poll. If the old grid is unknown, a new one starts with this poll. */
    uint64_t late = now - p->next;
    return p->next != 0 && p->next <= now && late < 1000 * p->period ? now + p->period - late % p->period
                                                                     : now + p->period;
}

void poll_schedule_plan(struct poll_schedule *p, uint64_t now, int fading_ms, bool settled)
{
    if (p->address == NULL) {
        p->next = next_poll(p, now);
        return;
    }
    uint64_t fades = fading_ms >= 0 ? now + (uint64_t)fading_ms * MS : UINT64_MAX;
    uint64_t asks = p->checked_at + POLL_SCHEDULE_BELL_STATUS_MS * MS;
    p->next = fades < asks ? fades : asks;
    if (!settled && now + p->period < p->next) {
        p->next = now + p->period;
    }
}

bool poll_schedule_rang(struct poll_schedule *p, uint64_t now)
{
    uint64_t earliest = p->rang_at + POLL_SCHEDULE_GAP_MS * MS;
    bool early = now < earliest;
    p->rang_at = early ? earliest : now;
    p->next = p->rang_at;
    return early;
}
