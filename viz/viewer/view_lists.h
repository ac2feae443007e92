/* View lists: shm-view's plain lists of segments and of a process's mappings. */
#ifndef SHMLAB_VIEW_LISTS_H
#define SHMLAB_VIEW_LISTS_H

#include "view_arguments.h"

/* --list. Returns the exit status; errors are printed on standard error. */
int view_list_segments(const struct view_arguments *w);

/* --pid without --map: lists the mappings that --map can name. Likewise. */
int view_list_maps(pid_t pid);

#endif
