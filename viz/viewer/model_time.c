/* Model, the part about time: freeze, step from change to change, marks. See model.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model.h"
#include "layout/value.h"

/* ---- news ---- */

/* Two looks at the same bytes. */
struct two_looks {
    size_t base, count; /* bytes [base, base + count) of the segment */
    const uint8_t *before, *after;
};

/* "num: 21 -> 22" for the field that holds offset, or "0x0039: 00 -> 2a" where none does, or where it isn't wholly in
 * the window; "" of a bell's counter that is only `heard`. Returns one past the last byte that this tells of. */
static size_t news_of(const struct model *m, const struct two_looks *looks, size_t offset, bool heard, char *out,
                      size_t out_size)
{
    struct layout_span span = layout_span_at(m->layout, offset);
    struct layout_leaf leaf;
    size_t i = offset - looks->base, at = 0;
    bool field = span.kind == LAYOUT_SPAN_FIELD && layout_leaf_get(m->layout, span.leaf, &leaf);
    if (field) {
        at = leaf.offset - looks->base; /* of a field that starts before the window: more than count */
    }
    if (!field || leaf.offset < looks->base || at >= looks->count) {
        const char *what = span.kind == LAYOUT_SPAN_PADDING || span.kind == LAYOUT_SPAN_TAIL ? " (padding)" : "";
        snprintf(out, out_size, "0x%04zx%s: %02x -> %02x", offset, what, looks->before[i], looks->after[i]);
        return offset + 1;
    }
    if (heard && (leaf.node->flags & LAYOUT_BELL) != 0) {
        out[0] = '\0';
        return leaf.offset + leaf.node->size;
    }
    char path[64], old[56], new[56];
    layout_leaf_path(m->layout, leaf.index, path, sizeof path);
    value_format(leaf.node, looks->before + at, looks->count - at, old, sizeof old);
    value_format(leaf.node, looks->after + at, looks->count - at, new, sizeof new);
    snprintf(out, out_size, "%s: %s -> %s", path, old, new);
    return leaf.offset + leaf.node->size;
}

static void tell_news(struct model *m, const struct two_looks *looks, bool heard)
{
    const uint8_t *before = looks->before, *after = looks->after;
    size_t used = 0;
    m->news.text[0] = '\0';
    for (size_t i = 0; i < looks->count && used < sizeof m->news.text - 1;) {
        if (before[i] == after[i]) {
            i++;
            continue;
        }
        char one[MODEL_NEWS_MAX];
        size_t next = news_of(m, looks, looks->base + i, heard, one, sizeof one) - looks->base;
        int n = snprintf(m->news.text + used, sizeof m->news.text - used, "%s%s", used > 0 && *one ? "   " : "", one);
        used += n > 0 ? (size_t)n : 0;
        i = next > i ? next : i + 1;
    }
}

void model_news(struct model *m, size_t base, const uint8_t *before, const uint8_t *after, size_t count)
{
    const struct two_looks looks = {base, count, before, after};
    m->news.at = m->now;
    tell_news(m, &looks, m->rings);
    if (m->rings && m->news.text[0] == '\0') {
        tell_news(m, &looks, false); /* the bell rang, and that is all */
    }
}

/* ---- marks ---- */

/* Calls mark for each byte of the window that change `number` changed. */
static void each_changed(struct model *m, uint64_t number, void (*mark)(struct model *m, uint64_t number, size_t i))
{
    struct recording_run run;
    for (size_t cursor = 0; recording_run_next(&m->recording, number, &cursor, &run);) {
        for (size_t i = 0; i < run.count; i++) {
            size_t offset = run.offset + i;
            if (run.change[i] != 0 && offset >= m->base && offset - m->base < m->count) {
                mark(m, number, offset - m->base);
            }
        }
    }
}

static void mark_since(struct model *m, uint64_t number, size_t i)
{
    (void)number;
    m->since[i] = true;
}

static void mark_shown(struct model *m, uint64_t number, size_t i)
{
    (void)number;
    m->glow[i] = GRID_GLOW_MAX;
}

static void mark_recent(struct model *m, uint64_t number, size_t i)
{
    model_glows(m, i, recording_time(&m->recording, number));
}

void model_time_mark(struct model *m)
{
    uint64_t oldest = recording_oldest(&m->recording);
    for (uint64_t n = m->mark > oldest ? m->mark + 1 : oldest + 1; m->marking && n <= m->shown; n++) {
        each_changed(m, n, mark_since);
    }
    if (m->frozen) {
        each_changed(m, m->shown, mark_shown);
        return;
    }
    uint64_t first = m->shown;
    while (first > oldest && m->now - recording_time(&m->recording, first) < MODEL_GLOW_MS) {
        first--;
    }
    for (uint64_t n = first + 1; n <= m->shown; n++) {
        each_changed(m, n, mark_recent);
    }
}

void model_mark(struct model *m, bool on)
{
    m->marking = on;
    m->mark = m->shown;
    if (m->count > 0) {
        memset(m->since, 0, m->count * sizeof *m->since);
    }
    model_answer(m, on ? "from now on all that changes is marked; r starts anew, R takes the marks off" : "no marks");
}

/* ---- freeze and step ---- */

void model_freeze(struct model *m)
{
    if (m->recording.seen) {
        m->frozen = true;
        m->shown = m->recording.newest;
    }
}

void model_live(struct model *m)
{
    const struct recording *r = &m->recording;
    m->frozen = false;
    m->shown = r->newest;
    m->news.text[0] = '\0';
    if (r->seen && model_show(m, r->base, r->live, r->count)) {
        model_time_mark(m);
        model_fade(m);
    }
}

/* The news of the change that led to the state that is shown: its bytes before are those of now, changed back. */
static void news_of_shown(struct model *m)
{
    struct recording_run run;
    uint8_t *before = malloc(m->count + 1);
    m->news.text[0] = '\0';
    if (before == NULL) {
        return;
    }
    memcpy(before, m->bytes, m->count);
    for (size_t cursor = 0; recording_run_next(&m->recording, m->shown, &cursor, &run);) {
        for (size_t i = 0; i < run.count; i++) {
            before[run.offset - m->base + i] ^= run.change[i];
        }
    }
    model_news(m, m->base, before, m->bytes, m->count);
    free(before);
}

/* Brings a byte that changed into sight, where none is. */
static void scroll_to_change(struct model *m)
{
    struct recording_run run;
    size_t first = SIZE_MAX, shown = (size_t)m->width * (size_t)m->rows;
    for (size_t cursor = 0; recording_run_next(&m->recording, m->shown, &cursor, &run);) {
        first = first == SIZE_MAX ? run.offset : first;
        if (run.offset + run.count > m->top && run.offset < m->top + shown) {
            return;
        }
    }
    if (first != SIZE_MAX) {
        model_go(m, first);
    }
}

static void show_state(struct model *m, uint64_t number)
{
    struct recording_state state;
    if (recording_state(&m->recording, number, &state) < 0) {
        model_answer(m, "this change is not kept any more");
        return;
    }
    m->frozen = true;
    m->shown = number;
    if (model_show(m, state.base, state.bytes, state.count)) {
        model_time_mark(m);
        news_of_shown(m);
        scroll_to_change(m);
    }
    recording_state_free(&state);
}

void model_step(struct model *m, int direction)
{
    const struct recording *r = &m->recording;
    uint64_t oldest = recording_oldest(r), from = m->frozen ? m->shown : r->newest;
    if (direction < 0 && from <= oldest) {
        model_answer(m, oldest == 0 ? "this is what was seen first" : "older changes are not kept");
        if (!m->frozen) {
            model_freeze(m);
        }
    } else if (direction > 0 && (!m->frozen || from >= r->newest)) {
        model_answer(m, m->frozen ? "this is the newest change; . goes on live" : "live: nothing newer is known");
    } else {
        uint64_t to = direction < 0 ? from - 1 : from + 1;
        show_state(m, to > oldest ? to : oldest); /* what was shown may have been dropped meanwhile */
    }
}

void model_step_field(struct model *m, int direction)
{
    struct layout_span span = layout_span_at(m->layout, m->cursor);
    struct layout_leaf leaf;
    char name[64];
    size_t offset = m->cursor, count = 1;
    snprintf(name, sizeof name, "the byte at 0x%04zx", m->cursor);
    if (span.kind == LAYOUT_SPAN_FIELD && layout_leaf_get(m->layout, span.leaf, &leaf)) {
        offset = leaf.offset;
        count = leaf.node->size;
        layout_leaf_path(m->layout, leaf.index, name, sizeof name);
    }
    /* From a live picture the last change itself is the answer; from a frozen one, the one before. */
    uint64_t from = !m->frozen ? m->recording.newest : direction < 0 && m->shown > 0 ? m->shown - 1 : m->shown;
    bool none_before = m->frozen && direction < 0 && m->shown == 0;
    uint64_t found = none_before ? 0 : recording_find(&m->recording, from, direction, offset, count);
    if (found == 0) {
        bool all = recording_oldest(&m->recording) == 0 || direction > 0;
        model_answer(m, "%s did not change %s%s", name, direction < 0 ? "before" : "after",
                     all ? "" : ", as far as is kept");
        return;
    }
    show_state(m, found);
}

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

void model_when(const struct model *m, char *out, size_t out_size)
{
    char age[48], clock[32] = "";
    out[0] = '\0';
    if (!m->frozen) {
        return;
    }
    uint64_t at = recording_time(&m->recording, m->shown), back = m->recording.newest - m->shown;
    time_t seconds = (time_t)((m->wall + at) / 1000);
    struct tm local;
    if (m->wall != 0 && at != 0 && localtime_r(&seconds, &local) != NULL) {
        snprintf(clock, sizeof clock, "%02d:%02d:%02d.%03d, ", local.tm_hour, local.tm_min, local.tm_sec,
                 (int)((m->wall + at) % 1000));
    }
    age_text(m->now > at ? m->now - at : 0, age, sizeof age);
    if (back == 0) {
        snprintf(out, out_size, "%s%s ago, the newest change", clock, age);
    } else {
        snprintf(out, out_size, "%s%s ago, %" PRIu64 " change%s back", clock, age, back, back == 1 ? "" : "s");
    }
}
