/* View live: shm-view on a terminal: the list to choose from, and the viewer. */
#ifndef SHMLAB_VIEW_LIVE_H
#define SHMLAB_VIEW_LIVE_H

#include "view_look.h"

/* Shows v->source, read `hz` times per second, until the user quits. The exit status, or VIEW_OTHERS: the user wants to
 * choose other memory, and the screen stays open. */
#define VIEW_OTHERS (-1)
int view_live(struct view *v, int hz);

/* Lets the user choose a source, which goes to v->arguments.spec; v->source must be closed. -1: one was chosen, and the
 * screen stays open; else the exit status. */
int view_choose(struct view *v);

/* The same at the start, if no source was named. Also -1 without asking if the kit's server is running or there is
 * nothing to choose from. */
int view_choose_first(struct view *v);

/* Restores the terminal if the screen is open. */
void view_leave(struct view *v);

#endif
