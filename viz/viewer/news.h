/* News: what changed between two looks at the bytes, in one line: "num: 21 -> 22". Pure. */
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

/* How they differ; printable; "" if they don't. rings: we sleep on this layout's bell; since its counter changes along
 * with everything else, it is mentioned only if nothing else changed. */
void news_tell(const struct layout *l, const struct news_looks *looks, bool rings, char out[NEWS_MAX]);

#endif
