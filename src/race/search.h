/* Search: all orders of a race, the plain ones first.
 *
 * An order's cost is how much it departs from plain running: a switch away from a process that could go on (a preemption), a
 * store left in a buffer, an older value read. All orders of cost 0 are tried before those of cost 1, and so on (Musuvathi
 * and Qadeer, "Iterative context bounding", 2007), so the first losing order that is found has no needless switch. Two
 * orders that lead to the same state, by what each process has done and read, have the same future: only one of them is
 * followed. Accesses to bytes that one process alone uses are no steps at all. */
#ifndef SHMLAB_RACE_SEARCH_H
#define SHMLAB_RACE_SEARCH_H

#include "run.h"

struct search_settings {
    unsigned orders_max;
    unsigned milliseconds_max;
    /* Called after each step, and with step NULL when an order is over. Returns whether it is lost. */
    bool (*lost)(void *state, struct run *r, const struct run_step *step);
    /* Called a few times a second; may be NULL. */
    void (*progress)(void *state, unsigned orders, unsigned cost, unsigned waiting);
    /* Called for each order that was followed to its end; may be NULL. */
    void (*ended)(void *state, struct run *r);
    void *state;
};

struct search_race { /* a data race, in which the sites are those of programs, not of processes */
    struct memory_race race;
    unsigned before_program, after_program;
    int segment;
    uint32_t offset;         /* in the segment */
    struct run_option *path; /* the first order that has it */
    size_t path_length;
};

struct search_result {
    bool lost;
    bool all;        /* all orders were tried */
    unsigned orders; /* started */
    unsigned cost;   /* lost: of the losing order; otherwise all orders that cost less than this were tried */
    size_t states;
    unsigned steps;          /* of the longest order */
    struct run_option *path; /* lost: the options taken; NULL: its order can't be told, see search */
    size_t path_length;
    struct search_race *races;
    size_t race_count;
};

/* 0, or -ENOMEM. *result ends with search_free. Stops at the first losing order. If bytes turn out to be shared in that very
 * order, it has more steps than were told, and is searched for again; it has no path if the limits come first. */
int search(struct run *r, const struct search_settings *settings, struct search_result *result);
void search_free(struct search_result *result);

/* Adds the data races of the run's last order that the result does not have yet, without a path. 0, or -ENOMEM. */
int search_add_races(struct run *r, struct search_result *result);

#endif
