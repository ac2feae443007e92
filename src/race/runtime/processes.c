/* Runtime: processes and time, what can't be searched, and the start. */
#define _GNU_SOURCE
#include "runtime.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

int __real_raise(int number);

enum { NS = 1000000000 };

static void yield_to_others(const char *call, uint64_t nanoseconds, uint64_t site)
{
    struct race_event event = {.kind = RACE_YIELD, .operand = nanoseconds, .site = site};
    race_flush(site);
    race_call_of(&event, call);
    race_ask(&event);
}

unsigned __wrap_sleep(unsigned seconds)
{
    yield_to_others("sleep", (uint64_t)seconds * NS, HERE);
    return 0;
}

int __wrap_usleep(useconds_t microseconds)
{
    yield_to_others("usleep", (uint64_t)microseconds * 1000, HERE);
    return 0;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
    (void)rest;
    yield_to_others("nanosleep", (uint64_t)time->tv_sec * NS + (uint64_t)time->tv_nsec, HERE);
    return 0;
}

int __wrap_sched_yield(void)
{
    yield_to_others("sched_yield", 0, HERE);
    return 0;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    now->tv_sec = (time_t)(race_runtime->control->time / NS);
    now->tv_nsec = (long)(race_runtime->control->time % NS);
    return 0;
}

int __wrap_gettimeofday(struct timeval *now, void *zone)
{
    (void)zone;
    now->tv_sec = (time_t)(race_runtime->control->time / NS);
    now->tv_usec = (suseconds_t)(race_runtime->control->time % NS / 1000);
    return 0;
}

time_t __wrap_time(time_t *now)
{
    time_t seconds = (time_t)(race_runtime->control->time / NS);
    if (now != NULL) {
        *now = seconds;
    }
    return seconds;
}

static pid_t pid_of(unsigned slot)
{
    return (pid_t)(1001 + slot);
}

pid_t __wrap_getpid(void)
{
    return pid_of(race_runtime->me);
}

pid_t __wrap_fork(void)
{
    struct race_event event = {.kind = RACE_FORK, .site = HERE};
    race_flush(HERE);
    race_call_of(&event, "fork");
    int slot = race_ask(&event)->result;
    if (race_result_of(slot) < 0) {
        return -1;
    }
    fflush(NULL);
    pid_t pid = __real_fork();
    if (pid == 0) {
        race_runtime->me = (unsigned)slot;
        race_runtime->control->slot[slot].pid = (int)__real_syscall(SYS_getpid);
        __real_memset(race_runtime->children, 0, sizeof race_runtime->children);
        return 0;
    }
    race_runtime->children[slot] = pid;
    race_runtime->control->slot[slot].pid = pid;
    return pid_of((unsigned)slot);
}

static pid_t wait_child(pid_t pid, int *status, int options, uint64_t site, const char *call)
{
    bool any = false;
    int wanted = pid > 1000 ? (int)pid - 1001 : RACE_PROCESSES;
    for (int i = 0; i < RACE_PROCESSES; i++) {
        any = any || (race_runtime->children[i] != 0 && (wanted == RACE_PROCESSES || wanted == i));
    }
    if (!any) {
        errno = ECHILD;
        return -1;
    }
    struct race_event event = {.kind = RACE_JOIN, .number = wanted, .flags = (unsigned)options, .site = site};
    race_flush(site);
    race_call_of(&event, call);
    int slot = race_ask(&event)->result;
    if (slot < 0) {
        return 0; /* WNOHANG */
    }
    pid = race_runtime->children[slot];
    race_runtime->children[slot] = 0;
    __real_waitpid(pid, status, 0);
    return pid_of((unsigned)slot);
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    return wait_child(pid, status, options, HERE, "waitpid");
}

pid_t __wrap_wait(int *status)
{
    return wait_child(-1, status, 0, HERE, "wait");
}

static void tell_end(int status, uint64_t site)
{
    struct race_event event = {.kind = RACE_END, .number = status & 0xff, .site = site};
    race_flush(site);
    race_ask(&event);
}

void __wrap__exit(int status)
{
    tell_end(status, HERE);
    race_leave(status);
    __builtin_unreachable();
}

void __wrap__Exit(int status)
{
    tell_end(status, HERE);
    race_leave(status);
    __builtin_unreachable();
}

static void on_end(int status, void *argument)
{
    (void)argument;
    tell_end(status, 0);
}

void __wrap___assert_fail(const char *expression, const char *file, unsigned line, const char *function)
{
    struct race_event event = {.kind = RACE_ASSERT, .site = HERE};
    (void)file;
    (void)line;
    (void)function;
    race_flush(HERE);
    race_text_copy(event.text, sizeof event.text, expression);
    race_ask(&event);
    race_leave(134);
    __builtin_unreachable();
}

static void on_crash(int number, siginfo_t *information, void *context)
{
    struct race_event event = {.kind = RACE_CRASH, .number = number};
    (void)information;
    event.site =
        (uint64_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] + 1; /* sites are return addresses */
    race_runtime->pending.address = NULL;                                        /* it may not have been made */
    race_ask(&event);
    race_leave(128 + number);
}

void race_refuse(const char *what, uint64_t site)
{
    struct race_event event = {.kind = RACE_REFUSE, .site = site};
    race_text_copy(event.text, sizeof event.text, what);
    race_flush(site);
    race_ask(&event);
    race_leave(1);
}

#define REFUSED(type, name, what) \
    type __wrap_##name(void)      \
    {                             \
        race_refuse(what, HERE);  \
        return (type)0;           \
    }
REFUSED(int, pthread_create, "it makes threads (ThreadSanitizer finds races between those)")
REFUSED(int, execv, "it starts another program")
REFUSED(int, execve, "it starts another program")
REFUSED(int, execvp, "it starts another program")
REFUSED(int, execl, "it starts another program")
REFUSED(int, execlp, "it starts another program")
REFUSED(int, system, "it starts another program")
REFUSED(int, vfork, "it calls vfork: use fork")
REFUSED(int, msgget, "it uses message queues")
REFUSED(int, pipe, "it uses a pipe")
REFUSED(int, process_vm_writev, "it writes into another process's memory (process_vm_writev)")
REFUSED(int, pthread_cond_wait, "it waits for a condition variable (pthread_cond_wait)")
REFUSED(int, sem_timedwait, "it waits with a time limit (sem_timedwait)")
REFUSED(int, pthread_mutex_timedlock, "it waits with a time limit (pthread_mutex_timedlock)")
REFUSED(int, semtimedop, "it waits with a time limit (semtimedop)")
REFUSED(int, alarm, "it sets an alarm")
REFUSED(int, pthread_cond_timedwait, "it waits for a condition variable (pthread_cond_timedwait)")
REFUSED(int, pthread_rwlock_rdlock, "it uses a read-write lock (pthread_rwlock)")
REFUSED(int, pthread_rwlock_wrlock, "it uses a read-write lock (pthread_rwlock)")
REFUSED(int, pthread_barrier_wait, "it uses a barrier (pthread_barrier_wait)")
REFUSED(int, flock, "it locks a file (flock)")
REFUSED(int, lockf, "it locks a file (lockf)")
REFUSED(int, socketpair, "it uses sockets")
REFUSED(int, socket, "it uses sockets")
REFUSED(int, eventfd, "it uses an eventfd")
REFUSED(int, pipe2, "it uses a pipe")
REFUSED(int, mkfifo, "it uses a pipe")
REFUSED(int, mq_open, "it uses message queues")
REFUSED(int, pause, "it waits for a signal (pause)")
REFUSED(int, sigsuspend, "it waits for a signal (sigsuspend)")
REFUSED(int, sigwait, "it waits for a signal (sigwait)")
REFUSED(int, kill, "it sends a signal (kill)")
REFUSED(int, killpg, "it sends a signal (killpg)")
REFUSED(int, sigqueue, "it sends a signal (sigqueue)")

int __wrap_raise(int number)
{
    if (number == SIGSTOP || number == SIGTSTP) {
        race_refuse("it stops itself (SIGSTOP)", HERE);
    }
    return __real_raise(number);
}

pid_t __wrap_getppid(void)
{
    return 1000; /* what started the programs */
}

/* ---- start ---- */

/* Makes one process for each order, until the controller ends. */
static void serve(struct race_control *control, unsigned me)
{
    struct race_server *server = &control->server[me];
    uint32_t done = 0;
    for (;;) {
        while (atomic_load(&server->starts) == done) {
            race_sleep_on(control, &server->starts, done);
        }
        done++;
        pid_t pid = __real_fork();
        if (pid == 0) {
            return;
        }
        control->slot[me].pid = pid;
        int status = 0;
        if (pid > 0) {
            __real_waitpid(pid, &status, 0);
        }
        server->status = pid > 0 ? status : 255 << 8;
        atomic_fetch_add(&server->ends, 1);
        race_wake(&server->ends);
    }
}

__attribute__((constructor)) static void start(void)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
    const char *fd = getenv(RACE_VARIABLE_FD), *slot = getenv(RACE_VARIABLE_SLOT);
    if (fd == NULL || slot == NULL) {
        fprintf(stderr, "this program was built for shmlab race, which starts it\n");
        race_leave(1);
    }
    struct race_control *control = __real_mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(fd), 0);
    struct race_runtime *r = __real_mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (control == MAP_FAILED || r == MAP_FAILED) {
        race_leave(1);
    }
    __real_close(atoi(fd));
    r->control = control;
    r->me = (unsigned)atoi(slot);
    r->stack_end = __builtin_frame_address(0);
    unsetenv(RACE_VARIABLE_FD);
    unsetenv(RACE_VARIABLE_SLOT);
    serve(control, r->me);
    race_runtime = r;
    race_runtime->pending.address = NULL;
    sigaltstack(&(stack_t){.ss_sp = r->crash_stack, .ss_size = sizeof r->crash_stack}, NULL);
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
        sigaction(crashes[i], &action, NULL);
    }
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); /* --gdb, where only a parent may attach (Yama) */
    setvbuf(stdout, NULL, _IOLBF, 0); /* as on a terminal: what was printed before a crash is not lost */
    on_exit(on_end, NULL);
}
