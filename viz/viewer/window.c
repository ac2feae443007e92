/* Window: see window.h. */
#include "window.h"

#include <stdlib.h>
#include <string.h>

#include "printable.h"

void window_init(struct window *w)
{
    static const struct layout empty;
    *w = (struct window){.layout = &empty, .doubt = ""};
}

void window_drop(struct window *w)
{
    free(w->bytes);
    free(w->glow);
    free(w->since);
    w->bytes = NULL;
    w->glow = NULL;
    w->since = NULL;
    w->base = 0;
    w->count = 0;
}

void window_free(struct window *w)
{
    window_drop(w);
    window_init(w);
}

void window_set_layout(struct window *w, const struct layout *layout, const char *title)
{
    w->layout = layout;
    printable_text(title, printable_utf8(), w->layout_title, sizeof w->layout_title);
}

bool window_show(struct window *w, size_t base, const uint8_t *bytes, size_t count)
{
    uint8_t *copy = malloc(count + 1), *glow = calloc(count + 1, 1);
    bool *since = calloc(count + 1, sizeof *since);
    if (copy == NULL || glow == NULL || since == NULL) {
        free(copy);
        free(glow);
        free(since);
        return false;
    }
    memcpy(copy, bytes, count);
    window_drop(w);
    w->bytes = copy;
    w->glow = glow;
    w->since = since;
    w->base = base;
    w->count = count;
    return true;
}

const uint8_t *window_at(const struct window *w, size_t offset, size_t count)
{
    const struct grid_input in = window_grid(w);
    return grid_bytes(&in, offset, count);
}

struct grid_input window_grid(const struct window *w)
{
    bool expected = w->expected != NULL && w->base <= w->expected_size;
    return (struct grid_input){
        .layout = w->layout,
        .palette = w->palette,
        .segment_size = w->size,
        .first = w->base,
        .bytes = w->bytes,
        .readable = w->count,
        .expected = expected ? w->expected + w->base : NULL,
        .expected_size = expected ? w->expected_size - w->base : 0,
        .glow = w->glow,
        .since = w->since,
        .cursor = SIZE_MAX,
    };
}
