/* Race, debug: gdb at a step of an order. */
#include "race.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { A_DAY = 86400 };

static bool is_traced(int pid)
{
    char path[32], line[128];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *in = fopen(path, "r");
    int tracer = 0;
    while (in != NULL && fgets(line, sizeof line, in) != NULL && sscanf(line, "TracerPid: %d", &tracer) != 1) {
    }
    if (in != NULL) {
        fclose(in);
    }
    return tracer != 0;
}

/* The process stands in the run-time. gdb goes on to where the program is, as soon as the controller lets it. */
static pid_t start_gdb(int pid, const struct race_event *e)
{
    char process[16], stop[40];
    bool ends = e->kind >= RACE_REFUSE;
    snprintf(process, sizeof process, "%d", pid);
    snprintf(stop, sizeof stop, "tbreak *%#llx", (unsigned long long)(e->stands != 0 ? e->stands : e->site));
    fflush(stdout);
    pid_t gdb = fork();
    if (gdb == 0) {
        execlp("gdb", "gdb", "-q", "-iex", "set debuginfod enabled off", "-p", process, "-ex",
               ends ? "backtrace" : stop, ends ? NULL : "-ex", "continue", NULL);
        _exit(127);
    }
    return gdb;
}

void race_debug(struct race *r, const struct run_option *path, size_t length, size_t index)
{
    struct run_option all[RUN_OPTIONS];
    struct run_step step;
    bool spins;
    unsigned count;
    pid_t gdb = 0;
    if (index == SIZE_MAX || r->steps[index].option.drain) {
        fprintf(stderr, "%s: --gdb: row %lld is no step of a process\n", RACE_PROGRAM, r->gdb);
        return;
    }
    signal(SIGINT, SIG_IGN); /* Ctrl-C is for gdb */
    run_begin(r->run);
    for (size_t i = 0; (count = run_options(r->run, all)) > 0; i++) {
        const struct run_option *option = race_option(path, length, i, all, count);
        if (i == index) {
            int pid = run_pid(r->run, option->who);
            gdb = start_gdb(pid, run_event(r->run, option->who, &spins));
            while (!is_traced(pid) && waitpid(gdb, NULL, WNOHANG) == 0) {
                nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
            }
            run_patience(r->run, A_DAY);
        }
        run_take(r->run, option, &step);
    }
    run_finish(r->run);
    if (gdb > 0) {
        waitpid(gdb, NULL, 0);
    }
    signal(SIGINT, SIG_DFL);
}
