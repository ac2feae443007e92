/* State: see state.h. */
#include "state.h"

#include <stdio.h>
#include <string.h>

void state_init(struct state *s)
{
    *s = (struct state){.attached_known = false};
    window_init(&s->window);
    cursor_init(&s->cursor);
    fields_reset(&s->cursor.fields, s->window.layout);
}

void state_free(struct state *s)
{
    window_free(&s->window);
    history_free(&s->history);
    state_init(s);
}

void state_set_layout(struct state *s, const struct layout *layout, const char *title)
{
    window_set_layout(&s->window, layout, title);
    fields_reset(&s->cursor.fields, layout);
}

void state_resize(struct state *s, size_t size)
{
    window_drop(&s->window);
    history_forget(&s->history);
    s->replay = (struct replay){.on = false};
    s->window.size = size;
    s->find = (struct find){.direction = 0};
    cursor_go(&s->cursor, &s->window, s->cursor.at);
}

/* The end of what is certainly shown. How many rows are squeezed is unknown until they have been read. */
static size_t shown_end(const struct cursor *c, size_t size)
{
    size_t shown = c->squeeze ? (size_t)c->width : (size_t)c->width * (size_t)c->rows;
    return c->top < size && shown < size - c->top ? c->top + shown : size;
}

void state_want(const struct state *s, size_t *first, size_t *count)
{
    const struct recording *r = &s->history.recording;
    const struct cursor *c = &s->cursor;
    size_t size = s->window.size, shown = (size_t)c->width * (size_t)c->rows, end = shown_end(c, size);
    size_t room = shown > WINDOW_BYTES ? shown : WINDOW_BYTES;
    room = room < size ? room : size;
    *first = r->base;
    *count = r->count;
    bool stays = r->seen && r->count >= room && r->count < room + 64 && c->top >= r->base && end <= r->base + r->count;
    /* Squeezed rows make the visible part longer, so most of the window is ahead. */
    stays = stays && (!c->squeeze || c->top - r->base <= room / 4 || r->base + r->count == size);
    if (stays || s->history.frozen) {
        return;
    }
    size_t before = (c->squeeze ? room / 8 : (room - (end - c->top)) / 2) / 64 * 64;
    *first = c->top > before ? c->top - before : 0;
    /* At the end it is a little longer, to start with a row. */
    size_t last = (size - room) / 64 * 64;
    *count = *first < last ? room : size - last;
    *first = *first < last ? *first : last;
}

bool state_find(struct state *s, const char *text, int direction)
{
    bool found = find_start(&s->find, &s->cursor, &s->window, text, direction);
    if (s->find.busy && s->history.frozen) {
        s->find.busy = false;
        cursor_answer(&s->cursor, "in a large segment only live bytes can be searched; Space unfreezes");
    }
    return found;
}

/* Scrolls to a byte of the change shown, if none is visible. */
static void scroll_to_change(struct state *s)
{
    struct cursor *c = &s->cursor;
    size_t offset, shown = (size_t)c->width * (size_t)c->rows;
    if (history_change_beside(&s->history, c->top, shown, &offset)) {
        cursor_go(c, &s->window, offset);
    }
}

void state_step(struct state *s, int direction)
{
    replay_stop(&s->replay, &s->history, &s->window);
    char *answer = s->cursor.message;
    if (history_step(&s->history, &s->window, direction, answer, sizeof s->cursor.message)) {
        scroll_to_change(s);
    }
}

void state_step_field(struct state *s, int direction)
{
    replay_stop(&s->replay, &s->history, &s->window);
    struct cursor *c = &s->cursor;
    if (history_step_field(&s->history, &s->window, c->at, direction, c->message, sizeof c->message)) {
        scroll_to_change(s);
    }
}

/* The time that text says, as recording_reader_time reads it. */
static bool is_time(const struct state *s, const char *text, uint64_t *us)
{
    const struct recording_reader r = {.end = s->replay.end * 1000};
    return recording_reader_time(&r, text, us) == 0;
}

void state_goto_time(struct state *s, const char *text)
{
    struct cursor *c = &s->cursor;
    uint64_t us;
    char path[CURSOR_TYPED_MAX];
    size_t length = strcspn(text, "=");
    if (is_time(s, text, &us) && !s->replay.on) {
        cursor_answer(c, "only a recording has times to go to; :t num goes to the next change of a field");
        return;
    }
    if (is_time(s, text, &us)) {
        replay_seek(&s->replay, &s->history, &s->window, us);
        return;
    }
    replay_stop(&s->replay, &s->history, &s->window);
    snprintf(path, sizeof path, "%.*s", (int)length, text);
    const char *value = text[length] == '=' ? text + length + 1 : NULL;
    if (history_find(&s->history, &s->window, path, value, c->message, sizeof c->message)) {
        scroll_to_change(s);
    }
}
