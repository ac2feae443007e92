/* shm-race: searches the orders in which several processes can use one segment. `./shmlab race` builds the programs, with the
 * run-time in runtime/, and starts it. */
#include "race.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "saved.h"

static void show_progress(void *state, unsigned orders, unsigned cost, unsigned waiting)
{
    struct race *r = state;
    r->progress_shown = true;
    fprintf(stderr, "\r\033[K%u orders tried, now those with %u switches; %u wait", orders, cost, waiting);
    fflush(stderr);
}

static int save(const struct race *r, const struct run_option *path, size_t length)
{
    struct saved saved = {.model = r->model, .programs = r->program_count, .loss = race_loss_names[r->loss]};
    for (unsigned i = 0; i < r->program_count; i++) {
        saved.source[i] = i < r->source_count ? r->source[i] : r->elf[i];
    }
    saved.with = r->with;
    saved.with_count = r->with_count;
    saved.check = r->check;
    saved.always = r->always;
    saved.type = r->type;
    saved.cc = r->cc;
    saved.cflags = r->cflags;
    saved.steps_max = r->steps_max;
    saved.arguments = r->arguments;
    saved.path = path;
    saved.length = length;
    saved.steps = r->steps;
    saved.step_count = r->step_count;
    int rc = saved_write(r->save, &saved, r->run);
    if (rc < 0) {
        return report_failure(RACE_PROGRAM, rc, NULL, "write %s", r->save);
    }
    printf("\nThe order is kept in %s: --replay shows it again\n", r->save);
    return 0;
}

static int search_all(struct race *r)
{
    struct search_result found;
    int rc = search(r->run,
                    &(struct search_settings){.orders_max = (unsigned)r->orders_max,
                                              .milliseconds_max = (unsigned)r->seconds_max * 1000,
                                              .lost = race_is_lost,
                                              .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
                                              .state = r},
                    &found);
    if (r->progress_shown) {
        fprintf(stderr, "\r\033[K");
    }
    if (rc < 0) {
        return report_failure(RACE_PROGRAM, rc, "try fewer --orders", "search");
    }
    size_t guarded = race_leave_out_guarded(r, &found);
    if (r->refused) {
        fprintf(stderr, "%s: the programs cannot be searched. %s\n", RACE_PROGRAM, r->text);
        rc = RACE_NOT_SEARCHED;
    } else if (!found.lost && found.race_count == 0) {
        race_tell_won(r, &found, guarded);
    } else if (found.lost && found.path == NULL) {
        race_tell_untold(r, &found);
        rc = RACE_LOST;
    } else {
        const struct run_option *path = found.lost ? found.path : found.races[0].path;
        size_t length = found.lost ? found.path_length : found.races[0].path_length;
        race_tell(r, path, length, &found);
        rc = r->save != NULL && save(r, path, length) != 0 ? RACE_NOT_SEARCHED : RACE_LOST;
    }
    search_free(&found);
    return rc;
}

static void tell_if_changed(const char *source, uint64_t hash)
{
    if (saved_hash(source) != hash) {
        fprintf(stderr, "%s: %s has changed since the order was kept: it may go another way\n", RACE_PROGRAM, source);
    }
}

/* Follows the order of a file, and compares each step with the one that was kept. */
static int replay(struct race *r, const struct saved_order *order)
{
    for (unsigned i = 0; i < r->source_count && i < order->programs; i++) {
        tell_if_changed(r->source[i], order->hash[i]);
    }
    for (unsigned i = 0; i < r->with_count && i < order->with_count; i++) {
        tell_if_changed(r->with[i], order->with_hash[i]);
    }
    saved_share(order, r->run);
    race_tell(r, order->path, order->length, NULL);
    size_t differs = saved_differs(order, r->steps, r->step_count);
    if (differs != SIZE_MAX) {
        fprintf(stderr, "%s: step %zu is not the one that was kept in %s\n", RACE_PROGRAM, differs + 1, r->replay);
        return RACE_NOT_SEARCHED;
    }
    return r->loss == LOSS_NONE ? 0 : RACE_LOST;
}

int main(int argc, char **argv)
{
    struct saved_order order = {.path = NULL};
    char why[RACE_TELL_MAX];
    struct race r = {.cc = "cc", .orders_max = 20000, .seconds_max = 10, .steps_max = 10000, .folder = "."};
    setlocale(LC_CTYPE, "");
    int rc = race_arguments(&r, argc, argv);
    if (rc >= 0) {
        return rc;
    }
    if (r.replay != NULL && saved_read(r.replay, &order, why, sizeof why) < 0) {
        fprintf(stderr, "%s: %s\n", RACE_PROGRAM, why);
        return RACE_NOT_SEARCHED;
    }
    r.model = r.replay != NULL ? order.model : r.model;
    rc = race_start(&r);
    if (rc == 0) {
        rc = race_look(&r);
        rc = rc != 0 ? rc : r.replay != NULL ? replay(&r, &order) : search_all(&r);
        run_free(r.run);
    }
    saved_free(&order);
    condition_free(&r.condition);
    layout_free(&r.layout);
    race_forget_steps(&r);
    free(r.steps);
    free(r.bytes);
    return fflush(stdout) != 0 ? report_failure(RACE_PROGRAM, -errno, "is the output full or closed?", "print") : rc;
}
