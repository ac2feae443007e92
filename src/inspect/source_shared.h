/* Source, shared code: helper functions for several kinds of sources, used only by the files source_NAME.c. */
#ifndef SHMLAB_SOURCE_SHARED_H
#define SHMLAB_SOURCE_SHARED_H

#include "source.h"

/* snprintf to s->line or s->news. */
void source_message(char out[SOURCE_LINE_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets s->creator, creator_name and creator_runs. Reads the process only if it runs. */
void source_creator_learn(struct source *s, pid_t pid, bool runs);

/* The time in ms (CLOCK_MONOTONIC). */
uint64_t source_clock_ms(void);

/* Repeats pread until count bytes are read or there are no more. Returns how many were read; 0 on failure, too. */
size_t source_pread(int fd, uint64_t offset, uint8_t *out, size_t count);

/* Closes s->fd if it is open. */
void source_fd_close(struct source *s);

#endif
