/* Map list: the mappings of a process that are shared, as text, so that one can be chosen. */
#ifndef SHMLAB_MAP_LIST_H
#define SHMLAB_MAP_LIST_H

#include <stdio.h>
#include <sys/types.h>

/* Prints one line for each: its line in /proc/PID/maps, address, bytes, rights, name, and the shmid of a segment.
 * *count: how many there are. 0, or -errno as mapping_each. */
int map_list_print(pid_t pid, FILE *out, size_t *count);

#endif
