/* Svg page: draws a picture as one page of SVG 1.1 in UTF-8: the grid with its fields' names, the field table, and a
 * legend. Long runs of zeros take one line, and it stops after 16 KiB. */
#ifndef SHMLAB_SVG_PAGE_H
#define SHMLAB_SVG_PAGE_H

#include "picture.h"

/* 0 or -ENOMEM. */
int svg_page(FILE *out, const struct picture *p);

#endif
