/* Keys: the table of keys and what they do; the help is made from it. */
#ifndef SHMLAB_KEYS_H
#define SHMLAB_KEYS_H

#include "state.h"

struct key_row {
    int keys[3];       /* any of these; 0: unused */
    const char *label; /* as the help shows them; "": described in the row above */
    const char *help;
    void (*run)(struct state *s, int how);
    int how; /* which of the things that run does: usually -1 back, 1 forward; 0: it does only one */
};

extern const struct key_row key_rows[];
extern const size_t key_row_count;

/* Handles a key: a character or one of enum press (screen.h). true: something on the screen may have changed. */
bool keys_press(struct state *s, int key);

#endif
