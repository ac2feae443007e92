/* Race, verdict: what lost means. */
#include "race.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "layout/value.h"

const char *const race_loss_names[] = {
    "", "check", "assert", "crash", "deadlock", "lost-wakeup", "waits-for-ever", "exit-status", "endless", "data-race"};

static void where(const struct race *r, unsigned who, uint64_t site, char *out, size_t room)
{
    struct table_place place = table_place(r->elf[run_program_of(r->run, who)], site);
    if (place.file[0] == '\0') {
        snprintf(out, room, "at a place that is not known");
    } else {
        snprintf(out, room, "at %.60s:%d", place.file, place.line);
    }
}

void race_set_loss(struct race *r, enum loss loss, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    r->loss = loss;
    vsnprintf(r->text, sizeof r->text, format, arguments);
    va_end(arguments);
}

/* "counter is 3, name is "x"": the fields of the condition as they are. */
static void field_values(const struct race *r, const uint8_t *bytes, char *out, size_t room)
{
    char fields[sizeof r->condition.fields], value[128];
    size_t used = 0;
    struct layout_leaf leaf;
    snprintf(fields, sizeof fields, "%s", r->condition.fields);
    out[0] = '\0';
    for (char *save = NULL, *name = strtok_r(fields, ", ", &save); name != NULL && used < room;
         name = strtok_r(NULL, ", ", &save)) {
        size_t index = layout_leaf_find(&r->layout, name);
        if (index != LAYOUT_NO_LEAF && layout_leaf_get(&r->layout, index, &leaf)) {
            value_format(leaf.node, bytes + leaf.offset, leaf.node->size, value, sizeof value);
            used += (size_t)snprintf(out + used, room - used, "%s%s is %s", used > 0 ? ", " : "", name, value);
        }
    }
}

static bool check_fails(struct race *r, bool at_end)
{
    uint32_t size;
    const char *name;
    const uint8_t *bytes = run_segment(r->run, run_first_segment(r->run), &size, &name);
    if (r->condition.holds == NULL || (!at_end && !r->always) || (bytes == NULL && !at_end)) {
        return false;
    }
    if (bytes == NULL || size < r->condition.size) {
        race_set_loss(r, LOSS_CHECK, "no process has made the segment");
        return true;
    }
    if (r->condition.holds(bytes)) {
        return false;
    }
    char values[RACE_TELL_MAX / 2];
    field_values(r, bytes, values, sizeof values);
    race_set_loss(r, LOSS_CHECK, "%.160s is not true%s%s%s", r->check_library == NULL ? r->check : "race_check",
                  at_end ? " at the end" : "", values[0] != '\0' ? ": " : "", values);
    return true;
}

/* "A waits in sem_wait at a.c:7" for each process that has not ended. */
static void waiters(const struct race *r, char *out, size_t room, enum loss *loss)
{
    size_t used = 0;
    bool all_sleep = true, all_loop = true;
    out[0] = '\0';
    for (unsigned who = 0; who < run_processes(r->run) && used < room; who++) {
        bool spins;
        const struct race_event *e = run_event(r->run, who, &spins);
        if (run_status(r->run, who) >= 0) {
            continue;
        }
        char place[RACE_TELL_MAX / 4];
        where(r, who, e->site, place, sizeof place);
        used += (size_t)snprintf(out + used, room - used, "%s%c %s %s", used > 0 ? ", " : "", 'A' + who,
                                 spins                   ? "loops until another process writes,"
                                 : e->kind == RACE_SLEEP ? "sleeps in a futex wait"
                                 : e->call[0] != '\0'    ? "waits"
                                                         : "waits",
                                 place);
        if (!spins && e->call[0] != '\0' && e->kind != RACE_SLEEP && used < room) {
            used += (size_t)snprintf(out + used, room - used, " (%s)", e->call);
        }
        all_sleep = all_sleep && (e->kind == RACE_SLEEP || e->kind == RACE_JOIN);
        all_loop = all_loop && (spins || e->kind == RACE_JOIN);
    }
    *loss = all_sleep ? LOSS_WAKEUP : all_loop ? LOSS_WAITS : LOSS_DEADLOCK;
}

static bool has_failed(struct race *r)
{
    for (unsigned i = 0; i < run_processes(r->run); i++) {
        if (run_status(r->run, i) > 0) {
            race_set_loss(r, LOSS_STATUS, "%c ends with status %d", 'A' + i, run_status(r->run, i));
            return true;
        }
    }
    return false;
}

static bool is_lost_at_end(struct race *r)
{
    unsigned who;
    int number;
    const char *text;
    enum run_over over = run_over(r->run, &who, &number, &text);
    const struct race_event *e;
    char place[RACE_TELL_MAX / 4], all[RACE_TELL_MAX - 64];
    bool spins;
    enum loss loss;
    e = run_event(r->run, who, &spins);
    where(r, who, e->site, place, sizeof place);
    switch (over) {
    case RUN_ASSERT:
        race_set_loss(r, LOSS_ASSERT, "%c: the assertion %.160s is not true, %s", 'A' + who, text, place);
        return true;
    case RUN_CRASH:
        race_set_loss(r, LOSS_CRASH, "%c crashes: %s, %s", 'A' + who, strsignal(number), place);
        return true;
    case RUN_ENDLESS:
        race_set_loss(r, LOSS_ENDLESS, "this order does not end in %lld steps; %c is %s", r->steps_max, 'A' + who,
                      place);
        return true;
    case RUN_SILENT:
        race_set_loss(r, LOSS_ENDLESS, "%c has not come to its next access for %d seconds; it was last %s", 'A' + who,
                      RACE_SILENT_SECONDS, place);
        return true;
    case RUN_REFUSED:
        r->refused = true;
        race_set_loss(r, LOSS_NONE, "%c: %.160s (%s)", 'A' + who, text, place);
        return true;
    case RUN_STUCK:
        if (has_failed(r)) { /* that others wait for it now is its consequence */
            return true;
        }
        waiters(r, all, sizeof all, &loss);
        race_set_loss(r, loss, "%s, for ever", all);
        return true;
    case RUN_GOES_ON:
    case RUN_ENDED:
        break;
    }
    return has_failed(r) || check_fails(r, true);
}

void race_forget_steps(struct race *r)
{
    for (size_t i = 0; i < r->step_count; i++) {
        free(r->bytes[i]);
    }
    r->step_count = 0;
}

static void keep_step(struct race *r, const struct run_step *step)
{
    uint32_t size = 0;
    const char *name;
    const uint8_t *now = run_segment(r->run, run_first_segment(r->run), &size, &name);
    if (r->step_count == r->step_room) {
        r->step_room = r->step_room * 2 + 256;
        r->steps = realloc(r->steps, r->step_room * sizeof *r->steps);
        r->bytes = realloc(r->bytes, r->step_room * sizeof *r->bytes);
        if (r->steps == NULL || r->bytes == NULL) {
            abort();
        }
    }
    uint8_t *bytes = r->step && now != NULL ? malloc(size) : NULL;
    if (bytes != NULL) {
        memcpy(bytes, now, size);
    }
    r->bytes[r->step_count] = bytes;
    r->steps[r->step_count++] = *step;
}

bool race_is_lost(void *state, struct run *run, const struct run_step *step)
{
    struct race *r = state;
    (void)run;
    if (step == NULL) {
        return is_lost_at_end(r);
    }
    if (r->keeps_steps) {
        keep_step(r, step);
    }
    bool changes = step->before != step->after;
    return changes && r->always && check_fails(r, false);
}
