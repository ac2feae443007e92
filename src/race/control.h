/* Control: the mapping through which the processes of a race and their controller speak.
 *
 * Each process that runs has a slot. Before an access to bytes that others use too, and before a call that may block, it
 * writes an event into its slot and waits; the controller answers when it is that process's turn. Only the process that
 * was answered last runs, so a slot is never written by two at once, and the memory only by one of them.
 *
 * runtime.c is linked into each program; run.c is the controller. Offsets are in bytes from the start of `memory`, in which
 * each segment has its place. */
#ifndef SHMLAB_RACE_CONTROL_H
#define SHMLAB_RACE_CONTROL_H

#include <stdatomic.h>

#include "memory.h"

#define RACE_MEMORY (1u << 20) /* all segments together */
#define RACE_PAGE 4096u        /* a segment's place is a multiple of it */
#define RACE_OPERATIONS 8      /* of one semop */
#define RACE_TEXT 128

enum race_kind {
    RACE_READ,
    RACE_WRITE,
    RACE_UPDATE, /* an atomic read-modify-write */
    RACE_FENCE,
    RACE_WAIT_ZERO,  /* waits until the bytes are 0, then stores operand: a mutex */
    RACE_WAIT_COUNT, /* waits until they are not 0, then subtracts 1: a semaphore */
    RACE_SLEEP,      /* futex wait: returns at once if the bytes are not `expected`, otherwise waits for RACE_WAKE */
    RACE_WAKE,       /* wakes at most `operand` of those that sleep there; the result is how many */
    RACE_SEMOP,      /* all of operations[], as semop(2) */
    RACE_OPEN,       /* finds or makes the segment `text`; the result is its number */
    RACE_RESIZE,     /* of the segment `number`, once, to `operand` bytes */
    RACE_REMOVE,     /* its name is free again; its bytes stay */
    RACE_YIELD,      /* sleep(3), sched_yield(2): others may go first */
    RACE_FORK,       /* the result is the slot of the new process */
    RACE_JOIN,       /* waits until the process in slot `number`, or any child (RACE_PROCESSES), has ended */
    RACE_REFUSE,     /* the program does what can't be searched: `text` */
    RACE_ASSERT,     /* an assertion failed: `text` */
    RACE_CRASH,      /* signal `number` */
    RACE_END,        /* exit status `number` */
    RACE_KINDS
};

enum race_open { RACE_OPEN_CREATE = 1, RACE_OPEN_NEW = 2, RACE_OPEN_HIDDEN = 4 };

struct race_event {
    enum race_kind kind;
    uint32_t offset, size; /* of the bytes */
    enum race_order order, failed_order;
    enum race_op op;
    race_value operand, expected;
    uint64_t site;   /* the return address of the call: where in the program */
    uint64_t stands; /* where it stands meanwhile, if that is another place: a store is told by what comes after it */
    uint64_t local;  /* of a load: a number for all that the process itself holds, its stack and its variables */
    bool heap;       /* it has used memory of malloc, which `local` leaves out */
    int number;
    unsigned flags; /* enum race_open */
    char call[24];  /* the function that the program called; "" for an access */
    char text[RACE_TEXT];
    unsigned operation_count;
    struct {
        uint16_t index;
        int16_t change;
        int16_t flags;
    } operations[RACE_OPERATIONS];
};

struct race_answer {
    race_value value; /* read, or before an update */
    int result;       /* what the call returns; a negative number is -errno */
    uint32_t offset;  /* RACE_OPEN: the segment's place */
    uint32_t size;    /* and its size */
    bool created;
    bool leave; /* the order is over: end at once */
};

enum race_state { RACE_NONE, RACE_RUNS, RACE_ASKS };

struct race_slot {
    _Atomic uint32_t state; /* enum race_state: a process that asks sleeps on it */
    int pid;
    struct race_event event;
    struct race_answer answer;
};

/* The process that a program is started as. It forks one for each order, so exec and the loader's work are done once. */
struct race_server {
    _Atomic uint32_t starts; /* it sleeps on this: one more, and it forks */
    _Atomic uint32_t ends;   /* how many have ended */
    int status;              /* of the last, as waitpid(2) gives it */
};

struct race_control {
    _Atomic uint32_t posted; /* one more with each event: the controller sleeps on it */
    int controller;          /* its pid: if that has ended, all end */
    uint64_t time;           /* what clocks show, in nanoseconds */
    struct race_slot slot[RACE_PROCESSES];
    struct race_server server[RACE_PROCESSES];
    /* For each byte: whether its accesses are events (set by the controller: several processes use the byte); and which
     * processes have read it and written it, as bits. */
    uint8_t shared[RACE_MEMORY], readers[RACE_MEMORY], writers[RACE_MEMORY];
    uint8_t memory[RACE_MEMORY];
};

#define RACE_VARIABLE_FD "SHMLAB_RACE_FD"     /* in the environment of a program: the mapping, a memfd */
#define RACE_VARIABLE_SLOT "SHMLAB_RACE_SLOT" /* and its slot */

#endif
