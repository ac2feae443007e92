/* Source, what its parts share: source.c hands each call to the part of its kind. Not for others. */
#ifndef SHMLAB_SOURCE_INTERNAL_H
#define SHMLAB_SOURCE_INTERNAL_H

#include "source.h"

/* printf into line or news. */
void source_say(char out[SOURCE_LINE_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fills s->creator and what goes with it. */
void source_creator_learn(struct source *s, pid_t pid, bool runs);

/* Watches it no more. */
void source_creator_forget(struct source *s);

/* ms of a clock that nobody sets. */
uint64_t source_clock_ms(void);

/* Lets go of the segment. */
void source_detach(struct source *s);

/* The id that the name stands for now. 0 or -errno. */
int source_segment_id(struct source *s, int *id);
void source_segment_poll(struct source *s);

void source_posix_poll(struct source *s);

/* Finds the mapping and a way to read it. 0, or -errno with s->line telling what is to do. */
int source_map_open(struct source *s);
void source_map_poll(struct source *s);
size_t source_map_read(const struct source *s, size_t first, uint8_t *out, size_t count);

/* pread of all that can be had; 0 also where it failed. */
size_t source_pread(int fd, uint64_t offset, uint8_t *out, size_t count);

#endif
