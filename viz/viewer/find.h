/* Find: where `:` goes, and what `/` looks for: a field's name, text, bytes in hex, or a number.
 *
 *   find_goto | find_start -> while f->busy: find_want, find_take | find_stop
 *
 * What the window holds is searched at once. In a larger segment the search goes on through the source in steps, a few
 * a frame, so that the screen goes on and any key stops it. It reads FIND_MOST bytes at most and then says how far it
 * came: `n` goes on from there. What was found, or was not, is said in the cursor's message. */
#ifndef SHMLAB_FIND_H
#define SHMLAB_FIND_H

#include "cursor.h"

#define FIND_STEP ((size_t)256 << 10) /* bytes read at once */
#define FIND_MOST ((size_t)64 << 20)  /* bytes read for one request */

/* What `/` looks for, and how far it came. Starts as {0}. */
struct find {
    char text[CURSOR_TYPED_MAX];      /* as it was typed */
    uint8_t wanted[CURSOR_TYPED_MAX]; /* `count` bytes as they lie in memory */
    size_t count;
    char what[48]; /* "bytes in memory order" */
    int direction;
    size_t from;     /* the cursor when it started */
    size_t at, left; /* the next place to look at, and how many there are still */
    size_t read;     /* bytes looked through for this request */
    bool busy;       /* the source has to be read on */
    bool resume;     /* it was left before its end */
};

/* Goes where text says: an offset (decimal, 0x hex), a field's path ("slots[3].seq"), or +N / -N from the cursor. Says
 * why where it can't. */
bool find_goto(struct cursor *c, const struct window *w, const char *text);

/* Looks for text after (1) or before (-1) the cursor, around the end:
 *   0x1600, 16 00   bytes as they lie in memory
 *   =22, =0x16      an integer of 4 bytes, 8 where 4 don't suffice; =3.14 a double; in the inspector's first byte order
 *   "text           characters, also where a field is called so
 *   text            a field whose name has that in it, else characters
 * false: not found, or not yet: f->busy. */
bool find_start(struct find *f, struct cursor *c, const struct window *w, const char *text, int direction);

/* The bytes that the search needs next, of a segment of `size`; only while busy. */
void find_want(const struct find *f, size_t size, size_t *first, size_t *count);

/* Takes them; fewer than asked for where no more could be read. Ends the search or goes on. */
void find_take(struct find *f, struct cursor *c, const struct window *w, const uint8_t *bytes, size_t count);

/* Somebody pressed a key: leaves the search and says how far it came. */
void find_stop(struct find *f, struct cursor *c);

#endif
