/* Report: what a program says when something fails: what was tried, what the kernel said, what to do next. */
#ifndef SHMLAB_REPORT_H
#define SHMLAB_REPORT_H

#include "segment.h"

/* Prints to stderr "PROGRAM: cannot TRIED: what -errno means", and `next` on an indented line of its own where it isn't
 * NULL. Control characters in what was tried are made harmless. Returns 1, the exit status for it. */
int report_failure(const char *program, int rc, const char *next, const char *tried, ...)
    __attribute__((format(printf, 4, 5)));

/* Tells of a name for which segment_name_key or segment_name_id gave rc (< 0). Returns 1. */
int report_name_failure(const char *program, const struct segment_name *name, int rc);

/* "segment 0x0f20074e", "segment with shmid 7": how to call it, for a name whose key is known. */
void report_name(const struct segment_name *name, key_t key, char *out, size_t out_size);

/* What a person types to start the server: the front door's word where it called us (SHMLAB_CALL), else the program's
 * name. Gives `out`, as foreign text made harmless. */
const char *report_server(char *out, size_t out_size);

/* "created by pid 4121 (shm-server, running)": who made a segment, and what became of that process. */
void report_creator(const struct segment_stat *st, char *out, size_t out_size);

#endif
