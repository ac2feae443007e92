/* View sources: the options of shm-view that name a source of another kind than a segment, from the table of kinds. */
#ifndef SHMLAB_VIEW_SOURCES_H
#define SHMLAB_VIEW_SOURCES_H

#include "inspect/source.h"
#include "options.h"

/* Writes at most `room` rows, whose letters are first, first + 1, ...; returns how many. */
size_t view_sources_rows(struct option_row *rows, size_t room, int first);

/* Takes option number `index` of those, and its argument. *given: a bit for each that was. 0, or the exit status. */
int view_sources_take(const struct options *o, struct source_spec *spec, size_t index, const char *arg,
                      unsigned *given);

/* How many sources were named. */
int view_sources_named(unsigned given);

/* Do they go together? named: how many sources there are in all. 0, or the exit status. */
int view_sources_judge(const struct options *o, unsigned given, int named);

#endif
