/* State: the window of bytes, its history, the cursor and the search that runs, held together: what keys change and the
 * dashboard shows. Draws nothing and reads no terminal.
 *
 *   state_init -> state_set_layout, state_want, history_take (each frame), keys_press -> dashboard draws it
 *   -> state_free */
#ifndef SHMLAB_STATE_H
#define SHMLAB_STATE_H

#include "cursor.h"
#include "find.h"
#include "history.h"
#include "window.h"

struct state {
    struct window window;
    struct history history;
    struct cursor cursor;
    struct find find;
    bool neighbours; /* the source tells who has it attached: there is a panel for it */
};

void state_init(struct state *s);
void state_free(struct state *s);

/* Lays another layout over the bytes. layout stays the caller's. 0 or -ENOMEM. */
int state_set_layout(struct state *s, const struct layout *layout, const char *title);

/* Another segment, or another size: forgets bytes and changes, and thaws. */
void state_resize(struct state *s, size_t size);

/* The bytes that the next frame should hold: the same while all rows shown lie in them, others about them otherwise. */
void state_want(const struct state *s, size_t *first, size_t *count);

/* Looks for text as find_start does; of a frozen picture only where all of the segment is held. */
bool state_find(struct state *s, const char *text, int direction);

/* history_step and history_step_field: a byte that changed is brought into sight, or the cursor's message says why
 * there is none. */
void state_step(struct state *s, int direction);
void state_step_field(struct state *s, int direction);

#endif
