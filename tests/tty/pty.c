/* Pty: see pty.h. */
#define _GNU_SOURCE
#include "pty.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t pty_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int size_set(int fd, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    return ioctl(fd, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

static int master_open(char *name, size_t name_size)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    if (grantpt(fd) < 0 || unlockpt(fd) < 0 || ptsname_r(fd, name, name_size) != 0) {
        int rc = -errno;
        close(fd);
        return rc;
    }
    return fd;
}

static void __attribute__((noreturn)) program_become(int slave, const char *term, char *const argv[])
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int fd = 0; fd < 3; fd++) {
        dup2(slave, fd);
    }
    /* Not stopped for that, as it is not in the foreground yet. */
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(slave, getpid());
    signal(SIGTTOU, SIG_DFL);
    if (slave > 2) {
        close(slave);
    }
    setenv("TERM", term, 1);
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* what its person likes is not what is tested */
    unsetenv("LINES");
    unsetenv("COLUMNS");
    execvp(argv[0], argv);
    _exit(127);
}

/* The session's leader: starts the program, reports its pid, and ends with the same status. */
static void __attribute__((noreturn)) leader_run(const char *name, int tell, const char *term, char *const argv[])
{
    int status = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    int slave = open(name, O_RDWR | O_CLOEXEC);
    if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0) {
        _exit(126);
    }
    signal(SIGHUP, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGHUP, SIG_DFL);
        program_become(slave, term, argv);
    }
    setpgid(pid, pid);
    ssize_t told = write(tell, &pid, sizeof pid);
    close(tell);
    close(slave);
    while (told == (ssize_t)sizeof pid && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

int pty_start(struct pty *p, int rows, int cols, const char *term, char *const argv[])
{
    char name[64];
    int tell[2], rc = 0, fd = master_open(name, sizeof name);
    if (fd < 0 || pipe2(tell, O_CLOEXEC) < 0) {
        return fd < 0 ? fd : -errno;
    }
    /* The size can be set before anybody has the other side open. */
    size_set(fd, rows, cols);
    pid_t pid = 0, leader = fork();
    if (leader == 0) {
        close(fd); /* else closing ours would not hang up */
        leader_run(name, tell[1], term, argv);
    }
    close(tell[1]);
    if (leader < 0 || read(tell[0], &pid, sizeof pid) != (ssize_t)sizeof pid || pid <= 0) {
        rc = -ECHILD;
        close(fd);
    } else {
        *p = (struct pty){.fd = fd, .pid = pid, .leader = leader};
    }
    close(tell[0]);
    return rc;
}

ssize_t pty_read(const struct pty *p, void *out, size_t size, int64_t timeout_us)
{
    struct pollfd ready = {.fd = p->fd, .events = POLLIN};
    timeout_us = timeout_us > 0 ? timeout_us : 0;
    struct timespec most = {.tv_sec = timeout_us / 1000000, .tv_nsec = timeout_us % 1000000 * 1000};
    int n = ppoll(&ready, 1, &most, NULL);
    if (n <= 0) {
        return n < 0 && errno != EINTR ? -errno : 0;
    }
    ssize_t got = read(p->fd, out, size);
    return got > 0 ? got : got == 0 ? -EIO : -errno;
}

int pty_write(const struct pty *p, const char *keys)
{
    size_t n = strlen(keys);
    return write(p->fd, keys, n) == (ssize_t)n ? 0 : -errno;
}

int pty_resize(const struct pty *p, int rows, int cols)
{
    return size_set(p->fd, rows, cols);
}

int pty_signal(const struct pty *p, int signal)
{
    return kill(p->pid, signal) < 0 ? -errno : 0;
}

char pty_state(const struct pty *p)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)p->pid);
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        return 'X';
    }
    char *end = fgets(line, sizeof line, in) != NULL ? strrchr(line, ')') : NULL;
    fclose(in);
    return end != NULL && end[1] == ' ' ? end[2] : 'X';
}

int pty_end(struct pty *p, int64_t timeout_us, struct rusage *usage)
{
    int status = 0, killed = 0;
    int64_t until = pty_now() + timeout_us;
    char away[4096];
    if (p->fd < 0) {
        return -EBADF;
    }
    for (pid_t done; (done = wait4(p->leader, &status, WNOHANG, usage)) != p->leader;) {
        if (done < 0) {
            return -errno;
        }
        if (pty_now() > until && !killed) {
            kill(p->pid, SIGKILL);
            killed = 1;
        }
        if (pty_read(p, away, sizeof away, 2000) < 0) {
            struct timespec pause = {.tv_nsec = 1000000};
            nanosleep(&pause, NULL);
        }
    }
    close(p->fd);
    *p = PTY_EMPTY;
    if (killed) {
        return -ETIMEDOUT;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int64_t pty_cpu_ns(const struct pty *p)
{
    char path[320];
    int64_t sum = -1;
    snprintf(path, sizeof path, "/proc/%d/task", (int)p->pid);
    DIR *threads = opendir(path);
    for (struct dirent *d; threads != NULL && (d = readdir(threads)) != NULL;) {
        long long ns = 0;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)p->pid, d->d_name);
        FILE *in = d->d_name[0] != '.' ? fopen(path, "r") : NULL;
        if (in != NULL) {
            sum = fscanf(in, "%lld", &ns) == 1 ? (sum > 0 ? sum : 0) + ns : sum;
            fclose(in);
        }
    }
    if (threads != NULL) {
        closedir(threads);
    }
    return sum;
}

static long kib_of(const struct pty *p, const char *file, const char *key)
{
    char path[64], line[256];
    size_t n = strlen(key);
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)p->pid, file);
    FILE *in = fopen(path, "r");
    while (in != NULL && kib < 0 && fgets(line, sizeof line, in) != NULL) {
        if (strncmp(line, key, n) == 0 && line[n] == ':') {
            kib = strtol(line + n + 1, NULL, 10);
        }
    }
    if (in != NULL) {
        fclose(in);
    }
    return kib;
}

long pty_status_kib(const struct pty *p, const char *key)
{
    return kib_of(p, "status", key);
}

long pty_smaps_kib(const struct pty *p, const char *key)
{
    return kib_of(p, "smaps_rollup", key);
}
