/* Glasses: see glasses.h. */
#include "glasses.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layout_text.h"
#include "printable.h"

void glasses_free(struct glasses *g)
{
    for (size_t i = 0; i < g->count; i++) {
        layout_free(&g->all[i].layout);
    }
    free(g->all);
    *g = (struct glasses){.all = NULL};
}

const struct layout *glasses_layout(const struct glasses *g)
{
    static const struct layout empty;
    return g->count > 0 ? &g->all[g->chosen].layout : &empty;
}

const char *glasses_title(const struct glasses *g)
{
    return g->count > 0 ? g->all[g->chosen].title : g->why;
}

bool glasses_next(struct glasses *g)
{
    if (g->count < 2) {
        return false;
    }
    g->chosen = (g->chosen + 1) % g->count;
    return true;
}

/* Takes the layout over. what: the type or the file's name; from: the program, or NULL. */
static int glasses_add(struct glasses *g, struct layout *layout, const char *what, const char *from)
{
    struct glasses_one *all = realloc(g->all, (g->count + 1) * sizeof *all);
    if (all == NULL) {
        layout_free(layout);
        return -ENOMEM;
    }
    g->all = all;
    struct glasses_one *one = &g->all[g->count++];
    char name[80], source[40];
    one->layout = *layout;
    printable_text(what, printable_utf8(), name, sizeof name);
    printable_text(from != NULL ? from : "", printable_utf8(), source, sizeof source);
    snprintf(one->title, sizeof one->title, "%s%s%s", name, from != NULL ? ", from " : "", source);
    return 0;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- by hand ---- */

static int from_text(struct glasses *g, const char *path, struct layout_error *error)
{
    struct layout layout;
    int rc = layout_text_load(path, &layout, error);
    return rc < 0 ? rc : glasses_add(g, &layout, file_name(path), NULL);
}

static int find(struct glasses *g, const struct glasses_spec *spec, struct layout_error *error)
{
    snprintf(g->why, sizeof g->why, "--layout, or --elf and --type name one");
    if (spec->none) {
        snprintf(g->why, sizeof g->why, "none was asked for");
        return 0;
    }
    if (spec->layout_file != NULL) {
        int rc = from_text(g, spec->layout_file, error);
        if (rc < 0 || spec->elf == NULL) {
            return rc;
        }
    }
    return 0;
}

int glasses_find(struct glasses *g, const struct glasses_spec *spec, const struct source *source, size_t size,
                 struct layout_error *error)
{
    struct glasses found = {.all = NULL};
    int rc = find(&found, spec, error);
    bool keep = rc == 0 && found.count == 0 && g->count > 0 && !source->creator_runs;
    if (rc < 0 || keep) {
        glasses_free(&found);
        return rc;
    }
    for (size_t i = 0; i < found.count; i++) {
        layout_fit(&found.all[i].layout, size);
    }
    glasses_free(g);
    *g = found;
    return 0;
}
