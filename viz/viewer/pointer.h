/* Pointer: what the mouse does on the dashboard. */
#ifndef SHMLAB_POINTER_H
#define SHMLAB_POINTER_H

#include "dashboard.h"

/* Click: moves the cursor to that byte, or selects that row of the field table; folds or unfolds a row that is already
 * selected. */
void pointer_click(const struct dashboard *d, struct state *s, int row, int col);

/* Wheel up (-1) or down (1): scrolls the field table if the pointer is over it, else moves the cursor by a line. */
void pointer_wheel(const struct dashboard *d, struct state *s, int row, int col, int direction);

#endif
