/* Process: reads /proc/PID/stat. See process.h. */
#include "process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAT_LINE_MAX 4096 /* 52 numbers of at most 20 digits and a name */

static int stat_line_read(const char *path, char *line, size_t line_size)
{
    FILE *f = fopen(path, "re");

    if (f == NULL) {
        return -errno;
    }
    /* fread rather than fgets: a process name may contain a newline. */
    size_t n = fread(line, 1, line_size - 1, f);
    int rc = ferror(f) ? -errno : 0;
    fclose(f);
    line[n] = '\0';
    if (rc == 0 && n == 0) {
        rc = -ESRCH; /* it ended between open and read */
    }
    return rc;
}

bool process_proc_is_ours(void)
{
    char self[32] = ""; /* /proc/self is a link to our pid, as that namespace numbers it */

    return readlink("/proc/self", self, sizeof self - 1) > 0 && atol(self) == getpid();
}

int process_read(pid_t pid, struct process *p)
{
    char path[64], line[STAT_LINE_MAX];

    if (pid <= 0) {
        return -EINVAL;
    }
    /* A missing file in /proc proves nothing, because /proc may hide it. kill asks the kernel itself. */
    if (kill(pid, 0) != 0 && errno == ESRCH) {
        return -ESRCH;
    }
    if (!process_proc_is_ours()) {
        return -ENOTSUP;
    }
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    int rc = stat_line_read(path, line, sizeof line);
    if (rc == 0) {
        return process_parse(line, p);
    }
    if (kill(pid, 0) != 0 && errno == ESRCH) {
        return -ESRCH; /* it ended in the meantime */
    }
    return rc == -ESRCH ? -EAGAIN : rc;
}

int process_parse(const char *line, struct process *p)
{
    /* "4121 (shm-server) S 1 4121 ...": the name may contain blanks and parentheses, so it ends at the last ')'. */
    const char *open = strchr(line, '('), *close = strrchr(line, ')');
    char state;
    long threads;
    unsigned long long start;

    if (open == NULL || close == NULL || close < open) {
        return -EINVAL;
    }
    /* After the name: state, 16 numbers, num_threads (field 20 of proc(5)), itrealvalue, starttime (22). */
    if (sscanf(close + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %llu", &state,
               &threads, &start) != 3) {
        return -EINVAL;
    }

    size_t length = (size_t)(close - open - 1);
    if (length >= sizeof p->name) {
        length = sizeof p->name - 1;
    }
    *p = (struct process){.pid = (pid_t)atol(line), .state = state, .threads = threads, .start = start};
    memcpy(p->name, open + 1, length);
    return p->pid > 0 ? 0 : -EINVAL;
}

bool process_has_ended(const struct process *p)
{
    bool dead = p->state == 'Z' || p->state == 'X' || p->state == 'x';

    return dead && p->threads <= 1;
}

int process_start_time(const struct process *p, time_t *start)
{
    struct timespec since_boot, now;
    long ticks = sysconf(_SC_CLK_TCK);

    if (ticks <= 0) {
        return -EINVAL;
    }
    if (clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return -errno;
    }
    double age = (double)since_boot.tv_sec + (double)since_boot.tv_nsec / 1e9 - (double)p->start / (double)ticks;
    *start = (time_t)((double)now.tv_sec + (double)now.tv_nsec / 1e9 - age);
    return 0;
}
