/* HTML recording: the changes of a recording as data for the script of a page, which then shows any of its moments.
 *
 *   html_recording_make -> json, touched, legend -> html_recording_free */
#ifndef SHMLAB_HTML_RECORDING_H
#define SHMLAB_HTML_RECORDING_H

#include "picture.h"

/* Bytes of JSON, a little more at most. Where a recording has more, the changes around the moment shown are kept. */
#define HTML_RECORDING_MAX ((size_t)8 << 20)

struct html_recording {
    char *json; /* see html_recording.c; owned */
    size_t json_size;
    bool *touched;             /* one per cell: a change touched it; owned */
    struct grid_cell marks[3]; /* an example of each mark that some moment has: changed, stale, differs */
    size_t mark_count;
};
#define HTML_RECORDING_EMPTY ((struct html_recording){.json = NULL})

/* The part of the segment that the page has. */
struct html_recording_part {
    const struct grid_cell *cells; /* `count`, the first of them at the offset `first` */
    size_t first, count;
    size_t from, to; /* the fields [from, to) of the layout */
};

/* Makes the data for that part. p->recording must not be NULL. 0 or -ENOMEM. Call html_recording_free in any case. */
int html_recording_make(struct html_recording *r, const struct picture *p, const struct html_recording_part *part);
void html_recording_free(struct html_recording *r);

#endif
