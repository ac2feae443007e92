/* View config: finds and reads shm-view's config file, and reports what is wrong in it. */
#ifndef SHMLAB_VIEW_CONFIG_H
#define SHMLAB_VIEW_CONFIG_H

#include "config.h"
#include "view_arguments.h"

/* Reads the file named by --config. Without it, the live screen reads the user's own file, if there is one; --render
 * reads none, so that a picture for others doesn't depend on one user's preferences. Problems are printed on standard
 * error, and the first goes to message ("" if none), since the screen soon hides the rest. 0; -errno only if the file
 * named by --config can't be read. *c is valid in any case. */
int view_config_read(struct config *c, const struct view_arguments *w, char *message, size_t message_size);

#endif
