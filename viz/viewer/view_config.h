/* View config: which config file shm-view reads, and how it tells what is wrong in it. */
#ifndef SHMLAB_VIEW_CONFIG_H
#define SHMLAB_VIEW_CONFIG_H

#include "config.h"
#include "view_arguments.h"

/* Reads what --config names, else for the screen the person's own file, which may be missing; --render reads no other,
 * so that a picture for others doesn't depend on what one person likes. Tells on standard error what is wrong, and the
 * first of it in message, "" otherwise, since the screen soon hides the rest. 0; -errno only where the file that
 * --config names can't be read. *c is good in any case. */
int view_config_read(struct config *c, const struct view_arguments *w, char *message, size_t message_size);

#endif
