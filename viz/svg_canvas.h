/* Svg canvas: draws a screen as an SVG picture: text in its colours, boxes and signs as shapes. */
#ifndef SHMLAB_SVG_CANVAS_H
#define SHMLAB_SVG_CANVAS_H

#include "canvas.h"
#include "svg.h"

/* title and about are for screen readers. 0 or -ENOMEM. */
int svg_canvas(FILE *out, const struct canvas *c, enum svg_ground ground, const char *title, const char *about);

#endif
