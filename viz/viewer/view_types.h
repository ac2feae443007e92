/* shm-view --types: lists the types of a program with their sizes, holes and padding. */
#ifndef SHMLAB_VIEW_TYPES_H
#define SHMLAB_VIEW_TYPES_H

#include "view_arguments.h"

/* Prints the types of --elf whose names fit --types, a line each. The exit status: 1, with the error printed, if there are
 * none or the file can't be read. */
int view_types(const struct view_arguments *w);

#endif
