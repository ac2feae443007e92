/* Message: the typed values that the server writes into its segment and the client reads out of it.
 *
 * In the natural layout every value lies at a multiple of its alignment (4 for int, 8 for double), as the compiler lays
 * out struct message. That leaves holes ("..") which belong to nobody:
 *
 *          0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f
 *   +0x00  P  I     i  s     d  e  f  i  n  e  d     a  s      intro     char[19] at 0
 *   +0x10  :     \0 .. [  num = 22 ] /  .. .. .. [  den = 7 ]  num, slash, den    at 20, 24, 28; holes of 1 and 3
 *   +0x20  =  =  .. .. .. .. .. .. [  ratio = 3.142857...  ]   eq1, eq2, ratio    at 32, 33, 40; hole of 6
 *   +0x30  g  o  o  d  b  y  e  \0 [  counter (--every)    ]   farewell, counter  at 48, 56
 *   +0x40  [  bell   ] .. .. .. .. .. .. .. .. .. .. .. ..     bell (--bell)      at 64
 *
 * In the packed layout each value starts where the one before it ends: no hole, 10 bytes less, and num, den, ratio and
 * counter lie at addresses that are not theirs:
 *
 *   +0x00  P  I     i  s     d  e  f  i  n  e  d     a  s      intro     char[19] at 0
 *   +0x10  :     \0 [  num = 22 ] /  [  den = 7  ] =  =  [ra   num, slash, den    at 19, 23, 24
 *   +0x20  tio = 3.142857...  ] g  o  o  d  b  y  e  \0 [co    eq1, eq2, ratio    at 28, 29, 30
 *   +0x30  unter (--every) ] .. .. .. .. .. .. .. .. .. ..     farewell, counter  at 38, 46
 *   +0x40  [  bell   ] .. .. .. .. .. .. .. .. .. .. .. ..     bell (--bell)      at 64
 *
 * The functions here never fail: the caller sees to it that message_size bytes can be reached. */
#ifndef SHMLAB_MESSAGE_H
#define SHMLAB_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm_bell.h"

/* The natural layout: 56 bytes. */
struct message {
    char intro[19];
    int num;
    char slash;
    int den;
    char eq1, eq2;
    double ratio;
    char farewell[8];
};

/* The packed layout: 46 bytes. */
struct message_packed {
    char intro[19];
    int num;
    char slash;
    int den;
    char eq1, eq2;
    double ratio;
    char farewell[8];
} __attribute__((packed));

/* With --every a counter lies right behind the message, and moves with it: 64 and 54 bytes. */
struct message_live {
    struct message message;
    uint64_t counter;
};
struct message_live_packed {
    struct message_packed message;
    uint64_t counter;
} __attribute__((packed));

/* With --bell there is a bell, at the next multiple of 64: on a cache line of its own. Processors share memory by whole
 * lines, of 64 bytes on most machines. So whoever watches the bell doesn't take the message's line from its writer. */
#define MESSAGE_BELL_AT 64
struct message_bell {
    struct message message;
    _Alignas(64) shm_bell bell;
};
struct message_live_bell {
    struct message message;
    uint64_t counter;
    _Alignas(64) shm_bell bell;
};
struct message_packed_bell {
    struct message_packed message;
    _Alignas(64) shm_bell bell;
} __attribute__((packed));
struct message_live_packed_bell {
    struct message_packed message;
    uint64_t counter;
    _Alignas(64) shm_bell bell;
} __attribute__((packed));

enum message_layout { MESSAGE_NATURAL, MESSAGE_PACKED, MESSAGE_LAYOUTS };

/* The values in the order in which they lie in memory. */
enum message_field {
    MESSAGE_INTRO, MESSAGE_NUM, MESSAGE_SLASH, MESSAGE_DEN, MESSAGE_EQ1, MESSAGE_EQ2, MESSAGE_RATIO, MESSAGE_FAREWELL,
    MESSAGE_COUNTER, /* not of struct message, but right behind it */
    MESSAGE_FIELDS
};

/* Where one value lies and what it is. */
struct message_place {
    const char *type, *name; /* "char[19]", "intro" */
    size_t offset;           /* bytes from the segment's start */
    size_t size;             /* bytes */
};

/* Where `field` lies in this layout. */
struct message_place message_place(enum message_layout layout, enum message_field field);

/* Bytes of the whole message, the counter included where live is true: 56 or 64, packed 46 or 54. */
size_t message_size(enum message_layout layout, bool live);

/* "natural", "packed". */
const char *message_layout_name(enum message_layout layout);

/* The layout of that name. false: there is none. */
bool message_layout_from_name(const char *name, enum message_layout *layout);

/* The seed's message: 22/7, counter 0. */
struct message_live message_first(void);

/* Moves num, den and ratio to convergent number n of pi's continued fraction (0: 3/1, 1: 22/7, 2: 333/106, ...): each
 * is nearer to pi than the one before it. Starts over where an int can hold no more. */
void message_approximate(struct message *m, uint64_t n);

/* Writes one value of m to its place in the segment that starts at base. */
void message_write_field(void *base, enum message_layout layout, enum message_field field,
                         const struct message_live *m);

/* Reads one value from its place in the segment that starts at base into m. */
void message_read_field(const void *base, enum message_layout layout, enum message_field field,
                        struct message_live *m);

/* Writes the 8 values of the message, and the counter where live is true, in their order. */
void message_write(void *base, enum message_layout layout, bool live, const struct message_live *m);

/* Reads the 8 values of the message; m->counter becomes 0. Texts are copied with all their bytes: nothing promises a
 * NUL among them. */
void message_read(const void *base, enum message_layout layout, struct message_live *m);

/* Writes one value of m as a person reads it: "PI is defined as: ", 22, '/', 3.142857142857143. Printable ASCII only;
 * cut to fit out_size, always with NUL. */
void message_format(const struct message_live *m, enum message_field field, char *out, size_t out_size);

#endif
