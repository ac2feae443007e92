/* DWARF hits: where in .debug_info a name may be spoken of. A name stands there as its offset in .debug_str, or in
 * full; so a search for these bytes passes over whatever can't matter, faster than any walk.
 *
 *   dwarf_needles_make -> dwarf_hits_find for one unit after the other -> dwarf_hits_free */
#ifndef SHMLAB_DWARF_HITS_H
#define SHMLAB_DWARF_HITS_H

#include "dwarf_raw.h"

#define DWARF_PLACES_MAX 4 /* of one name in one string section: a search for each takes time */
#define DWARF_REFERENCES_MAX (3 * DWARF_PLACES_MAX)

/* A search for `size` bytes (2 at least) by the two rarest of them. */
struct dwarf_needle {
    const unsigned char *bytes;
    size_t size;
    size_t rare, second; /* indices of the bytes that are looked for */
    bool wide;           /* the processor has wide registers */
};

/* What to look for. It points into itself: not to be copied. */
struct dwarf_needles {
    struct dwarf_needle references[DWARF_REFERENCES_MAX]; /* to the name in a string section */
    unsigned char bytes[DWARF_REFERENCES_MAX][4];
    size_t count;
    struct dwarf_needle name; /* itself, as it stands in full */
};

/* Into *out what to look for in the file's .debug_info; `name` stays the caller's. Linkers keep equal strings of
 * .debug_str once, and often only as the tail of a longer one: "age" inside "message". Where the name is only a tail,
 * and of many strings, `known` (a DW_AT_name of that text that was found, else NULL) says of which. false where a
 * search can't tell: `known` is needed, or names go by index. */
bool dwarf_needles_make(const struct raw_file *file, const char *name, const char *known, struct dwarf_needles *out);

struct dwarf_hits {
    uint64_t *at; /* offsets in .debug_info, ascending: of what would be the value of a DW_AT_name */
    size_t count, room;
    size_t total; /* of all searches */
};

/* Adds the hits in the unit that start from `from` on and before `end`: references to the name, or (`in_full`) the name
 * itself. 1; 0: so many that a search does not pay; -ENOMEM. count may be set to 0 in between; dwarf_hits_free in any
 * case. */
int dwarf_hits_find(const struct raw_unit *unit, const struct dwarf_needles *needles, bool in_full, uint64_t from,
                    uint64_t end, struct dwarf_hits *hits);
void dwarf_hits_free(struct dwarf_hits *hits);

#endif
