/* Process: a process's name, state and start time, from /proc/PID/stat (proc(5)).
 *
 * Only for processes in our own PID namespace. Functions that return int return 0 or -errno. None prints. */
#ifndef SHMLAB_PROCESS_H
#define SHMLAB_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#define PROCESS_NAME_MAX 64 /* bytes, with the NUL: at most 16 for programs, 64 for kernel threads */

struct process {
    pid_t pid;
    char name[PROCESS_NAME_MAX]; /* chosen by the process: may contain any byte but NUL, so escape it (printable.h) */
    char state;                  /* R, S, D, T, Z, X, ... */
    long threads;                /* threads that run or wait to be reaped */
    unsigned long long start;    /* clock ticks from boot to its start; sysconf(_SC_CLK_TCK) a second */
};

/* Reads /proc/PID/stat into *p. Returns -ESRCH if there is no such process, -EINVAL if pid is not positive, and
 * -ENOTSUP if /proc is not mounted or belongs to another PID namespace. Any other error means that we can't know, for
 * example because /proc hides other users' processes. */
int process_read(pid_t pid, struct process *p);

/* Parses one line of /proc/PID/stat. Returns -EINVAL, with *p undefined, if it is malformed. */
int process_parse(const char *line, struct process *p);

/* Whether the process has ended and only waits for its parent to read its exit status (a zombie). The kernel also
 * shows a process as a zombie whose first thread has ended while other threads run; that one has not ended. */
bool process_has_ended(const struct process *p);

/* When the process started, in seconds since 1970. Exact to a clock tick, unless the clock has been set since. */
int process_start_time(const struct process *p, time_t *start);

/* Whether /proc belongs to our own PID namespace. If not, its pids mean other processes. */
bool process_proc_is_ours(void);

#endif
