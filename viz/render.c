/* Render: see render.h. */
#include "render.h"

#include <string.h>

#define ROW(name) &name,
static const struct renderer *const all[] = {RENDERERS(ROW)};
static const size_t count = sizeof all / sizeof *all;

const struct renderer *render_find(const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, all[i]->name) == 0) {
            return all[i];
        }
    }
    return NULL;
}

static bool supports(const struct renderer *r, enum render_what what)
{
    switch (what) {
    case RENDER_SCREEN:
        return r->screen != NULL;
    case RENDER_STRIP:
        return r->strip != NULL;
    case RENDER_LIST:
        return r->list != NULL;
    default:
        return true;
    }
}

void render_names(enum render_what what, char *out, size_t out_size)
{
    size_t left = 0, used = 0;
    for (size_t i = 0; i < count; i++) {
        left += supports(all[i], what);
    }
    out[0] = '\0';
    for (size_t i = 0; i < count && used < out_size; i++) {
        if (supports(all[i], what)) {
            left--;
            used += (size_t)snprintf(out + used, out_size - used, "%s%s", all[i]->name,
                                     left > 1    ? ", "
                                     : left == 1 ? " or "
                                                 : "");
        }
    }
}

void render_help(char *out, size_t out_size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used < out_size; i++) {
        used += (size_t)snprintf(out + used, out_size - used, "\n%-7s %s", all[i]->name, all[i]->help);
    }
}
