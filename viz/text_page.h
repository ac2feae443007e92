/* Text page: draws a picture as lines of text: the grid of all bytes, the field table, the findings, and the processes
 * attached. */
#ifndef SHMLAB_TEXT_PAGE_H
#define SHMLAB_TEXT_PAGE_H

#include "canvas.h"
#include "picture.h"

/* Draws the page and passes it to print (canvas_text, canvas_ansi). 0 or -ENOMEM. */
int text_page(FILE *out, const struct picture *p, void (*print)(const struct canvas *, FILE *));

#endif
