/* Waker: see waker.h. FUTEX_WAIT and FUTEX_WAKE take a read-only mapping (futex(2)). */
#define _GNU_SOURCE
#include "waker.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SLEEP_S 60          /* the longest sleep: memory that is cut off under a sleeper wakes nobody */
#define RETRY_NS 1000000    /* between two tries to wake our own thread */

static long futex(const void *at, int what, uint32_t value, const struct timespec *timeout)
{
    return syscall(SYS_futex, at, what, value, timeout, NULL, 0);
}

/* Sleeps until the bell's value isn't `seen`. 0; -EAGAIN for a wake that says nothing; -errno where it can't be slept on. */
static int sleep_on(const void *bell, uint32_t seen)
{
    const struct timespec most = {.tv_sec = SLEEP_S};
    if (futex(bell, FUTEX_WAIT, seen, &most) == 0) {
        return -EAGAIN; /* woken: by a ring, or by somebody who ends his own watch. The next try tells */
    }
    return errno == EAGAIN ? 0 : errno == ETIMEDOUT || errno == EINTR ? -EAGAIN : -errno;
}

static void tell(const struct waker *w)
{
    uint64_t one = 1;
    ssize_t ignored = write(w->fd, &one, sizeof one);
    (void)ignored;
}

static void *run(void *context)
{
    struct waker *w = context;
    pthread_mutex_lock(&w->lock);
    while (!w->quit) {
        if (w->bell == NULL) {
            pthread_cond_wait(&w->asked, &w->lock);
            continue;
        }
        const void *bell = w->bell;
        uint32_t seen = w->seen;
        w->sleeping = true;
        pthread_mutex_unlock(&w->lock);
        int rc = sleep_on(bell, seen);
        pthread_mutex_lock(&w->lock);
        w->sleeping = false;
        pthread_cond_signal(&w->woke);
        if (w->bell != NULL && rc != -EAGAIN) {
            w->bell = NULL;
            w->failed = rc < 0;
            tell(w);
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* All signals stay with the other threads. */
static int start(struct waker *w)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = -pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

int waker_open(struct waker *w)
{
    *w = WAKER_CLOSED;
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        return -errno;
    }
    w->fd = fd;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->asked, NULL);
    pthread_cond_init(&w->woke, NULL);
    int rc = start(w);
    if (rc < 0) {
        close(fd);
        *w = WAKER_CLOSED;
    }
    return rc;
}

int waker_fd(const struct waker *w)
{
    return w->fd;
}

void waker_watch(struct waker *w, const void *bell, uint32_t seen)
{
    pthread_mutex_lock(&w->lock);
    if (w->bell == NULL && !w->failed) {
        w->bell = bell;
        w->seen = seen;
        pthread_cond_signal(&w->asked);
    }
    pthread_mutex_unlock(&w->lock);
}

bool waker_rang(struct waker *w)
{
    uint64_t count;
    return w->fd >= 0 && read(w->fd, &count, sizeof count) == sizeof count;
}

bool waker_failed(struct waker *w)
{
    pthread_mutex_lock(&w->lock);
    bool failed = w->failed;
    pthread_mutex_unlock(&w->lock);
    return failed;
}

/* Between the thread's last look at its orders and its sleep there is a moment in which no wake reaches it: so it is
 * woken until it says that it is awake. */
static void rest_locked(struct waker *w)
{
    const void *bell = w->bell;
    w->bell = NULL;
    while (w->sleeping) {
        struct timespec until;
        futex(bell, FUTEX_WAKE, INT_MAX, NULL);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += RETRY_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&w->woke, &w->lock, &until);
    }
}

void waker_rest(struct waker *w)
{
    if (w->fd < 0) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    rest_locked(w);
    w->failed = false;
    pthread_mutex_unlock(&w->lock);
    waker_rang(w);
}

void waker_close(struct waker *w)
{
    if (w->fd < 0) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    rest_locked(w);
    w->quit = true;
    pthread_cond_signal(&w->asked);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->woke);
    pthread_cond_destroy(&w->asked);
    pthread_mutex_destroy(&w->lock);
    close(w->fd);
    *w = WAKER_CLOSED;
}
