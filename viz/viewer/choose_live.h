/* Choose live: the chooser on the open screen. */
#ifndef SHMLAB_CHOOSE_LIVE_H
#define SHMLAB_CHOOSE_LIVE_H

#include "chooser.h"
#include "screen.h"

/* Shows the list, keeps it fresh and takes keys until one is chosen, or ch->quit is true. Where no key was pressed and
 * the kit's own segment comes to stand, it is the choice. 0 or -ENOMEM. The screen is open before and after. */
int choose_live(struct screen *screen, struct chooser *ch, const struct theme *theme);

#endif
