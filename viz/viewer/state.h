/* State: window, history, cursor and search: what keys change and the dashboard shows. Draws nothing and reads no
 * terminal.
 *
 *   state_init -> state_set_layout, state_want, history_take (each frame), keys_press -> dashboard draws it
 *   -> state_free */
#ifndef SHMLAB_STATE_H
#define SHMLAB_STATE_H

#include "cursor.h"
#include "find.h"
#include "history.h"
#include "replay.h"
#include "window.h"

/* Lists that fill the screen. */
enum state_list { LIST_NONE, LIST_HELP, LIST_ATTACHED };

/* What the user asked for that needs more than the state: the caller does it. */
enum state_request { REQUEST_NONE, REQUEST_LAYOUT /* the next one */, REQUEST_OTHERS /* other memory */, REQUEST_QUIT };

struct state {
    struct window window;
    struct history history;
    struct replay replay; /* of a recording, which is then the history */
    struct cursor cursor;
    struct find find;
    enum state_list list;
    size_t list_top; /* the first line shown of it */
    enum state_request request;
    bool recording;      /* to a file */
    bool attached_known; /* the source knows who has it attached, and there is a panel for it */
};

void state_init(struct state *s);
void state_free(struct state *s);

/* Switches to another layout; layout stays the caller's. */
void state_set_layout(struct state *s, const struct layout *layout, const char *title);

/* Forgets bytes and changes and unfreezes, for another segment or another size. */
void state_resize(struct state *s, size_t size);

/* The bytes to read for the next frame: the same window while it covers all visible rows, else one around them. */
void state_want(const struct state *s, size_t *first, size_t *count);

/* Searches like find_start; a frozen picture only if the window holds the whole segment. */
bool state_find(struct state *s, const char *text, int direction);

/* Like history_step and history_step_field, and scrolls to a byte that changed. If there is no change, the cursor's
 * message says why. */
void state_step(struct state *s, int direction);
void state_step_field(struct state *s, int direction);

/* Goes in time to where text says: seconds (12.5) or percent (50%) of a recording; the next change of a field (num); where
 * a field gets a value (num=22). If there is no such place, the cursor's message says so. */
void state_goto_time(struct state *s, const char *text);

#endif
