/* Dashboard: the viewer's whole screen on a canvas, and what the mouse does there. Pure: curses shows it, tests read
 * it. */
#ifndef SHMLAB_DASHBOARD_H
#define SHMLAB_DASHBOARD_H

#include "inspect/source.h"
#include "panels.h"
#include "state.h"

/* The place of each part on a screen of rows x cols. Parts that don't fit have 0 rows. */
struct dashboard {
    int rows, cols;
    struct rows_shape shape;
    bool header;      /* the line above the grid */
    struct rect grid; /* the grid's lines, without header */
    int divider;      /* row of the line below the grid, which describes the byte under the cursor; -1: none */
    int divider_cols; /* from column 0 on */
    struct rect fields, inspector, map, attached;
    int wall_col, wall_row, wall_rows;           /* the vertical line between panels; wall_rows 0: none */
    int map_rule, inspector_rule, attached_rule; /* rows of their headings; -1: none */
};

/* Plans the screen. Depends only on the segment's size, the layout's length and the wanted width, never on the bytes:
 * the parts stay put while the bytes change. */
struct dashboard dashboard_plan(const struct state *s, int rows, int cols);

/* Passes the shape to the cursor, and scrolls grid and field table to keep the cursor visible. */
void dashboard_shape(const struct dashboard *d, struct state *s);

/* The grid on that screen; in: what cursor_grid gives. */
struct grid_panel dashboard_grid(const struct dashboard *d, const struct state *s, const struct grid_input *in);

/* Draws the screen of a state that dashboard_shape has shaped; title and status come from source. Returns how far the
 * full-screen list (help, attached processes) scrolls; 0: none is open. */
size_t dashboard_draw(struct canvas *c, const struct theme *t, const struct dashboard *d, const struct state *s,
                      const struct source *source);

/* Click: moves the cursor to that byte, or selects that row of the field table; folds or unfolds a row that is already
 * selected. */
void dashboard_click(const struct dashboard *d, struct state *s, int row, int col);

/* Wheel up (-1) or down (1): scrolls the field table if the pointer is over it, else moves the cursor by a line. */
void dashboard_wheel(const struct dashboard *d, struct state *s, int row, int col, int direction);

#endif
