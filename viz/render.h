/* Render: the ways to draw a picture once, to a stream: for pipes, tests, gdb and scripts.
 *
 * A renderer is a file, render_NAME.c, and a row in RENDERERS; --render finds it there, and so do its help and its
 * errors. */
#ifndef SHMLAB_RENDER_H
#define SHMLAB_RENDER_H

#include <stdio.h>

#include "inspect/segment_list.h"
#include "picture.h"

/* In the order of --help. */
#define RENDERERS(ROW) \
    ROW(render_text)   \
    ROW(render_ansi)   \
    ROW(render_json)   \
    ROW(render_svg)    \
    ROW(render_html)   \
    ROW(render_layout)

struct renderer {
    const char *name; /* the argument of --render */
    const char *help; /* at most 50 columns */
    bool all_signs;   /* uses all signs and colours; else those of the locale, and colours unless NO_COLOR is set */
    bool layout_only; /* draws the layout alone, without bytes: there must be one */

    /* Draws a picture. 0 or -errno. */
    int (*render)(FILE *out, const struct picture *p);
    /* Draws the viewer's screen of that picture. NULL: not supported. */
    int (*screen)(FILE *out, const struct picture *p, const struct canvas *screen);
    /* Draws moments of a recording, in order of time, as one picture: all else is as in *p. NULL: not supported. */
    int (*strip)(FILE *out, const struct picture *p, const struct picture_moment *moments, size_t count);
    /* Prints what --list lists. NULL: not supported. */
    void (*list)(FILE *out, const struct segment_list *l);
};

#define RENDER_DECLARE(name) extern const struct renderer name;
RENDERERS(RENDER_DECLARE)

/* The renderer with that name; NULL: there is none. */
const struct renderer *render_find(const char *name);

enum render_what { RENDER_PICTURE, RENDER_SCREEN, RENDER_STRIP, RENDER_LIST };

/* The names of those that support it, as "text, ansi or svg". */
void render_names(enum render_what what, char *out, size_t out_size);

/* A line for each: its name and its help. */
void render_help(char *out, size_t out_size);

#endif
