/* View sources: shm-view's options for sources other than segments, made from the table of source kinds. */
#ifndef SHMLAB_VIEW_SOURCES_H
#define SHMLAB_VIEW_SOURCES_H

#include "inspect/source.h"
#include "options.h"

/* Writes at most `room` option rows, with letters first, first + 1, ...; returns how many. */
size_t view_sources_rows(struct option_row *rows, size_t room, int first);

/* Handles option number `index` of these. *given: a bit for each option used. 0, or the exit status. */
int view_sources_take(const struct options *o, struct source_spec *spec, size_t index, const char *arg,
                      unsigned *given);

/* How many sources these options name. */
int view_sources_named(unsigned given);

/* Checks that they go together. named: how many sources were named in all. 0, or the exit status. */
int view_sources_judge(const struct options *o, unsigned given, int named);

#endif
