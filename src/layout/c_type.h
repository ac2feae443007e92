/* C type: what the name of a C type says about its bytes, on the machine that this runs on. */
#ifndef SHMLAB_C_TYPE_H
#define SHMLAB_C_TYPE_H

#include "layout.h"

struct c_type {
    enum layout_kind kind; /* a leaf's */
    unsigned flags;        /* of enum layout_flag */
    size_t size, align;    /* bytes */
};

/* Into *type what is known of a type without its [dimensions]: "unsigned long", "long unsigned int", "uint8_t",
 * "char *", "enum color", "_Atomic int", "const double", "pthread_mutex_t". false where the name says nothing. */
bool c_type_find(const char *name, struct c_type *type);

/* Does a typedef, struct or class of that name exist to synchronise threads or processes? LAYOUT_SYNC, with LAYOUT_BELL
 * or LAYOUT_SEQLOCK for the kit's own types; 0: no. */
unsigned c_type_sync_flags(const char *name);

#endif
