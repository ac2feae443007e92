/* DWARF hits: see dwarf_hits.h. */
#include "dwarf_hits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define HITS_MAX (1u << 20)
#define SAMPLE 4096  /* bytes that are counted to find a rare one */
#define BLOCK 131072 /* bytes that are searched for all needles before the next: they fit into a cache */
#define AHEAD 4096   /* bytes: the processor itself does not fetch the next page before it is read */

/* ---- a search ---- */

/* How often each byte stands in a sample of the section. */
static void count_bytes(const struct raw_section *s, uint32_t seen[256])
{
    size_t from = s->size > 2 * SAMPLE ? s->size / 2 : 0;
    size_t count = s->size - from < SAMPLE ? s->size - from : SAMPLE;
    memset(seen, 0, 256 * sizeof *seen);
    for (size_t i = 0; i < count; i++) {
        seen[s->at[from + i]]++;
    }
}

static void choose_rare(struct dwarf_needle *n, const uint32_t seen[256])
{
    n->rare = 0;
    n->second = 1;
#ifdef __x86_64__
    n->wide = __builtin_cpu_supports("avx2") != 0;
#endif
    for (size_t i = 1; i < n->size; i++) {
        if (seen[n->bytes[i]] < seen[n->bytes[n->rare]]) {
            n->second = n->rare;
            n->rare = i;
        } else if (i > 1 && seen[n->bytes[i]] < seen[n->bytes[n->second]]) {
            n->second = i;
        }
    }
}

#ifdef __x86_64__
/* Places of both bytes at once, 64 at a time. *from moves on to where the last few are left, or to what it found. */
__attribute__((target("avx2"))) static bool find_wide(const struct dwarf_needle *n, const unsigned char *bytes,
                                                      size_t *from, size_t end)
{
    const __m256i rare = _mm256_set1_epi8((char)n->bytes[n->rare]);
    const __m256i second = _mm256_set1_epi8((char)n->bytes[n->second]);
    const unsigned char *a = bytes + n->rare, *b = bytes + n->second;
    for (; *from + 64 <= end; *from += 64) {
        _mm_prefetch((const char *)(a + *from + AHEAD), _MM_HINT_T0);
        __m256i hit[2];
        for (size_t i = 0; i < 2; i++) {
            __m256i at_a = _mm256_loadu_si256((const __m256i *)(const void *)(a + *from + 32 * i));
            __m256i at_b = _mm256_loadu_si256((const __m256i *)(const void *)(b + *from + 32 * i));
            hit[i] = _mm256_and_si256(_mm256_cmpeq_epi8(at_a, rare), _mm256_cmpeq_epi8(at_b, second));
        }
        if (_mm256_movemask_epi8(_mm256_or_si256(hit[0], hit[1])) != 0) {
            uint64_t low = (uint32_t)_mm256_movemask_epi8(hit[0]), high = (uint32_t)_mm256_movemask_epi8(hit[1]);
            *from += (size_t)__builtin_ctzll(low | high << 32);
            return true;
        }
    }
    return false;
}
#endif

/* The next place at or after `from` and before `end` that has both bytes; SIZE_MAX: none. All of it can be read. */
static size_t find_pair(const struct dwarf_needle *n, const unsigned char *bytes, size_t from, size_t end)
{
#ifdef __x86_64__
    if (n->wide && find_wide(n, bytes, &from, end)) {
        return from;
    }
#endif
    while (from < end) {
        const unsigned char *hit = memchr(bytes + from + n->rare, n->bytes[n->rare], end - from);
        if (hit == NULL) {
            return SIZE_MAX;
        }
        from = (size_t)(hit - bytes) - n->rare;
        if (bytes[from + n->second] == n->bytes[n->second]) {
            return from;
        }
        from++;
    }
    return SIZE_MAX;
}

/* The next place at or after `from` and before `end`; SIZE_MAX: none. */
static size_t next_place(const struct dwarf_needle *n, const struct raw_section *s, size_t from, size_t end)
{
    if (s->size < n->size) {
        return SIZE_MAX;
    }
    end = end < s->size - n->size + 1 ? end : s->size - n->size + 1;
    while ((from = find_pair(n, s->at, from, end)) != SIZE_MAX) {
        if (memcmp(s->at + from, n->bytes, n->size) == 0) {
            return from;
        }
        from++;
    }
    return SIZE_MAX;
}

/* ---- what to look for ---- */

/* Where the name stands in a string section: as strings of their own, or else as tails of others. */
struct places {
    size_t at[DWARF_PLACES_MAX];
    size_t count; /* may be more than DWARF_PLACES_MAX */
};

static void find_places(const struct raw_section *strings, const struct dwarf_needle *name, struct places *p)
{
    struct dwarf_needle n = *name;
    struct places tails = {.count = 0};
    *p = tails;
    if (strings->size == 0) {
        return;
    }
    uint32_t seen[256];
    count_bytes(strings, seen);
    choose_rare(&n, seen);
    for (size_t at = 0; (at = next_place(&n, strings, at, strings->size)) != SIZE_MAX && p->count <= DWARF_PLACES_MAX;
         at++) {
        struct places *to = at == 0 || strings->at[at - 1] == 0 ? p : &tails;
        if (to->count < DWARF_PLACES_MAX) {
            to->at[to->count] = at;
        }
        to->count++;
    }
    *p = p->count > 0 ? *p : tails;
}

static bool add_reference(struct dwarf_needles *all, size_t place, const uint32_t seen[256])
{
    unsigned char *bytes = all->bytes[all->count];
    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(place >> 8 * i);
    }
    if (place > UINT32_MAX) {
        return false;
    }
    struct dwarf_needle *n = &all->references[all->count++];
    *n = (struct dwarf_needle){.bytes = bytes, .size = 4};
    choose_rare(n, seen);
    return true;
}

/* References to the name in a string section. */
static bool add_references(struct dwarf_needles *all, const struct raw_section *strings, const char *known,
                           const uint32_t seen[256])
{
    struct places p;
    const unsigned char *bytes = (const unsigned char *)known;
    if (known != NULL && strings->size > 0 && bytes >= strings->at && bytes < strings->at + strings->size) {
        return add_reference(all, (size_t)(bytes - strings->at), seen);
    }
    find_places(strings, &all->name, &p);
    bool ok = p.count <= DWARF_PLACES_MAX;
    for (size_t i = 0; ok && i < p.count; i++) {
        ok = add_reference(all, p.at[i], seen);
    }
    return ok;
}

bool dwarf_needles_make(const struct raw_file *file, const char *name, const char *known, struct dwarf_needles *out)
{
    const struct raw_section *strings[] = {&file->str, &file->line_str, file->alt != NULL ? &file->alt->str : NULL};
    uint32_t seen[256];
    out->count = 0;
    out->name = (struct dwarf_needle){.bytes = (const unsigned char *)name, .size = strlen(name) + 1};
    if (!file->little_endian || file->str_offsets.size > 0) {
        return false;
    }
    count_bytes(&file->info, seen);
    choose_rare(&out->name, seen);
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof strings / sizeof *strings; i++) {
        ok = strings[i] == NULL || add_references(out, strings[i], known, seen);
    }
    return ok;
}

/* ---- hits ---- */

static int add_hit(struct dwarf_hits *hits, uint64_t at)
{
    if (++hits->total > HITS_MAX) {
        return 0;
    }
    if (hits->count == hits->room) {
        size_t room = hits->room == 0 ? 64 : 2 * hits->room;
        uint64_t *more = realloc(hits->at, room * sizeof *more);
        if (more == NULL) {
            return -ENOMEM;
        }
        hits->at = more;
        hits->room = room;
    }
    hits->at[hits->count++] = at;
    return 1;
}

static int ascending(const void *a, const void *b)
{
    uint64_t m = *(const uint64_t *)a, n = *(const uint64_t *)b;
    return m < n ? -1 : m > n;
}

static void sort(struct dwarf_hits *hits)
{
    for (size_t i = 1; i < hits->count; i++) {
        if (hits->at[i - 1] > hits->at[i]) { /* those of one needle stand in order */
            qsort(hits->at, hits->count, sizeof *hits->at, ascending);
            return;
        }
    }
}

int dwarf_hits_find(const struct raw_unit *unit, const struct dwarf_needles *needles, bool in_full, uint64_t from,
                    uint64_t end, struct dwarf_hits *hits)
{
    const struct dwarf_needle *list = in_full ? &needles->name : needles->references;
    size_t count = in_full ? 1 : needles->count;
    const struct raw_section bytes = {unit->bytes, unit->end - unit->base};
    for (uint64_t block = from; block < end; block += BLOCK) {
        uint64_t block_end = end - block < BLOCK ? end : block + BLOCK;
        for (size_t i = 0; i < count; i++) {
            size_t at = block - unit->base;
            while ((at = next_place(&list[i], &bytes, at, block_end - unit->base)) != SIZE_MAX) {
                int rc = add_hit(hits, unit->base + at++);
                if (rc <= 0) {
                    return rc;
                }
            }
        }
    }
    sort(hits);
    return 1;
}

void dwarf_hits_free(struct dwarf_hits *hits)
{
    free(hits->at);
    *hits = (struct dwarf_hits){.at = NULL};
}
