/* Damage: see damage.h. */
#include "damage.h"

#define NEAR 8 /* bytes: ranges so close are one */

void damage_clear(struct damage *d)
{
    d->all = false;
    d->count = 0;
}

void damage_all(struct damage *d)
{
    d->all = true;
    d->count = 0;
}

void damage_add(struct damage *d, size_t offset)
{
    if (d->all) {
        return;
    }
    for (size_t i = d->count; i-- > 0;) {
        if (offset + NEAR >= d->range[i].first && offset <= d->range[i].end + NEAR) {
            d->range[i].first = offset < d->range[i].first ? offset : d->range[i].first;
            d->range[i].end = offset >= d->range[i].end ? offset + 1 : d->range[i].end;
            return;
        }
    }
    if (d->count == DAMAGE_RANGES) {
        damage_all(d);
        return;
    }
    d->range[d->count].first = offset;
    d->range[d->count++].end = offset + 1;
}

bool damage_touches(const struct damage *d, size_t offset, size_t count)
{
    bool touches = d->all;
    for (size_t i = 0; i < d->count && !touches; i++) {
        touches = offset < d->range[i].end && (offset >= d->range[i].first || d->range[i].first - offset < count);
    }
    return touches;
}
