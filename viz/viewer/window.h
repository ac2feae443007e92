/* Window: the bytes of a segment that are in memory, and what is shown of them: layout, colours, marks. Knows nothing
 * of keys or time.
 *
 *   window_init -> window_set_layout, window_show ... -> window_free
 *
 * It holds the whole segment up to WINDOW_BYTES, else that many bytes around the visible rows. So neither memory nor
 * the work for a frame grows with the segment. */
#ifndef SHMLAB_WINDOW_H
#define SHMLAB_WINDOW_H

#include "grid.h"

#define WINDOW_BYTES ((size_t)16 << 10) /* more only if the screen shows more */

struct window {
    const struct layout *layout;        /* finished and fitted; not owned */
    char layout_title[128];             /* printable: "struct message, from shm-server" */
    const struct grid_palette *palette; /* of the fields; the caller's; NULL: the default */

    size_t size;             /* of the segment */
    size_t base, count;      /* bytes [base, base + count) of it are here */
    uint8_t *bytes;          /* `count` bytes as shown; owned */
    uint8_t *glow;           /* one per byte, as in struct grid_input; owned */
    bool *since;             /* likewise; owned */
    const uint8_t *expected; /* the expected bytes of the segment; the caller's; NULL */
    size_t expected_size;

    bool guarded;      /* there is a seqlock counter: the bytes are consistent unless `doubt` says otherwise */
    const char *doubt; /* why they may be old or torn, for the user; not owned; "" */
};

void window_init(struct window *w);
void window_free(struct window *w);

/* Switches to another layout, which stays the caller's. */
void window_set_layout(struct window *w, const struct layout *layout, const char *title);

/* Drops all bytes. */
void window_drop(struct window *w);

/* Replaces the bytes, perhaps at another offset, and clears the marks. false: out of memory, nothing changed. */
bool window_show(struct window *w, size_t base, const uint8_t *bytes, size_t count);

/* The bytes [offset, offset + count) if all are here, else NULL. Valid until the next change. */
const uint8_t *window_at(const struct window *w, size_t offset, size_t count);

/* The bytes as input for grid_fill, without a cursor. Valid until the next change. */
struct grid_input window_grid(const struct window *w);

#endif
