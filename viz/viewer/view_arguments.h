/* View arguments: shm-view's command line. */
#ifndef SHMLAB_VIEW_ARGUMENTS_H
#define SHMLAB_VIEW_ARGUMENTS_H

#include "inspect/source.h"
#include "layout_choice.h"
#include "render.h"

#define VIEW_TIMES_MAX 12 /* moments in one picture: more can't be read on a slide */

struct view_arguments {
    struct source_spec spec;
    bool named;        /* a source was given; else spec is the kit's own segment */
    bool list;         /* --list */
    const char *types; /* --types: a pattern, "" for all; NULL: not given */
    struct layout_choice_spec layout_choice;
    const struct renderer *renderer; /* --render; NULL: the live screen */
    const char *expect, *at, *was;   /* --expect, --at, --was; NULL: not given */
    const char *since;               /* --since; NULL: not given */
    size_t count;                    /* --count; SIZE_MAX: not given */
    bool all_rows;                   /* --all */
    size_t top;                      /* --top; SIZE_MAX: not given */
    const char *times;               /* --times, all valid, at most VIEW_TIMES_MAX; NULL: not given */
    const char *record;              /* --record; NULL: not given */
    const char *config;              /* --config; NULL: the user's own file */
    int width, cols;                 /* width 0: what fits */
    int hz;                          /* polls per second; 0: not given */
    int screen_cols, screen_rows;    /* --screen; 0: not given */
    enum svg_ground ground;
};

/* Reads the command line into *w, whose strings point into argv. -1: go on; else the exit status: help and version have
 * been printed on standard output, or the error on standard error. */
int view_arguments_take(struct view_arguments *w, int argc, char **argv);

#endif
