/* Wakeup: see wakeup.h. FUTEX_WAIT and FUTEX_WAKE take a read-only mapping (futex(2)). */
#define _GNU_SOURCE
#include "wakeup.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RETRY_NS 1000000 /* between attempts to wake a thread that is about to sleep on a bell */

static inline long futex(const void *at, int what, uint32_t value, const struct timespec *until)
{
    return syscall(SYS_futex, at, what, value, until, NULL, FUTEX_BITSET_MATCH_ANY);
}

/* ---- the thread ---- */

/* Wakes the main thread until it confirms, or closes. A sleep on `heard` can't miss the wake, but between the check of
 * `heard` and a sleep on a bell a wake has no effect, so it is repeated. Others that sleep on the same bell wake up
 * too, and see that it didn't ring. */
static void say(struct wakeup *e)
{
    static const struct timespec retry = {.tv_nsec = RETRY_NS};
    atomic_store(&e->heard, 1);
    while (atomic_load(&e->heard) == 1 && !atomic_load(&e->closing)) {
        const void *word = atomic_load(&e->word);
        if (word != NULL) {
            futex(word, FUTEX_WAKE, INT_MAX, NULL);
        }
        futex(&e->heard, FUTEX_WAKE_PRIVATE, INT_MAX, NULL);
        futex(&e->heard, FUTEX_WAIT_PRIVATE, 1, word != NULL ? &retry : NULL);
    }
}

/* ppoll lets no signal in while fd is readable, and a closed terminal always is: the signal that reports it would wait
 * for ever. */
static void signals_take(const struct wakeup *e)
{
    sigset_t held;
    pthread_sigmask(SIG_SETMASK, &e->let_in, &held);
    pthread_sigmask(SIG_SETMASK, &held, NULL);
}

static void *listen_on(void *context)
{
    struct wakeup *e = context;
    for (;;) {
        struct pollfd fds[] = {{.fd = e->call, .events = POLLIN}, {.fd = e->fd, .events = POLLIN}};
        int n = ppoll(fds, 2, NULL, &e->let_in);
        if (n > 0 && fds[0].revents != 0) {
            return NULL;
        }
        if (n > 0) {
            signals_take(e);
            atomic_store(&e->gone, (fds[1].revents & POLLIN) == 0);
        }
        say(e);
    }
}

/* Starts the thread with all signals blocked; it takes signals only while it listens. */
static int start(struct wakeup *e)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = -pthread_create(&e->thread, NULL, listen_on, e);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

int wakeup_open(struct wakeup *e, int fd, const sigset_t *let_in)
{
    *e = WAKEUP_CLOSED;
    int call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (call < 0) {
        return -errno;
    }
    e->call = call;
    e->fd = fd;
    e->let_in = *let_in;
    int rc = start(e);
    if (rc < 0) {
        close(call);
        *e = WAKEUP_CLOSED;
    }
    return rc;
}

void wakeup_close(struct wakeup *e)
{
    uint64_t one = 1;
    if (e->call < 0) {
        return;
    }
    /* After this nothing resets `heard`, so `closing` must be set first: say checks it after setting `heard` to 1. */
    atomic_store(&e->closing, true);
    ssize_t ignored = write(e->call, &one, sizeof one);
    (void)ignored;
    wakeup_again(e);
    pthread_join(e->thread, NULL);
    close(e->call);
    *e = WAKEUP_CLOSED;
}

/* ---- the sleeper ---- */

enum wakeup_woken wakeup_sleep(struct wakeup *e, const void *word, uint32_t seen, uint64_t until_us)
{
    const struct timespec until = {(time_t)(until_us / 1000000), (long)(until_us % 1000000 * 1000)};
    long rc = 0;
    int error = 0;
    if (word == NULL) {
        /* A wake meant for an earlier sleep may arrive late: ignore it. */
        while (rc == 0 && atomic_load(&e->heard) == 0) {
            rc = futex(&e->heard, FUTEX_WAIT_BITSET_PRIVATE, 0, &until);
        }
        return atomic_load(&e->heard) != 0 ? WAKEUP_HEARD : WAKEUP_TIME;
    }
    atomic_store(&e->word, word);
    if (atomic_load(&e->heard) == 0) {
        rc = futex(word, FUTEX_WAIT_BITSET, seen, &until);
        error = rc < 0 ? errno : 0;
    }
    atomic_store(&e->word, NULL);
    if (atomic_load(&e->heard) != 0) {
        return WAKEUP_HEARD;
    }
    return error == ETIMEDOUT || error == EINTR ? WAKEUP_TIME
           : error == 0 || error == EAGAIN      ? WAKEUP_BELL
                                                : WAKEUP_DEAF;
}

void wakeup_again(struct wakeup *e)
{
    if (atomic_exchange(&e->heard, 0) != 0) {
        futex(&e->heard, FUTEX_WAKE_PRIVATE, INT_MAX, NULL);
    }
}
