/* HTML page: draws a picture as the elements of a page: the grid and the field table as tables, a legend, the findings,
 * and an empty inspector. All of it is there without a script; page.js makes it interactive. The same cells as in an
 * SVG: long runs of zeros take one line, and it stops after 16 KiB. Of a recording, the page has all moments, and
 * controls to go to them. */
#ifndef SHMLAB_HTML_PAGE_H
#define SHMLAB_HTML_PAGE_H

#include "picture.h"

/* Writes the content of the body, with the data for the script. 0 or -ENOMEM. */
int html_page(FILE *out, const struct picture *p);

#endif
