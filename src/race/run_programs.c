/* Run, programs: their processes, and how long to wait for them. */
#define _GNU_SOURCE /* memfd_create, sched_setaffinity */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run_internal.h"

enum {
    OUTPUT_MAX = 64 << 20, /* bytes that a program may print */
    STACK_MAX = 8 << 20,
    ABOVE_STACK = 64 << 10 /* bytes above the stack: a multiple of this */
};

static long futex(_Atomic uint32_t *word, int operation, uint32_t value, const struct timespec *time)
{
    return syscall(SYS_futex, word, operation, value, time, NULL, 0);
}

uint64_t run_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void run_set_over(struct run *r, enum run_over over, unsigned who, int number, const char *text)
{
    r->over = over;
    r->over_who = who;
    r->over_number = number;
    snprintf(r->over_text, sizeof r->over_text, "%s", text);
}

/* Adds these strings, and the pointers to them, to what lies above the stack. */
static void count_strings(char *const *strings, size_t *bytes, size_t *pointers)
{
    for (; *strings != NULL; strings++) {
        *bytes += strlen(*strings) + 1;
        ++*pointers;
    }
}

/* The path, the arguments and the environment lie above the stack, so a longer one moves all local variables, and pointers
 * to them in the segment with them. Makes it the same size each time. */
static void place_stack(const struct run_program *program)
{
    char filler[ABOVE_STACK] = "";
    size_t bytes = strlen(program->path) + 1, pointers = 0;
    count_strings(program->arguments, &bytes, &pointers);
    count_strings(environ, &bytes, &pointers);
    if (pointers % 2 == 1) { /* the kernel rounds the bytes to 16, and then the pointers */
        setenv("SHMLAB_RACE_EVEN", "", 1);
        bytes += sizeof "SHMLAB_RACE_EVEN=";
        pointers++;
    }
    memset(filler, '-', ABOVE_STACK - 1 - (bytes + pointers * sizeof(char *)) % ABOVE_STACK);
    setenv("SHMLAB_RACE_FILLER", filler, 1);
}

/* In the child: becomes the program. */
static void become(const struct run *r, unsigned number, int control_fd)
{
    char text[16];
    int in = open("/dev/null", O_RDONLY), out = r->output[number];
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){OUTPUT_MAX, OUTPUT_MAX});
    personality(ADDR_NO_RANDOMIZE);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    fcntl(control_fd, F_SETFD, 0);
    snprintf(text, sizeof text, "%d", control_fd);
    setenv(RACE_VARIABLE_FD, text, 1);
    snprintf(text, sizeof text, "%u", number);
    setenv(RACE_VARIABLE_SLOT, text, 1);
    setrlimit(RLIMIT_STACK, &(struct rlimit){STACK_MAX, STACK_MAX}); /* where libraries lie depends on it */
    place_stack(&r->settings.programs[number]);
    execv(r->settings.programs[number].path, r->settings.programs[number].arguments);
    _exit(127);
}

/* A wakeup across cores costs ten times one on the same core. Searches side by side take different ones. */
static void pin_to_one_core(void)
{
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof all, &all) < 0) {
        return;
    }
    int wanted = getpid() % CPU_COUNT(&all);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &all) && wanted-- == 0) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            sched_setaffinity(0, sizeof one, &one);
        }
    }
}

int run_new(const struct run_settings *settings, struct run **run)
{
    struct run *r = calloc(1, sizeof *r);
    int fd = memfd_create("shmlab-race", MFD_CLOEXEC);
    int rc = 0;
    if (r == NULL || fd < 0 || ftruncate(fd, sizeof *r->control) < 0) {
        free(r);
        return fd < 0 ? -errno : -ENOMEM;
    }
    pin_to_one_core();
    r->settings = *settings;
    r->control = mmap(NULL, sizeof *r->control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    r->memory = r->control == MAP_FAILED ? NULL : memory_new(r->control->memory, RACE_MEMORY);
    if (r->memory == NULL) {
        free(r);
        close(fd);
        return -ENOMEM;
    }
    r->control->controller = getpid();
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* processes whose parent has ended are reaped here */
    for (unsigned i = 0; i < settings->program_count && rc == 0; i++) {
        r->output[i] = memfd_create("output", MFD_CLOEXEC);
        fcntl(r->output[i], F_SETFL, O_APPEND);
        r->server[i] = fork();
        if (r->server[i] == 0) {
            become(r, i, fd);
        }
        rc = r->server[i] < 0 ? -errno : 0;
    }
    close(fd);
    *run = r;
    if (rc < 0) {
        run_free(r);
    }
    return rc;
}

void run_free(struct run *r)
{
    for (unsigned i = 0; i < r->settings.program_count; i++) {
        if (r->server[i] > 0) {
            kill(r->server[i], SIGKILL);
            waitpid(r->server[i], NULL, 0);
        }
        if (r->output[i] > 0) {
            close(r->output[i]);
        }
    }
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    memory_free(r->memory);
    munmap(r->control, sizeof *r->control);
    free(r);
}

/* The state of a process, as proc(5) has it: 'R', 'Z'; 'X': there is none. And the processor time that it has used. */
static char state_of(int pid, uint64_t *used_ms)
{
    char path[32], text[512] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) {
        close(fd);
    }
    const char *name_end = n > 0 ? strrchr(text, ')') : NULL;
    if (name_end == NULL) {
        return 'X';
    }
    sscanf(name_end + 3, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    *used_ms = (uint64_t)(user + system) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
    return name_end[2];
}

/* The first process that runs and has not told its next event; -1: none. */
static int running(const struct run *r)
{
    for (unsigned who = 0; who < r->processes; who++) {
        if (r->process[who].exists && !r->process[who].ended &&
            atomic_load(&r->control->slot[who].state) == RACE_RUNS) {
            return (int)who;
        }
    }
    return -1;
}

static void died(struct run *r, unsigned who, int status)
{
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (number == 0) {
        run_set_over(r, RUN_REFUSED, who, 0, "it ended without exit or return: a system call of its own?");
    } else {
        run_set_over(r, RUN_CRASH, who, number, "");
    }
    r->process[who].ended = true;
}

/* A process has been awaited for so long. Has it died, or will it never come to a step? On a busy machine only its own time
 * counts. */
static void look_after(struct run *r, unsigned who, uint64_t waited_ms)
{
    int pid = r->control->slot[who].pid;
    bool first = who < r->settings.program_count;
    uint64_t limit = r->settings.seconds_max * 1000ull, used_ms = 0;
    char state = pid > 0 ? state_of(pid, &used_ms) : 'R';
    if (first && waitpid(r->server[who], NULL, WNOHANG) > 0) {
        r->server[who] = 0;
        run_set_over(r, RUN_REFUSED, who, 0, "it could not be started");
        r->process[who].ended = true;
    } else if (!first && strchr("ZX", state) != NULL) {
        died(r, who, SIGKILL);
    } else if (waited_ms > limit && (state != 'R' || used_ms > limit)) {
        if (state == 'R') {
            run_set_over(r, RUN_SILENT, who, 0, "");
        } else {
            run_set_over(r, RUN_REFUSED, who, 0, "it waits in a call that the search does not know");
        }
        r->process[who].ended = true;
        if (pid > 0) {
            kill(pid, SIGKILL);
        }
    }
}

void run_programs_await(struct run *r)
{
    uint64_t start = run_now_ms();
    int who;
    for (;;) {
        uint32_t posted = atomic_load(&r->control->posted);
        who = running(r);
        if (who < 0) {
            break;
        }
        if ((unsigned)who < r->settings.program_count &&
            atomic_load(&r->control->server[who].ends) == atomic_load(&r->control->server[who].starts)) {
            if (running(r) == who) {
                died(r, (unsigned)who, r->control->server[who].status);
            }
            continue;
        }
        const struct timespec tick = {.tv_nsec = 100000000};
        if (futex(&r->control->posted, FUTEX_WAIT, posted, &tick) == 0 || errno != ETIMEDOUT || running(r) != who) {
            continue;
        }
        look_after(r, (unsigned)who, run_now_ms() - start);
    }
}

void run_answer(struct run *r, unsigned who, const struct race_answer *a)
{
    struct race_slot *slot = &r->control->slot[who];
    slot->answer = *a;
    atomic_store(&slot->state, RACE_RUNS);
    futex(&slot->state, FUTEX_WAKE, INT_MAX, NULL);
}

void run_programs_start(struct run *r)
{
    for (unsigned i = 0; i < r->processes; i++) {
        r->control->slot[i].answer.leave = false;
        if (ftruncate(r->output[i], 0) < 0) {
            close(r->output[i]);
        }
        atomic_store(&r->control->slot[i].state, RACE_RUNS);
        atomic_fetch_add(&r->control->server[i].starts, 1);
        futex(&r->control->server[i].starts, FUTEX_WAKE, INT_MAX, NULL);
    }
}

/* Whether a process that is to end, and hasn't for a second, never will. On a busy machine only its own time counts. */
static bool never_ends(const struct run *r, int pid)
{
    uint64_t used_ms = 0;
    return pid > 0 && (state_of(pid, &used_ms) != 'R' || used_ms > r->settings.seconds_max * 1000ull);
}

/* Waits until a forked process is gone: one that still ends would take the next order's answers for its own. Its parent has
 * ended, so it is ours to wait for, unless it was waited for already. */
static void await_end(const struct run *r, int pid)
{
    const struct timespec moment = {.tv_nsec = 100000};
    uint64_t start = run_now_ms(), used;
    while (pid > 0 && waitpid(pid, NULL, WNOHANG) != pid && strchr("ZX", state_of(pid, &used)) == NULL) {
        if (run_now_ms() - start > 1000 && never_ends(r, pid)) {
            kill(pid, SIGKILL);
        }
        nanosleep(&moment, NULL);
    }
}

void run_programs_stop(struct run *r)
{
    for (unsigned who = 0; who < r->processes; who++) {
        struct race_slot *slot = &r->control->slot[who];
        if (atomic_load(&slot->state) == RACE_ASKS) {
            run_answer(r, who, &(struct race_answer){.leave = true});
        }
    }
    for (unsigned i = 0; i < r->settings.program_count && r->server[i] > 0; i++) {
        struct race_server *server = &r->control->server[i];
        uint32_t ends;
        const struct timespec second = {.tv_sec = 1};
        while ((ends = atomic_load(&server->ends)) != atomic_load(&server->starts)) {
            if (futex(&server->ends, FUTEX_WAIT, ends, &second) < 0 && errno == ETIMEDOUT &&
                never_ends(r, r->control->slot[i].pid)) {
                kill(r->control->slot[i].pid, SIGKILL); /* its own code at exit does not end */
            }
        }
    }
    for (unsigned who = r->settings.program_count; who < r->processes; who++) {
        await_end(r, r->control->slot[who].pid);
    }
}
