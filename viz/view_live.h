/* View live: shm-view on a terminal: the list to choose from, and the viewer itself. */
#ifndef SHMLAB_VIEW_LIVE_H
#define SHMLAB_VIEW_LIVE_H

#include "view_look.h"

/* No word, and no server of the kit: lets the person choose among what there is, into v->words.spec. -1: one was chosen,
 * or there is nothing to choose from and the kit's server is waited for; else the exit status. */
int view_choose(struct view *v);

/* Shows v->source, `hz` looks a second, until the person has enough. The exit status. */
int view_live(struct view *v, int hz);

#endif
