/* Render: one picture, once, to a stream: for pipes, tests, gdb and other people's scripts. */
#ifndef SHMLAB_RENDER_H
#define SHMLAB_RENDER_H

#include <stdio.h>

#include "model.h"
#include "svg.h"
#include "theme.h"

/* The grid of all bytes and the field table, `cols` columns wide, as text (render_ansi: with colours and attributes).
 * The cursor shows only where show_cursor is true. 0 or -ENOMEM. */
int render_text(const struct model *m, const struct source *s, const struct theme *t, int cols, FILE *out);
int render_ansi(const struct model *m, const struct source *s, const struct theme *t, int cols, FILE *out);

/* The same as JSON, version 1: docs/json.md tells the schema. 0 or -ENOMEM. */
int render_json(const struct model *m, const struct source *s, FILE *out);

/* The same cells as a self-contained picture, SVG 1.1 in UTF-8: the grid with the names of its fields, the field table,
 * and what its signs mean. Long runs of zeros are one line, and after 16 KiB it ends. `cols` columns wide as text would
 * be. 0 or -ENOMEM. */
int render_svg(const struct model *m, const struct source *s, int cols, enum svg_ground ground, FILE *out);

/* That picture as an HTML page. 0 or -ENOMEM. */
int render_html(const struct model *m, const struct source *s, int cols, enum svg_ground ground, FILE *out);

/* A screen as such a picture: characters in their colours, boxes and signs as shapes. title and about are for screen
 * readers. 0 or -ENOMEM. */
int render_svg_canvas(const struct canvas *c, enum svg_ground ground, const char *title, const char *about, FILE *out);

/* The viewer's screen of rows x cols as such a picture: shapes the model for it. 0 or -ENOMEM. */
int render_svg_screen(struct model *m, const struct source *s, const struct theme *t, int rows, int cols,
                      enum svg_ground ground, FILE *out);

/* How many bytes differ from m->expected; bytes that are expected past the segment's end count. */
size_t render_differences(const struct model *m);

#endif
