/* View words: the words of shm-view's call. */
#ifndef SHMLAB_VIEW_ARGUMENTS_H
#define SHMLAB_VIEW_ARGUMENTS_H

#include "inspect/source.h"
#include "layout_choice.h"
#include "render.h"

struct view_arguments {
    struct source_spec spec;
    bool named; /* a source was said; else spec is the kit's own segment */
    bool list;  /* --list */
    struct layout_choice_spec layout_choice;
    const struct renderer *renderer; /* --render; NULL: the live screen */
    const char *expect, *at, *was;   /* --expect, --at, --was; NULL: not said */
    const char *since;               /* --since; NULL: not said */
    size_t top;                      /* --top; SIZE_MAX: not said */
    const char *config;              /* --config; NULL: the person's own file */
    int width, cols;                 /* width 0: what fits */
    int hz;                          /* looks a second; 0: not said */
    int screen_cols, screen_rows;    /* --screen; 0: not said */
    enum svg_ground ground;
};

/* Reads the words into *w, whose strings point into argv. -1: go on; else the exit status, with all said that there is
 * to say: wrong words on standard error, help and version on standard output. */
int view_arguments_take(struct view_arguments *w, int argc, char **argv);

#endif
