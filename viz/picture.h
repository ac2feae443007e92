/* Picture: everything that a renderer needs: bytes and layout with their marks, problems found, the source, and how to
 * draw. Never changed once made. It owns nothing: what it points to must outlive it. */
#ifndef SHMLAB_PICTURE_H
#define SHMLAB_PICTURE_H

#include "differences.h"
#include "findings.h"
#include "grid.h"
#include "inspect/recording_reader.h"
#include "inspect/source.h"
#include "svg.h"
#include "theme.h"

struct picture {
    struct grid_input grid;   /* all that was read of the segment, without a cursor, as input for grid_cells */
    size_t first, count;      /* what is drawn: the bytes [first, first + count) of the segment */
    bool all_rows;            /* rows of zeros don't share a line */
    const char *layout_title; /* "struct message, from shm-server", or why there is no layout; printable */
    struct finding findings[FINDINGS_MAX];
    size_t finding_count, findings_more;
    const struct differences *differences; /* from all bytes expected, also where they are not drawn; NULL: none are */

    char title[96];                           /* of the source, printable: "key 0x0f20074e" */
    const char *state;                        /* "live" */
    uint64_t time;                            /* of a moment of a recording: ms since it began */
    const struct recording_reader *recording; /* NULL: it is none */
    const struct segment_stat *stat;          /* the kernel's record of a System V segment; NULL for other sources */
    struct attached attached;

    struct theme theme;
    int cols;  /* columns available */
    int width; /* bytes per row; 0: as many as fit */
    enum svg_ground ground;
};

/* Where the rows begin that are drawn in rows of `width` bytes: with the row that has `first`; *count: from there on. */
size_t picture_rows(const struct picture *p, int width, size_t *count);

/* The fields that are drawn, by their number in the layout: [*from, *to), those that have bytes in [first, first + count),
 * and what lies between them in the layout's order. */
void picture_fields(const struct picture *p, size_t *from, size_t *to);

/* One moment of a recording. */
struct picture_moment {
    uint64_t time;        /* ms since it began */
    const uint8_t *bytes; /* all that a picture's grid can read */
};

#endif
