/* Svg page: a picture as SVG 1.1 in UTF-8, in one piece: the grid with the names of its fields, the field table, and
 * what its signs mean. Long runs of zeros are one line, and after 16 KiB it ends. */
#ifndef SHMLAB_SVG_PAGE_H
#define SHMLAB_SVG_PAGE_H

#include "picture.h"

/* 0 or -ENOMEM. */
int svg_page(FILE *out, const struct picture *p);

#endif
