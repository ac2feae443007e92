/* Render: the ways to draw a picture once, to a stream: for pipes, tests, gdb and other people's scripts.
 *
 * A renderer is a file, render_NAME.c, and a row in RENDERERS: --render's help, its errors and what it calls come from
 * these. */
#ifndef SHMLAB_RENDER_H
#define SHMLAB_RENDER_H

#include <stdio.h>

#include "picture.h"

/* The table, in the order of --help. */
#define RENDERERS(ROW) \
    ROW(render_text)   \
    ROW(render_ansi)   \
    ROW(render_json)   \
    ROW(render_svg)    \
    ROW(render_html)   \
    ROW(render_layout)

struct renderer {
    const char *name; /* as --render takes it */
    const char *help; /* what it makes: at most 50 columns */
    bool all_signs;   /* it has all signs and colours; else those of the locale, and colours unless NO_COLOR is set */
    bool layout_only; /* it draws the layout, of which there must be one, and no bytes */

    /* Draws it. 0 or -errno. */
    int (*render)(FILE *out, const struct picture *p);
    /* Draws the viewer's screen of that picture. NULL: it can't. */
    int (*screen)(FILE *out, const struct picture *p, const struct canvas *screen);
};

#define RENDER_DECLARE(name) extern const struct renderer name;
RENDERERS(RENDER_DECLARE)

/* The one of that name; NULL: there is none. */
const struct renderer *render_find(const char *name);

/* "text, ansi or svg": all of them, or those that draw a screen. */
void render_names(bool screen, char *out, size_t out_size);

/* A line for each: its name, and its help. */
void render_help(char *out, size_t out_size);

#endif
