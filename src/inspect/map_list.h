/* Map list: prints the shared mappings of a process, so that the user can choose one. */
#ifndef SHMLAB_MAP_LIST_H
#define SHMLAB_MAP_LIST_H

#include <stdio.h>
#include <sys/types.h>

/* Prints a line for each shared mapping of pid to out: its line number in /proc/PID/maps, address, size in bytes,
 * rights, name and, for a System V segment, the shmid. Names are escaped. *count is the number of lines. Returns 0 or
 * -errno, as mapping_each does; -ESRCH also for a process that has no memory (a zombie, a kernel thread). */
int map_list_print(pid_t pid, FILE *out, size_t *count);

#endif
