/* DWARF hits: where in .debug_info a name may be spoken of. A name stands there as its offset in .debug_str, or in
 * full; so a search for these bytes passes over whatever can't matter, faster than any walk. */
#ifndef SHMLAB_DWARF_HITS_H
#define SHMLAB_DWARF_HITS_H

#include "dwarf_raw.h"

struct dwarf_hits {
    uint64_t *at; /* offsets in .debug_info, ascending: of what would be the value of a DW_AT_name */
    size_t count;
};

/* Finds all places where `name` may be named. Linkers keep equal strings of .debug_str once, and often only as the tail
 * of a longer one: "age" inside "message". Where the name is only a tail, and of many strings, `known` (a DW_AT_name of
 * that text that was found, else NULL) says of which. 1; 0 where a search can't tell: `known` is needed, or names go by
 * index; -ENOMEM. dwarf_hits_free in any case. */
int dwarf_hits_find(const struct raw_file *file, const char *name, const char *known, struct dwarf_hits *out);
void dwarf_hits_free(struct dwarf_hits *hits);

#endif
