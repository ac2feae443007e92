/* Find: where `:` goes, and what `/` looks for: a field's name, text, bytes in hex, or a number.
 *
 *   find_goto | find_start -> while m->find.busy: find_want, find_take | find_stop
 *
 * What lies in the model's window is searched at once. In a larger segment the search goes on through the source in
 * steps, a few a frame, so that the screen goes on and any key stops it. It reads FIND_MOST bytes at most and then says
 * how far it came: `n` goes on from there. */
#ifndef SHMLAB_FIND_H
#define SHMLAB_FIND_H

#include "model.h"

#define FIND_STEP ((size_t)256 << 10) /* bytes read at once */
#define FIND_MOST ((size_t)64 << 20)  /* bytes read for one request */

/* Goes where text says: an offset (decimal, 0x hex), a field's path ("slots[3].seq"), or +N / -N from the cursor. Sets
 * message on failure. */
bool find_goto(struct model *m, const char *text);

/* Looks for text after (1) or before (-1) the cursor, around the end:
 *   0x1600, 16 00   bytes as they lie in memory
 *   =22, =0x16      an integer of 4 bytes, 8 where 4 don't suffice; =3.14 a double; in the inspector's first byte order
 *   "text           characters, also where a field is called so
 *   text            a field whose name has that in it, else characters
 * Sets message where it found something or knows that it won't. false: not found, or not yet: m->find.busy. */
bool find_start(struct model *m, const char *text, int direction);

/* The bytes that the search needs next; only while busy. */
void find_want(const struct model *m, size_t *first, size_t *count);

/* Takes them; fewer than asked for where no more could be read. Ends the search or goes on; sets message. */
void find_take(struct model *m, const uint8_t *bytes, size_t count);

/* Somebody pressed a key: leaves the search and says how far it came. */
void find_stop(struct model *m);

#endif
