/* Race: what shm-race was asked, what it has found, and how that is told.
 *
 *   race_arguments -> race_start -> race_look -> race_follow or search (race_is_lost) -> race_tell or race_tell_won
 *
 * All of it prints: results to stdout, errors to stderr. */
#ifndef SHMLAB_RACE_RACE_H
#define SHMLAB_RACE_RACE_H

#include "condition.h"
#include "search.h"
#include "table.h"

#define RACE_PROGRAM "shm-race"
#define RACE_TELL_MAX 512     /* bytes of a text */
#define RACE_SILENT_SECONDS 5 /* that a program may compute between two accesses */

enum { RACE_LOST = 1, RACE_NOT_SEARCHED = 3 }; /* exit statuses, besides 0 and 2 */

enum loss {
    LOSS_NONE,
    LOSS_CHECK,
    LOSS_ASSERT,
    LOSS_CRASH,
    LOSS_DEADLOCK,
    LOSS_WAKEUP,
    LOSS_WAITS,
    LOSS_STATUS,
    LOSS_ENDLESS,
    LOSS_RACE
};
extern const char *const race_loss_names[]; /* "check", "deadlock": names that users know */

struct race {
    /* what was asked */
    const char *elf[RACE_PROCESSES];
    const char *source[RACE_PROCESSES], *with[RACE_PROCESSES]; /* with: sources that are a part of each program */
    unsigned program_count, source_count, with_count;
    char **arguments;
    const char *check, *check_library, *type, *cc, *cflags, *save, *replay, *folder;
    bool always, step;
    long long orders_max, seconds_max, steps_max, gdb; /* gdb: the row at which it is started; 0: it is not */
    enum memory_model model;
    /* what is known */
    struct run *run;
    struct layout layout;
    bool has_layout;
    char layout_type[128];
    struct condition condition;
    /* what was found */
    enum loss loss;
    char text[RACE_TELL_MAX]; /* of the loss, as the first line tells it */
    struct run_step *steps;   /* of the order that is shown */
    uint8_t **bytes;          /* with --step: the segment after each of them */
    size_t step_count, step_room;
    bool keeps_steps;
    bool refused;
    bool progress_shown;
};

/* Reads the arguments into *r. Returns -1, or the status with which to end. */
int race_arguments(struct race *r, int argc, char **argv);

/* The last part of a program's source, for texts. */
const char *race_name_of(const struct race *r, unsigned program);

/* Starts the programs. 0, or 1 after an error. */
int race_start(struct race *r);

/* Runs the plain order alone: how large the segment is, what type it has, and whether the programs can be searched. 0, or the
 * status with which to end. */
int race_look(struct race *r);

/* What the path has at this index, if it is one of all options that there are now: a program may have changed since the path
 * was kept. Otherwise the plain way. */
const struct run_option *race_option(const struct run_option *path, size_t length, size_t index,
                                     const struct run_option *all, unsigned count);

/* Follows one order: along the path, then the plain way. Keeps its steps. */
void race_follow(struct race *r, const struct run_option *path, size_t length);
void race_forget_steps(struct race *r);

/* Whether the order is lost, for struct search_settings. Sets r->loss and r->text, or r->refused. */
bool race_is_lost(void *state, struct run *run, const struct run_step *step);

void race_set_loss(struct race *r, enum loss loss, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Takes the data races out of the result that a seqlock guards. Returns how many. */
size_t race_leave_out_guarded(const struct race *r, struct search_result *result);

/* Follows the order once more, with what the programs print, and tells it. found: the search that found it; NULL: none. */
void race_tell(struct race *r, const struct run_option *path, size_t length, const struct search_result *found);

/* Follows the order up to its step number `index` and starts gdb on the process that is about to take it. Ends when gdb
 * does. */
void race_debug(struct race *r, const struct run_option *path, size_t length, size_t index);
/* That an order is lost of which no path is known. */
void race_tell_untold(const struct race *r, const struct search_result *result);

void race_tell_won(const struct race *r, const struct search_result *result, size_t guarded);

#endif
