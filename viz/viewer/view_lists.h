/* View lists: what shm-view prints so that one can choose: the segments, the mappings of a process. */
#ifndef SHMLAB_VIEW_LISTS_H
#define SHMLAB_VIEW_LISTS_H

#include "view_arguments.h"

/* --list. The exit status; what fails is said on standard error. */
int view_list_segments(const struct view_arguments *w);

/* --pid without --map: what of that process --map can choose. The same. */
int view_list_maps(pid_t pid);

#endif
