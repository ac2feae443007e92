/* Run, internal: what its files share. run.c takes the steps, run_calls.c knows what calls do, run_programs.c starts
 * processes and waits for them. */
#ifndef SHMLAB_RACE_RUN_INTERNAL_H
#define SHMLAB_RACE_RUN_INTERNAL_H

#include <sys/types.h>

#include "run.h"

enum { RUN_SEGMENTS = 32, RUN_LOOP = 64 };

/* A load without any effect since then: part of a loop, if the process comes by again in the same state. */
struct loop_load {
    uint64_t site, local, seen;
    uint32_t offset, size;
    race_value value;
};

struct process {
    unsigned program;
    bool exists, ended;
    int status;
    uint64_t seen; /* a number for its state: what it holds itself, or all its steps and what it learned */
    bool sleeps;   /* in a futex wait */
    bool woken;
    unsigned slept; /* when it went to sleep, in steps */
    struct loop_load loop[RUN_LOOP];
    unsigned loop_count;
    struct loop_load spin[RUN_LOOP]; /* it goes on when one of these has changed */
    unsigned spin_count;
    bool repeating;   /* since it went round so, it has only slept */
    bool goes_round;  /* though none has */
    unsigned skipped; /* so many of its waiting stores, the oldest, were left in the buffer by a choice */
    unsigned parent;
};

struct place { /* where a segment of this name lies, in all orders */
    char name[RACE_TEXT];
    uint32_t offset, room;
};

struct segment { /* in this order, by number */
    char name[RACE_TEXT];
    uint32_t offset, size;
    bool removed, hidden;
};

struct run {
    struct run_settings settings;
    struct race_control *control;
    pid_t server[RACE_PROCESSES];
    int output[RACE_PROCESSES];
    struct memory *memory;
    struct process process[RACE_PROCESSES];
    unsigned processes;
    int current; /* who made the last step; -1: nobody */
    struct place place[RUN_SEGMENTS];
    unsigned places;
    uint32_t used; /* bytes of memory that have a place */
    struct segment segment[RUN_SEGMENTS];
    unsigned segments;
    unsigned steps;
    unsigned stuck_tries;
    bool give_up_waiting; /* for a segment that nobody makes any more */
    enum run_over over;
    unsigned over_who;
    int over_number;
    char over_text[RACE_TEXT];
};

/* The order is over, and why. */
void run_set_over(struct run *r, enum run_over over, unsigned who, int number, const char *text);

/* ---- programs: run_programs.c ---- */

/* Has each program start a process. */
void run_programs_start(struct run *r);

/* Waits until each process stands before an event, or has ended. */
void run_programs_await(struct run *r);

/* Ends all processes of this order. */
void run_programs_stop(struct run *r);

/* Lets the process go on. */
void run_answer(struct run *r, unsigned who, const struct race_answer *answer);

/* ---- calls: run_calls.c ---- */

/* Whether what the process asks for can be done now, or must be waited for. */
bool run_call_may(const struct run *r, unsigned who);

/* Does it, for the kinds from RACE_SLEEP on. False: it goes to sleep, and gets no answer yet. */
bool run_call(struct run *r, unsigned who, struct race_answer *answer);

/* The segment with this name, or "#" and its number; -1: none. */
int run_segment_find(const struct run *r, const char *name);

#endif
