/* Attached panel: who has the segment attached, each at its own address. Pure. */
#ifndef SHMLAB_PANEL_ATTACHED_H
#define SHMLAB_PANEL_ATTACHED_H

#include "inspect/source.h"
#include "panels.h"

/* What there is to tell in one line: "attached: 3 times, by 2 processes". "" where nothing can be told of this kind. */
void panel_attached_head(const struct attached *who, char *out, size_t out_size);

/* Attachments that the kernel counts, and nobody was found for. */
size_t panel_attached_missing(const struct attached *who);

/* How many lines there are: one for each attachment, and those that tell of what can't be seen. 0 for files. */
size_t panel_attached_lines(const struct attached *who);

/* One of the lines below the attachments, printable: "2 more: not permitted". false: no such line. */
bool panel_attached_rest(const struct attached *who, size_t index, char *out, size_t out_size);

/* What else is to be told of one attachment: "made it", "last", "this viewer", joined by ", "; "" where nothing is. */
void panel_attached_note(const struct attached *who, const struct attachment *one, char *out, size_t out_size);

/* Draws the lines from line `top` on. */
void panel_attached(struct canvas *c, const struct theme *t, const struct attached *who, size_t top, struct rect r);

/* The same over the whole canvas, with a title. Returns the last line that may stand first. */
size_t panel_attached_full(struct canvas *c, const struct theme *t, const struct attached *who, size_t top);

#endif
