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

/* Wakes the main thread until it confirms, or closes. A sleep on `pending` can't miss the wake, but between the check of
 * `pending` and a sleep on a bell a wake has no effect, so it is repeated. Others that sleep on the same bell wake up
 * too, and see that it didn't ring. */
static void notify(struct wakeup *w)
{
    static const struct timespec retry = {.tv_nsec = RETRY_NS};
    atomic_store(&w->pending, 1);
    while (atomic_load(&w->pending) == 1 && !atomic_load(&w->closing)) {
        const void *word = atomic_load(&w->word);
        if (word != NULL) {
            futex(word, FUTEX_WAKE, INT_MAX, NULL);
        }
        futex(&w->pending, FUTEX_WAKE_PRIVATE, INT_MAX, NULL);
        futex(&w->pending, FUTEX_WAIT_PRIVATE, 1, word != NULL ? &retry : NULL);
    }
}

/* ppoll lets no signal in while fd is readable, and a closed terminal always is: the signal that reports it would wait
 * for ever. */
static void signals_take(const struct wakeup *w)
{
    sigset_t held;
    pthread_sigmask(SIG_SETMASK, &w->mask, &held);
    pthread_sigmask(SIG_SETMASK, &held, NULL);
}

static void *watch(void *context)
{
    struct wakeup *w = context;
    for (;;) {
        struct pollfd fds[] = {{.fd = w->end, .events = POLLIN}, {.fd = w->fd, .events = POLLIN}};
        int n = ppoll(fds, 2, NULL, &w->mask);
        if (n > 0 && fds[0].revents != 0) {
            return NULL;
        }
        if (n > 0) {
            signals_take(w);
            atomic_store(&w->gone, (fds[1].revents & POLLIN) == 0);
        }
        notify(w);
    }
}

/* Starts the thread with all signals blocked; it takes signals only in ppoll. */
static int start(struct wakeup *w)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = -pthread_create(&w->thread, NULL, watch, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

int wakeup_open(struct wakeup *w, int fd, const sigset_t *mask)
{
    *w = WAKEUP_CLOSED;
    int end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (end < 0) {
        return -errno;
    }
    w->end = end;
    w->fd = fd;
    w->mask = *mask;
    int rc = start(w);
    if (rc < 0) {
        close(end);
        *w = WAKEUP_CLOSED;
    }
    return rc;
}

void wakeup_close(struct wakeup *w)
{
    uint64_t one = 1;
    if (w->end < 0) {
        return;
    }
    /* After this nothing resets `pending`, so `closing` must be set first: say checks it after setting `pending` to 1. */
    atomic_store(&w->closing, true);
    ssize_t ignored = write(w->end, &one, sizeof one);
    (void)ignored;
    wakeup_watch(w);
    pthread_join(w->thread, NULL);
    close(w->end);
    *w = WAKEUP_CLOSED;
}

/* ---- the sleeper ---- */

enum wakeup_woken wakeup_sleep(struct wakeup *w, const void *word, uint32_t seen, uint64_t until_us)
{
    const struct timespec until = {(time_t)(until_us / 1000000), (long)(until_us % 1000000 * 1000)};
    long rc = 0;
    int error = 0;
    if (word == NULL) {
        /* A wake meant for an earlier sleep may arrive late: ignore it. */
        while (rc == 0 && atomic_load(&w->pending) == 0) {
            rc = futex(&w->pending, FUTEX_WAIT_BITSET_PRIVATE, 0, &until);
        }
        return atomic_load(&w->pending) != 0 ? WAKEUP_INPUT : WAKEUP_TIME;
    }
    atomic_store(&w->word, word);
    if (atomic_load(&w->pending) == 0) {
        rc = futex(word, FUTEX_WAIT_BITSET, seen, &until);
        error = rc < 0 ? errno : 0;
    }
    atomic_store(&w->word, NULL);
    if (atomic_load(&w->pending) != 0) {
        return WAKEUP_INPUT;
    }
    return error == ETIMEDOUT || error == EINTR ? WAKEUP_TIME
           : error == 0 || error == EAGAIN      ? WAKEUP_BELL
                                                : WAKEUP_REFUSED;
}

void wakeup_watch(struct wakeup *w)
{
    if (atomic_exchange(&w->pending, 0) != 0) {
        futex(&w->pending, FUTEX_WAKE_PRIVATE, INT_MAX, NULL);
    }
}
