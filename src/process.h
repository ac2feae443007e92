/* Process: what the kernel tells of another process, of /proc/PID/stat (proc(5)).
 *
 * Only for processes of our own PID namespace. All functions return 0 or -errno and print nothing. */
#ifndef SHMLAB_PROCESS_H
#define SHMLAB_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#define PROCESS_NAME_MAX 64 /* bytes with the NUL: 16 for programs, up to 64 for kernel threads */

struct process {
    pid_t pid;
    char name[PROCESS_NAME_MAX]; /* as the process chose it: may hold any byte but NUL (printable.h before printing) */
    char state;                  /* R, S, D, T, Z, X, ... */
    long threads;                /* that live or wait to be reaped */
    unsigned long long start;    /* clock ticks (sysconf(_SC_CLK_TCK)) from boot to its start */
};

/* Reads what is known of pid into *p. -ESRCH: there is no such process. Any other failure: it can't be told, as where
 * /proc is not mounted, hides other users' processes, or shows another PID namespace (-ENOTSUP). */
int process_read(pid_t pid, struct process *p);

/* Takes one line of the form of /proc/PID/stat. -EINVAL where it has another form, with *p undefined. */
int process_parse(const char *line, struct process *p);

/* true for one that runs no more and only waits for its parent to ask how it ended (a zombie). A process whose first
 * thread has ended while others run is shown as a zombie too; it is none. */
bool process_has_ended(const struct process *p);

/* When it started, in seconds since 1970 by today's clock: exact to the tick, as long as nobody has set the clock. */
int process_start_time(const struct process *p, time_t *start);

/* Calls take for each process that /proc shows, until it returns false. -ENOTSUP: /proc is not there, or that of another
 * PID namespace. */
typedef bool process_take(void *state, pid_t pid);
int process_each(process_take *take, void *state);

/* The name of pid as it stands in process_read's, at less cost; "" where it can't be read. */
void process_name(pid_t pid, char name[PROCESS_NAME_MAX]);

/* true where /proc is that of our own PID namespace, so that the pids in it mean the processes that we mean. */
bool process_proc_is_ours(void);

#endif
