/* Pointer: what the mouse does at a place of the dashboard. */
#ifndef SHMLAB_POINTER_H
#define SHMLAB_POINTER_H

#include "dashboard.h"

/* A click: puts the cursor on the byte, or chooses the row of the field table; the selected row it folds or unfolds. */
void pointer_click(const struct dashboard *d, struct state *s, int row, int col);

/* The wheel, up (-1) or down (1): scrolls the field table where the pointer is over it, else moves the cursor by a
 * line. */
void pointer_wheel(const struct dashboard *d, struct state *s, int row, int col, int direction);

#endif
