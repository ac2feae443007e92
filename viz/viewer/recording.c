/* Recording: see recording.h. A ring of entries: each holds its change as runs, and its whole window if the window
 * moved right after it. Earlier states are rebuilt from there by undoing one change after another. */
#include "recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct recording_entry {
    uint64_t at;        /* ms */
    size_t base, count; /* of the window at that read */
    uint8_t *runs;      /* run_head, its bytes, run_head, ...; owned; NULL: the first read */
    size_t runs_size;   /* bytes */
    uint8_t *window;    /* the bytes of this state, `count` of them, where the window moved after it; owned;
                          * else NULL */
};

/* Runs are packed one after another without alignment, so heads are copied in and out. */
struct run_head {
    uint32_t offset, count; /* bytes, from the window's start */
};

/* Runs closer together than the size of a head are merged. */
#define RUN_GAP sizeof(struct run_head)

static struct recording_entry *entry_at(const struct recording *r, uint64_t number)
{
    if (number > r->newest || r->newest - number >= r->used) {
        return NULL;
    }
    return &r->ring[(r->head + r->used - 1 - (size_t)(r->newest - number)) % r->room];
}

static size_t entry_bytes(const struct recording_entry *e)
{
    return e->runs_size + (e->window != NULL ? e->count : 0);
}

static void drop_oldest(struct recording *r)
{
    struct recording_entry *e = &r->ring[r->head];
    r->bytes -= entry_bytes(e);
    free(e->runs);
    free(e->window);
    r->head = (r->head + 1) % r->room;
    r->used--;
}

void recording_free(struct recording *r)
{
    while (r->used > 0) {
        drop_oldest(r);
    }
    free(r->live);
    free(r->ring);
    *r = (struct recording){.live = NULL};
}

/* ---- recording ---- */

/* Makes room for one more entry; a full ring doubles its size. */
static int ring_reserve(struct recording *r)
{
    if (r->used < r->room) {
        return 0;
    }
    size_t room = r->room > 0 ? r->room * 2 : 64;
    struct recording_entry *ring = calloc(room, sizeof *ring);
    if (ring == NULL) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < r->used; i++) {
        ring[i] = r->ring[(r->head + i) % r->room];
    }
    free(r->ring);
    r->ring = ring;
    r->room = room;
    r->head = 0;
    return 0;
}

static void ring_add(struct recording *r, const struct recording_entry *e)
{
    r->newest += r->used > 0 ? 1 : 0;
    r->ring[(r->head + r->used++) % r->room] = *e;
    r->bytes += entry_bytes(e);
    while (!r->all && r->used > RECORDING_KEPT + 1 && (r->used > RECORDING_MOST || r->bytes > RECORDING_BYTES)) {
        drop_oldest(r);
    }
}

/* The bytes that both reads cover: [from, from + count) of the segment. */
struct overlap {
    const uint8_t *before, *after;
    size_t from, count;
};

static struct overlap overlap_of(const struct recording *r, size_t base, const uint8_t *bytes, size_t count)
{
    size_t from = base > r->base ? base : r->base;
    size_t end = base + count < r->base + r->count ? base + count : r->base + r->count;
    if (!r->seen || from >= end) {
        return (struct overlap){.count = 0};
    }
    return (struct overlap){r->live + (from - r->base), bytes + (from - base), from, end - from};
}

/* The end of the run that starts at i. */
static size_t run_end(const struct overlap *o, size_t i)
{
    size_t end = i + 1;
    for (size_t at = end; at < o->count && at - end <= RUN_GAP; at++) {
        if (o->before[at] != o->after[at]) {
            end = at + 1;
        }
    }
    return end;
}

/* The first byte from i on that differs; o->count: there is none. */
static size_t next_difference(const struct overlap *o, size_t i)
{
    enum { STEP = 64 }; /* bytes compared at once, since nearly all are unchanged */
    while (i < o->count && o->before[i] == o->after[i]) {
        bool same = i % STEP == 0 && o->count - i >= STEP && memcmp(o->before + i, o->after + i, STEP) == 0;
        i += same ? STEP : 1;
    }
    return i;
}

/* Writes the runs in which the overlap differs, with offsets from `base`; returns their size. out NULL: only the
 * size. */
static size_t runs_write(const struct overlap *o, size_t base, uint8_t *out)
{
    size_t used = 0;
    for (size_t i = 0, end; (i = next_difference(o, i)) < o->count; i = end) {
        end = run_end(o, i);
        if (out != NULL) {
            struct run_head head = {(uint32_t)(o->from - base + i), (uint32_t)(end - i)};
            memcpy(out + used, &head, sizeof head);
            for (size_t k = i; k < end; k++) {
                out[used + sizeof head + k - i] = o->before[k] ^ o->after[k];
            }
        }
        used += sizeof(struct run_head) + end - i;
    }
    return used;
}

/* The window moves: hands the live bytes to the state that they belong to. The caller sets live again. */
static void window_leaves(struct recording *r)
{
    struct recording_entry *e = entry_at(r, r->newest);
    if (e->window == NULL && e->base == r->base && e->count == r->count) {
        e->window = r->live;
        r->bytes += r->count;
    } else {
        free(r->live);
    }
    r->live = NULL;
}

int recording_add(struct recording *r, uint64_t at_ms, size_t base, const uint8_t *bytes, size_t count)
{
    bool moved = r->seen && (base != r->base || count != r->count), first = !r->seen;
    struct overlap o = overlap_of(r, base, bytes, count);
    bool changed = o.count > 0 && memcmp(o.before, o.after, o.count) != 0;
    struct recording_entry e = {.at = at_ms, .base = base, .count = count};
    if (!moved && !first && !changed) {
        return 0;
    }
    uint8_t *live = moved || first ? malloc(count + 1) : r->live;
    e.runs_size = changed ? runs_write(&o, base, NULL) : 0;
    e.runs = changed ? malloc(e.runs_size) : NULL;
    if (live == NULL || (changed && e.runs == NULL) || ring_reserve(r) < 0) {
        if (live != r->live) {
            free(live);
        }
        free(e.runs);
        return -ENOMEM;
    }
    if (changed) {
        runs_write(&o, base, e.runs);
    }
    if (moved) {
        window_leaves(r);
    }
    memcpy(live, bytes, count);
    r->live = live;
    r->base = base;
    r->count = count;
    r->seen = true;
    if (changed || first) {
        ring_add(r, &e);
    }
    return changed;
}

int recording_change(struct recording *r, uint64_t at_ms, const struct recording_run *runs, size_t count)
{
    struct recording_entry e = {.at = at_ms, .base = r->base, .count = r->count};
    for (size_t i = 0; i < count; i++) {
        e.runs_size += sizeof(struct run_head) + runs[i].count;
    }
    e.runs = malloc(e.runs_size + 1);
    if (e.runs == NULL || ring_reserve(r) < 0) {
        free(e.runs);
        return -ENOMEM;
    }
    uint8_t *out = e.runs;
    for (size_t i = 0; i < count; i++) {
        struct run_head head = {(uint32_t)(runs[i].offset - r->base), (uint32_t)runs[i].count};
        uint8_t *live = r->live + head.offset;
        memcpy(out, &head, sizeof head);
        out += sizeof head;
        for (size_t k = 0; k < head.count; k++) {
            *out++ = live[k] ^ runs[i].change[k];
        }
        memcpy(live, runs[i].change, head.count);
    }
    ring_add(r, &e);
    return 0;
}

void recording_keep(struct recording *r)
{
    struct recording_entry *e = entry_at(r, r->newest);
    uint8_t *window = e != NULL && e->window == NULL ? malloc(r->count + 1) : NULL;
    if (window != NULL) {
        memcpy(window, r->live, r->count);
        e->window = window;
        r->bytes += r->count;
    }
}

/* ---- reading back ---- */

uint64_t recording_at(const struct recording *r, uint64_t at_ms)
{
    uint64_t from = recording_oldest(r), end = r->newest + 1; /* the state is in [from, end) */
    while (end - from > 1) {
        uint64_t middle = from + (end - from) / 2;
        *(recording_time(r, middle) <= at_ms ? &from : &end) = middle;
    }
    return from;
}

uint64_t recording_oldest(const struct recording *r)
{
    return r->used > 0 ? r->newest - (r->used - 1) : 0;
}

uint64_t recording_time(const struct recording *r, uint64_t number)
{
    const struct recording_entry *e = entry_at(r, number);
    return e != NULL ? e->at : 0;
}

bool recording_run_next(const struct recording *r, uint64_t number, size_t *cursor, struct recording_run *run)
{
    const struct recording_entry *e = entry_at(r, number);
    struct run_head head;
    if (e == NULL || *cursor >= e->runs_size) {
        return false;
    }
    memcpy(&head, e->runs + *cursor, sizeof head);
    *run = (struct recording_run){e->base + head.offset, head.count, e->runs + *cursor + sizeof head};
    *cursor += sizeof head + head.count;
    return true;
}

/* The nearest state from `number` on whose bytes are stored: in its own window or, for the newest, in live. All states
 * up to it have the same window. */
static uint64_t whole_state(const struct recording *r, uint64_t number)
{
    while (number < r->newest && entry_at(r, number)->window == NULL) {
        number++;
    }
    return number;
}

int recording_state(const struct recording *r, uint64_t number, struct recording_state *out)
{
    struct recording_entry *e = entry_at(r, number);
    if (e == NULL) {
        return -ENOENT;
    }
    uint64_t whole = whole_state(r, number);
    const uint8_t *window = entry_at(r, whole)->window;
    *out = (struct recording_state){.base = e->base, .count = e->count, .bytes = malloc(e->count + 1)};
    if (out->bytes == NULL) {
        return -ENOMEM;
    }
    memcpy(out->bytes, window != NULL ? window : r->live, out->count);
    for (; whole > number; whole--) {
        struct recording_run run;
        for (size_t cursor = 0; recording_run_next(r, whole, &cursor, &run);) {
            for (size_t i = 0; i < run.count; i++) {
                out->bytes[run.offset - out->base + i] ^= run.change[i];
            }
        }
    }
    return 0;
}

int recording_forward(const struct recording *r, uint64_t number, struct recording_state *state)
{
    const struct recording_entry *e = entry_at(r, number), *before = number > 0 ? entry_at(r, number - 1) : NULL;
    struct recording_run run;
    /* Where the window moved in between, even if it came back, the change doesn't say all. */
    if (e == NULL || before == NULL || before->window != NULL || e->base != state->base || e->count != state->count) {
        free(state->bytes);
        state->bytes = NULL;
        return recording_state(r, number, state);
    }
    for (size_t cursor = 0; recording_run_next(r, number, &cursor, &run);) {
        for (size_t i = 0; i < run.count; i++) {
            state->bytes[run.offset - state->base + i] ^= run.change[i];
        }
    }
    return 0;
}

bool recording_touches(const struct recording *r, uint64_t number, size_t offset, size_t count)
{
    struct recording_run run;
    for (size_t cursor = 0; recording_run_next(r, number, &cursor, &run);) {
        for (size_t i = 0; i < run.count; i++) {
            if (run.change[i] != 0 && run.offset + i >= offset && run.offset + i - offset < count) {
                return true;
            }
        }
    }
    return false;
}

uint64_t recording_find(const struct recording *r, uint64_t number, int direction, size_t offset, size_t count)
{
    uint64_t oldest = recording_oldest(r);
    if (direction > 0) {
        for (uint64_t n = number + 1; n <= r->newest; n++) {
            if (recording_touches(r, n, offset, count)) {
                return n;
            }
        }
        return 0;
    }
    /* State 0 has no change, so 0 can stand for none. */
    for (uint64_t n = number; n >= oldest && n > 0; n--) {
        if (recording_touches(r, n, offset, count)) {
            return n;
        }
    }
    return 0;
}
