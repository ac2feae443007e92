/* Attached panel: the processes that have the segment attached, and at which addresses. Pure. */
#ifndef SHMLAB_PANEL_ATTACHED_H
#define SHMLAB_PANEL_ATTACHED_H

#include "inspect/source.h"
#include "panels.h"

/* A summary in one line: "attached: 3 times, by 2 processes". "" if this kind of source can't tell. */
void panel_attached_head(const struct attached *who, char *out, size_t out_size);

/* Attachments that the kernel counts but that were not found in any process. */
size_t panel_attached_missing(const struct attached *who);

/* The number of lines: one per attachment, and those that say what can't be seen. 0 for files. */
size_t panel_attached_lines(const struct attached *who);

/* One of the lines below the attachments, printable: "2 more: not permitted". false: there is no such line. */
bool panel_attached_rest(const struct attached *who, size_t index, char *out, size_t out_size);

/* Notes on one attachment: "made it", "last", "this viewer", joined by ", "; "" if none apply. */
void panel_attached_note(const struct attached *who, const struct attachment *one, char *out, size_t out_size);

/* Draws the lines, starting at line `top`. */
void panel_attached(struct canvas *c, const struct theme *t, const struct attached *who, size_t top, struct rect r);

/* The same over the whole canvas, with a title. Returns the largest useful `top`. */
size_t panel_attached_full(struct canvas *c, const struct theme *t, const struct attached *who, size_t top);

#endif
