/* Dashboard: the viewer's whole screen on a canvas. Pure: curses shows it, tests read it. */
#ifndef SHMLAB_DASHBOARD_H
#define SHMLAB_DASHBOARD_H

#include "inspect/source.h"
#include "panels.h"
#include "rows.h"
#include "state.h"

/* Where everything stands on a screen of rows x cols. Parts that find no room have 0 rows. */
struct dashboard {
    int rows, cols;
    struct rows_shape shape;
    bool header;      /* the line over the grid */
    struct rect grid; /* the grid's lines, without header */
    int divider;      /* row of the line that tells what is under the cursor; -1: none */
    struct rect fields, inspector, map, attached;
    int wall_col, wall_row, wall_rows;           /* the upright line between panels; wall_rows 0: none */
    int map_rule, inspector_rule, attached_rule; /* rows of their headings; -1: none */
};

/* Plans the screen. Depends on the segment's size, the layout's length and the wished width, not on bytes. */
struct dashboard dashboard_plan(const struct state *s, int rows, int cols);

/* Tells the cursor the shape of its parts on that screen, and scrolls them so that it is seen. */
void dashboard_shape(const struct dashboard *d, struct state *s);

/* Draws. source tells the title and the state; s was shaped by dashboard_shape. Returns how far the list that has the
 * whole screen (help, who is attached) scrolls; 0 where none has. */
size_t dashboard_draw(struct canvas *c, const struct theme *t, const struct dashboard *d, const struct state *s,
                      const struct source *source);

/* The offset shown at row, col of the screen (grid or field table); SIZE_MAX: none. */
size_t dashboard_offset_at(const struct dashboard *d, const struct state *s, int row, int col);

#endif
