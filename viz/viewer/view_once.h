/* View once: shm-view --render: prints one picture. */
#ifndef SHMLAB_VIEW_ONCE_H
#define SHMLAB_VIEW_ONCE_H

#include "view_look.h"

/* Draws the present bytes of v->source with v->arguments.renderer. The exit status; errors are printed on standard
 * error. */
int view_once(struct view *v);

#endif
