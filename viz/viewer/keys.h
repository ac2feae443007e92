/* Keys: the table of keys and what they do; the help is made from it. */
#ifndef SHMLAB_KEYS_H
#define SHMLAB_KEYS_H

#include "state.h"

/* Keys that are not characters. The screen translates its own codes to these. */
enum press {
    PRESS_NONE = 0,
    PRESS_ESCAPE = 27,
    PRESS_CURSOR_UP = 0x110000,
    PRESS_CURSOR_DOWN,
    PRESS_CURSOR_LEFT,
    PRESS_CURSOR_RIGHT,
    PRESS_PAGE_UP,
    PRESS_PAGE_DOWN,
    PRESS_FIRST,
    PRESS_LAST,
    PRESS_BACK_TAB,
    PRESS_RUBOUT,
    PRESS_RETURN
};

struct key_row {
    int keys[3];       /* any of these; 0: unused */
    const char *label; /* as the help shows them; "": described in the row above */
    const char *help;
    void (*run)(struct state *s);
};

extern const struct key_row key_rows[];
extern const size_t key_row_count;

/* Handles a key. true: something on the screen may have changed. */
bool keys_press(struct state *s, int key);

#endif
