/* Source, what several kinds use: for the files source_NAME.c alone. */
#ifndef SHMLAB_SOURCE_SHARED_H
#define SHMLAB_SOURCE_SHARED_H

#include "source.h"

/* printf into line or news. */
void source_say(char out[SOURCE_LINE_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fills s->creator and what goes with it. */
void source_creator_learn(struct source *s, pid_t pid, bool runs);

/* ms of a clock that nobody sets. */
uint64_t source_clock_ms(void);

/* pread of all that can be had; 0 also where it failed. */
size_t source_pread(int fd, uint64_t offset, uint8_t *out, size_t count);

/* Closes s->fd, where it is open. */
void source_fd_close(struct source *s);

#endif
