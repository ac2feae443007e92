/* View once: shm-view --render: one picture to standard output. */
#ifndef SHMLAB_VIEW_ONCE_H
#define SHMLAB_VIEW_ONCE_H

#include "view_look.h"

/* Draws what v->source has now, by v->arguments.renderer. The exit status; what fails is said on standard error. */
int view_once(struct view *v);

#endif
