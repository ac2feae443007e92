/* Message: the typed values that the server writes into its segment and the client reads back.
 *
 * In the natural layout, which is how the compiler lays out struct message, every value starts at a multiple of its
 * alignment (4 for int, 8 for double). That leaves unused bytes, the padding (".."):
 *
 *          0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f
 *   +0x00  P  I     i  s     d  e  f  i  n  e  d     a  s      intro     char[19] at 0
 *   +0x10  :     \0 .. [  num = 22 ] /  .. .. .. [  den = 7 ]  num, slash, den    at 20, 24, 28; padding: 1 and 3 bytes
 *   +0x20  =  =  .. .. .. .. .. .. [  ratio = 3.142857...  ]   eq1, eq2, ratio    at 32, 33, 40; padding: 6 bytes
 *   +0x30  g  o  o  d  b  y  e  \0 [  counter (--every)    ]   farewell, counter  at 48, 56
 *   +0x40  [  bell   ] .. .. .. .. .. .. .. .. .. .. .. ..     bell (--bell)      at 64
 *
 * In the packed layout each value starts right after the previous one. There is no padding, so the message is 10 bytes
 * shorter, but num, den, ratio and counter are misaligned:
 *
 *   +0x00  P  I     i  s     d  e  f  i  n  e  d     a  s      intro     char[19] at 0
 *   +0x10  :     \0 [  num = 22 ] /  [  den = 7  ] =  =  [ra   num, slash, den    at 19, 23, 24
 *   +0x20  tio = 3.142857...  ] g  o  o  d  b  y  e  \0 [co    eq1, eq2, ratio    at 28, 29, 30
 *   +0x30  unter (--every) ] .. .. .. .. .. .. .. .. .. ..     farewell, counter  at 38, 46
 *   +0x40  [  bell   ] .. .. .. .. .. .. .. .. .. .. .. ..     bell (--bell)      at 64
 *
 * All offsets are in bytes from the start of the segment. The functions here cannot fail. The caller must make sure
 * that message_size() bytes are accessible at `base`; in the natural layout `base` must be aligned to 8 bytes, as the
 * page that shmat returns is. */
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

/* With --every the message is followed by a counter, which goes up with each new message: 64 and 54 bytes. */
struct message_live {
    struct message message;
    uint64_t counter;
};
struct message_live_packed {
    struct message_packed message;
    uint64_t counter;
} __attribute__((packed));

/* With --bell a bell follows at the next multiple of 64, so that it has a cache line to itself. Processors exchange
 * memory in whole cache lines, 64 bytes on most machines. A process that watches the bell therefore doesn't take the
 * message's cache line away from the writer. */
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

/* The values, in memory order. */
enum message_field {
    MESSAGE_INTRO,
    MESSAGE_NUM,
    MESSAGE_SLASH,
    MESSAGE_DEN,
    MESSAGE_EQ1,
    MESSAGE_EQ2,
    MESSAGE_RATIO,
    MESSAGE_FAREWELL,
    MESSAGE_COUNTER, /* not part of struct message: it follows it */
    MESSAGE_FIELDS
};

/* The type, name and position of one value. The strings are static. */
struct message_place {
    const char *type, *name; /* "char[19]", "intro" */
    size_t offset;           /* bytes from the segment's start */
    size_t size;             /* bytes */
};

struct message_place message_place(enum message_layout layout, enum message_field field);

/* The size of the whole message in bytes: 56 (packed: 46), or 64 (54) with the counter, if live is true. */
size_t message_size(enum message_layout layout, bool live);

/* "natural" or "packed", a static string. */
const char *message_layout_name(enum message_layout layout);

/* Looks up a layout by its name. Returns false, with *layout unchanged, if there is no such layout. */
bool message_layout_from_name(const char *name, enum message_layout *layout);

/* The first message: 22/7, counter 0. */
struct message_live message_first(void);

/* Sets num, den and ratio to convergent n of pi's continued fraction (0: 3/1, 1: 22/7, 2: 333/106, ...), each closer
 * to pi than the one before. After the last one that fits in an int, they start over. */
void message_approximate(struct message *m, uint64_t n);

/* Writes one value of m to its offset in the segment at base. */
void message_write_field(void *base, enum message_layout layout, enum message_field field,
                         const struct message_live *m);

/* Reads one value from its offset in the segment at base into m. */
void message_read_field(const void *base, enum message_layout layout, enum message_field field, struct message_live *m);

/* Writes the 8 values of the message in memory order, then the counter if live is true. */
void message_write(void *base, enum message_layout layout, bool live, const struct message_live *m);

/* Reads the 8 values of the message and sets m->counter to 0. The char arrays are copied whole; they may lack a NUL. */
void message_read(const void *base, enum message_layout layout, struct message_live *m);

/* Formats one value of m for display: "PI is defined as: ", 22, '/', 3.142857142857143. The result is printable ASCII,
 * truncated to out_size bytes and always NUL-terminated. */
void message_format(const struct message_live *m, enum message_field field, char *out, size_t out_size);

#endif
