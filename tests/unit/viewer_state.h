/* Viewer state: what the tests of its parts share: a segment with the message in it, as the viewer holds it. Include it
 * after cmocka.h. */
#ifndef SHMLAB_TEST_VIEWER_STATE_H
#define SHMLAB_TEST_VIEWER_STATE_H

#include "pictures.h"
#include "viewer/keys.h"
#include "viewer/screen.h"

#define SIZE 1024

struct view {
    struct layout layout;
    struct state s;
    uint8_t bytes[SIZE];
};

static inline bool take_from(struct view *v, size_t first, const uint8_t *bytes, size_t count)
{
    return history_take(&v->s.history, &v->s.window, first, bytes, count);
}

/* What stands in v->bytes, as much of it as the segment has. */
static inline bool take(struct view *v)
{
    return take_from(v, 0, v->bytes, SIZE);
}

static inline bool tick(struct view *v, uint64_t now_ms)
{
    return history_tick(&v->s.history, &v->s.window, now_ms);
}

static inline void go(struct view *v, size_t offset)
{
    cursor_go(&v->s.cursor, &v->s.window, offset);
}

static inline void shape(struct view *v, int width, int rows)
{
    cursor_shape(&v->s.cursor, &v->s.window, width, rows);
}

/* A segment of `size` bytes that starts with the message, seen at 1000 ms, 16 bytes a row and 8 rows. */
static inline void view_open(struct view *v, size_t size)
{
    memset(v, 0, sizeof *v);
    v->layout = layout_of(MESSAGE_TEXT);
    layout_fit(&v->layout, size);
    message_bytes(v->bytes);
    state_init(&v->s);
    state_resize(&v->s, size);
    state_set_layout(&v->s, &v->layout, "struct message");
    shape(v, 16, 8);
    tick(v, 1000);
    take(v);
}

static inline void view_close(struct view *v)
{
    state_free(&v->s);
    layout_free(&v->layout);
}

/* 64 cells of the picture, without a cursor. */
static inline void cells_from(const struct view *v, size_t first, struct grid_cell cells[64])
{
    const struct grid_input in = window_grid(&v->s.window);
    grid_cells(&in, first, cells, 64);
}

static inline void press(struct view *v, int key)
{
    keys_press(&v->s, key);
}

static inline void type(struct view *v, const char *text)
{
    for (; *text != '\0'; text++) {
        press(v, (unsigned char)*text);
    }
}

static inline void enter(struct view *v, const char *text)
{
    type(v, text);
    press(v, PRESS_RETURN);
}

#endif
