/* Pty: a program on a pseudo-terminal, for tests and benches that must see every byte and every microsecond.
 *
 *   pty_start -> pty_read, pty_write, pty_resize, pty_signal ... -> pty_end
 *
 * Between us and the program is a small session leader, like a shell: so job control works (a stopped program stays
 * stopped until it gets SIGCONT). All of them end with us. Functions return 0 or -errno. */
#ifndef SHMLAB_TEST_PTY_H
#define SHMLAB_TEST_PTY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

struct pty {
    int fd;    /* our side of the terminal; -1: not open */
    pid_t pid; /* the program */
    pid_t leader;
};
#define PTY_EMPTY ((struct pty){.fd = -1})

/* Starts argv on a terminal of that size with TERM=term; the rest of the environment is ours, without what would tell
 * another size. *p is untouched on failure; a program that can't be executed ends with status 127. */
int pty_start(struct pty *p, int rows, int cols, const char *term, char *const argv[]);

/* Reads what the program sent: how many bytes; 0: nothing came within timeout_us; -EIO: it has closed the terminal. */
ssize_t pty_read(const struct pty *p, void *out, size_t size, int64_t timeout_us);

/* Types. */
int pty_write(const struct pty *p, const char *keys);

int pty_resize(const struct pty *p, int rows, int cols);
int pty_signal(const struct pty *p, int signal);

/* The state letter of /proc/PID/stat; 'X' where it is gone. */
char pty_state(const struct pty *p);

/* Awaits the end of a program that is about to end, at most timeout_us, reading away what it says; kills it otherwise.
 * Returns its exit status, 128 + N for signal N, -ETIMEDOUT where it was killed. usage, where it isn't NULL, takes what
 * it and the children that it waited for have used. */
int pty_end(struct pty *p, int64_t timeout_us, struct rusage *usage);

/* Microseconds of a monotonic clock. */
int64_t pty_now(void);

/* Nanoseconds that the program's threads have run on a CPU; -1: not known. */
int64_t pty_cpu_ns(const struct pty *p);

/* A number of /proc/PID/status in KiB, as VmHWM; -1: not known. */
long pty_status_kib(const struct pty *p, const char *key);

/* The same of /proc/PID/smaps_rollup, as Pss. */
long pty_smaps_kib(const struct pty *p, const char *key);

#endif
