/* Choose live: the chooser on the terminal. */
#ifndef SHMLAB_CHOOSE_LIVE_H
#define SHMLAB_CHOOSE_LIVE_H

#include "chooser.h"
#include "screen.h"

/* Shows the list, refreshes it and takes keys until the user chooses a line or quits (ch->quit). If no key has been
 * pressed when the kit's own segment appears, that is the choice. 0 or -ENOMEM. The screen stays open. */
int choose_live(struct screen *screen, struct chooser *ch, const struct theme *theme);

#endif
