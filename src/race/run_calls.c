/* Run, calls: segments, semaphores, futexes and processes, as the kernel would do it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/wait.h>

#include "run_internal.h"

/* ---- segments ---- */

static struct place *place_of(struct run *r, const char *name, uint32_t size)
{
    uint32_t room = (size + RACE_PAGE - 1) / RACE_PAGE * RACE_PAGE;
    for (unsigned i = 0; i < r->places; i++) {
        if (strcmp(r->place[i].name, name) == 0 && r->place[i].room >= room) {
            return &r->place[i];
        }
    }
    if (r->places == RUN_SEGMENTS || room > RACE_MEMORY - r->used) {
        return NULL;
    }
    struct place *place = &r->place[r->places++];
    snprintf(place->name, sizeof place->name, "%s", name);
    place->offset = r->used;
    place->room = room;
    r->used += room;
    return place;
}

int run_segment_find(const struct run *r, const char *name)
{
    int number;
    if (sscanf(name, "#%d", &number) == 1) {
        return number >= 0 && (unsigned)number < r->segments ? number : -1;
    }
    for (unsigned i = 0; i < r->segments; i++) {
        if (!r->segment[i].removed && name[0] != '\0' && strcmp(r->segment[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int segment_make(struct run *r, unsigned who, const struct race_event *e)
{
    char name[RACE_TEXT];
    snprintf(name, sizeof name, "%s", e->text);
    if (name[0] == '\0') { /* IPC_PRIVATE: by who made it, and which of theirs it is */
        snprintf(name, sizeof name, "private %u.%u", who, r->segments);
    }
    struct place *place = e->size == 0 && strncmp(name, "posix", 5) != 0 ? NULL : place_of(r, name, e->size);
    if (place == NULL || r->segments == RUN_SEGMENTS) {
        return place == NULL && e->size == 0 ? -EINVAL : -ENOSPC;
    }
    struct segment *s = &r->segment[r->segments];
    *s = (struct segment){.offset = place->offset, .size = e->size, .hidden = e->flags & RACE_OPEN_HIDDEN};
    snprintf(s->name, sizeof s->name, "%s", name);
    if (e->operand != 0) { /* the value of a new semaphore */
        memory_write(
            r->memory,
            &(struct memory_access){.who = who, .offset = s->offset, .size = 4, .order = RACE_RELEASE, .site = e->site},
            e->operand);
        for (unsigned i = 0; i < 4; i++) {
            r->control->writers[s->offset + i] |= (uint8_t)(1u << who);
        }
    }
    return (int)r->segments++;
}

static void segment_open(struct run *r, unsigned who, const struct race_event *e, struct race_answer *a)
{
    int number = run_segment_find(r, e->text);
    if (number >= 0 && (e->flags & RACE_OPEN_NEW)) {
        a->result = -EEXIST;
        return;
    }
    if (number < 0) {
        number = e->flags & RACE_OPEN_CREATE ? segment_make(r, who, e) : e->text[0] == '#' ? -EINVAL : -ENOENT;
        a->created = number >= 0;
    } else if (e->size > r->segment[number].size && r->segment[number].size > 0) {
        number = -EINVAL; /* shmget: larger than the segment is */
    }
    a->result = number;
    if (number >= 0) {
        a->offset = r->segment[number].offset;
        a->size = r->segment[number].size;
    }
}

static int segment_resize(struct run *r, const struct race_event *e)
{
    struct segment *s = &r->segment[e->number];
    if (s->size == (uint32_t)e->operand) {
        return 0;
    }
    struct place *place = s->size > 0 || e->operand > RACE_MEMORY ? NULL : place_of(r, s->name, (uint32_t)e->operand);
    if (place == NULL) {
        return s->size > 0 ? -EINVAL : -ENOSPC;
    }
    s->offset = place->offset;
    s->size = (uint32_t)e->operand;
    return 0;
}

static int segment_remove(struct run *r, const struct race_event *e)
{
    int number = e->number >= 0 ? e->number : run_segment_find(r, e->text);
    if (number < 0 || (unsigned)number >= r->segments || r->segment[number].removed) {
        return e->number >= 0 ? -EINVAL : -ENOENT;
    }
    r->segment[number].removed = true;
    return 0;
}

void run_locate(const struct run *r, uint32_t at, int *segment, uint32_t *offset)
{
    *segment = -1;
    *offset = 0;
    for (unsigned i = 0; i < r->segments; i++) {
        const struct segment *s = &r->segment[i];
        if (at - s->offset < s->size && !s->hidden) {
            *segment = (int)i;
            *offset = at - s->offset;
        }
    }
}

const uint8_t *run_segment(const struct run *r, int number, uint32_t *size, const char **name)
{
    if (number < 0 || (unsigned)number >= r->segments) {
        return NULL;
    }
    *size = r->segment[number].size;
    *name = r->segment[number].name;
    return r->control->memory + r->segment[number].offset;
}

int run_first_segment(const struct run *r)
{
    for (unsigned i = 0; i < r->segments; i++) {
        if (!r->segment[i].hidden && r->segment[i].size > 0) {
            return (int)i;
        }
    }
    return -1;
}

bool run_shared(const struct run *r, unsigned index, const char **name, uint32_t *offset, uint32_t *size)
{
    for (unsigned p = 0; p < r->places; p++) {
        const struct place *place = &r->place[p];
        for (uint32_t from = 0; from < place->room; from++) {
            uint32_t to = from;
            while (to < place->room && r->control->shared[place->offset + to]) {
                to++;
            }
            if (to > from && index-- == 0) {
                *name = place->name;
                *offset = from;
                *size = to - from;
                return true;
            }
            from = to;
        }
    }
    return false;
}

void run_share(struct run *r, const char *name, uint32_t offset, uint32_t size)
{
    for (unsigned p = 0; p < r->places; p++) {
        const struct place *place = &r->place[p];
        if (strcmp(place->name, name) == 0 && offset < place->room && size <= place->room - offset) {
            memset(r->control->shared + place->offset + offset, 1, size);
        }
    }
}

/* ---- semaphore sets ---- */

/* semop(2): all at once, or not at all. Returns the index of the first operation that must wait, or the count. */
static unsigned semop_blocked(const struct run *r, const struct race_event *e)
{
    int values[RACE_OPERATIONS]; /* as they would become, by operation */
    for (unsigned i = 0; i < e->operation_count; i++) {
        int value = (int)memory_peek(r->memory, e->offset + 4u * e->operations[i].index, 4);
        for (unsigned k = 0; k < i; k++) {
            value = e->operations[k].index == e->operations[i].index ? values[k] : value;
        }
        int change = e->operations[i].change;
        if (change == 0 ? value != 0 : value + change < 0) {
            return i;
        }
        values[i] = value + change;
    }
    return e->operation_count;
}

static void semop_do(struct run *r, unsigned who, const struct race_event *e)
{
    for (unsigned i = 0; i < e->operation_count; i++) {
        struct memory_access a = {.who = who,
                                  .offset = e->offset + 4u * e->operations[i].index,
                                  .size = 4,
                                  .order = RACE_ACQ_REL,
                                  .site = e->site};
        memory_update(r->memory, &a, RACE_ADD, (race_value)e->operations[i].change, 0);
    }
}

/* ---- futexes ---- */

static void wake_sleepers(struct run *r, const struct race_event *e, int *woken)
{
    for (*woken = 0; *woken < (int)e->operand; ++*woken) { /* in the order in which they went to sleep */
        struct process *first = NULL;
        for (unsigned i = 0; i < r->processes; i++) {
            struct process *p = &r->process[i];
            if (p->sleeps && !p->woken && r->control->slot[i].event.offset == e->offset &&
                (first == NULL || p->slept < first->slept)) {
                first = p;
            }
        }
        if (first == NULL) {
            return;
        }
        first->woken = true;
    }
}

/* The first time the process asks, it goes to sleep if the value is the expected one; the second time it was woken. */
static bool sleep_or_wake(struct run *r, unsigned who, const struct race_event *e, struct race_answer *a)
{
    struct process *p = &r->process[who];
    if (p->sleeps) {
        p->sleeps = p->woken = false;
        return true;
    }
    struct memory_access access = {
        .who = who, .offset = e->offset, .size = e->size, .order = RACE_RELAXED, .site = e->site};
    memory_fence(r->memory, who, RACE_SEQ_CST); /* a system call: its own stores are made known */
    a->value = memory_read(r->memory, &access, 0);
    if (a->value != e->expected) {
        a->result = -EAGAIN;
        return true;
    }
    p->sleeps = true;
    p->slept = r->steps;
    return false;
}

/* ---- processes ---- */

static bool child_ended(const struct run *r, unsigned who, int wanted, int *slot)
{
    for (unsigned i = 0; i < r->processes; i++) {
        if (r->process[i].parent == who && (wanted == RACE_PROCESSES || wanted == (int)i) && r->process[i].ended) {
            *slot = (int)i;
            return true;
        }
    }
    return false;
}

static void fork_process(struct run *r, unsigned who, struct race_answer *a)
{
    const struct process *p = &r->process[who];
    if (r->processes == RACE_PROCESSES) {
        run_set_over(r, RUN_REFUSED, who, 0, "there would be more than 8 processes");
        a->leave = true;
        return;
    }
    unsigned child = r->processes++;
    struct race_slot *slot = &r->control->slot[child];
    a->result = (int)child;
    r->process[child] =
        (struct process){.program = p->program, .exists = true, .status = -1, .parent = who, .seen = p->seen + 1};
    memory_fence(r->memory, who, RACE_SEQ_CST); /* POSIX 4.12: fork and wait synchronize memory */
    memory_join(r->memory, who, child);
    slot->answer.leave = false;
    slot->pid = 0;
    atomic_store(&slot->state, RACE_RUNS);
}

static void join_process(struct run *r, unsigned who, const struct race_event *e, struct race_answer *a)
{
    memory_fence(r->memory, who, RACE_SEQ_CST);
    if (child_ended(r, who, e->number, &a->result)) {
        memory_join(r->memory, (unsigned)a->result, who);
        r->process[a->result].parent = RACE_PROCESSES;
    } else {
        a->result = -1; /* WNOHANG */
    }
}

/* ---- all of them ---- */

bool run_call_may(const struct run *r, unsigned who)
{
    const struct process *p = &r->process[who];
    const struct race_event *e = &r->control->slot[who].event;
    int slot, number;
    switch (e->kind) {
    case RACE_WAIT_ZERO:
        return memory_peek(r->memory, e->offset, e->size) == 0;
    case RACE_WAIT_COUNT:
        return memory_peek(r->memory, e->offset, e->size) != 0;
    case RACE_SLEEP:
        return !p->sleeps || p->woken;
    case RACE_SEMOP: {
        unsigned blocked = semop_blocked(r, e);
        return blocked == e->operation_count || (e->operations[blocked].flags & IPC_NOWAIT);
    }
    case RACE_JOIN:
        return (e->flags & WNOHANG) || child_ended(r, who, e->number, &slot);
    case RACE_OPEN:
        number = run_segment_find(r, e->text);
        if (r->give_up_waiting || (e->flags & RACE_OPEN_CREATE)) {
            return true;
        }
        return number >= 0 && (strcmp(e->call, "mmap") != 0 || r->segment[number].size > 0);
    default:
        return true;
    }
}

bool run_call(struct run *r, unsigned who, struct race_answer *a)
{
    const struct race_event *e = &r->control->slot[who].event;
    switch (e->kind) {
    case RACE_SLEEP:
        return sleep_or_wake(r, who, e, a);
    case RACE_WAKE:
        memory_fence(r->memory, who, RACE_SEQ_CST);
        wake_sleepers(r, e, &a->result);
        break;
    case RACE_SEMOP:
        if (semop_blocked(r, e) < e->operation_count) {
            a->result = -EAGAIN; /* IPC_NOWAIT */
        } else {
            semop_do(r, who, e);
        }
        break;
    case RACE_OPEN:
        segment_open(r, who, e, a);
        break;
    case RACE_RESIZE:
        a->result = segment_resize(r, e);
        break;
    case RACE_REMOVE:
        a->result = segment_remove(r, e);
        break;
    case RACE_FORK:
        fork_process(r, who, a);
        break;
    case RACE_JOIN:
        join_process(r, who, e, a);
        break;
    case RACE_YIELD:
        r->control->time += (uint64_t)e->operand;
        break;
    case RACE_ASSERT:
        run_set_over(r, RUN_ASSERT, who, 0, e->text);
        break;
    case RACE_CRASH:
        run_set_over(r, RUN_CRASH, who, e->number, "");
        break;
    case RACE_END:
        r->process[who].ended = true;
        r->process[who].status = e->number;
        break;
    default:
        break;
    }
    return true;
}
