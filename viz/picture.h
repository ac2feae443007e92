/* Picture: all that a renderer draws: bytes and layout with their marks, what is wrong, where the bytes come from, and
 * how it is wanted. Made once and never changed. Who makes it keeps all that it points to. */
#ifndef SHMLAB_PICTURE_H
#define SHMLAB_PICTURE_H

#include "findings.h"
#include "grid.h"
#include "inspect/source.h"
#include "svg.h"
#include "theme.h"

struct picture {
    struct grid_input grid;   /* the whole segment, from offset 0 on, without a cursor, for grid_fill */
    const char *layout_title; /* "struct message, from shm-server", or why there is no layout; printable */
    struct finding findings[FINDINGS_MAX];
    size_t finding_count, findings_more;
    size_t differences; /* bytes that are not as expected */

    char title[96];                  /* of the source: "key 0x0f20074e"; printable */
    const char *state;               /* "live" */
    const struct segment_stat *stat; /* what the kernel tells of a System V segment; NULL: it is none */
    struct attached attached;

    struct theme theme;
    int cols;  /* columns that it may take */
    int width; /* bytes a row; 0: what fits */
    enum svg_ground ground;
};

#endif
