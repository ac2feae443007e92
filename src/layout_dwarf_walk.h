/* What layout_dwarf_find.c, the exact way, and layout_dwarf_hits.c, the fast one, share. */
#ifndef SHMLAB_LAYOUT_DWARF_WALK_H
#define SHMLAB_LAYOUT_DWARF_WALK_H

#include "layout_dwarf_internal.h"

#define SCOPES_MAX 64

struct walk {
    const struct dwarf_source *source;
    const struct type_query *query; /* NULL: every definition, for `each` */
    struct finding *finding;
    int (*each)(void *context, Dwarf_Die *die);
    void *context;
    struct raw_unit unit;
    bool inside;                    /* also inside structs */
    bool everywhere;                /* also inside functions */
    bool first;                     /* only until something is found */
    bool guessed;                   /* DIEs come from hits: is_certain tells which are any */
    size_t checks;                  /* of those, so far */
    size_t matches;                 /* types that are, or are the same as, one of the finding's, so far */
    bool settled;                   /* the unit can't have another */
    bool peeking;                   /* the unit is but its start: enough to settle it, not to find more */
    bool other;                     /* a peek met one that is not the same: the whole unit has to be looked at */
    size_t peek, missed;            /* bytes to peek at (0: it does not pay), and how often that was too little */
    const char *scopes[SCOPES_MAX]; /* names around the level that is walked; "" for one without */
    size_t scope_count;
    int rc; /* not 0 ends the walk */
};

/* Looks at the open unit's DIEs, at its top and in what may hold types. 0, -EBADMSG. */
int walk_unit(struct walk *w);

/* Walks the units of a section. */
void walk_section(struct walk *w, const struct raw_file *file, bool in_types);

/* Notes the DIE, a type's, if it is what the query names. */
void walk_look(struct walk *w, const struct raw_die *die);

void finding_reset(struct finding *f);

/* The fast way, for a plain name: a search for the bytes that name it. Complete, but it can't tell what lies inside a
 * function or namespace. 1: one type, or none, and that is certain. 0: the exact way must decide. -ENOMEM. */
int walk_by_hits(struct walk *w);

#endif
