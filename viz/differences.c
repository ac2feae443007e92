/* Differences: see differences.h. */
#include "differences.h"

static void take_different(struct differences *d, uint8_t expected, uint8_t actual)
{
    bool goes_on = d->run_count > 0 && d->run_end == d->compared;
    d->run_count += !goes_on;
    d->run_end = d->compared + 1;
    d->bytes++;
    if (d->run_count > DIFFERENCES_MAX) {
        return;
    }
    struct difference *run = &d->runs[d->run_count - 1];
    if (!goes_on) {
        *run = (struct difference){.offset = d->compared};
    }
    if (run->size < DIFFERENCE_BYTES) {
        run->expected[run->size] = expected;
        run->actual[run->size] = actual;
    }
    run->size++;
}

void differences_add(struct differences *d, const uint8_t *expected, const uint8_t *actual, size_t count)
{
    for (size_t i = 0; i < count; i++, d->compared++) {
        if (expected[i] != actual[i]) {
            take_different(d, expected[i], actual[i]);
        }
    }
}

size_t differences_bytes(const struct differences *d)
{
    return d->bytes + (d->expected_size > d->compared ? d->expected_size - d->compared : 0);
}

bool differences_any(const struct differences *d)
{
    return differences_bytes(d) > 0 || d->expected_size != d->size;
}
