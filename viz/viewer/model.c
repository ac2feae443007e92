/* Model: see model.h. */
#include "model.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "found_strings.h"

void model_init(struct model *m)
{
    static const struct layout empty;
    *m = (struct model){.layout = &empty, .width = 16, .rows = 1, .doubt = ""};
    fields_reset(&m->fields, m->layout);
}

/* Nothing was looked at yet. */
static void window_drop(struct model *m)
{
    free(m->bytes);
    free(m->changed_at);
    free(m->glow);
    free(m->since);
    m->bytes = NULL;
    m->changed_at = NULL;
    m->glow = NULL;
    m->since = NULL;
    m->base = 0;
    m->count = 0;
    m->last_change = 0;
}

void model_free(struct model *m)
{
    grid_hues_free(&m->hues);
    window_drop(m);
    recording_free(&m->recording);
    model_init(m);
}

int model_set_layout(struct model *m, const struct layout *layout, const char *title)
{
    struct grid_hues hues;
    int rc = grid_hues_make(&hues, layout, m->palette);
    if (rc < 0) {
        return rc;
    }
    grid_hues_free(&m->hues);
    m->hues = hues;
    m->layout = layout;
    fields_reset(&m->fields, layout);
    printable_text(title, printable_utf8(), m->layout_title, sizeof m->layout_title);
    return 0;
}

int model_resize(struct model *m, size_t size)
{
    window_drop(m);
    recording_forget(&m->recording);
    m->size = size;
    m->frozen = false; /* of the frozen picture nothing is left */
    m->marking = false;
    m->shown = 0;
    m->news.text[0] = '\0';
    m->find = (struct find){.direction = 0};
    model_go(m, m->cursor);
    return 0;
}

/* ---- the window ---- */

struct squeeze model_lines(const struct model *m)
{
    return (struct squeeze){.on = m->squeeze,
                            .size = m->size,
                            .width = (size_t)(m->width > 0 ? m->width : 1),
                            .base = m->base,
                            .count = m->bytes != NULL ? m->count : 0,
                            .bytes = m->bytes,
                            .keep = m->glow};
}

/* One past the last byte that is surely shown. Of squeezed rows nobody knows before they were looked at. */
static size_t shown_end(const struct model *m)
{
    size_t shown = m->squeeze ? (size_t)m->width : (size_t)m->width * (size_t)m->rows;
    return m->top < m->size && shown < m->size - m->top ? m->top + shown : m->size;
}

void model_want(const struct model *m, size_t *first, size_t *count)
{
    const struct recording *r = &m->recording;
    size_t shown = (size_t)m->width * (size_t)m->rows, end = shown_end(m);
    size_t room = shown > MODEL_WINDOW ? shown : MODEL_WINDOW;
    room = room < m->size ? room : m->size;
    *first = r->base;
    *count = r->count;
    bool stays = r->seen && r->count >= room && r->count < room + 64 && m->top >= r->base && end <= r->base + r->count;
    /* Squeezed rows make what is shown longer: so most of the window lies ahead. */
    stays = stays && (!m->squeeze || m->top - r->base <= room / 4 || r->base + r->count == m->size);
    if (stays || m->frozen) {
        return;
    }
    size_t before = (m->squeeze ? room / 8 : (room - (end - m->top)) / 2) / 64 * 64;
    *first = m->top > before ? m->top - before : 0;
    /* At the end a little more, so that it starts with a row. */
    size_t last = (m->size - room) / 64 * 64;
    *count = *first < last ? room : m->size - last;
    *first = *first < last ? *first : last;
}

const uint8_t *model_at(const struct model *m, size_t offset, size_t count)
{
    bool inside = offset >= m->base && offset - m->base < m->count && count <= m->count - (offset - m->base);
    return count > 0 && inside ? m->bytes + (offset - m->base) : NULL;
}

bool model_show(struct model *m, size_t base, const uint8_t *bytes, size_t count)
{
    uint8_t *copy = malloc(count + 1), *glow = calloc(count + 1, 1);
    bool *since = calloc(count + 1, sizeof *since);
    uint64_t *changed_at = calloc(count + 1, sizeof *changed_at);
    if (copy == NULL || glow == NULL || since == NULL || changed_at == NULL) {
        free(copy);
        free(glow);
        free(since);
        free(changed_at);
        return false;
    }
    memcpy(copy, bytes, count);
    window_drop(m);
    m->bytes = copy;
    m->glow = glow;
    m->since = since;
    m->changed_at = changed_at;
    m->base = base;
    m->count = count;
    return true;
}

void model_glows(struct model *m, size_t i, uint64_t at)
{
    m->changed_at[i] = m->last_change = at > 0 ? at : 1;
}

/* The live bytes changed, in a window that stays. */
static void live_changed(struct model *m, const uint8_t *bytes)
{
    model_news(m, m->base, m->bytes, bytes, m->count);
    for (size_t i = 0; i < m->count; i++) {
        if (m->bytes[i] != bytes[i]) {
            m->bytes[i] = bytes[i];
            model_glows(m, i, m->now);
            m->since[i] = m->marking;
        }
    }
    model_fade(m); /* older changes may have waited for this frame */
}

bool model_take(struct model *m, size_t first, const uint8_t *bytes, size_t count)
{
    struct recording *r = &m->recording;
    if (first >= m->size) {
        return false;
    }
    count = count < m->size - first ? count : m->size - first;
    int changed = recording_look(r, m->now, first, bytes, count);
    if (m->frozen || changed < 0) {
        return false;
    }
    m->shown = r->newest;
    if (first != m->base || count != m->count) {
        if (!model_show(m, first, bytes, count)) {
            return false;
        }
        model_time_mark(m);
        model_fade(m);
        return true;
    }
    if (changed > 0) {
        live_changed(m, bytes);
    }
    return changed > 0;
}

/* A change has just been, so the next one may be near. */
static bool fading_waits(const struct model *m, uint64_t now)
{
    bool due = m->faded != now / MODEL_FADE_MS;
    return due && now - m->last_change < MODEL_STREAM_MS && now % MODEL_FADE_MS < MODEL_STREAM_MS;
}

int model_fading(const struct model *m)
{
    if (m->frozen) {
        return (int)(1000 - m->now % 1000);
    }
    if (m->last_change == 0) {
        return -1;
    }
    uint64_t within = m->now % MODEL_FADE_MS;
    return (int)((fading_waits(m, m->now) ? MODEL_STREAM_MS : MODEL_FADE_MS) - within);
}

/* Of a change at that time, which counts from the next multiple of MODEL_FADE_MS on. */
static unsigned glow_of(uint64_t changed_at, uint64_t now)
{
    int64_t start = (int64_t)((changed_at + MODEL_FADE_MS - 1) / MODEL_FADE_MS);
    int64_t steps = (int64_t)(now / MODEL_FADE_MS) - start, most = MODEL_GLOW_MS / MODEL_FADE_MS;
    return steps < most / 2 ? GRID_GLOW_MAX : steps < most ? 1 : 0;
}

bool model_fade(struct model *m)
{
    bool changed = false, glows = false;
    m->faded = m->now / MODEL_FADE_MS;
    for (size_t i = 0; i < m->count; i++) {
        if (m->changed_at[i] == 0) {
            continue;
        }
        unsigned glow = glow_of(m->changed_at[i], m->now);
        if (m->glow[i] != glow) {
            m->glow[i] = (uint8_t)glow;
            changed = true;
        }
        if (glow > 0) {
            glows = true;
        } else {
            m->changed_at[i] = 0;
        }
    }
    m->last_change = glows ? m->last_change : 0;
    return changed;
}

bool model_tick(struct model *m, uint64_t now_ms)
{
    bool told = m->frozen && now_ms / 1000 != m->now / 1000; /* "3 s ago" */
    bool fades = !m->frozen && m->last_change != 0 && now_ms / MODEL_FADE_MS != m->faded && !fading_waits(m, now_ms);
    m->now = now_ms;
    return fades ? model_fade(m) : told;
}

struct grid_input model_grid(const struct model *m, size_t cursor)
{
    bool expected = m->expected != NULL && m->base <= m->expected_size;
    struct field_row row;
    bool container = cursor < m->size && fields_selected(&m->fields, cursor, &row) &&
                     (row.id.element != SIZE_MAX || layout_kind_is_container(row.node->kind));
    return (struct grid_input){
        .layout = m->layout,
        .hues = &m->hues,
        .segment_size = m->size,
        .first = m->base,
        .bytes = m->bytes,
        .readable = m->count,
        .expected = expected ? m->expected + m->base : NULL,
        .expected_size = expected ? m->expected_size - m->base : 0,
        .glow = m->glow,
        .since = m->marking ? m->since : NULL,
        .cursor = cursor,
        .focus = container ? row.offset : 0,
        .focus_end = container ? row.offset + row.size : 0,
    };
}

/* ---- moving ---- */

void model_answer(struct model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(m->message, sizeof m->message, format, args);
    va_end(args);
}

/* Scrolls no farther from the row of `top` than the cursor asks for. */
static void scroll_to_cursor(struct model *m, size_t top)
{
    struct squeeze lines = model_lines(m);
    if (m->squeeze && m->cursor < m->size && !squeeze_known(&lines, m->cursor)) {
        m->top = m->cursor - m->cursor % lines.width; /* the window comes here first */
        return;
    }
    m->top = squeeze_top(&lines, top, m->cursor, (size_t)(m->rows > 0 ? m->rows : 1));
}

void model_shape(struct model *m, int width, int rows)
{
    m->width = width > 0 ? width : 1;
    m->rows = rows > 0 ? rows : 1;
    scroll_to_cursor(m, m->home);
}

void model_table(struct model *m, int rows)
{
    struct field_row row;
    bool any = m->size > 0 && fields_selected(&m->fields, m->cursor, &row);
    fields_scroll(&m->fields, any ? &row : NULL, rows > 0 ? (size_t)rows : 0);
}

void model_go(struct model *m, size_t offset)
{
    m->cursor = m->size == 0 ? 0 : offset < m->size ? offset : m->size - 1;
    scroll_to_cursor(m, m->top);
    m->home = m->top;
}

bool model_move(struct model *m, ptrdiff_t step)
{
    size_t before = m->cursor;
    if (step < 0) {
        model_go(m, (size_t)-step <= m->cursor ? m->cursor - (size_t)-step : 0);
    } else {
        model_go(m, (size_t)step <= SIZE_MAX - m->cursor ? m->cursor + (size_t)step : m->cursor);
    }
    return m->cursor != before;
}

bool model_move_lines(struct model *m, ptrdiff_t steps, bool whole)
{
    struct squeeze s = model_lines(m);
    size_t before = m->cursor, wanted = steps < 0 ? (size_t)-steps : (size_t)steps;
    if (m->size == 0) {
        return false;
    }
    struct squeeze_line line = squeeze_line(&s, m->cursor);
    bool there = squeeze_walk(&s, &line, steps) == wanted;
    size_t row = steps < 0 ? line.offset + (line.rows - 1) * s.width : line.offset;
    size_t to = row + m->cursor % s.width;
    if (there && to < m->size) {
        model_go(m, to);
    } else if (!whole) {
        model_go(m, steps < 0 ? 0 : m->size - 1);
    }
    return m->cursor != before;
}

void model_scrolled(struct model *m, size_t most)
{
    m->help_top = m->help_top < most ? m->help_top : most;
    m->attached_top = m->attached_top < most ? m->attached_top : most;
}

/* Without a layout: from text to text. */
static void next_text(struct model *m, int direction)
{
    const struct grid_input in = model_grid(m, m->cursor);
    struct text_run run;
    if (direction > 0 ? found_strings_next(&in, m->cursor + 1, &run) : found_strings_previous(&in, m->cursor, &run)) {
        model_go(m, run.offset);
    } else {
        model_answer(m, "no text %s here; / looks for other bytes", direction > 0 ? "behind" : "before");
    }
}

void model_next_field(struct model *m, int direction)
{
    struct field_row row;
    if (m->size > 0 && layout_leaves(m->layout) == 0) {
        next_text(m, direction);
        return;
    }
    if (m->size > 0 && fields_step(&m->fields, m->cursor, m->size, direction, &row)) {
        model_choose(m, &row);
    }
}

void model_choose(struct model *m, const struct field_row *row)
{
    if (row->offset < m->size) {
        model_go(m, row->offset);
        fields_choose(&m->fields, row, m->cursor);
    }
}

void model_fold(struct model *m, enum model_fold how)
{
    struct field_row row;
    if (m->size == 0 || !fields_selected(&m->fields, m->cursor, &row)) {
        bool none = layout_leaves(m->layout) == 0;
        model_answer(m, none ? "no layout: there are no fields to fold" : "no field here to fold");
        return;
    }
    bool unfold = row.foldable && !row.open && how != MODEL_FOLD;
    while (!unfold && !row.open) {
        if (how == MODEL_UNFOLD || !fields_parent(&m->fields, &row)) {
            model_answer(m, how == MODEL_UNFOLD ? "nothing to unfold here" : "nothing to fold here");
            return;
        }
    }
    if (how == MODEL_UNFOLD && !unfold) {
        model_answer(m, "unfolded already");
        return;
    }
    fields_choose(&m->fields, &row, m->cursor);
    fields_flip(&m->fields, &row);
}
