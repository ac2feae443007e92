/* Saved: an order of a race in a file, to be followed again.
 *
 *   shmlab race 1
 *   memory sc
 *   lost check
 *   program SOURCE HASH                     of the source's text
 *   with SOURCE HASH                        of a source that is a part of each program
 *   --check EXPR                            the options on which the verdict depends, a line each; also --always, --type,
 *                                           --steps, --cc and --cflags
 *   argument TEXT
 *   shared OFFSET SIZE SEGMENT              bytes whose accesses are steps
 *   path A 0                                the order: which process goes on, and which value a load reads (0: the newest)
 *   path A drain 0                          or which of its stores leaves the buffer
 *   step A KIND SEGMENT OFFSET SIZE VALUE AFTER
 *                                           what each step then was: the bytes read or to be stored, and those in memory
 *
 * Numbers are decimal, hashes and bytes hexadecimal. Offsets count from the segment's start. */
#ifndef SHMLAB_RACE_SAVED_H
#define SHMLAB_RACE_SAVED_H

#include "run.h"

/* What is to be written. Owns nothing. */
struct saved {
    enum memory_model model;
    unsigned programs;
    const char *source[RACE_PROCESSES];
    const char *const *with;
    unsigned with_count;
    const char *check, *type, *cc, *cflags; /* or NULL */
    bool always;
    long long steps_max;
    char **arguments; /* ends with NULL */
    const char *loss;
    const struct run_option *path;
    size_t length;
    const struct run_step *steps;
    size_t step_count;
};

struct saved_step {
    unsigned who;
    int kind, segment;
    uint32_t offset, size;
    uint64_t value, after;
};

struct saved_bytes {
    char name[RACE_TEXT];
    uint32_t offset, size;
};

/* What was read. */
struct saved_order {
    enum memory_model model;
    unsigned programs;
    uint64_t hash[RACE_PROCESSES], with_hash[RACE_PROCESSES];
    unsigned with_count;
    struct run_option *path;
    size_t length;
    struct saved_step *steps;
    size_t step_count;
    struct saved_bytes *shared;
    size_t shared_count;
};

/* 0 or -errno. */
int saved_write(const char *file, const struct saved *s, const struct run *r);

/* 0, or -EINVAL or -errno with a message in `why`. *order ends with saved_free. */
int saved_read(const char *file, struct saved_order *order, char *why, size_t room);
void saved_free(struct saved_order *order);

/* Of a file's text; 0 if it can't be read. */
uint64_t saved_hash(const char *file);

/* Makes the bytes shared that were shared then. */
void saved_share(const struct saved_order *order, struct run *r);

/* The first step that is not as it was; SIZE_MAX: all are. */
size_t saved_differs(const struct saved_order *order, const struct run_step *steps, size_t count);

#endif
