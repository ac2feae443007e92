/* Find: where `:` goes, and what `/` looks for: a field's name, text, bytes in hex, or a number.
 *
 *   find_goto | find_start -> while f->busy: find_want, find_take | find_stop
 *
 * The window is searched at once. In a larger segment the search then reads from the source in steps, a few per frame,
 * so that the screen keeps updating and any key stops the search. One request reads at most FIND_MOST bytes and then
 * reports how far it got; `n` continues from there. Results are reported in the cursor's message. */
#ifndef SHMLAB_FIND_H
#define SHMLAB_FIND_H

#include "cursor.h"

#define FIND_STEP ((size_t)256 << 10) /* bytes read in one step */
#define FIND_MOST ((size_t)64 << 20)  /* bytes read for one request */

/* What `/` looks for, and how far the search got. Starts as {0}. */
struct find {
    char text[CURSOR_TYPED_MAX];      /* as typed */
    uint8_t wanted[CURSOR_TYPED_MAX]; /* `count` bytes in memory order */
    size_t count;
    char what[48]; /* "bytes in memory order" */
    int direction;
    size_t from;     /* where the cursor was at the start */
    size_t at, left; /* the next offset to try, and how many remain */
    size_t read;     /* bytes searched for this request */
    bool busy;       /* more has to be read from the source */
    bool resume;     /* it was stopped early */
};

/* Moves the cursor to the place named by text: an offset (decimal, 0x hex), a field's path ("slots[3].seq"), or +N / -N
 * from the cursor. false: it can't; the cursor's message says why. */
bool find_goto(struct cursor *c, const struct window *w, const char *text);

/* Searches for text after (1) or before (-1) the cursor, wrapping around:
 *   0x1600, 16 00   bytes in memory order
 *   =22, =0x16      a 4-byte integer, or 8 bytes if it needs them; =3.14 a double; in the inspector's first byte order
 *   "text           characters, even if a field has that name
 *   text            a field with that in its name, else characters
 * false: not found, or not yet (f->busy). */
bool find_start(struct find *f, struct cursor *c, const struct window *w, const char *text, int direction);

/* The bytes that the search needs next, in a segment of `size` bytes. Only while busy. */
void find_want(const struct find *f, size_t size, size_t *first, size_t *count);

/* Searches them; fewer than wanted if no more could be read. Ends the search or moves it on. */
void find_take(struct find *f, struct cursor *c, const struct window *w, const uint8_t *bytes, size_t count);

/* Stops the search, as when a key is pressed, and reports how far it got. */
void find_stop(struct find *f, struct cursor *c);

#endif
