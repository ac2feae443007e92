/* Damage: which bytes are not as they were drawn last. A few ranges that hold them all, and perhaps more.
 *
 *   damage_add ... -> damage_touches (by what draws) -> damage_clear */
#ifndef SHMLAB_DAMAGE_H
#define SHMLAB_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>

#define DAMAGE_RANGES 16

struct damage {
    bool all; /* more than bytes changed: nothing drawn before counts */
    size_t count;
    struct {
        size_t first, end; /* bytes of the segment, end behind the last one */
    } range[DAMAGE_RANGES];
};

/* Nothing is damaged. */
void damage_clear(struct damage *d);

/* All is. */
void damage_all(struct damage *d);

/* One byte is. Cheapest in the order of offsets. */
void damage_add(struct damage *d, size_t offset);

/* Is one of [offset, offset + count) damaged? */
bool damage_touches(const struct damage *d, size_t offset, size_t count);

#endif
