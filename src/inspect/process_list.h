/* Process list: all processes, and their names without more (src/process.h reads more). */
#ifndef SHMLAB_PROCESS_LIST_H
#define SHMLAB_PROCESS_LIST_H

#include "process.h"

/* Calls take(state, pid) for each process in /proc until it returns false. Returns -ENOTSUP if /proc is not mounted or
 * belongs to another PID namespace. */
typedef bool process_take(void *state, pid_t pid);
int process_each(process_take *take, void *state);

/* Are there processes that process_each can't find? */
enum process_unseen {
    PROCESS_ALL_SEEN,
    PROCESS_HIDDEN, /* /proc is mounted with hidepid, see proc(5), and we are not root */
    PROCESS_OUTSIDE /* we are not in the first PID namespace: those outside of ours, see pid_namespaces(7) */
};
enum process_unseen process_unseen(void);

/* The same name as process_read's, but cheaper to read; "" if it can't be read. */
void process_name(pid_t pid, char name[PROCESS_NAME_MAX]);

#endif
