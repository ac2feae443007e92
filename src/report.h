/* Report: error messages in three parts: what was tried, what the kernel said, what to do next. */
#ifndef SHMLAB_REPORT_H
#define SHMLAB_REPORT_H

#include "segment.h"

/* Prints to stderr "PROGRAM: cannot TRIED: strerror(-rc)" and, unless it is NULL, `next` on an indented second line.
 * Control characters in TRIED are escaped. Returns 1, the exit status for failures. */
int report_failure(const char *program, int rc, const char *next, const char *tried, ...)
    __attribute__((format(printf, 4, 5)));

/* Reports that segment_name_key or segment_name_id failed with rc for this name. Returns 1. */
int report_name_failure(const char *program, const struct segment_name *name, int rc);

/* Writes what messages call the segment to out: "segment 0x0f20074e" or "segment with shmid 7". The key is not used
 * for a name by id. */
void report_name(const struct segment_name *name, key_t key, char *out, size_t out_size);

/* Writes a command to out: "./shmlab WORD" if we were started by ./shmlab, which sets SHMLAB_CALL, else the program; and
 * " --key 0x..." unless key is 0 or that of the kit's own segment. Control characters are escaped. Returns out. */
const char *report_command(const char *word, const char *program, key_t key, char *out, size_t out_size);

/* The same: the command that starts the server. */
const char *report_server(key_t key, char *out, size_t out_size);

/* Writes "created by pid 4121 (shm-server, running)" to out: the creator, and whether it still runs. */
void report_creator(const struct segment_stat *st, char *out, size_t out_size);

#endif
