/* Runtime: loads, stores and atomics, as the compiler announces them. */
#include "runtime.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

enum { LOCAL_MAX = 65536, OWN_LOADS = 2000, LOADS_OF_YIELD = 200 };

struct race_runtime *race_runtime;

void race_copy(void *to, const void *from, size_t n)
{
    __real_memcpy(to, from, n);
}

void race_text_copy(char *to, size_t room, const char *from)
{
    size_t i = 0;
    for (; from[i] != '\0' && i + 1 < room; i++) {
        to[i] = from[i];
    }
    to[i] = '\0';
}

void race_sleep_on(const struct race_control *control, _Atomic uint32_t *word, uint32_t value)
{
    const struct timespec second = {.tv_sec = 1};
    __real_syscall(SYS_futex, word, FUTEX_WAIT, value, &second, NULL, 0);
    if (atomic_load(word) == value && __real_kill(control->controller, 0) < 0) {
        race_leave(1);
    }
}

void race_wake(_Atomic uint32_t *word)
{
    __real_syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void race_leave(int status)
{
    __real_syscall(SYS_exit_group, status);
}

/* Brings the private copies up to what memory holds now. */
static void refresh(void)
{
    for (struct race_attachment *a = race_runtime->attached; a < race_runtime->attached + RACE_ATTACHMENTS; a++) {
        if (a->address != NULL && a->before != NULL) {
            race_copy(a->address, race_runtime->control->memory + a->offset, a->size);
            race_copy(a->before, a->address, a->size);
        }
    }
}

/* Tells the event and waits for this process's turn. The answer stays valid until the next event. */
struct race_answer *race_ask(const struct race_event *event)
{
    struct race_slot *slot = &race_runtime->control->slot[race_runtime->me];
    int error = errno;
    /* a loop of loads and yields must come to a load that is an event: only so it is seen to wait */
    race_runtime->own_loads = event->kind == RACE_YIELD ? race_runtime->own_loads + LOADS_OF_YIELD : 0;
    race_copy(&slot->event, event, sizeof *event);
    atomic_store(&slot->state, RACE_ASKS);
    atomic_fetch_add(&race_runtime->control->posted, 1);
    race_wake(&race_runtime->control->posted);
    while (atomic_load(&slot->state) == RACE_ASKS) {
        race_sleep_on(race_runtime->control, &slot->state, RACE_ASKS);
    }
    if (slot->answer.leave) {
        race_leave(0);
    }
    refresh();
    errno = error;
    return &slot->answer;
}

void race_call_of(struct race_event *event, const char *name)
{
    race_text_copy(event->call, sizeof event->call, name);
}

int race_result_of(int result)
{
    if (result < 0) {
        errno = -result;
        return -1;
    }
    return result;
}

/* ---- accesses ---- */

struct race_attachment *race_attachment_at(const void *address)
{
    for (struct race_attachment *a = race_runtime == NULL ? NULL : race_runtime->attached;
         a != NULL && a < race_runtime->attached + RACE_ATTACHMENTS; a++) {
        if (a->address != NULL && (const char *)address >= a->address && (const char *)address < a->address + a->size) {
            return a;
        }
    }
    return NULL;
}

static bool is_shared(uint32_t offset, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (race_runtime->control->shared[offset + i]) {
            return true;
        }
    }
    return false;
}

void race_mark(uint8_t *users, uint32_t offset, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        users[offset + i] |= (uint8_t)(1u << race_runtime->me);
    }
}

/* Tells a store of bytes that stand in the private copy, in pieces of at most 8 aligned bytes. */
void race_tell_store(struct race_attachment *a, char *address, size_t size, uint64_t site, uint64_t stands,
                     const char *call)
{
    uint8_t bytes[8];
    while (size > 0) {
        uint32_t offset = a->offset + (uint32_t)(address - a->address);
        uint32_t piece = 8 - offset % 8;
        piece = size == 16 && offset % 16 == 0 ? 8 : piece;
        piece = size < piece ? (uint32_t)size : piece;
        race_copy(bytes, address, piece);
        if (a->before != NULL) {
            race_copy(a->before + (address - a->address), bytes, piece);
        }
        race_mark(race_runtime->control->writers, offset, piece);
        if (is_shared(offset, piece)) {
            struct race_event event = {.kind = RACE_WRITE,
                                       .offset = offset,
                                       .size = piece,
                                       .order = RACE_PLAIN,
                                       .site = site,
                                       .stands = stands};
            char rest[64]; /* a refresh must not lose the pieces that are still to be told */
            size_t left = size - piece;
            char *kept = left <= sizeof rest ? rest : __real_malloc(left);
            race_copy(kept, address + piece, left);
            race_copy(&event.operand, bytes, piece);
            race_call_of(&event, call);
            race_ask(&event);
            race_copy(address + piece, kept, left);
            if (kept != rest) {
                free(kept);
            }
        } else {
            race_copy(race_runtime->control->memory + offset, bytes, piece);
        }
        address += piece;
        size -= piece;
    }
}

/* Stores that nobody announced: a library or inline assembly made them. */
static void tell_unknown(struct race_attachment *a, uint64_t site)
{
    for (uint32_t i = 0; a->before != NULL && i < a->size; i++) {
        uint32_t from = i;
        while (i < a->size && a->address[i] != a->before[i]) {
            i++;
        }
        if (i > from) {
            race_tell_store(a, a->address + from, i - from, site, site, "(not instrumented)");
        }
    }
}

/* Tells the store that was announced last. The program has made it by now. */
void race_flush(uint64_t site)
{
    if (race_runtime == NULL) {
        return;
    }
    if (race_runtime->pending.address != NULL) {
        struct race_attachment *a = race_attachment_at(race_runtime->pending.address);
        char *address = race_runtime->pending.address;
        race_runtime->pending.address = NULL;
        if (a != NULL) {
            race_tell_store(a, address, race_runtime->pending.size, race_runtime->pending.site, site, "");
        }
    }
    for (struct race_attachment *a = race_runtime->attached; a < race_runtime->attached + RACE_ATTACHMENTS; a++) {
        if (a->address != NULL && a->before != NULL && __real_memcmp(a->address, a->before, a->size) != 0) {
            tell_unknown(a, site);
        }
    }
}

static uint64_t hash_words(uint64_t hash, const char *from, const char *to)
{
    uint64_t word;
    for (; from + sizeof word <= to; from += sizeof word) {
        race_copy(&word, from, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    return hash;
}

extern char __data_start[], _end[]; /* of the linker: the program's variables */

/* A number for what the process itself holds: the saved registers and all the stack from `frame` on, and the variables. 0 if
 * they are too large. Two equal ones at one place: a loop that has changed nothing. */
uint64_t race_local_state(const char *frame)
{
    size_t stack = (size_t)(race_runtime->stack_end - frame), variables = (size_t)(_end - __data_start);
    if (stack + variables > LOCAL_MAX) {
        return 0;
    }
    return hash_words(hash_words(1, frame, race_runtime->stack_end), __data_start, _end) | 1;
}

static void read_event(struct race_attachment *a, char *address, uint32_t size, enum race_order order, uint64_t site,
                       const char *frame, const char *call)
{
    uint32_t offset = a->offset + (uint32_t)(address - a->address);
    race_mark(race_runtime->control->readers, offset, size);
    if (!is_shared(offset, size) && race_runtime->own_loads++ < OWN_LOADS) {
        if (a->before == NULL) {
            race_copy(address, race_runtime->control->memory + offset, size);
        }
        return;
    }
    struct race_event event = {.kind = RACE_READ,
                               .offset = offset,
                               .size = size,
                               .order = order,
                               .site = site,
                               .heap = race_runtime->heap,
                               .local = frame ? race_local_state(frame) : 0};
    race_call_of(&event, call);
    race_value value = race_ask(&event)->value;
    race_copy(address, &value, size);
    if (a->before != NULL) {
        race_copy(a->before + (address - a->address), &value, size);
    }
}

void race_read_range(char *address, size_t size, uint64_t site, const char *frame, const char *call)
{
    struct race_attachment *a = race_attachment_at(address);
    if (a == NULL) {
        return;
    }
    size_t room = (size_t)(a->address + a->size - address);
    size = size < room ? size : room;
    char *copied = __real_malloc(size); /* each event brings the copy up to date: keep what was read before */
    for (size_t done = 0; done < size;) {
        uint32_t piece = 8 - (uint32_t)((uintptr_t)(address + done) % 8);
        piece = size - done < piece ? (uint32_t)(size - done) : piece;
        read_event(a, address + done, piece, RACE_PLAIN, site, done == 0 ? frame : NULL,
                   call); /* `copied` is no part of the local state */
        race_copy(copied + done, address + done, piece);
        done += piece;
    }
    race_copy(address, copied, size);
    if (a->before != NULL) {
        race_copy(a->before + (address - a->address), copied, size);
    }
    free(copied);
}

void race_before_read(void *address, size_t size, uint64_t site, const char *frame)
{
    struct race_attachment *a = race_attachment_at(address);
    if (a == NULL) {
        return;
    }
    race_flush(site);
    read_event(a, address, (uint32_t)size, RACE_PLAIN, site, frame, "");
}

void race_must_be_writable(const struct race_attachment *a, uint64_t site)
{
    if (a->read_only) {
        race_flush(site);
        race_ask(&(struct race_event){.kind = RACE_CRASH, .number = SIGSEGV, .site = site});
        race_leave(128 + SIGSEGV);
    }
}

static void announce(void *address, size_t size, uint64_t site, bool range)
{
    struct race_attachment *a = race_attachment_at(address);
    if (a == NULL) {
        return;
    }
    race_must_be_writable(a, site);
    race_flush(site);
    size_t room = (size_t)(a->address + a->size - (char *)address);
    race_runtime->pending.address = address;
    race_runtime->pending.size = size < room ? size : room;
    race_runtime->pending.site = site;
    race_runtime->pending.range = range;
}

/* gcc announces `*a = *b` for structs as a write of a, then a read of b, and then copies: the write waits. */
static void before_read_range(char *address, size_t size, uint64_t site, const char *frame)
{
    enum { NEAR = 64 }; /* bytes of code between the two calls */
    char *store = race_runtime == NULL ? NULL : race_runtime->pending.address;
    if (race_attachment_at(address) == NULL) {
        return;
    }
    if (store != NULL && race_runtime->pending.range && race_runtime->pending.size == size &&
        site - race_runtime->pending.site < NEAR) {
        race_runtime->pending.address = NULL;
        race_flush(site);
        race_read_range(address, size, site, frame, "");
        race_runtime->pending.address = store;
        return;
    }
    race_flush(site);
    race_read_range(address, size, site, frame, "");
}

#define READS(name, size)                             \
    void __tsan_##name(void *address)                 \
    {                                                 \
        __builtin_unwind_init();                      \
        race_before_read(address, size, HERE, FRAME); \
    }
#define WRITES(name, size)                         \
    void __tsan_##name(void *address)              \
    {                                              \
        announce(address, size, HERE, size == 16); \
    }
#define ACCESSES(size)                         \
    READS(read##size, size)                    \
    READS(unaligned_read##size, size)          \
    READS(volatile_read##size, size)           \
    READS(unaligned_volatile_read##size, size) \
    WRITES(write##size, size)                  \
    WRITES(unaligned_write##size, size)        \
    WRITES(volatile_write##size, size)         \
    WRITES(unaligned_volatile_write##size, size)
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

#define READ_WRITES(name, size)                       \
    void __tsan_##name(void *address)                 \
    {                                                 \
        __builtin_unwind_init();                      \
        race_before_read(address, size, HERE, FRAME); \
        announce(address, size, HERE, false);         \
    }
READ_WRITES(read_write1, 1)
READ_WRITES(read_write2, 2)
READ_WRITES(read_write4, 4)
READ_WRITES(read_write8, 8)
READ_WRITES(read_write16, 16)

void __tsan_read_range(void *address, size_t size)
{
    __builtin_unwind_init();
    before_read_range(address, size, HERE, FRAME);
}

void __tsan_write_range(void *address, size_t size)
{
    announce(address, size, HERE, true);
}

void __tsan_init(void)
{
}

void __tsan_func_entry(void *address)
{
    (void)address;
}

void __tsan_func_exit(void)
{
}

/* ---- atomics ---- */

race_value race_atomic_update(void *address, uint32_t size, enum race_kind kind, enum race_op op, race_value operand,
                              race_value expected, enum race_order order, enum race_order failed, uint64_t site,
                              const char *frame, const char *call)
{
    struct race_attachment *a = race_attachment_at(address);
    race_must_be_writable(a, site);
    race_flush(site);
    struct race_event event = {.kind = kind,
                               .offset = a->offset + (uint32_t)((char *)address - a->address),
                               .size = size,
                               .order = order,
                               .failed_order = failed,
                               .op = op,
                               .operand = operand,
                               .expected = expected,
                               .site = site,
                               .heap = race_runtime->heap,
                               .local = frame ? race_local_state(frame) : 0};
    race_call_of(&event, call);
    race_mark(race_runtime->control->readers, event.offset, size);
    race_mark(race_runtime->control->writers, event.offset, size);
    return race_ask(&event)->value;
}

race_value race_atomic_load_at(void *address, uint32_t size, enum race_order order, uint64_t site, const char *frame)
{
    race_value value = 0;
    race_flush(site);
    read_event(race_attachment_at(address), address, size, order, site, frame, "");
    race_copy(&value, address, size);
    return value;
}

static void atomic_store_at(void *address, uint32_t size, race_value value, enum race_order order, uint64_t site)
{
    struct race_attachment *a = race_attachment_at(address);
    race_must_be_writable(a, site);
    race_flush(site);
    struct race_event event = {.kind = RACE_WRITE,
                               .offset = a->offset + (uint32_t)((char *)address - a->address),
                               .size = size,
                               .order = order,
                               .operand = value,
                               .site = site};
    race_mark(race_runtime->control->writers, event.offset, size);
    race_ask(&event);
}

/* In memory of the process's own they are what the compiler would have made of them. */
#define UPDATES(bits, type, name, OP, real)                                                                   \
    type __tsan_atomic##bits##_##name(volatile type *address, type value, int order)                          \
    {                                                                                                         \
        __builtin_unwind_init();                                                                              \
        if (race_attachment_at((void *)address) == NULL) {                                                    \
            return real;                                                                                      \
        }                                                                                                     \
        return (type)race_atomic_update((void *)address, sizeof(type), RACE_UPDATE, OP, (race_value)value, 0, \
                                        (enum race_order)order, RACE_RELAXED, HERE, FRAME, "");               \
    }
#define ATOMICS(bits, type)                                                                                          \
    type __tsan_atomic##bits##_load(const volatile type *address, int order)                                         \
    {                                                                                                                \
        __builtin_unwind_init();                                                                                     \
        if (race_attachment_at((void *)address) == NULL) {                                                           \
            return *address;                                                                                         \
        }                                                                                                            \
        return (type)race_atomic_load_at((void *)address, sizeof(type), (enum race_order)order, HERE, FRAME);        \
    }                                                                                                                \
    void __tsan_atomic##bits##_store(volatile type *address, type value, int order)                                  \
    {                                                                                                                \
        if (race_attachment_at((void *)address) == NULL) {                                                           \
            *address = value;                                                                                        \
            return;                                                                                                  \
        }                                                                                                            \
        atomic_store_at((void *)address, sizeof(type), (race_value)value, (enum race_order)order, HERE);             \
    }                                                                                                                \
    UPDATES(bits, type, exchange, RACE_EXCHANGE, __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST))              \
    UPDATES(bits, type, fetch_add, RACE_ADD, __atomic_fetch_add(address, value, __ATOMIC_SEQ_CST))                   \
    UPDATES(bits, type, fetch_sub, RACE_SUB, __atomic_fetch_sub(address, value, __ATOMIC_SEQ_CST))                   \
    UPDATES(bits, type, fetch_and, RACE_AND, __atomic_fetch_and(address, value, __ATOMIC_SEQ_CST))                   \
    UPDATES(bits, type, fetch_or, RACE_OR, __atomic_fetch_or(address, value, __ATOMIC_SEQ_CST))                      \
    UPDATES(bits, type, fetch_xor, RACE_XOR, __atomic_fetch_xor(address, value, __ATOMIC_SEQ_CST))                   \
    UPDATES(bits, type, fetch_nand, RACE_NAND, __atomic_fetch_nand(address, value, __ATOMIC_SEQ_CST))                \
    int __tsan_atomic##bits##_compare_exchange_strong(volatile type *address, type *expected, type value, int order, \
                                                      int failed)                                                    \
    {                                                                                                                \
        __builtin_unwind_init();                                                                                     \
        if (race_attachment_at((void *)address) == NULL) {                                                           \
            return __atomic_compare_exchange_n(address, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
        }                                                                                                            \
        type before = (type)race_atomic_update((void *)address, sizeof(type), RACE_UPDATE, RACE_COMPARE,             \
                                               (race_value)value, (race_value)*expected, (enum race_order)order,     \
                                               (enum race_order)failed, HERE, FRAME, "");                            \
        int same = before == *expected;                                                                              \
        *expected = before;                                                                                          \
        return same;                                                                                                 \
    }                                                                                                                \
    int __tsan_atomic##bits##_compare_exchange_weak(volatile type *address, type *expected, type value, int order,   \
                                                    int failed)                                                      \
        __attribute__((alias("__tsan_atomic" #bits "_compare_exchange_strong")));                                    \
    type __tsan_atomic##bits##_compare_exchange_val(volatile type *address, type expected, type value, int order,    \
                                                    int failed)                                                      \
    {                                                                                                                \
        __builtin_unwind_init();                                                                                     \
        if (race_attachment_at((void *)address) == NULL) {                                                           \
            __atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
            return expected;                                                                                         \
        }                                                                                                            \
        return (type)race_atomic_update((void *)address, sizeof(type), RACE_UPDATE, RACE_COMPARE, (race_value)value, \
                                        (race_value)expected, (enum race_order)order, (enum race_order)failed, HERE, \
                                        FRAME, "");                                                                  \
    }
ATOMICS(8, uint8_t)
ATOMICS(16, uint16_t)
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)

void __tsan_atomic_thread_fence(int order)
{
    bool attached = false;
    for (struct race_attachment *a = race_runtime == NULL ? NULL : race_runtime->attached;
         a != NULL && a < race_runtime->attached + RACE_ATTACHMENTS; a++) {
        attached = attached || a->address != NULL;
    }
    if (attached) {
        race_flush(HERE);
        race_ask(&(struct race_event){.kind = RACE_FENCE, .order = (enum race_order)order, .site = HERE});
    }
}

void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}
