/* View tell: why shm-view can't open what it is to look at: what was tried, what the kernel said, what to do next. */
#ifndef SHMLAB_VIEW_TELL_H
#define SHMLAB_VIEW_TELL_H

#include "source.h"

/* source_open gave rc (< 0). Returns 1, the exit status for it. */
int view_tell_unopened(const struct source *s, int rc);

/* The source is open, but there is nothing to draw: it waits for a segment, or may not read it. Returns 1. */
int view_tell_nothing(const struct source *s);

#endif
