/* View clock: what time it is. See view.h. */
#include <time.h>

#include "view.h"

static uint64_t clock_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t view_now_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

uint64_t view_now_ms(void)
{
    return view_now_us() / 1000;
}

uint64_t view_wall_ms(void)
{
    return clock_us(CLOCK_REALTIME) / 1000;
}
