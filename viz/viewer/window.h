/* Window: the bytes of a segment that are held, and what is to be shown of them: layout, colours, marks. Knows no keys
 * and no time.
 *
 *   window_init -> window_lay_over, window_show ... -> window_free
 *
 * It holds all of the segment where that has at most WINDOW_BYTES, else that much about the rows that are shown. So
 * neither memory nor the work of a frame grows with the segment. */
#ifndef SHMLAB_WINDOW_H
#define SHMLAB_WINDOW_H

#include "grid.h"

#define WINDOW_BYTES ((size_t)16 << 10) /* more only where the screen shows more */

struct window {
    const struct layout *layout; /* finished and fitted; the owner of the layouts keeps it */
    char layout_title[128];      /* "struct message, from shm-server": printable */
    struct grid_hues hues;
    const struct grid_palette *palette; /* of the fields; the caller's, set before the layout; NULL: the kit's own */

    size_t size;             /* of the segment */
    size_t base, count;      /* bytes [base, base + count) of it are held */
    uint8_t *bytes;          /* these, as they are shown; owned */
    uint8_t *glow;           /* one for each, as grid_fill takes it; owned */
    bool *since;             /* the same; owned */
    const uint8_t *expected; /* what should stand in the segment; the caller's; NULL */
    size_t expected_size;

    bool guarded;      /* there is a seqlock counter: the bytes are of one moment, or `doubt` tells */
    const char *doubt; /* why they may be old or torn: one calm line, whose owner keeps it; "" */
};

void window_init(struct window *w);
void window_free(struct window *w);

/* Lays another layout over the bytes. layout stays the caller's. 0 or -ENOMEM. */
int window_lay_over(struct window *w, const struct layout *layout, const char *title);

/* Holds nothing any more. */
void window_drop(struct window *w);

/* Holds other bytes, at another place perhaps, without marks. false: no memory, and all is as it was. */
bool window_show(struct window *w, size_t base, const uint8_t *bytes, size_t count);

/* The bytes of [offset, offset + count), where all of them are held; else NULL. Good until the next change. */
const uint8_t *window_at(const struct window *w, size_t offset, size_t count);

/* What is held, as grid_fill takes it, without a cursor: good until the next change. */
struct grid_input window_grid(const struct window *w);

#endif
