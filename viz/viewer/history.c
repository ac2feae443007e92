/* History: see history.h. */
#include "history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "layout/value.h"
#include "printable.h"

#define PATH_COLUMNS 40 /* of a path in a sentence */
#define PATH_SIZE (2 * PATH_COLUMNS + 4)

void history_free(struct history *h)
{
    recording_free(&h->recording);
    free(h->changed_at);
    *h = (struct history){.changed_at = NULL};
}

void history_forget(struct history *h)
{
    const struct history kept = {.rings = h->rings, .now = h->now, .wall = h->wall};
    history_free(h);
    *h = kept;
}

/* ---- news ---- */

/* Writes "num: 21 -> 22" for the field at offset, or "0x0039: 00 -> 2a" if there is none or not all of it is in the
 * window; "" for a bell's counter if `rings`. Returns the end of what this describes. */
static size_t news_of(const struct window *w, const uint8_t *before, const uint8_t *after, size_t offset, bool rings,
                      char out[HISTORY_NEWS_MAX])
{
    struct layout_span span = layout_span_at(w->layout, offset);
    struct layout_leaf leaf;
    size_t i = offset - w->base, at = 0;
    bool field = span.kind == LAYOUT_SPAN_FIELD && layout_leaf_get(w->layout, span.leaf, &leaf);
    if (field) {
        at = leaf.offset - w->base; /* wraps for a field that starts before the window: larger than count */
    }
    if (!field || leaf.offset < w->base || at >= w->count) {
        const char *what = span.kind == LAYOUT_SPAN_PADDING || span.kind == LAYOUT_SPAN_TAIL ? " (padding)" : "";
        snprintf(out, HISTORY_NEWS_MAX, "0x%04zx%s: %02x -> %02x", offset, what, before[i], after[i]);
        return offset + 1;
    }
    if (rings && (leaf.node->flags & LAYOUT_BELL) != 0) {
        out[0] = '\0';
        return leaf.offset + leaf.node->size;
    }
    char path[LAYOUT_PATH_MAX], name[PATH_SIZE], old[56], new[56];
    layout_leaf_path(w->layout, leaf.index, path, sizeof path);
    printable_end(path, PATH_COLUMNS, "...", name, sizeof name);
    value_format(leaf.node, before + at, w->count - at, old, sizeof old);
    value_format(leaf.node, after + at, w->count - at, new, sizeof new);
    snprintf(out, HISTORY_NEWS_MAX, "%s: %s -> %s", name, old, new);
    return leaf.offset + leaf.node->size;
}

/* Sets the news to how two states of the window differ. */
static void news_set(struct history *h, const struct window *w, const uint8_t *before, const uint8_t *after, bool rings)
{
    size_t used = 0;
    h->news[0] = '\0';
    for (size_t i = 0; i < w->count && used < HISTORY_NEWS_MAX - 1;) {
        if (before[i] == after[i]) {
            i++;
            continue;
        }
        char one[HISTORY_NEWS_MAX];
        size_t next = news_of(w, before, after, w->base + i, rings, one) - w->base;
        int n = snprintf(h->news + used, HISTORY_NEWS_MAX - used, "%s%s", used > 0 && *one != '\0' ? "   " : "", one);
        used += n > 0 ? (size_t)n : 0;
        i = next > i ? next : i + 1;
    }
    if (rings && used == 0) {
        news_set(h, w, before, after, false); /* only the bell rang */
    }
}

/* ---- glow ---- */

/* Byte i of the window changed at that time; starts its glow. */
static void glows(struct history *h, size_t i, uint64_t at)
{
    h->changed_at[i] = h->last_change = at > 0 ? at : 1;
}

/* The glow of a change at that time, whose age counts from the next multiple of HISTORY_FADE_MS. */
static unsigned glow_of(uint64_t changed_at, uint64_t now)
{
    int64_t start = (int64_t)((changed_at + HISTORY_FADE_MS - 1) / HISTORY_FADE_MS);
    int64_t steps = (int64_t)(now / HISTORY_FADE_MS) - start, most = HISTORY_GLOW_MS / HISTORY_FADE_MS;
    return steps < most / 2 ? GRID_GLOW_MAX : steps < most ? 1 : 0;
}

/* Computes the present glow of each byte that changed a while ago. true: one differs. */
static bool fade(struct history *h, struct window *w)
{
    bool changed = false, any = false;
    h->faded = h->now / HISTORY_FADE_MS;
    for (size_t i = 0; i < w->count; i++) {
        if (h->changed_at[i] == 0) {
            continue;
        }
        unsigned glow = glow_of(h->changed_at[i], h->now);
        if (w->glow[i] != glow) {
            w->glow[i] = (uint8_t)glow;
            changed = true;
        }
        if (glow > 0) {
            any = true;
        } else {
            h->changed_at[i] = 0;
        }
    }
    h->last_change = any ? h->last_change : 0;
    return changed;
}

/* A change has just come, so the next may be near. */
static bool fading_waits(const struct history *h, uint64_t now)
{
    bool due = h->faded != now / HISTORY_FADE_MS;
    return due && now - h->last_change < HISTORY_STREAM_MS && now % HISTORY_FADE_MS < HISTORY_STREAM_MS;
}

int history_fading(const struct history *h)
{
    if (h->frozen) {
        return (int)(1000 - h->now % 1000);
    }
    if (h->last_change == 0) {
        return -1;
    }
    uint64_t within = h->now % HISTORY_FADE_MS;
    return (int)((fading_waits(h, h->now) ? HISTORY_STREAM_MS : HISTORY_FADE_MS) - within);
}

bool history_tick(struct history *h, struct window *w, uint64_t now_ms)
{
    bool told = h->frozen && now_ms / 1000 != h->now / 1000; /* "3 s ago" */
    bool fades = !h->frozen && h->last_change != 0 && now_ms / HISTORY_FADE_MS != h->faded && !fading_waits(h, now_ms);
    h->now = now_ms;
    return fades ? fade(h, w) : told;
}

/* ---- marks ---- */

enum mark { MARK_SINCE, MARK_SHOWN, MARK_RECENT };

/* Marks each byte of the window that change `number` changed. */
static void mark_change(struct history *h, struct window *w, uint64_t number, enum mark mark)
{
    struct recording_run run;
    for (size_t cursor = 0; recording_run_next(&h->recording, number, &cursor, &run);) {
        for (size_t k = 0; k < run.count; k++) {
            size_t i = run.offset + k - w->base; /* wraps for a byte before the window: larger than count */
            if (run.change[k] == 0 || i >= w->count) {
                continue;
            }
            if (mark == MARK_SINCE) {
                w->since[i] = true;
            } else if (mark == MARK_SHOWN) {
                w->glow[i] = GRID_GLOW_MAX;
            } else {
                glows(h, i, recording_time(&h->recording, number));
            }
        }
    }
}

/* Marks the bytes of the state shown, none of which is marked yet. */
static void mark_all(struct history *h, struct window *w)
{
    uint64_t oldest = recording_oldest(&h->recording);
    for (uint64_t n = h->mark > oldest ? h->mark + 1 : oldest + 1; h->marking && n <= h->shown; n++) {
        mark_change(h, w, n, MARK_SINCE);
    }
    if (h->frozen) {
        mark_change(h, w, h->shown, MARK_SHOWN);
        return;
    }
    uint64_t first = h->shown;
    while (first > oldest && h->now - recording_time(&h->recording, first) < HISTORY_GLOW_MS) {
        first--;
    }
    for (uint64_t n = first + 1; n <= h->shown; n++) {
        mark_change(h, w, n, MARK_RECENT);
    }
    fade(h, w);
}

void history_mark(struct history *h, struct window *w, bool on)
{
    h->marking = on;
    h->mark = h->shown;
    if (w->count > 0) {
        memset(w->since, 0, w->count * sizeof *w->since);
    }
}

/* ---- live ---- */

/* Replaces the bytes shown and their marks. false: out of memory, nothing changed. */
static bool show(struct history *h, struct window *w, size_t base, const uint8_t *bytes, size_t count)
{
    uint64_t *changed_at = calloc(count + 1, sizeof *changed_at);
    if (changed_at == NULL || !window_show(w, base, bytes, count)) {
        free(changed_at);
        return false;
    }
    free(h->changed_at);
    h->changed_at = changed_at;
    h->last_change = 0;
    mark_all(h, w);
    return true;
}

/* Shows changed live bytes in the same window. */
static void live_changed(struct history *h, struct window *w, const uint8_t *bytes)
{
    news_set(h, w, w->bytes, bytes, h->rings);
    for (size_t i = 0; i < w->count; i++) {
        if (w->bytes[i] != bytes[i]) {
            w->bytes[i] = bytes[i];
            glows(h, i, h->now);
            w->since[i] = h->marking;
        }
    }
    fade(h, w); /* older changes may have waited for this frame */
}

bool history_take(struct history *h, struct window *w, size_t first, const uint8_t *bytes, size_t count)
{
    if (first >= w->size) {
        return false;
    }
    count = count < w->size - first ? count : w->size - first;
    int changed = recording_add(&h->recording, h->now, first, bytes, count);
    if (h->frozen || changed < 0) {
        return false;
    }
    h->shown = h->recording.newest;
    if (first != w->base || count != w->count) {
        return show(h, w, first, bytes, count);
    }
    if (changed > 0) {
        live_changed(h, w, bytes);
    }
    return changed > 0;
}

void history_live(struct history *h, struct window *w)
{
    const struct recording *r = &h->recording;
    h->frozen = false;
    h->shown = r->newest;
    h->news[0] = '\0';
    if (r->seen) {
        show(h, w, r->base, r->live, r->count);
    }
}

/* ---- freeze and step ---- */

void history_freeze(struct history *h)
{
    if (h->recording.seen) {
        h->frozen = true;
        h->shown = h->recording.newest;
    }
}

/* Describes the change that led to the state shown. Undoing it gives the bytes before. */
static void news_of_shown(struct history *h, const struct window *w)
{
    struct recording_run run;
    uint8_t *before = malloc(w->count + 1);
    h->news[0] = '\0';
    if (before == NULL) {
        return;
    }
    memcpy(before, w->bytes, w->count);
    for (size_t cursor = 0; recording_run_next(&h->recording, h->shown, &cursor, &run);) {
        for (size_t i = 0; i < run.count; i++) {
            before[run.offset - w->base + i] ^= run.change[i];
        }
    }
    news_set(h, w, before, w->bytes, h->rings);
    free(before);
}

/* false: it isn't kept, or there is no memory. */
static bool rebuild(struct history *h, struct window *w, uint64_t number)
{
    struct recording_state state;
    if (recording_state(&h->recording, number, &state) < 0) {
        return false;
    }
    h->shown = number;
    bool shown = show(h, w, state.base, state.bytes, state.count);
    if (shown) {
        news_of_shown(h, w);
    }
    free(state.bytes);
    return shown;
}

static bool show_state(struct history *h, struct window *w, uint64_t number, char *answer, size_t answer_size)
{
    if (number < recording_oldest(&h->recording)) {
        snprintf(answer, answer_size, "this change is not kept any more");
        return false;
    }
    h->frozen = true;
    if (h->recording.all) {
        h->now = recording_time(&h->recording, number);
    }
    return rebuild(h, w, number);
}

bool history_show(struct history *h, struct window *w, uint64_t number, uint64_t now_ms, bool frozen)
{
    bool same = w->count > 0 && number == h->shown && frozen == h->frozen;
    h->now = now_ms;
    h->frozen = frozen;
    if (same) {
        return !frozen && now_ms / HISTORY_FADE_MS != h->faded && fade(h, w);
    }
    return rebuild(h, w, number);
}

bool history_step(struct history *h, struct window *w, int direction, char *answer, size_t answer_size)
{
    const struct recording *r = &h->recording;
    uint64_t oldest = recording_oldest(r), from = h->frozen ? h->shown : r->newest;
    if (r->all && (direction < 0 ? from <= oldest : from >= r->newest)) {
        snprintf(answer, answer_size, "this is %s of the recording", direction < 0 ? "the start" : "the last change");
        return false;
    }
    if (direction < 0 && from <= oldest) {
        snprintf(answer, answer_size, oldest == 0 ? "this is what was seen first" : "older changes are not kept");
        if (!h->frozen) {
            history_freeze(h);
        }
        return false;
    }
    if (direction > 0 && (!h->frozen || from >= r->newest)) {
        snprintf(answer, answer_size,
                 h->frozen ? "this is the newest change; . goes back to live" : "live: nothing newer is known");
        return false;
    }
    uint64_t to = direction < 0 ? from - 1 : from + 1;
    /* The state shown may have been dropped meanwhile. */
    return show_state(h, w, to > oldest ? to : oldest, answer, answer_size);
}

bool history_step_field(struct history *h, struct window *w, size_t offset, int direction, char *answer,
                        size_t answer_size)
{
    struct layout_span span = layout_span_at(w->layout, offset);
    struct layout_leaf leaf;
    char path[LAYOUT_PATH_MAX], name[PATH_SIZE];
    size_t first = offset, count = 1;
    snprintf(name, sizeof name, "the byte at 0x%04zx", offset);
    if (span.kind == LAYOUT_SPAN_FIELD && layout_leaf_get(w->layout, span.leaf, &leaf)) {
        first = leaf.offset;
        count = leaf.node->size;
        layout_leaf_path(w->layout, leaf.index, path, sizeof path);
        printable_end(path, PATH_COLUMNS, "...", name, sizeof name);
    }
    /* From a live picture, the last change itself is the answer; from a frozen one, the one before. */
    uint64_t from = !h->frozen ? h->recording.newest : direction < 0 && h->shown > 0 ? h->shown - 1 : h->shown;
    bool none_before = h->frozen && direction < 0 && h->shown == 0;
    uint64_t found = none_before ? 0 : recording_find(&h->recording, from, direction, first, count);
    if (found == 0) {
        bool all = recording_oldest(&h->recording) == 0 || direction > 0;
        snprintf(answer, answer_size, "%s did not change %s%s", name, direction < 0 ? "before" : "after",
                 all ? "" : ", as far as is kept");
        return false;
    }
    return show_state(h, w, found, answer, answer_size);
}

/* ---- search ---- */

/* Whether the field's value is what was asked for: as it is shown, without quotes, or as another way to write the same
 * number. */
static bool is_value(const struct layout_node *field, const uint8_t *bytes, size_t count, const char *wanted)
{
    char value[256], *end, *wanted_end;
    value_format(field, bytes, count, value, sizeof value);
    size_t length = strlen(value);
    if (strcmp(value, wanted) == 0) {
        return true;
    }
    if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value) {
        return strlen(wanted) == length - 2 && memcmp(value + 1, wanted, length - 2) == 0;
    }
    long long number = strtoll(value, &end, 0), other = strtoll(wanted, &wanted_end, 0);
    return end > value && *end == '\0' && wanted_end > wanted && *wanted_end == '\0' && number == other;
}

/* The first state after state n that the field's change led to, with the value, unless it is NULL. 0: there is none. */
static uint64_t find_value(const struct history *h, uint64_t n, const struct layout_leaf *leaf, const char *value)
{
    const struct recording *r = &h->recording;
    struct recording_state state;
    size_t size = leaf->node->size;
    uint64_t found = 0;
    if (recording_state(r, n, &state) < 0) {
        return 0;
    }
    while (found == 0 && n < r->newest && recording_forward(r, ++n, &state) == 0) {
        bool here = leaf->offset >= state.base && leaf->offset + size <= state.base + state.count;
        if (here && recording_touches(r, n, leaf->offset, size) &&
            (value == NULL || is_value(leaf->node, state.bytes + (leaf->offset - state.base), size, value))) {
            found = n;
        }
    }
    free(state.bytes);
    return found;
}

/* The field with that path, or the first one whose path ends with it: "num" is message.num, too. */
static bool find_field(const struct layout *l, const char *path, struct layout_leaf *leaf)
{
    enum { TRIED = 10000 }; /* fields */
    char all[LAYOUT_PATH_MAX], end[80];
    size_t found = layout_leaf_find(l, path), leaves = layout_leaves(l);
    size_t length = (size_t)snprintf(end, sizeof end, ".%s", path);
    for (size_t i = 0; found == LAYOUT_NO_LEAF && i < leaves && i < TRIED; i++) {
        size_t n = layout_leaf_path(l, i, all, sizeof all);
        found = n >= length && n < sizeof all && strcmp(all + n - length, end) == 0 ? i : found;
    }
    return found != LAYOUT_NO_LEAF && layout_leaf_get(l, found, leaf);
}

bool history_find(struct history *h, struct window *w, const char *path, const char *value, char *answer,
                  size_t answer_size)
{
    struct layout_leaf leaf;
    if (!find_field(w->layout, path, &leaf)) {
        snprintf(answer, answer_size, "no field %s", path);
        return false;
    }
    uint64_t oldest = recording_oldest(&h->recording), from = h->frozen ? h->shown : oldest;
    uint64_t found = find_value(h, from, &leaf, value);
    bool again = found == 0 && from > oldest;
    found = again ? find_value(h, oldest, &leaf, value) : found;
    if (found == 0) {
        snprintf(answer, answer_size, "%s did not %s%s", path, value != NULL ? "become " : "change",
                 value != NULL ? value : "");
        return false;
    }
    if (!show_state(h, w, found, answer, answer_size)) {
        return false;
    }
    if (again) {
        snprintf(answer, answer_size, "from the start again");
    }
    return true;
}

bool history_change_beside(const struct history *h, size_t first, size_t count, size_t *offset)
{
    struct recording_run run;
    bool any = false;
    for (size_t cursor = 0; recording_run_next(&h->recording, h->shown, &cursor, &run);) {
        if (!any) {
            *offset = run.offset;
        }
        any = true;
        if (run.offset + run.count > first && run.offset < first + count) {
            return false;
        }
    }
    return any;
}

/* ---- when ---- */

/* "3 s", "4 min 05 s", "2 h 07 min" */
static void age_text(uint64_t ms, char *out, size_t out_size)
{
    uint64_t s = ms / 1000;
    if (s < 60) {
        snprintf(out, out_size, "%" PRIu64 " s", s);
    } else if (s < 3600) {
        snprintf(out, out_size, "%" PRIu64 " min %02" PRIu64 " s", s / 60, s % 60);
    } else {
        snprintf(out, out_size, "%" PRIu64 " h %02" PRIu64 " min", s / 3600, s / 60 % 60);
    }
}

void history_when(const struct history *h, char *out, size_t out_size)
{
    char age[48], clock[32] = "";
    out[0] = '\0';
    if (!h->frozen) {
        return;
    }
    uint64_t at = recording_time(&h->recording, h->shown), back = h->recording.newest - h->shown;
    time_t seconds = (time_t)((h->wall + at) / 1000);
    struct tm local;
    if (h->wall != 0 && at != 0 && localtime_r(&seconds, &local) != NULL) {
        snprintf(clock, sizeof clock, "%02d:%02d:%02d.%03d, ", local.tm_hour, local.tm_min, local.tm_sec,
                 (int)((h->wall + at) % 1000));
    }
    age_text(h->now > at ? h->now - at : 0, age, sizeof age);
    if (back == 0) {
        snprintf(out, out_size, "%s%s ago, the newest change", clock, age);
    } else {
        snprintf(out, out_size, "%s%s ago, %" PRIu64 " change%s back", clock, age, back, back == 1 ? "" : "s");
    }
}
