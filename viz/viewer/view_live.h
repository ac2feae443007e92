/* View live: shm-view on a terminal: the list to choose from, and the viewer itself. */
#ifndef SHMLAB_VIEW_LIVE_H
#define SHMLAB_VIEW_LIVE_H

#include "view_look.h"

/* Shows v->source, `hz` looks a second, until the person has enough. The exit status, or VIEW_OTHERS: the person wants
 * to see other memory; the screen stays open. */
#define VIEW_OTHERS (-1)
int view_live(struct view *v, int hz);

/* Lets the person choose among what there is, into v->arguments.spec. -1: one was chosen, and the screen stays open; else
 * the exit status. The source is closed. */
int view_choose(struct view *v);

/* The same at the start, without a word: -1, too, where the kit's server stands, or nothing does. */
int view_choose_first(struct view *v);

/* Gives the terminal back, if it is ours. */
void view_leave(struct view *v);

#endif
