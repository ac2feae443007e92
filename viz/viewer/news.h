/* News: what changed between two looks, in one line: "num: 21 -> 22". Pure. */
#ifndef SHMLAB_NEWS_H
#define SHMLAB_NEWS_H

#include <stdbool.h>

#include "layout/layout.h"

#define NEWS_MAX 200

/* Two looks at the bytes [base, base + count) of a segment. */
struct news_looks {
    size_t base, count;
    const uint8_t *before, *after;
};

/* How they differ; printable; "" where they don't. rings: a bell of that layout is slept on, and its counter, which
 * changes with whatever changes, is only told where nothing else did. */
void news_tell(const struct layout *l, const struct news_looks *looks, bool rings, char out[NEWS_MAX]);

#endif
