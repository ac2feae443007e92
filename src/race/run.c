/* Run: see run.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run_internal.h"

enum { STUCK_TRIES = 8 };
#define EPOCH 1767225600ull /* 2026-01-01, in seconds: when each order begins */

/* ---- loops ---- */

static bool is_load(const struct race_event *e)
{
    return e->kind == RACE_READ || e->kind == RACE_UPDATE;
}

/* Whether one of these loads would return something else now. */
static bool changed(const struct run *r, const struct loop_load *loads, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (memory_peek(r->memory, loads[i].offset, loads[i].size) != loads[i].value) {
            return true;
        }
    }
    return false;
}

/* If the process stands where it stood before, in the same state, and has only loaded since, then it loops. */
static void find_loop(struct run *r, unsigned who)
{
    struct process *p = &r->process[who];
    const struct race_event *e = &r->control->slot[who].event;
    if (!is_load(e) || e->local == 0) {
        return;
    }
    if (!e->heap) { /* what it did before does not count any more */
        p->seen = memory_mix(memory_mix(e->local, e->site), e->offset);
    }
    for (unsigned i = 0; i < p->loop_count; i++) {
        if (p->loop[i].site == e->site && p->loop[i].local == e->local && p->loop[i].offset == e->offset) {
            p->spin_count = p->loop_count - i;
            memcpy(p->spin, &p->loop[i], p->spin_count * sizeof *p->spin);
            p->seen = p->loop[i].seen;
            p->loop_count = i;
            return;
        }
    }
}

static void remember_load(struct process *p, const struct race_event *e, race_value value)
{
    if (p->loop_count < RUN_LOOP && e->local != 0) {
        p->loop[p->loop_count++] = (struct loop_load){
            .site = e->site, .local = e->local, .seen = p->seen, .offset = e->offset, .size = e->size, .value = value};
    }
}

/* ---- begin and end ---- */

/* Notices what the processes that have just told an event are about to do, and that ends the order. */
static void look_at_events(struct run *r)
{
    for (unsigned who = 0; who < r->processes && r->over == RUN_GOES_ON; who++) {
        const struct race_event *e = &r->control->slot[who].event;
        if (r->process[who].ended || atomic_load(&r->control->slot[who].state) != RACE_ASKS) {
            continue;
        }
        if (e->kind == RACE_REFUSE) {
            run_set_over(r, RUN_REFUSED, who, 0, e->text);
        }
    }
}

static void settle(struct run *r)
{
    run_programs_await(r);
    if (r->over == RUN_GOES_ON) {
        look_at_events(r);
    }
}

void run_begin(struct run *r)
{
    memset(r->control->memory, 0, r->used);
    memory_reset(r->memory, r->settings.model);
    memset(r->process, 0, sizeof r->process);
    r->processes = r->settings.program_count;
    r->current = -1;
    r->segments = 0;
    r->steps = 0;
    r->stuck_tries = 0;
    r->give_up_waiting = false;
    r->over = RUN_GOES_ON;
    r->control->time = EPOCH * 1000000000ull;
    for (unsigned i = 0; i < r->processes; i++) {
        r->process[i] = (struct process){.program = i, .exists = true, .status = -1, .parent = RACE_PROCESSES};
    }
    run_programs_start(r);
    settle(r);
}

bool run_finish(struct run *r)
{
    run_programs_stop(r);
    bool news = false;
    for (uint32_t i = 0; i < r->used; i++) {
        uint8_t readers = r->control->readers[i], writers = r->control->writers[i], users = readers | writers;
        if (!r->control->shared[i] && writers != 0 && (users & (users - 1)) != 0) {
            r->control->shared[i] = 1;
            news = true;
        }
    }
    return news;
}

/* ---- what can happen ---- */

static bool may_go_on(const struct run *r, unsigned who)
{
    const struct process *p = &r->process[who];
    if (!p->exists || p->ended) {
        return false;
    }
    if (p->spin_count > 0) {
        return p->goes_round || changed(r, p->spin, p->spin_count);
    }
    return run_call_may(r, who);
}

static unsigned fresh_stores(const struct run *r, unsigned *owner, unsigned *index)
{
    unsigned count = 0;
    for (unsigned who = 0; who < r->processes; who++) {
        for (unsigned i = r->process[who].skipped; i < memory_buffered(r->memory, who); i++) {
            if (memory_may_drain(r->memory, who, i)) {
                *owner = count == 0 ? who : *owner;
                *index = count == 0 ? i : *index;
                count++;
            }
        }
    }
    return count;
}

static void add(struct run_option *out, unsigned *count, struct run_option option)
{
    if (*count < RUN_OPTIONS) {
        out[(*count)++] = option;
    }
}

/* Lets processes that loop look at memory again. False: there are none. */
static bool loops_go_round(struct run *r)
{
    bool any = false;
    for (unsigned who = 0; who < r->processes; who++) {
        r->process[who].goes_round = r->process[who].spin_count > 0;
        any = any || r->process[who].goes_round;
    }
    return any;
}

/* Whether nobody else can be disturbed by what the process does next, nor disturb it: then no order of the two is lost when
 * it comes first. */
static bool concerns_nobody(const struct run *r, unsigned who)
{
    const struct race_event *e = &r->control->slot[who].event;
    if (r->process[who].spin_count > 0 || r->settings.all_orders) {
        return false;
    }
    if (e->kind == RACE_OPEN && e->text[0] == '#') { /* attaches a segment that has its size */
        int number = run_segment_find(r, e->text);
        return number >= 0 && r->segment[number].size > 0;
    }
    if (e->kind == RACE_FENCE && e->order != RACE_SEQ_CST) { /* it orders what this process does later */
        return true;
    }
    return e->kind == RACE_END && memory_buffered(r->memory, who) == 0;
}

static void add_drains(const struct run *r, unsigned who, struct run_option *out, unsigned *count)
{
    for (unsigned i = 0; i < memory_buffered(r->memory, who); i++) {
        bool first = *count > 0 && out[0].drain && out[0].who == who && out[0].index == i;
        if (memory_may_drain(r->memory, who, i) && !first) {
            add(out, count, (struct run_option){.who = (uint8_t)who, .drain = true, .index = (uint16_t)i});
        }
    }
}

static void add_older_values(struct run *r, unsigned who, unsigned cost, struct run_option *out, unsigned *count)
{
    const struct race_event *e = &r->control->slot[who].event;
    struct memory_access a = {.who = who, .offset = e->offset, .size = e->size, .order = e->order};
    unsigned choices = e->kind == RACE_READ ? memory_read_choices(r->memory, &a) : 1;
    for (unsigned i = 1; i < choices; i++) {
        add(out, count, (struct run_option){.who = (uint8_t)who, .index = (uint16_t)i, .cost = (uint8_t)(1 + cost)});
    }
}

/* When nothing can happen: what happens all the same, if anything. */
static unsigned stuck(struct run *r, struct run_option *out)
{
    bool alive = false;
    for (unsigned who = 0; who < r->processes; who++) {
        alive = alive || (r->process[who].exists && !r->process[who].ended);
    }
    if (alive && !r->give_up_waiting) {
        r->give_up_waiting = true; /* nobody will make the segment that one of them waits for */
        return run_options(r, out);
    }
    /* A loop that is seen to change nothing might count in memory that is not looked at: let it go round some more. */
    if (alive && r->stuck_tries < STUCK_TRIES && loops_go_round(r)) {
        r->stuck_tries++;
        return run_options(r, out);
    }
    r->over = alive ? RUN_STUCK : RUN_ENDED;
    return 0;
}

/* What a process does while it waits for others by itself. */
static bool lets_others_go(const struct race_event *e)
{
    return e->kind == RACE_YIELD || (e->kind == RACE_JOIN && e->flags != 0); /* WNOHANG */
}

unsigned run_options(struct run *r, struct run_option *out)
{
    unsigned count = 0, owner = 0, index = 0;
    bool may[RACE_PROCESSES] = {false};
    for (unsigned who = 0; who < r->processes && r->over == RUN_GOES_ON; who++) {
        may[who] = may_go_on(r, who);
        if (may[who] && concerns_nobody(r, who)) {
            out[0] = (struct run_option){.who = (uint8_t)who};
            return 1;
        }
    }
    if (r->over != RUN_GOES_ON) {
        return 0;
    }
    unsigned fresh = fresh_stores(r, &owner, &index);
    if (fresh > 0) { /* the plain way: a store reaches memory at once */
        add(out, &count, (struct run_option){.who = (uint8_t)owner, .drain = true, .index = (uint16_t)index});
    }
    bool could_go_on = r->current >= 0 && may[r->current] && !lets_others_go(&r->control->slot[r->current].event);
    unsigned first = r->current < 0 ? 0 : (unsigned)r->current + !could_go_on;
    for (unsigned k = 0; k < r->processes; k++) {
        unsigned who = (first + k) % r->processes;
        if (may[who]) {
            bool switches = could_go_on && (int)who != r->current;
            add(out, &count, (struct run_option){.who = (uint8_t)who, .cost = (uint8_t)(switches + fresh)});
        }
    }
    for (unsigned who = 0; who < r->processes; who++) {
        if (may[who]) {
            add_older_values(r, who, could_go_on && (int)who != r->current, out, &count);
        }
        add_drains(r, who, out, &count);
    }
    return count > 0 ? count : stuck(r, out);
}

/* ---- steps ---- */

static struct memory_access access_of(unsigned who, const struct race_event *e)
{
    return (struct memory_access){.who = who, .offset = e->offset, .size = e->size, .order = e->order, .site = e->site};
}

static void note_after(const struct run *r, struct run_step *step)
{
    if (step->event.size > 0 && step->event.size <= MEMORY_ACCESS_MAX) {
        step->after = memory_peek(r->memory, step->event.offset, step->event.size);
    }
}

/* Makes the event of `who` happen. False: it goes to sleep, and gets no answer yet. */
static bool happen(struct run *r, unsigned who, unsigned choice, struct run_step *step)
{
    struct process *p = &r->process[who];
    const struct race_event *e = &r->control->slot[who].event;
    struct memory_access access = access_of(who, e);
    struct race_answer a = {0};
    bool loads = false;
    step->overwrote = RACE_PROCESSES;
    switch (e->kind) {
    case RACE_READ:
        a.value = memory_read(r->memory, &access, choice);
        loads = true;
        break;
    case RACE_WRITE:
        memory_write(r->memory, &access, e->operand);
        step->buffered = memory_buffered(r->memory, who) > 0; /* it is the last one there */
        a.value = e->operand;
        step->overwrote = memory_overwritten(r->memory);
        break;
    case RACE_UPDATE:
    case RACE_WAIT_ZERO:
    case RACE_WAIT_COUNT:
        a.value = memory_peek(r->memory, e->offset, e->size);
        access.order = e->op == RACE_COMPARE && a.value != e->expected ? e->failed_order : e->order;
        a.value = memory_update(r->memory, &access, e->op, e->operand, e->expected);
        loads = e->kind == RACE_UPDATE && memory_peek(r->memory, e->offset, e->size) == a.value;
        break;
    case RACE_FENCE:
        memory_fence(r->memory, who, e->order);
        break;
    default:
        step->waits = !run_call(r, who, &a);
        break;
    }
    step->value = a.value;
    step->result = a.result;
    if (loads) {
        remember_load(p, e, a.value);
    } else if (e->kind != RACE_YIELD && e->kind != RACE_FENCE) {
        p->loop_count = 0;
    }
    p->repeating = p->goes_round || (p->repeating && e->kind == RACE_YIELD);
    step->repeats = p->repeating;
    p->spin_count = 0;
    p->goes_round = false;
    bool again = e->kind == RACE_JOIN && a.result < 0; /* WNOHANG: it has learned nothing */
    p->seen = again ? p->seen
                    : memory_mix(memory_mix(memory_mix(memory_mix(p->seen, e->site), e->offset),
                                            (uint64_t)a.value + (uint64_t)a.result),
                                 loads || e->kind == RACE_SLEEP ? memory_read_from(r->memory) : e->kind);
    note_after(r, step); /* a process that goes on changes its own bytes */
    if (step->waits) {
        return false;
    }
    run_answer(r, who, &a);
    if (p->ended) {
        atomic_store(&r->control->slot[who].state, RACE_NONE);
    }
    return true;
}

void run_take(struct run *r, const struct run_option *option, struct run_step *step)
{
    unsigned who = option->who;
    *step = (struct run_step){.option = *option, .event = r->control->slot[who].event, .overwrote = RACE_PROCESSES};
    struct process *p = &r->process[who];
    bool answered = false;
    if (option->drain) {
        step->event = (struct race_event){.kind = RACE_WRITE};
        uint32_t before_offset, before_size;
        memory_waiting(r->memory, who, option->index, &before_offset, &before_size);
        step->before = memory_peek(r->memory, before_offset, before_size);
        memory_drain(r->memory, who, option->index, &step->event.offset, &step->event.size);
        p->skipped -= option->index < p->skipped;
        note_after(r, step);
    } else {
        bool bytes = step->event.size > 0 && step->event.size <= MEMORY_ACCESS_MAX && step->event.kind <= RACE_WAKE;
        step->before = bytes ? memory_peek(r->memory, step->event.offset, step->event.size) : 0;
        bool alone = concerns_nobody(r, who);
        for (unsigned i = 0; i < r->processes && !alone; i++) {
            r->process[i].skipped = memory_buffered(r->memory, i);
        }
        r->current = alone ? r->current : (int)who;
        answered = happen(r, who, option->index, step);
        if (memory_buffered(r->memory, who) < p->skipped) {
            p->skipped = memory_buffered(r->memory, who); /* a fence drained them */
        }
        r->give_up_waiting = false;
    }
    step->segment = -1;
    if (step->event.size > 0) {
        run_locate(r, step->event.offset, &step->segment, &step->offset);
    }
    r->control->time += 1000;
    r->steps++;
    if (answered && r->over == RUN_GOES_ON) {
        settle(r);
        if (!p->ended && r->over == RUN_GOES_ON) {
            find_loop(r, who);
        }
    }
    if (r->steps > r->settings.steps_max && r->over == RUN_GOES_ON) {
        run_set_over(r, RUN_ENDLESS, who, 0, "");
    }
}

/* Bytes that one process alone uses are no part of memory's hash. */
static uint64_t own_bytes(const struct run *r, const struct segment *s, uint64_t hash)
{
    for (uint32_t i = s->offset; i < s->offset + s->size; i++) {
        if (r->control->writers[i] != 0 && !r->control->shared[i]) {
            hash = memory_mix(hash, (uint64_t)i << 8 | r->control->memory[i]);
        }
    }
    return hash;
}

uint64_t run_state(const struct run *r)
{
    uint64_t hash = memory_mix(memory_mix(memory_hash(r->memory), (uint64_t)r->current + 1), r->stuck_tries);
    for (unsigned i = 0; i < r->processes; i++) {
        const struct process *p = &r->process[i];
        hash = memory_mix(hash, p->seen);
        hash = memory_mix(hash, (uint64_t)p->ended << 3 | (uint64_t)p->sleeps << 2 | (uint64_t)p->woken << 1 |
                                    (p->spin_count > 0) | (uint64_t)p->goes_round << 4);
        hash = memory_mix(hash, p->skipped + 1u);
        for (unsigned k = 0; p->sleeps && k < r->processes; k++) { /* who sleeps longer is woken first */
            hash = memory_mix(hash, r->process[k].sleeps && r->process[k].slept < p->slept);
        }
    }
    for (unsigned i = 0; i < r->segments; i++) {
        hash = memory_mix(hash, (uint64_t)r->segment[i].offset << 32 | r->segment[i].size);
        hash = memory_mix(hash, r->segment[i].removed);
        hash = own_bytes(r, &r->segment[i], hash);
    }
    return hash;
}

/* ---- what became of it ---- */

enum run_over run_over(const struct run *r, unsigned *who, int *number, const char **text)
{
    *who = r->over_who;
    *number = r->over_number;
    *text = r->over_text;
    return r->over;
}

unsigned run_processes(const struct run *r)
{
    return r->processes;
}

unsigned run_program_of(const struct run *r, unsigned who)
{
    return r->process[who].program;
}

int run_status(const struct run *r, unsigned who)
{
    return r->process[who].ended ? r->process[who].status : -1;
}

const struct race_event *run_event(const struct run *r, unsigned who, bool *spins)
{
    *spins = r->process[who].spin_count > 0;
    return &r->control->slot[who].event;
}

struct memory *run_memory(struct run *r)
{
    return r->memory;
}

int run_output(const struct run *r, unsigned program)
{
    return r->output[program];
}

int run_pid(const struct run *r, unsigned who)
{
    return r->control->slot[who].pid;
}

void run_patience(struct run *r, unsigned seconds)
{
    r->settings.seconds_max = seconds;
}
