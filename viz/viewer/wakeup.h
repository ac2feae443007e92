/* Wakeup: a thread that waits for the terminal and for signals, so that the main thread can sleep on a word of memory:
 * its own, or a bell (shm_bell.h). Sleeping on a futex is the cheapest sleep, and a bell then wakes the main thread
 * directly. poll can't wait for a futex, so another thread has to poll.
 *
 *   wakeup_open -> wakeup_sleep, handle what was heard, wakeup_again ... -> wakeup_close
 *
 * Only the kernel reads a bell's memory, so a bad address is an error, not a crash. A bell is used only inside
 * wakeup_sleep: once that has returned, its memory may go away. */
#ifndef SHMLAB_WAKEUP_H
#define SHMLAB_WAKEUP_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct wakeup {
    int call;        /* eventfd that ends the thread; -1: closed */
    int fd;          /* the terminal's */
    sigset_t let_in; /* the thread's signal mask while it waits */
    pthread_t thread;
    _Atomic uint32_t heard;     /* 1: input or a signal; the thread waits until it is 0 again */
    _Atomic(const void *) word; /* the bell that the main thread also sleeps on; NULL */
    _Atomic bool gone;          /* fd has no more to read, ever */
    _Atomic bool closing;       /* nobody will handle what is heard any more */
};
#define WAKEUP_CLOSED ((struct wakeup){.call = -1, .fd = -1})

enum wakeup_woken {
    WAKEUP_TIME,  /* timeout */
    WAKEUP_HEARD, /* fd is readable, or a signal came and its handler has run */
    WAKEUP_BELL,  /* the bell rang, or a spurious wakeup */
    WAKEUP_DEAF   /* the kernel refuses to sleep on this bell */
};

/* Starts the thread. let_in: its signal mask while it waits; signals for the thread must be blocked in the caller. *e
 * must not move until wakeup_close. 0; -errno with *e set to WAKEUP_CLOSED. */
int wakeup_open(struct wakeup *e, int fd, const sigset_t *let_in);

/* Sleeps until until_us (microseconds of CLOCK_MONOTONIC), until something is heard, or until *word, a bell, is no
 * longer `seen`; returns at once if it already isn't. word: NULL for none. */
enum wakeup_woken wakeup_sleep(struct wakeup *e, const void *word, uint32_t seen, uint64_t until_us);

/* Listens again once what was heard has been handled. Does nothing if nothing was. */
void wakeup_again(struct wakeup *e);

/* Ends the thread. *e may be WAKEUP_CLOSED. */
void wakeup_close(struct wakeup *e);

#endif
