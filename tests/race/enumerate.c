/* Enumerate: whether the search finds each end that a race can have.
 *
 *   race_enumerate MODEL ORDERS PROGRAM...      programs as ./shmlab race builds them
 *
 * Follows all orders by itself: depth first, each from its beginning. Unlike search.c it knows no cost, leaves out no
 * state that it has seen, and takes steps that concern nobody (run.h: all_orders) in all orders, too. The two have only
 * run.h in common. An end is what memory holds, how each process has ended, and what ended the order. Prints the number
 * of steps, of orders and of ends. Exit status: 0 both find the same ends, 1 they don't, 77 there are more than 12
 * steps, or more than ORDERS orders; that is told sooner if there seem to be four times as many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "race/search.h"

enum { STEPS_MAX = 12, ORDERS_MIN = 256, PATH_MAX_LENGTH = 256, END_TEXT = 1024, ENDS_MAX = 4096 };

struct ends {
    char *text[ENDS_MAX]; /* each one once */
    size_t count;
};

struct turn { /* the option that is taken, and of how many */
    unsigned choice, count;
};

static void print(char *text, size_t *used, const char *format, unsigned value)
{
    *used += (size_t)snprintf(text + *used, END_TEXT - *used, format, value);
    if (*used >= END_TEXT) {
        fprintf(stderr, "enumerate: a segment is too large\n");
        exit(2);
    }
}

static void describe(const struct run *r, char *text)
{
    unsigned who;
    int number;
    const char *said, *name;
    uint32_t size;
    size_t used = 0;
    enum run_over over = run_over(r, &who, &number, &said);
    bool alone = over != RUN_ENDED && over != RUN_STUCK; /* then the others may have ended or not */
    print(text, &used, "over %u", over);
    print(text, &used, alone ? " by %u:" : ":", who);
    for (unsigned i = 0; !alone && i < run_processes(r); i++) {
        print(text, &used, " %d", (unsigned)run_status(r, i));
    }
    for (int i = 0; run_segment(r, i, &size, &name) != NULL; i++) {
        print(text, &used, "; %u:", (unsigned)i);
        for (uint32_t at = 0; at < size; at++) {
            print(text, &used, " %02x", run_segment(r, i, &size, &name)[at]);
        }
    }
}

static size_t find(const struct ends *ends, const char *text)
{
    size_t i = 0;
    while (i < ends->count && strcmp(ends->text[i], text) != 0) {
        i++;
    }
    return i;
}

static void keep(struct ends *ends, const struct run *r)
{
    char text[END_TEXT];
    describe(r, text);
    if (find(ends, text) < ends->count) {
        return;
    }
    if (ends->count == ENDS_MAX || (ends->text[ends->count++] = strdup(text)) == NULL) {
        fprintf(stderr, "enumerate: too many ends\n");
        exit(2);
    }
}

static void forget(struct ends *ends)
{
    while (ends->count > 0) {
        free(ends->text[--ends->count]);
    }
}

/* ---- by enumeration ---- */

/* An access or a wait; not making a segment, forking or ending. */
static bool is_shared_step(const struct run_step *step)
{
    return !step->option.drain && step->event.kind <= RACE_SEMOP;
}

/* Follows the path, then first options. Returns the number of steps. */
static unsigned follow(struct run *r, struct turn *path, size_t *length)
{
    struct run_option options[RUN_OPTIONS];
    struct run_step step;
    unsigned count, steps = 0;
    run_begin(r);
    for (size_t i = 0; (count = run_options(r, options)) > 0; i++) {
        if (i == PATH_MAX_LENGTH || (i < *length && count != path[i].count)) {
            fprintf(stderr, "enumerate: the same options do not lead to the same steps\n");
            exit(2);
        }
        if (i == *length) {
            path[(*length)++] = (struct turn){0, count};
        }
        run_take(r, &options[path[i].choice], &step);
        steps += is_shared_step(&step);
    }
    return steps;
}

/* Goes on to the next path. False: there is none. */
static bool advance(struct turn *path, size_t *length)
{
    while (*length > 0 && path[*length - 1].choice + 1 == path[*length - 1].count) {
        --*length;
    }
    if (*length == 0) {
        return false;
    }
    path[*length - 1].choice++;
    return true;
}

/* How many orders there will be, if the rest is like those so far: of those that were counted, at most three times as many
 * as there are. */
static double expected(unsigned orders, const struct turn *path, size_t length)
{
    double done = 0, part = 1;
    for (size_t i = 0; i < length; i++) {
        part /= path[i].count;
        done += part * path[i].choice;
    }
    return orders / done;
}

/* 0, or 77. */
static int enumerate(struct run *r, unsigned orders_max, struct ends *ends, unsigned *orders, unsigned *longest)
{
    struct turn path[PATH_MAX_LENGTH];
    size_t length = 0;
    bool more = true;
    while (more) {
        unsigned steps = follow(r, path, &length);
        keep(ends, r);
        *longest = steps > *longest ? steps : *longest;
        ++*orders;
        if (*longest > STEPS_MAX || *orders > orders_max) {
            run_finish(r);
            return 77;
        }
        if (run_finish(r)) { /* more bytes are shared than was known: from the start */
            forget(ends);
            length = 0;
            *orders = 0;
        } else {
            more = advance(path, &length);
            if (more && *orders >= ORDERS_MIN && expected(*orders, path, length) > 4.0 * orders_max) {
                return 77;
            }
        }
    }
    return 0;
}

/* ---- by the search ---- */

static bool never_lost(void *state, struct run *r, const struct run_step *step)
{
    (void)state;
    (void)r;
    (void)step;
    return false;
}

static void ended(void *state, struct run *r)
{
    keep(state, r);
}

static unsigned search_ends(struct run *r, struct ends *ends)
{
    struct search_result found;
    if (search(
            r,
            &(struct search_settings){
                .orders_max = 1000000, .milliseconds_max = 600000, .lost = never_lost, .ended = ended, .state = ends},
            &found) < 0 ||
        !found.all) {
        fprintf(stderr, "enumerate: the search did not come to its end\n");
        exit(2);
    }
    unsigned orders = found.orders;
    search_free(&found);
    return orders;
}

static int missing(const struct ends *in, const struct ends *from, const char *what)
{
    int count = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (find(in, from->text[i]) == in->count) {
            printf("%s: %s\n", what, from->text[i]);
            count++;
        }
    }
    return count;
}

static struct run *start(char **paths, unsigned count, enum memory_model model, bool all_orders)
{
    static char name[] = "program";
    static char *const arguments[] = {name, NULL};
    struct run_program programs[RACE_PROCESSES];
    struct run *r;
    for (unsigned i = 0; i < count; i++) {
        programs[i] = (struct run_program){.path = paths[i], .arguments = arguments};
    }
    if (run_new(&(struct run_settings){.programs = programs,
                                       .program_count = count,
                                       .model = model,
                                       .steps_max = 10000,
                                       .seconds_max = 5,
                                       .all_orders = all_orders},
                &r) < 0) {
        fprintf(stderr, "enumerate: cannot start the programs\n");
        exit(2);
    }
    return r;
}

int main(int argc, char **argv)
{
    static struct ends all, searched;
    enum memory_model model = MEMORY_SC;
    unsigned orders = 0, steps = 0, count = (unsigned)argc - 3;
    if (argc < 4 || count > RACE_PROCESSES) {
        return 2;
    }
    while (model < MEMORY_MODELS && strcmp(argv[1], memory_model_name(model)) != 0) {
        model++;
    }
    struct run *r = start(argv + 3, count, model, true);
    int rc = enumerate(r, (unsigned)strtoul(argv[2], NULL, 10), &all, &orders, &steps);
    run_free(r);
    if (rc == 0) {
        r = start(argv + 3, count, model, false);
        unsigned followed = search_ends(r, &searched);
        run_free(r);
        rc = missing(&searched, &all, "not found by the search") + missing(&all, &searched, "found only by the search");
        printf("%s: %u steps, %u orders (%u by the search), %zu ends\n", argv[1], steps, orders, followed, all.count);
    } else {
        printf("%s: %u steps or more, %u orders or more\n", argv[1], steps, orders);
    }
    forget(&all);
    forget(&searched);
    return rc == 0 || rc == 77 ? rc : 1;
}
