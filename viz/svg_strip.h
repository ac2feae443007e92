/* Svg strip: draws moments of a recording as one SVG picture for a slide: the grid at each moment with its time, what
 * changed since the moment before marked. All moments have the same rows and columns, the fields' names are over the first
 * one, and all are arranged so that they fill a slide of 16:9 best. Of each, 16 KiB at most are drawn. */
#ifndef SHMLAB_SVG_STRIP_H
#define SHMLAB_SVG_STRIP_H

#include "picture.h"

/* count: at least 1. 0 or -ENOMEM. */
int svg_strip(FILE *out, const struct picture *p, const struct picture_moment *moments, size_t count);

#endif
