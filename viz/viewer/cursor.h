/* Cursor: the position in the segment and its field table, the display settings, and the line being typed.
 *
 *   cursor_init -> cursor_shape (each frame), cursor_go, cursor_move ...
 *
 * It moves over the bytes of a window; all calls for one cursor take the same window. */
#ifndef SHMLAB_CURSOR_H
#define SHMLAB_CURSOR_H

#include "fields.h"
#include "squeeze.h"
#include "window.h"

#define CURSOR_TYPED_MAX 64
#define CURSOR_MESSAGE_MAX 200

struct cursor {
    size_t at;            /* offset */
    size_t top;           /* offset of the first row shown; a multiple of width */
    size_t home;          /* top after the last move: restored when a screen that shrank grows again */
    struct fields fields; /* the field table's rows, from the window's layout */

    bool squeeze;    /* runs of zero rows share a line */
    int want_width;  /* bytes per row that the user asked for; 0: as many as fit */
    bool big_endian; /* the inspector's first column */

    char prompt; /* ':' or '/' while a line is typed; 0 */
    char typed[CURSOR_TYPED_MAX];
    char found[CURSOR_TYPED_MAX];     /* what n and N look for again */
    char message[CURSOR_MESSAGE_MAX]; /* the answer to the last key; printable, may be "" */

    /* The screen's shape, set before keys are handled since it decides how far a page goes. */
    int cols;        /* columns for the grid; 0: unknown, any row fits */
    int width, rows; /* bytes per row, visible rows of the grid */
};

void cursor_init(struct cursor *c);

/* Sets message, the answer to the last key. */
void __attribute__((format(printf, 2, 3))) cursor_answer(struct cursor *c, const char *format, ...);

/* The window's bytes as input for grid_fill, with cursor and focus. Valid until the next change. */
struct grid_input cursor_grid(const struct cursor *c, const struct window *w);

/* Which rows of the grid have a line to themselves; the screen starts at c->top. Valid until the next change. */
struct squeeze cursor_lines(const struct cursor *c, const struct window *w);

/* Sets the shape of the grid on the screen, and scrolls to keep the cursor visible. */
void cursor_shape(struct cursor *c, const struct window *w, int width, int rows);

/* Sets how many rows the field table has on the screen, and scrolls to keep the selected one visible. */
void cursor_table(struct cursor *c, const struct window *w, int rows);

/* Moves the cursor to offset, clamped to the segment. */
void cursor_go(struct cursor *c, const struct window *w, size_t offset);

/* Moves it by step bytes, clamped to the segment. false: it did not move. */
bool cursor_move(struct cursor *c, const struct window *w, ptrdiff_t step);

/* Moves it by `steps` lines of the grid and keeps its column. If there are fewer lines: stays where it is if whole,
 * else goes to the very end. false: it did not move. */
bool cursor_move_lines(struct cursor *c, const struct window *w, ptrdiff_t steps, bool whole);

/* Goes to the next (1) or previous (-1) row of the field table; without a layout, to the next text. */
void cursor_next_field(struct cursor *c, const struct window *w, int direction);

/* Selects a row of the field table and moves the cursor to its first byte. */
void cursor_choose(struct cursor *c, const struct window *w, const struct field_row *row);

enum cursor_fold { CURSOR_FOLD, CURSOR_UNFOLD, CURSOR_FLIP };

/* Folds or unfolds the selected row, or its parent if it can't be folded. */
void cursor_fold(struct cursor *c, const struct window *w, enum cursor_fold how);

#endif
