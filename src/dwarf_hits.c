/* DWARF hits: see dwarf_hits.h. */
#include "dwarf_hits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MAX 4 /* of one name in .debug_str: a search for each takes time */
#define HITS_MAX (1u << 20)
#define SAMPLE 16384 /* bytes that are counted to find a rare one */
#define BLOCK 262144 /* bytes that are searched for all needles before the next: they fit into a cache */

/* A search for `size` bytes (2 at least) by the two rarest of them. */
struct needle {
    const unsigned char *bytes;
    size_t size;
    size_t rare, second; /* indices of the bytes that are looked for */
};

static void choose_rare(struct needle *n, const struct raw_section *s)
{
    uint32_t seen[256] = {0};
    size_t from = s->size > 2 * SAMPLE ? s->size / 2 : 0;
    size_t count = s->size - from < SAMPLE ? s->size - from : SAMPLE;
    for (size_t i = 0; i < count; i++) {
        seen[s->at[from + i]]++;
    }
    n->rare = 0;
    n->second = 1;
    for (size_t i = 1; i < n->size; i++) {
        if (seen[n->bytes[i]] < seen[n->bytes[n->rare]]) {
            n->second = n->rare;
            n->rare = i;
        } else if (i > 1 && seen[n->bytes[i]] < seen[n->bytes[n->second]]) {
            n->second = i;
        }
    }
}

/* The next place at or after `from` and before `end`; SIZE_MAX: none. */
static size_t next_place(const struct needle *n, const struct raw_section *s, size_t from, size_t end)
{
    if (s->size < n->size) {
        return SIZE_MAX;
    }
    end = end < s->size - n->size + 1 ? end : s->size - n->size + 1;
    while (from < end) {
        const unsigned char *hit = memchr(s->at + from + n->rare, n->bytes[n->rare], end - from);
        if (hit == NULL) {
            return SIZE_MAX;
        }
        const unsigned char *place = hit - n->rare;
        if (place[n->second] == n->bytes[n->second] && memcmp(place, n->bytes, n->size) == 0) {
            return (size_t)(place - s->at);
        }
        from = (size_t)(place - s->at) + 1;
    }
    return SIZE_MAX;
}

static int add_hit(struct dwarf_hits *hits, uint64_t at)
{
    size_t n = hits->count;
    if (n >= HITS_MAX) {
        return 0;
    }
    if ((n & (n - 1)) == 0) { /* room doubles at each power of two */
        uint64_t *more = realloc(hits->at, (n == 0 ? 1 : 2 * n) * sizeof *more);
        if (more == NULL) {
            return -ENOMEM;
        }
        hits->at = more;
    }
    hits->at[hits->count++] = at;
    return 1;
}

/* All that is looked for in .debug_info: references to strings, and the name in full. */
struct needles {
    struct needle list[3 * PLACES_MAX + 1];
    unsigned char references[3 * PLACES_MAX][4];
    size_t count;
};

static void add_needle(struct needles *all, const unsigned char *bytes, size_t size, const struct raw_section *info)
{
    struct needle n = {.bytes = bytes, .size = size};
    choose_rare(&n, info);
    all->list[all->count++] = n;
}

static int add_reference(struct needles *all, size_t place, const struct raw_section *info)
{
    unsigned char *bytes = all->references[all->count];
    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(place >> 8 * i);
    }
    if (place > UINT32_MAX) {
        return 0;
    }
    add_needle(all, bytes, 4, info);
    return 1;
}

static int search_all(struct dwarf_hits *hits, const struct needles *all, const struct raw_section *info)
{
    for (size_t block = 0; block < info->size; block += BLOCK) {
        for (size_t i = 0; i < all->count; i++) {
            size_t at = block;
            while ((at = next_place(&all->list[i], info, at, block + BLOCK)) != SIZE_MAX) {
                int rc = add_hit(hits, at++);
                if (rc <= 0) {
                    return rc;
                }
            }
        }
    }
    return 1;
}

/* Where the name stands in a string section: as strings of their own, or else as tails of others. */
struct places {
    size_t at[PLACES_MAX];
    size_t count; /* may be more than PLACES_MAX */
};

static void find_places(const struct raw_section *strings, const struct needle *name, struct places *p)
{
    struct needle n = *name;
    struct places tails = {.count = 0};
    *p = tails;
    if (strings->size == 0) {
        return;
    }
    choose_rare(&n, strings);
    for (size_t at = 0; (at = next_place(&n, strings, at, strings->size)) != SIZE_MAX && p->count <= PLACES_MAX; at++) {
        struct places *to = at == 0 || strings->at[at - 1] == 0 ? p : &tails;
        if (to->count < PLACES_MAX) {
            to->at[to->count] = at;
        }
        to->count++;
    }
    *p = p->count > 0 ? *p : tails;
}

/* References to the name in a string section. */
static int add_references(struct needles *all, const struct raw_section *strings, const struct needle *name,
                          const char *known, const struct raw_section *info)
{
    struct places p;
    const unsigned char *bytes = (const unsigned char *)known;
    if (known != NULL && strings->size > 0 && bytes >= strings->at && bytes < strings->at + strings->size) {
        return add_reference(all, (size_t)(bytes - strings->at), info);
    }
    find_places(strings, name, &p);
    int rc = p.count <= PLACES_MAX;
    for (size_t i = 0; rc > 0 && i < p.count; i++) {
        rc = add_reference(all, p.at[i], info);
    }
    return rc;
}

static int ascending(const void *a, const void *b)
{
    uint64_t m = *(const uint64_t *)a, n = *(const uint64_t *)b;
    return m < n ? -1 : m > n;
}

int dwarf_hits_find(const struct raw_file *file, const char *name, const char *known, struct dwarf_hits *out)
{
    const struct raw_section *strings[] = {&file->str, &file->line_str, file->alt != NULL ? &file->alt->str : NULL};
    struct needle n = {.bytes = (const unsigned char *)name, .size = strlen(name) + 1};
    *out = (struct dwarf_hits){.at = NULL};
    if (!file->little_endian || file->str_offsets.size > 0) {
        return 0;
    }
    struct needles all = {.count = 0};
    int rc = 1;
    for (size_t i = 0; rc > 0 && i < sizeof strings / sizeof *strings; i++) {
        rc = strings[i] != NULL ? add_references(&all, strings[i], &n, known, &file->info) : rc;
    }
    if (rc > 0) {
        add_needle(&all, n.bytes, n.size, &file->info); /* names of up to 3 characters stand in full */
        rc = search_all(out, &all, &file->info);
    }
    if (rc > 0 && out->count > 1) {
        qsort(out->at, out->count, sizeof *out->at, ascending);
    }
    return rc;
}

void dwarf_hits_free(struct dwarf_hits *hits)
{
    free(hits->at);
    *hits = (struct dwarf_hits){.at = NULL};
}
