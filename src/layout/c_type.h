/* C type: the kind, size and alignment of a C type, from its name, on this machine. */
#ifndef SHMLAB_C_TYPE_H
#define SHMLAB_C_TYPE_H

#include "layout.h"

struct c_type {
    enum layout_kind kind; /* a kind of leaf */
    unsigned flags;        /* of enum layout_flag */
    size_t size, align;    /* bytes */
};

/* Looks up a type without [dimensions]: "unsigned long", "long unsigned int", "uint8_t", "char *", "enum color",
 * "_Atomic int", "const double", "pthread_mutex_t". Returns false if the name is unknown. */
bool c_type_find(const char *name, struct c_type *type);

/* Whether both are names of the same base type, in C's other spellings: "long" and "long int". False if one of them is no
 * base type, even where both are equal. */
bool c_type_same(const char *a, const char *b);

/* Flags for a typedef, struct or class that synchronises threads or processes: LAYOUT_SYNC, with LAYOUT_BELL or
 * LAYOUT_SEQLOCK for shm_bell and shm_seqlock; 0 for any other name. */
unsigned c_type_sync_flags(const char *name);

#endif
