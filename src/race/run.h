/* Run: one order of the accesses of several processes, step by step.
 *
 *   run_new -> (run_begin -> run_options, run_take ... until run_options gives none -> run_finish) ... -> run_free
 *
 * Each program is started once and forks a process for each order. After run_begin each process stands before its first
 * step; run_take lets one of them go on to its next. The same options taken again give the same steps. */
#ifndef SHMLAB_RACE_RUN_H
#define SHMLAB_RACE_RUN_H

#include "control.h"

struct run_program {
    const char *path;       /* an executable that runtime.c is linked into */
    char *const *arguments; /* argv, ends with NULL */
};

struct run_settings {
    const struct run_program *programs;
    unsigned program_count; /* at most RACE_PROCESSES */
    enum memory_model model;
    unsigned steps_max;   /* of one order */
    unsigned seconds_max; /* that a process may compute between two steps */
    bool all_orders;      /* also those that differ only in steps that concern nobody else: no use but to test that */
};

/* One thing that can happen next. */
struct run_option {
    uint8_t who;
    bool drain;     /* a store leaves the buffer of `who`; otherwise its event happens */
    uint16_t index; /* which store; or which value a load returns, 0 for the newest */
    uint8_t cost; /* how much it departs from the plain order: switches from a process that could go on, stores left in
                       a buffer, older values read */
};

#define RUN_OPTIONS 256

struct run_step {
    struct run_option option;
    struct race_event event;  /* of `who`; for a drain, offset and size of the store */
    int segment;              /* whose bytes they are; -1: none */
    uint32_t offset;          /* from the segment's start */
    race_value before, after; /* the bytes in memory */
    race_value value;         /* what a load returned, or a store is to store */
    int result;               /* of a call */
    bool waits;               /* RACE_SLEEP: from now on it sleeps */
    bool buffered;            /* RACE_WRITE: the store waits in the buffer */
    bool repeats;             /* the next round of a loop that waits, when nothing has changed */
    unsigned overwrote;       /* whose store it replaced without having seen it; RACE_PROCESSES: nobody's */
};

enum run_over {
    RUN_GOES_ON,
    RUN_ENDED,   /* all processes have ended */
    RUN_STUCK,   /* each that has not ended waits for ever */
    RUN_ASSERT,  /* in `who` */
    RUN_CRASH,   /* of `who`, by signal `number` */
    RUN_REFUSED, /* `who` does what can't be searched: `text` */
    RUN_ENDLESS, /* more than steps_max steps */
    RUN_SILENT   /* `who` computes for more than seconds_max */
};

struct run;

/* 0 and *run, or -errno: the programs can't be started. Ends with run_free. The calling process stays on one core from now
 * on, and so do the programs. */
int run_new(const struct run_settings *settings, struct run **run);
void run_free(struct run *r);

void run_begin(struct run *r);

/* Writes what can happen next to out, which has room for RUN_OPTIONS: the plain way to go on first. 0: it is over. */
unsigned run_options(struct run *r, struct run_option *out);

/* Lets it happen; *step says what it was. */
void run_take(struct run *r, const struct run_option *option, struct run_step *step);

/* Ends all processes of this order. Returns whether bytes turned out to be shared that no event was made of: then only
 * orders begun from now on show those. */
bool run_finish(struct run *r);

/* A number that is the same for two states from which the same can happen. */
uint64_t run_state(const struct run *r);

/* ---- what became of it: between run_begin and run_finish ---- */

enum run_over run_over(const struct run *r, unsigned *who, int *number, const char **text);

/* How many processes there are now, with those that were forked and have ended. */
unsigned run_processes(const struct run *r);

/* Which program the process runs. */
unsigned run_program_of(const struct run *r, unsigned who);

/* The exit status of a process that has ended; -1: it has not. */
int run_status(const struct run *r, unsigned who);

/* What the process is about to do, or waits in. *spins: it loops until another process writes. */
const struct race_event *run_event(const struct run *r, unsigned who, bool *spins);

/* The bytes of the segment with this number, in the order in which they were made; NULL: there is none. */
const uint8_t *run_segment(const struct run *r, int number, uint32_t *size, const char **name);

/* Which segment that the programs can see has this byte of the memory, and where in it; -1: none. */
void run_locate(const struct run *r, uint32_t at, int *segment, uint32_t *offset);

/* The number of the first segment that the programs can see; -1: there is none. */
int run_first_segment(const struct run *r);

/* Runs of bytes that several processes use, and of which accesses are steps: number `index`, in the segment of this name.
 * False: there are no more. An order is the same again only with the same ones. */
bool run_shared(const struct run *r, unsigned index, const char **name, uint32_t *offset, uint32_t *size);

/* Makes these bytes shared from the next order on. The segment must have been made in an order before. */
void run_share(struct run *r, const char *name, uint32_t offset, uint32_t size);

struct memory *run_memory(struct run *r);

/* The time in ms (CLOCK_MONOTONIC), for limits. */
uint64_t run_now_ms(void);

/* What the program has printed in this order: a file descriptor, to be read from its start. */
int run_output(const struct run *r, unsigned program);

/* The pid of a process, for a debugger; and how long it may take for its next step from now on. */
int run_pid(const struct run *r, unsigned who);
void run_patience(struct run *r, unsigned seconds);

#endif
