/* Runtime: semaphores, mutexes and futexes. */
#define _GNU_SOURCE
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>

static int wait_count(void *address, uint64_t site, const char *call)
{
    if (race_attachment_at(address) == NULL) {
        errno = EINVAL;
        return -1;
    }
    race_atomic_update(address, 4, RACE_WAIT_COUNT, RACE_SUB, 1, 0, RACE_ACQUIRE, RACE_RELAXED, site, NULL, call);
    return 0;
}

int __wrap_sem_init(sem_t *semaphore, int shared, unsigned value)
{
    char bytes[sizeof(sem_t)] = {0};
    if (shared == 0 && race_attachment_at(semaphore) != NULL) {
        race_refuse("its semaphore is for the threads of one process: sem_init's second argument must be 1", HERE);
    }
    race_copy(bytes, &value, sizeof value);
    race_flush(HERE);
    race_store_bytes((char *)semaphore, bytes, sizeof bytes, HERE, "sem_init");
    return 0;
}

int __wrap_sem_destroy(sem_t *semaphore)
{
    (void)semaphore;
    return 0;
}

sem_t *__wrap_sem_open(const char *name, int flags, ...)
{
    char text[RACE_TEXT];
    va_list arguments;
    va_start(arguments, flags);
    unsigned value = 0;
    if (flags & O_CREAT) {
        (void)va_arg(arguments, unsigned); /* the mode */
        value = va_arg(arguments, unsigned);
    }
    va_end(arguments);
    snprintf(text, sizeof text, "semaphore %s", name);
    unsigned how = (flags & O_CREAT ? RACE_OPEN_CREATE : 0u) | (flags & O_EXCL ? RACE_OPEN_NEW : 0u) | RACE_OPEN_HIDDEN;
    /* the size is the value of a new one, so that it is never seen without it */
    struct race_event event = {.kind = RACE_OPEN, .size = sizeof(sem_t), .flags = how, .operand = value, .site = HERE};
    race_flush(HERE);
    race_call_of(&event, "sem_open");
    race_text_copy(event.text, sizeof event.text, text);
    struct race_answer segment = *race_ask(&event);
    if (race_result_of(segment.result) < 0) {
        return SEM_FAILED;
    }
    void *at = race_attach(&segment, segment.result, false);
    return at == NULL ? SEM_FAILED : at;
}

int __wrap_sem_close(sem_t *semaphore)
{
    return race_detach(semaphore, HERE);
}

int __wrap_sem_unlink(const char *name)
{
    struct race_event event = {.kind = RACE_REMOVE, .number = -1, .site = HERE};
    race_flush(HERE);
    race_call_of(&event, "sem_unlink");
    snprintf(event.text, sizeof event.text, "semaphore %s", name);
    return race_result_of(race_ask(&event)->result);
}

int __wrap_sem_wait(sem_t *semaphore)
{
    return wait_count(semaphore, HERE, "sem_wait");
}

int __wrap_sem_trywait(sem_t *semaphore)
{
    __builtin_unwind_init();
    uint32_t value = (uint32_t)race_atomic_load_at(semaphore, 4, RACE_RELAXED, HERE, FRAME);
    while (value > 0) {
        uint32_t before = (uint32_t)race_atomic_update(semaphore, 4, RACE_UPDATE, RACE_COMPARE, value - 1, value,
                                                       RACE_ACQUIRE, RACE_RELAXED, HERE, NULL, "sem_trywait");
        if (before == value) {
            return 0;
        }
        value = before;
    }
    errno = EAGAIN;
    return -1;
}

int __wrap_sem_post(sem_t *semaphore)
{
    if (race_attachment_at(semaphore) == NULL) {
        errno = EINVAL;
        return -1;
    }
    race_atomic_update(semaphore, 4, RACE_UPDATE, RACE_ADD, 1, 0, RACE_RELEASE, RACE_RELAXED, HERE, NULL, "sem_post");
    return 0;
}

int __wrap_sem_getvalue(sem_t *semaphore, int *value)
{
    *value = (int)race_atomic_load_at(semaphore, 4, RACE_RELAXED, HERE, NULL);
    return 0;
}

static void set_name(char *name, size_t room, int key)
{
    snprintf(name, room, "semaphores 0x%08x", (unsigned)key);
}

/* A set of System V semaphores is a segment that the program does not see: 4 bytes for each. Its id is that of the segment. */
int __wrap_semget(key_t key, int count, int flags)
{
    char name[40] = "";
    unsigned how =
        (flags & IPC_CREAT ? RACE_OPEN_CREATE : 0u) | (flags & IPC_EXCL ? RACE_OPEN_NEW : 0u) | RACE_OPEN_HIDDEN;
    if (key == IPC_PRIVATE) {
        how = RACE_OPEN_CREATE | RACE_OPEN_NEW | RACE_OPEN_HIDDEN;
    } else {
        set_name(name, sizeof name, key);
    }
    struct race_answer segment = *race_open_segment("semget", name, (uint32_t)count * 4, how, HERE);
    return race_result_of(segment.result);
}

/* The set's attachment; it is attached at its first use. */
static struct race_attachment *set_of(int id, uint64_t site, const char *call)
{
    for (struct race_attachment *a = race_runtime->attached; a < race_runtime->attached + RACE_ATTACHMENTS; a++) {
        if (a->address != NULL && a->number == id) {
            return a;
        }
    }
    struct race_answer segment = *race_segment_by_number(call, id, site);
    if (segment.result < 0) {
        errno = EINVAL;
        return NULL;
    }
    return race_attachment_at(race_attach(&segment, id, false));
}

int __wrap_semop(int id, struct sembuf *operations, size_t count)
{
    struct race_attachment *a = set_of(id, HERE, "semop");
    if (a == NULL || count > RACE_OPERATIONS) {
        errno = a == NULL ? EINVAL : E2BIG;
        return -1;
    }
    struct race_event event = {.kind = RACE_SEMOP,
                               .offset = a->offset,
                               .size = a->size,
                               .site = HERE,
                               .operation_count = (unsigned)count,
                               .order = RACE_ACQ_REL};
    for (size_t i = 0; i < count; i++) {
        event.operations[i].index = operations[i].sem_num;
        event.operations[i].change = operations[i].sem_op;
        event.operations[i].flags = operations[i].sem_flg;
        if (operations[i].sem_num * 4u >= a->size) {
            errno = EFBIG;
            return -1;
        }
    }
    race_flush(HERE);
    race_call_of(&event, "semop");
    race_mark(race_runtime->control->writers, a->offset, a->size);
    return race_result_of(race_ask(&event)->result);
}

int __wrap_semctl(int id, int number, int command, ...)
{
    struct race_attachment *a = set_of(id, HERE, "semctl");
    va_list arguments;
    va_start(arguments, command);
    uintptr_t argument = va_arg(arguments, uintptr_t); /* union semun, in the place of a pointer */
    va_end(arguments);
    if (a == NULL) {
        return -1;
    }
    char *word = a->address + 4 * number;
    switch (command) {
    case SETVAL:
        race_atomic_update(word, 4, RACE_UPDATE, RACE_EXCHANGE, (uint32_t)argument, 0, RACE_ACQ_REL, RACE_RELAXED, HERE,
                           NULL, "semctl SETVAL");
        return 0;
    case GETVAL:
        return (int)race_atomic_update(word, 4, RACE_UPDATE, RACE_ADD, 0, 0, RACE_ACQ_REL, RACE_RELAXED, HERE, NULL,
                                       "semctl GETVAL");
    case SETALL:
        for (uint32_t i = 0; i < a->size / 4; i++) {
            race_atomic_update(a->address + (uintptr_t)i * 4, 4, RACE_UPDATE, RACE_EXCHANGE,
                               ((unsigned short *)argument)[i], 0, RACE_ACQ_REL, RACE_RELAXED, HERE, NULL,
                               "semctl SETALL");
        }
        return 0;
    case IPC_RMID: {
        struct race_event event = {.kind = RACE_REMOVE, .number = id, .site = HERE};
        race_flush(HERE);
        race_call_of(&event, "semctl IPC_RMID");
        return race_result_of(race_ask(&event)->result);
    }
    default:
        errno = EINVAL;
        return -1;
    }
}

/* A mutex in shared memory: its first 4 bytes are 0 or 1 more than the slot of the owner; glibc keeps the kind behind. */
enum { OWNER_DIED = 0x40000000 };

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    pthread_mutex_t fresh;
    extern int __real_pthread_mutex_init(pthread_mutex_t *, const pthread_mutexattr_t *);
    int result = __real_pthread_mutex_init(&fresh, attributes);
    if (race_attachment_at(mutex) != NULL) {
        int shared = PTHREAD_PROCESS_PRIVATE, robust = PTHREAD_MUTEX_STALLED;
        if (attributes != NULL) {
            pthread_mutexattr_getpshared(attributes, &shared);
            pthread_mutexattr_getrobust(attributes, &robust);
        }
        if (shared != PTHREAD_PROCESS_SHARED) {
            race_refuse("its mutex is for the threads of one process: it needs pthread_mutexattr_setpshared", HERE);
        } else if (robust != PTHREAD_MUTEX_STALLED) {
            race_refuse("it uses a robust mutex", HERE);
        }
        race_flush(HERE);
    }
    race_store_bytes((char *)mutex, (const char *)&fresh, sizeof fresh, HERE, "pthread_mutex_init");
    return result;
}

int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    (void)mutex;
    return 0;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (race_attachment_at(mutex) == NULL) {
        return 0; /* of this process alone, which has one thread */
    }
    race_atomic_update(mutex, 4, RACE_WAIT_ZERO, RACE_EXCHANGE, race_runtime->me + 1, 0, RACE_ACQUIRE, RACE_RELAXED,
                       HERE, NULL, "pthread_mutex_lock");
    return 0;
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    __builtin_unwind_init();
    if (race_attachment_at(mutex) == NULL) {
        return 0;
    }
    return race_atomic_update(mutex, 4, RACE_UPDATE, RACE_COMPARE, race_runtime->me + 1, 0, RACE_ACQUIRE, RACE_RELAXED,
                              HERE, FRAME, "pthread_mutex_trylock") == 0
               ? 0
               : EBUSY;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (race_attachment_at(mutex) == NULL) {
        return 0;
    }
    race_atomic_update(mutex, 4, RACE_UPDATE, RACE_EXCHANGE, 0, 0, RACE_RELEASE, RACE_RELAXED, HERE, NULL,
                       "pthread_mutex_unlock");
    return 0;
}

static long futex(uint32_t *word, int operation, uint32_t value, uint64_t site, const char *call)
{
    struct race_attachment *a = race_attachment_at(word);
    struct race_event event = {
        .offset = a->offset + (uint32_t)((char *)word - a->address), .size = 4, .site = site, .order = RACE_SEQ_CST};
    operation &= ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
    if (operation == FUTEX_WAIT) {
        event.kind = RACE_SLEEP;
        event.expected = value;
    } else if (operation == FUTEX_WAKE) {
        event.kind = RACE_WAKE;
        event.operand = value;
    } else {
        event.kind = RACE_REFUSE;
        snprintf(event.text, sizeof event.text, "a futex operation other than FUTEX_WAIT and FUTEX_WAKE");
    }
    race_flush(site);
    race_call_of(&event, call);
    race_mark(race_runtime->control->readers, event.offset, 4);
    return race_result_of(race_ask(&event)->result);
}

long __wrap_syscall(long number, ...)
{
    va_list arguments;
    long a[6];
    va_start(arguments, number);
    for (int i = 0; i < 6; i++) {
        a[i] = va_arg(arguments, long);
    }
    va_end(arguments);
    if (number == SYS_futex && race_runtime != NULL && race_attachment_at((void *)a[0]) != NULL) {
        return futex((uint32_t *)a[0], (int)a[1], (uint32_t)a[2], HERE,
                     a[1] % 128 == FUTEX_WAKE ? "futex wake" : "futex wait");
    }
    return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
