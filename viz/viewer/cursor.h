/* Cursor: where the person is in the segment and its field table, how they want to see it, and what they typed.
 *
 *   cursor_init -> cursor_shape (each frame), cursor_go, cursor_move ...
 *
 * It moves over the bytes of a window, which all calls of one cursor are given. */
#ifndef SHMLAB_CURSOR_H
#define SHMLAB_CURSOR_H

#include "fields.h"
#include "squeeze.h"
#include "window.h"

#define CURSOR_TYPED_MAX 64
#define CURSOR_MESSAGE_MAX 200

/* A list that has the whole screen while it is open. */
struct cursor_list {
    bool open;
    size_t top; /* the first line that is shown */
};

struct cursor {
    size_t at;            /* offset */
    size_t top;           /* offset of the first row shown; a multiple of the row's width */
    size_t home;          /* top as the last move left it: a screen that grows again comes back to it */
    struct fields fields; /* the rows of the field table, of the window's layout */

    bool squeeze;    /* runs of zero rows share a line */
    int want_width;  /* bytes a row that the person asked for; 0: what fits */
    bool big_endian; /* the inspector's first column */
    struct cursor_list help, attached;
    unsigned next_layout; /* goes up when the person asks for another layout: the owner of layouts changes it */
    bool others;          /* the person wants to see other memory: the list of what there is */
    bool quit;

    char prompt; /* ':' or '/' while a line is typed; 0 */
    char typed[CURSOR_TYPED_MAX];
    char found[CURSOR_TYPED_MAX];     /* what n and N look for again */
    char message[CURSOR_MESSAGE_MAX]; /* an answer to the last key; printable; "" */

    /* The shape of the screen, set before keys are taken: how far a page goes. */
    int cols;        /* columns for the grid alone; 0: not known, any row fits */
    int width, rows; /* bytes a row, rows of the grid that are visible */
};

void cursor_init(struct cursor *c);

/* Says something about the last key: message. */
void __attribute__((format(printf, 2, 3))) cursor_answer(struct cursor *c, const char *format, ...);

/* What the window holds, as grid_fill takes it, with the cursor and what it is on: good until the next change. */
struct grid_input cursor_grid(const struct cursor *c, const struct window *w);

/* Which rows of the grid are lines of their own; from c->top on they are shown. Good until the next change. */
struct squeeze cursor_lines(const struct cursor *c, const struct window *w);

/* Tells the shape of the grid on the screen, and scrolls so that the cursor is seen. */
void cursor_shape(struct cursor *c, const struct window *w, int width, int rows);

/* Tells how many rows the field table has, and scrolls it so that the selected one is seen. */
void cursor_table(struct cursor *c, const struct window *w, int rows);

/* The list that has the whole screen was drawn: it scrolls as far as `most`. */
void cursor_scrolled(struct cursor *c, size_t most);

/* Puts the cursor at offset, held inside the segment. */
void cursor_go(struct cursor *c, const struct window *w, size_t offset);

/* Moves it by step bytes, held inside the segment; false where it did not move. */
bool cursor_move(struct cursor *c, const struct window *w, ptrdiff_t step);

/* Moves it by so many lines of the grid, in its column; by pages (whole = false) to the very end where there are fewer.
 * false where it did not move. */
bool cursor_move_lines(struct cursor *c, const struct window *w, ptrdiff_t steps, bool whole);

/* Goes to the next (1) or previous (-1) row of the field table, seen from the cursor; without a layout, to the text. */
void cursor_next_field(struct cursor *c, const struct window *w, int direction);

/* Chooses a row of the field table, and puts the cursor on its first byte. */
void cursor_choose(struct cursor *c, const struct window *w, const struct field_row *row);

enum cursor_fold { CURSOR_FOLD, CURSOR_UNFOLD, CURSOR_FLIP };

/* Folds or unfolds the selected row; where it can't be folded, the one around it. */
void cursor_fold(struct cursor *c, const struct window *w, enum cursor_fold how);

#endif
