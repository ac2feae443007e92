/* Layout DWARF, hits: the DIEs that define a type of a plain name, found by a search for the bytes that name it. */
#include <errno.h>

#include "dwarf_hits.h"
#include "layout_dwarf_walk.h"

#define PIECE 4096 /* bytes of a unit that are searched first, as types stand at its start; then twice as many */
#define PEEK 8192      /* bytes of a peek at first, */
#define PEEK_MAX 32768 /* and at most; */
#define PEEK_MISSES 4  /* that many in vain make the next one twice as long */

/* Tries each place where a DIE could start that has its name at `hit`. That they are DIEs is not sure yet. */
static void try_hit(struct walk *w, uint64_t hit)
{
    const struct raw_unit *u = &w->unit;
    for (size_t i = 0; i < u->name_place_count; i++) {
        uint32_t place = u->name_places[i];
        for (uint64_t before = place + 1ull; before <= place + 3ull; before++) { /* a code of 1 to 3 bytes */
            struct raw_die die;
            bool fits = hit >= u->first_die + before && raw_type_may_start(u, hit - before, place) &&
                        raw_die_read(u, hit - before, &die) && die.data + place == hit;
            if (fits) {
                walk_look(w, &die);
            }
        }
    }
}

/* May a type that the query means have its name in full in this unit? */
static bool has_full_names(const struct walk *w)
{
    for (unsigned tag = 0; tag < 64; tag++) {
        if ((w->unit.full_name_tags >> tag & 1) != 0 && type_query_fits(w->query, tag)) {
            return true;
        }
    }
    return false;
}

/* Looks at the hits in the unit, which the first of them opens. 1; -EBADMSG, -ENOMEM. */
static int try_hits(struct walk *w, const struct dwarf_hits *hits, struct raw_unit *last)
{
    int rc = w->unit.abbrevs == NULL && hits->count > 0 ? raw_unit_open(&w->unit, last) : 0;
    if (rc < 0) {
        return rc;
    }
    if (hits->count > 0 && w->unit.odd_names && !w->peeking) {
        w->settled = true;
        return walk_unit(w) < 0 ? -EBADMSG : 1;
    }
    w->guessed = true;
    for (size_t i = 0; i < hits->count && w->rc == 0 && !w->settled; i++) {
        try_hit(w, hits->at[i]);
    }
    w->guessed = false;
    return 1;
}

/* Searches the unit for references to the name or (`in_full`) for itself, until the unit is settled. Looks at them while
 * their bytes are in the cache. *any: there were some. 1; 0: a search can't tell; -EBADMSG, -ENOMEM. */
static int search_unit(struct walk *w, const struct dwarf_needles *needles, bool in_full, struct dwarf_hits *hits,
                       struct raw_unit *last, bool *any)
{
    int rc = 1;
    uint64_t size = PIECE;
    *any = false;
    for (uint64_t at = w->unit.start; rc > 0 && at < w->unit.end && w->rc == 0 && !w->settled; at += size / 2) {
        uint64_t end = size < w->unit.end - at ? at + size : w->unit.end;
        hits->count = 0;
        rc = dwarf_hits_find(&w->unit, needles, in_full, at, end, hits);
        *any = *any || hits->count > 0;
        rc = rc > 0 ? try_hits(w, hits, last) : rc;
        size *= 2;
    }
    return rc;
}

/* Is a look at the unit's start enough to settle it? Where it was not, some times running, the next look is at more. */
static bool settled_at_a_peek(struct walk *w, const struct dwarf_needles *needles, struct dwarf_hits *hits,
                              struct raw_unit *last)
{
    bool any;
    w->other = false;
    search_unit(w, needles, false, hits, last, &any);
    raw_unit_whole(&w->unit);
    w->peeking = false;
    w->missed = w->settled ? 0 : w->missed + 1;
    if (w->missed == PEEK_MISSES) {
        w->missed = 0;
        w->peek = w->peek < PEEK_MAX ? 2 * w->peek : 0;
    }
    return w->settled;
}

/* Searches the unit, which is closed. 1; 0: a search can't tell; -EBADMSG, -ENOMEM. */
static int hits_of_unit(struct walk *w, const struct dwarf_needles *needles, struct dwarf_hits *hits,
                        struct raw_unit *last)
{
    size_t before = w->matches;
    bool referred, in_full;
    w->settled = false;
    if (w->peeking && settled_at_a_peek(w, needles, hits, last)) {
        return 1;
    }
    int rc = search_unit(w, needles, false, hits, last, &referred);
    if (rc > 0 && !w->settled && (!referred || (w->matches == before && has_full_names(w)))) {
        rc = search_unit(w, needles, true, hits, last, &in_full); /* no unit has one name both ways */
    }
    return rc;
}

/* raw_unit_next, or only a peek at the unit where that may do. */
static int next_unit(struct walk *w, const struct raw_file *file, uint64_t at, unsigned char buffer[PEEK_MAX])
{
    int rc = w->peek > 0 && w->finding->count > 0 ? raw_unit_peek(file, at, buffer, w->peek, &w->unit) : -EIO;
    w->peeking = rc > 0;
    return rc != -EIO ? rc : raw_unit_next(file, false, at, &w->unit);
}

/* 1; 0: a search can't tell; -ENOMEM. */
static int hits_in(struct walk *w, const struct raw_file *file, const char *known)
{
    struct dwarf_needles needles;
    struct dwarf_hits hits = {.at = NULL};
    struct raw_unit last = {.file = NULL};
    unsigned char buffer[PEEK_MAX];
    int rc = dwarf_needles_make(file, w->query->parts[0], known, &needles), more = 1;
    w->peek = PEEK;
    w->missed = 0;
    for (uint64_t at = 0; rc > 0 && w->rc == 0 && (more = next_unit(w, file, at, buffer)) > 0;) {
        at = w->unit.next;
        rc = hits_of_unit(w, &needles, &hits, &last);
        w->finding->damaged += rc == -EBADMSG;
        rc = rc == -EBADMSG ? 1 : rc;
        if (w->unit.abbrevs != NULL || w->unit.attributes != NULL) { /* open; a damaged one may have no abbreviations */
            raw_unit_close(&last);
            last = w->unit;
        }
    }
    w->finding->damaged += more < 0;
    w->peeking = false;
    raw_unit_close(&last);
    dwarf_hits_free(&hits);
    return rc;
}

/* The name as it stands in the strings, from the first definition that a walk comes upon; NULL: none. */
static const char *known_name(struct walk *w)
{
    struct raw_die die;
    const char *name = NULL;
    w->first = true;
    walk_section(w, &w->source->raw, false);
    w->first = false;
    struct found *f = w->finding->count > 0 ? &w->finding->list[0] : NULL;
    if (f != NULL && f->unit.file != NULL && raw_die_read(&f->unit, f->offset, &die) && die.abbrev != NULL) {
        name = raw_die_name(&f->unit, &die);
    }
    finding_reset(w->finding);
    return name;
}

/* `pahole -C` stops at the first definition that it meets, and all of this has to take no longer. On a 24 MB python3.11d
 * a process and its libraries take 2 ms, a search through the 10 MB of .debug_info 3: half of that to map and unmap
 * them, half to read them from memory. Where nearly all of the 157 units define the type, has_no_other and raw_unit_peek
 * save most of it. A second thread did not help: to wake a sleeping core alone takes 1.5 ms. */
int walk_by_hits(struct walk *w)
{
    const struct dwarf_source *s = w->source;
    struct finding *f = w->finding;
    if (w->query->part_count > 1 || w->query->file != NULL || s->raw.types.size > 0 || s->split) {
        return 0;
    }
    int rc = hits_in(w, &s->raw, NULL);
    if (rc == 0 && s->raw.alt == NULL) {
        finding_reset(f);
        const char *known = known_name(w);
        rc = known != NULL ? hits_in(w, &s->raw, known) : 0;
    } else if (rc > 0 && s->raw.alt != NULL) {
        rc = hits_in(w, &s->raw_alt, NULL);
    }
    if (rc < 0 || w->rc < 0) {
        return rc < 0 ? rc : w->rc;
    }
    bool none = f->count == 0 && f->declarations == 0 && f->damaged == 0;
    return rc > 0 && !f->more && (none || f->count == 1);
}
