#include "memory.h"

#include <stdlib.h>
#include <string.h>

struct clock {
    uint32_t at[RACE_PROCESSES];      /* how many events of each process are known */
    uint32_t seq_cst[RACE_PROCESSES]; /* of a view: up to which of its events its seq_cst stores are known, by fences */
};

/* A store that has reached memory. Those of one byte are in the order of their numbers: the modification order. */
struct message {
    uint32_t offset, size;
    race_value value;
    unsigned who;
    uint32_t event;  /* the writer's clock at the store */
    uint32_t number; /* of the writer's stores, from 1 */
    bool seq_cst;
    struct clock before,
        view;      /* what an acquire that reads it learns: happens-before, and what can't be read any more */
    uint64_t hash; /* of all of that */
    uint32_t previous[MEMORY_ACCESS_MAX]; /* for each byte the message before */
};

struct waiting { /* a store in a buffer */
    struct message message;
    unsigned epoch; /* it may not leave before those of a lower one */
};

struct process {
    struct clock before;                       /* happens-before */
    struct clock view;                         /* the same, and the order of seq_cst */
    struct clock pending_before, pending_view; /* learned by relaxed loads: an acquire fence takes it over */
    struct clock fenced_before, fenced_view;   /* at the last release fence: relaxed stores pass it on */
    struct waiting *buffer;
    unsigned buffered, buffer_room;
    unsigned epoch;
    uint32_t stores;
    uint32_t *store_events; /* when each was made */
    size_t store_room;
};

/* The last accesses to a byte by one process. */
struct touch {
    uint32_t event[2][2]; /* [writes][atomic]; 0: none */
    uint64_t site[2][2];
    uint32_t offset[2][2];
    uint8_t size[2][2];
    uint8_t order[2][2];
    uint32_t seen; /* 1 more than the newest message when this process last read the byte; 0: not since it wrote */
};

struct byte {
    uint32_t newest; /* its message; 0: the initial value */
    struct touch touch[RACE_PROCESSES];
};

struct loaded { /* WEAK: a load, which keeps later ones from reading older values */
    uint32_t offset, size;
    unsigned who;
    uint32_t event;
    uint32_t from[MEMORY_ACCESS_MAX];
};

struct memory {
    enum memory_model model;
    uint8_t *bytes;
    size_t size;
    struct byte *byte;
    uint32_t *touched; /* those that differ from all 0 */
    size_t touched_count;
    uint8_t *is_touched;
    struct message *messages;
    uint32_t message_count, message_room;
    struct loaded *loads;
    size_t load_count, load_room;
    struct process process[RACE_PROCESSES];
    struct clock seq_cst; /* what was known at the seq_cst fences, and the last seq_cst store of each process */
    uint64_t hash;
    uint64_t read_from;
    unsigned overwritten;
    struct memory_race *races;
    size_t race_count, race_room;
};

static const char *const model_names[MEMORY_MODELS] = {"sc", "tso", "pso", "weak"};

const char *memory_model_name(enum memory_model model)
{
    return model_names[model];
}

/* Room for one more element. There is no way to go on without memory. */
static void *grow(void *array, size_t count, size_t *room, size_t element)
{
    if (count < *room) {
        return array;
    }
    *room = *room == 0 ? 64 : *room * 2;
    void *larger = realloc(array, *room * element);
    if (larger == NULL) {
        abort();
    }
    return larger;
}

struct memory *memory_new(uint8_t *bytes, size_t size)
{
    struct memory *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return NULL;
    }
    m->bytes = bytes;
    m->size = size;
    m->byte = calloc(size, sizeof *m->byte);
    m->touched = calloc(size, sizeof *m->touched);
    m->is_touched = calloc(size, 1);
    if (m->byte == NULL || m->touched == NULL || m->is_touched == NULL) {
        memory_free(m);
        return NULL;
    }
    return m;
}

void memory_free(struct memory *m)
{
    if (m == NULL) {
        return;
    }
    for (unsigned i = 0; i < RACE_PROCESSES; i++) {
        free(m->process[i].buffer);
        free(m->process[i].store_events);
    }
    free(m->byte);
    free(m->touched);
    free(m->is_touched);
    free(m->messages);
    free(m->loads);
    free(m->races);
    free(m);
}

static struct message *message_add(struct memory *m)
{
    size_t room = m->message_room;
    m->messages = grow(m->messages, m->message_count, &room, sizeof *m->messages);
    m->message_room = (uint32_t)room;
    return &m->messages[m->message_count++];
}

void memory_reset(struct memory *m, enum memory_model model)
{
    m->model = model;
    for (size_t i = 0; i < m->touched_count; i++) {
        uint32_t at = m->touched[i];
        m->bytes[at] = 0;
        m->is_touched[at] = 0;
        memset(&m->byte[at], 0, sizeof m->byte[at]);
    }
    m->touched_count = 0;
    m->message_count = 0;
    m->load_count = 0;
    for (unsigned i = 0; i < RACE_PROCESSES; i++) {
        struct process *p = &m->process[i];
        struct waiting *buffer = p->buffer;
        unsigned room = p->buffer_room;
        *p = (struct process){
            .buffer = buffer, .buffer_room = room, .store_events = p->store_events, .store_room = p->store_room};
    }
    m->seq_cst = (struct clock){.at = {0}};
    m->hash = 0;
    m->read_from = 0;
    m->overwritten = RACE_PROCESSES;
    m->race_count = 0;
    *message_add(m) =
        (struct message){.size = (uint32_t)m->size, .who = RACE_PROCESSES}; /* number 0: the initial bytes */
}

/* ---- clocks ---- */

static void clock_join(struct clock *c, const struct clock *other)
{
    for (unsigned i = 0; i < RACE_PROCESSES; i++) {
        c->at[i] = other->at[i] > c->at[i] ? other->at[i] : c->at[i];
        c->seq_cst[i] = other->seq_cst[i] > c->seq_cst[i] ? other->seq_cst[i] : c->seq_cst[i];
    }
}

/* The process's next event. */
static uint32_t tick(struct process *p, unsigned who)
{
    p->view.at[who]++;
    return ++p->before.at[who];
}

static bool acquires(enum race_order order)
{
    return order == RACE_CONSUME || order == RACE_ACQUIRE || order == RACE_ACQ_REL || order == RACE_SEQ_CST;
}

static bool releases(enum race_order order)
{
    return order == RACE_RELEASE || order == RACE_ACQ_REL || order == RACE_SEQ_CST;
}

/* A plain load makes nothing happen before, but a fence behind it keeps later loads from older values, as in a processor. */
static void acquire_message(struct process *p, const struct message *message, enum race_order order)
{
    if (order != RACE_PLAIN) {
        clock_join(acquires(order) ? &p->before : &p->pending_before, &message->before);
    }
    clock_join(acquires(order) ? &p->view : &p->pending_view, &message->view);
}

/* ---- hashes ---- */

uint64_t memory_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a * 0x9e3779b97f4a7c15u + b; /* the finalizer of splitmix64 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Which store it is, whatever loads its process has made before. */
static uint64_t message_id(const struct message *message)
{
    return (uint64_t)message->who << 32 | message->number;
}

/* How many stores of a process are among its first events: what one process knows of another comes from its stores. */
static uint32_t known_stores(const struct memory *m, unsigned who, uint32_t events)
{
    const struct process *p = &m->process[who];
    uint32_t count = 0;
    while (count < p->stores && p->store_events[count] <= events) {
        count++;
    }
    return count;
}

/* Of what `who` knows of the others: its own events count on in a loop that changes nothing. */
static uint64_t clock_hash(const struct memory *m, uint64_t hash, const struct clock *c, unsigned who)
{
    for (unsigned i = 0; i < RACE_PROCESSES; i++) {
        uint64_t known =
            i == who ? 0 : (uint64_t)known_stores(m, i, c->at[i]) << 32 | known_stores(m, i, c->seq_cst[i]);
        hash = memory_mix(hash, known);
    }
    return hash;
}

/* Which store it is, its value, and what an acquire learns from it. */
static uint64_t message_hash(const struct memory *m, const struct message *message)
{
    uint64_t hash =
        memory_mix(memory_mix(message_id(message), (uint64_t)message->value), (uint64_t)(message->value >> 64));
    return clock_hash(m, clock_hash(m, hash, &message->before, message->who), &message->view, message->who);
}

static uint64_t byte_hash(const struct memory *m, uint32_t at, const struct message *message)
{
    /* WEAK: older values count as well, so the chain does. */
    const struct message *before = &m->messages[message->previous[at - message->offset]];
    return memory_mix(memory_mix(at, message->hash), m->model == MEMORY_WEAK ? before->hash : 0);
}

uint64_t memory_hash(const struct memory *m)
{
    uint64_t hash = m->hash;
    for (unsigned i = 0; i < RACE_PROCESSES; i++) {
        const struct process *p = &m->process[i];
        for (unsigned k = 0; k < p->buffered; k++) {
            hash = memory_mix(hash, message_hash(m, &p->buffer[k].message) + p->buffer[k].epoch);
        }
        hash = clock_hash(m, hash, &p->before, i);
        if (m->model == MEMORY_WEAK) { /* a view depends on the order of the seq_cst fences, too */
            hash = clock_hash(m, hash, &p->view, i);
        }
    }
    return m->model == MEMORY_WEAK ? clock_hash(m, hash, &m->seq_cst, RACE_PROCESSES) : hash;
}

uint64_t memory_read_from(const struct memory *m)
{
    return m->read_from;
}

/* ---- data races ---- */

static void touch_byte(struct memory *m, uint32_t at)
{
    if (!m->is_touched[at]) {
        m->is_touched[at] = 1;
        m->touched[m->touched_count++] = at;
    }
}

static void race_add(struct memory *m, const struct memory_race *race)
{
    for (size_t i = 0; i < m->race_count; i++) {
        const struct memory_race *known = &m->races[i];
        if (known->before.site == race->before.site && known->after.site == race->after.site &&
            known->before.who == race->before.who && known->after.who == race->after.who) {
            return;
        }
    }
    m->races = grow(m->races, m->race_count, &m->race_room, sizeof *m->races);
    m->races[m->race_count++] = *race;
}

/* Looks for data races of this access with earlier ones, and remembers it. */
static void record(struct memory *m, const struct memory_access *a, bool writes, uint32_t event)
{
    const struct process *p = &m->process[a->who];
    bool atomic = a->order != RACE_PLAIN;
    for (uint32_t at = a->offset; at < a->offset + a->size; at++) {
        touch_byte(m, at);
        for (unsigned other = 0; other < RACE_PROCESSES; other++) {
            const struct touch *t = &m->byte[at].touch[other];
            if (other == a->who) {
                continue;
            }
            for (unsigned kind = 0; kind < 4; kind++) {
                bool wrote = kind & 1, was_atomic = kind & 2;
                if ((!writes && !wrote) || (atomic && was_atomic) ||
                    t->event[wrote][was_atomic] <= p->before.at[other]) {
                    continue;
                }
                race_add(m, &(struct memory_race){.before = {.who = other,
                                                             .offset = t->offset[wrote][was_atomic],
                                                             .size = t->size[wrote][was_atomic],
                                                             .order = t->order[wrote][was_atomic],
                                                             .site = t->site[wrote][was_atomic]},
                                                  .after = *a,
                                                  .before_writes = wrote,
                                                  .after_writes = writes,
                                                  .offset = at});
            }
        }
        struct touch *mine = &m->byte[at].touch[a->who];
        mine->event[writes][atomic] = event;
        mine->site[writes][atomic] = a->site;
        mine->offset[writes][atomic] = a->offset;
        mine->size[writes][atomic] = (uint8_t)a->size;
        mine->order[writes][atomic] = (uint8_t)a->order;
        mine->seen = writes ? 0 : m->byte[at].newest + 1;
    }
}

const struct memory_race *memory_races(const struct memory *m, size_t *count)
{
    *count = m->race_count;
    return m->races;
}

/* ---- loads ---- */

static race_value value_of(const uint8_t *bytes, uint32_t size)
{
    race_value value = 0;
    memcpy(&value, bytes, size);
    return value;
}

race_value memory_peek(const struct memory *m, uint32_t offset, uint32_t size)
{
    return value_of(m->bytes + offset, size);
}

/* The oldest message of the byte that the process may still read: the newest that happens before it, or that it, or one
 * that happens before it, has read.
 *
 * All seq_cst accesses and fences are in one order (C11 7.17.3), that in which they happen here. A load behind a fence
 * reads no older store than those that are seq_cst, or before a fence, and earlier in that order; so does a seq_cst load.
 * But a seq_cst access is no fence for accesses to other bytes. */
static uint32_t oldest(const struct memory *m, const struct memory_access *a, uint32_t at)
{
    const struct process *p = &m->process[a->who];
    uint32_t number = m->byte[at].newest;
    while (number != 0) {
        const struct message *message = &m->messages[number];
        bool known = message->event <= p->view.at[message->who] ||
                     (message->seq_cst && message->event <= p->view.seq_cst[message->who]);
        bool in_order = a->order == RACE_SEQ_CST && (message->seq_cst || message->event <= m->seq_cst.at[message->who]);
        if (known || in_order) {
            break;
        }
        number = message->previous[at - message->offset];
    }
    for (size_t i = 0; i < m->load_count; i++) {
        const struct loaded *load = &m->loads[i];
        if (at - load->offset < load->size && load->event <= p->view.at[load->who] &&
            load->from[at - load->offset] > number) {
            number = load->from[at - load->offset];
        }
    }
    return number;
}

/* Finds the message that choice number `choice` reads, other than the newest bytes. Returns how many choices there are
 * before it, so with a choice of UINT_MAX the number of all of them. */
static unsigned older(const struct memory *m, const struct memory_access *a, unsigned choice, uint32_t *found)
{
    uint32_t floor = 0;
    bool whole = true; /* the newest bytes are all of one message */
    for (uint32_t at = a->offset; at < a->offset + a->size; at++) {
        uint32_t limit = oldest(m, a, at);
        floor = limit > floor ? limit : floor;
        whole = whole && m->byte[at].newest == m->byte[a->offset].newest;
    }
    unsigned count = 1;
    uint32_t number = m->byte[a->offset].newest;
    while (count <= choice) {
        const struct message *message = &m->messages[number];
        bool covers = message->offset <= a->offset && a->offset + a->size <= message->offset + message->size;
        if (number < floor) {
            break;
        }
        if (covers && (!whole || number != m->byte[a->offset].newest)) {
            *found = number;
            count++;
        }
        if (number == 0) {
            break;
        }
        number = message->previous[a->offset - message->offset];
    }
    return count;
}

unsigned memory_read_choices(struct memory *m, const struct memory_access *a)
{
    if (m->model != MEMORY_WEAK) {
        return 1;
    }
    uint32_t ignored = 0;
    return older(m, a, UINT32_MAX - 1, &ignored);
}

/* Reads the bytes of one process's view: its own waiting stores over the newest. Fills from[] with the messages of the
 * memory, and the hash of what was read from. */
static race_value newest(struct memory *m, const struct memory_access *a, uint32_t *from)
{
    uint8_t bytes[MEMORY_ACCESS_MAX];
    const struct process *p = &m->process[a->who];
    for (uint32_t i = 0; i < a->size; i++) {
        uint32_t at = a->offset + i;
        const struct message *source = &m->messages[m->byte[at].newest];
        from[i] = m->byte[at].newest;
        bytes[i] = m->bytes[at];
        for (unsigned k = 0; k < p->buffered; k++) {
            const struct message *mine = &p->buffer[k].message;
            if (at - mine->offset < mine->size) {
                source = mine;
                from[i] = 0; /* one's own store orders nothing */
                bytes[i] = (uint8_t)(mine->value >> 8 * (at - mine->offset));
            }
        }
        m->read_from = memory_mix(m->read_from, message_id(source));
    }
    return value_of(bytes, a->size);
}

static void remember_load(struct memory *m, const struct memory_access *a, uint32_t event, const uint32_t *from)
{
    if (m->model != MEMORY_WEAK) {
        return;
    }
    m->loads = grow(m->loads, m->load_count, &m->load_room, sizeof *m->loads);
    struct loaded *load = &m->loads[m->load_count++];
    *load = (struct loaded){.offset = a->offset, .size = a->size, .who = a->who, .event = event};
    memcpy(load->from, from, a->size * sizeof *from);
}

race_value memory_read(struct memory *m, const struct memory_access *a, unsigned choice)
{
    struct process *p = &m->process[a->who];
    uint32_t from[MEMORY_ACCESS_MAX];
    race_value value;
    m->read_from = 0;
    if (choice == 0) {
        value = newest(m, a, from);
    } else {
        uint32_t number = 0;
        older(m, a, choice, &number);
        const struct message *message = &m->messages[number];
        value = message->value >> (number == 0 ? 0 : 8 * (a->offset - message->offset));
        if (a->size < sizeof value) {
            value &= ((race_value)1 << 8 * a->size) - 1;
        }
        for (uint32_t i = 0; i < a->size; i++) {
            from[i] = number;
            m->read_from = memory_mix(m->read_from, message_id(message));
        }
    }
    for (uint32_t i = 0; i < a->size; i++) {
        acquire_message(p, &m->messages[from[i]], a->order);
    }
    uint32_t event = tick(p, a->who);
    record(m, a, false, event);
    remember_load(m, a, event, from);
    return value;
}

/* ---- stores ---- */

/* Puts the store at the end of the modification order of its bytes. */
static void commit(struct memory *m, const struct message *store)
{
    uint32_t number = m->message_count;
    struct message *message = message_add(m);
    *message = *store;
    message->hash = message_hash(m, message);
    if (store->seq_cst) {
        m->seq_cst.seq_cst[store->who] = store->event;
    }
    for (uint32_t i = 0; i < store->size; i++) {
        uint32_t at = store->offset + i;
        struct byte *byte = &m->byte[at];
        touch_byte(m, at);
        message->previous[i] = byte->newest;
        if (m->model != MEMORY_WEAK && byte->newest != 0) {
            m->hash ^= byte_hash(m, at, &m->messages[byte->newest]);
        }
        byte->newest = number;
        m->bytes[at] = (uint8_t)(store->value >> 8 * i);
        m->hash ^= byte_hash(m, at, message);
    }
}

/* What a relaxed or a release store passes on to an acquire that reads it. */
static struct message message_of(struct process *p, const struct memory_access *a, race_value value, uint32_t event)
{
    p->store_events = grow(p->store_events, p->stores, &p->store_room, sizeof *p->store_events);
    p->store_events[p->stores++] = event;
    struct message message = {.offset = a->offset,
                              .size = a->size,
                              .value = value,
                              .who = a->who,
                              .event = event,
                              .number = p->stores,
                              .seq_cst = a->order == RACE_SEQ_CST};
    if (releases(a->order)) {
        message.before = p->before;
        message.view = p->view;
    } else {
        message.before = a->order == RACE_PLAIN ? message.before : p->fenced_before;
        message.view = p->fenced_view;
    }
    return message;
}

static void drain_all(struct memory *m, unsigned who)
{
    struct process *p = &m->process[who];
    for (unsigned i = 0; i < p->buffered; i++) {
        commit(m, &p->buffer[i].message);
    }
    p->buffered = 0;
}

/* Whether the newest bytes are another's, written since this process has read them: what it stores comes from an older
 * value. */
static void note_overwritten(struct memory *m, const struct memory_access *a)
{
    m->overwritten = RACE_PROCESSES;
    for (uint32_t at = a->offset; at < a->offset + a->size; at++) {
        uint32_t number = m->byte[at].newest, seen = m->byte[at].touch[a->who].seen;
        if (seen != 0 && number >= seen && m->messages[number].who != a->who) {
            m->overwritten = m->messages[number].who;
        }
    }
}

void memory_write(struct memory *m, const struct memory_access *a, race_value value)
{
    struct process *p = &m->process[a->who];
    note_overwritten(m, a);
    uint32_t event = tick(p, a->who);
    record(m, a, true, event);
    struct message message = message_of(p, a, value, event);
    if (m->model == MEMORY_TSO || m->model == MEMORY_PSO) {
        size_t room = p->buffer_room;
        p->buffer = grow(p->buffer, p->buffered, &room, sizeof *p->buffer);
        p->buffer_room = (unsigned)room;
        p->epoch += releases(a->order);
        p->buffer[p->buffered++] = (struct waiting){.message = message, .epoch = p->epoch};
        if (a->order == RACE_SEQ_CST) {
            drain_all(m, a->who);
        }
    } else {
        commit(m, &message);
    }
}

static race_value operate(enum race_op op, race_value before, race_value operand)
{
    switch (op) {
    case RACE_ADD:
        return before + operand;
    case RACE_SUB:
        return before - operand;
    case RACE_AND:
        return before & operand;
    case RACE_OR:
        return before | operand;
    case RACE_XOR:
        return before ^ operand;
    case RACE_NAND:
        return ~(before & operand);
    case RACE_EXCHANGE:
    case RACE_COMPARE:
        break;
    }
    return operand;
}

race_value memory_update(struct memory *m, const struct memory_access *a, enum race_op op, race_value operand,
                         race_value expected)
{
    struct process *p = &m->process[a->who];
    uint32_t from[MEMORY_ACCESS_MAX];
    m->overwritten = RACE_PROCESSES;
    m->read_from = 0;
    drain_all(m, a->who);
    race_value before = newest(m, a, from);
    struct message continued = {0}; /* what the stores before have passed on: a release sequence (C11 5.1.2.4p10) */
    for (uint32_t i = 0; i < a->size; i++) {
        acquire_message(p, &m->messages[from[i]], a->order);
        clock_join(&continued.before, &m->messages[from[i]].before);
        clock_join(&continued.view, &m->messages[from[i]].view);
    }
    bool writes = op != RACE_COMPARE || before == expected;
    uint32_t event = tick(p, a->who);
    record(m, a, writes, event);
    remember_load(m, a, event, from);
    if (writes) {
        struct message message = message_of(p, a, operate(op, before, operand), event);
        clock_join(&message.before, &continued.before);
        clock_join(&message.view, &continued.view);
        commit(m, &message);
    }
    return before;
}

void memory_fence(struct memory *m, unsigned who, enum race_order order)
{
    struct process *p = &m->process[who];
    if (order == RACE_SEQ_CST) {
        clock_join(&p->view, &m->seq_cst);
    }
    tick(p, who);
    if (acquires(order)) {
        clock_join(&p->before, &p->pending_before);
        clock_join(&p->view, &p->pending_view);
    }
    if (releases(order)) {
        p->fenced_before = p->before;
        p->fenced_view = p->view;
        p->epoch++;
    }
    if (order == RACE_SEQ_CST) {
        clock_join(&m->seq_cst, &p->view);
        drain_all(m, who);
    }
}

void memory_join(struct memory *m, unsigned from, unsigned to)
{
    drain_all(m, from);
    tick(&m->process[from], from);
    clock_join(&m->process[to].before, &m->process[from].before);
    clock_join(&m->process[to].view, &m->process[from].view);
}

unsigned memory_buffered(const struct memory *m, unsigned who)
{
    return m->process[who].buffered;
}

bool memory_may_drain(const struct memory *m, unsigned who, unsigned index)
{
    const struct process *p = &m->process[who];
    if (m->model == MEMORY_TSO) {
        return index == 0;
    }
    const struct waiting *store = &p->buffer[index];
    for (unsigned i = 0; i < index; i++) {
        const struct message *before = &p->buffer[i].message;
        bool same = before->offset < store->message.offset + store->message.size &&
                    store->message.offset < before->offset + before->size;
        if (same || p->buffer[i].epoch < store->epoch) {
            return false;
        }
    }
    return true;
}

void memory_waiting(const struct memory *m, unsigned who, unsigned index, uint32_t *offset, uint32_t *size)
{
    *offset = m->process[who].buffer[index].message.offset;
    *size = m->process[who].buffer[index].message.size;
}

void memory_drain(struct memory *m, unsigned who, unsigned index, uint32_t *offset, uint32_t *size)
{
    struct process *p = &m->process[who];
    memory_waiting(m, who, index, offset, size);
    commit(m, &p->buffer[index].message);
    memmove(&p->buffer[index], &p->buffer[index + 1], (--p->buffered - index) * sizeof *p->buffer);
}

unsigned memory_overwritten(const struct memory *m)
{
    return m->overwritten;
}
