/* Wakeup: a thread that waits for the terminal and for signals, so that the main thread can sleep on a word of memory:
 * its own, or a bell (shm_bell.h). Sleeping on a futex is the cheapest sleep, and a bell then wakes the main thread
 * directly. poll can't wait for a futex, so another thread has to poll.
 *
 *   wakeup_open -> wakeup_sleep, handle the input, wakeup_watch ... -> wakeup_close
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
    int end;       /* eventfd that ends the thread; -1: closed */
    int fd;        /* the terminal's */
    sigset_t mask; /* the thread's signal mask while it waits */
    pthread_t thread;
    _Atomic uint32_t pending;   /* 1: input or a signal waits; the thread pauses until it is 0 again */
    _Atomic(const void *) word; /* the bell that the main thread also sleeps on; NULL */
    _Atomic bool gone;          /* fd has no more to read, ever */
    _Atomic bool closing;       /* nobody will handle the input any more */
};
#define WAKEUP_CLOSED ((struct wakeup){.end = -1, .fd = -1})

enum wakeup_woken {
    WAKEUP_TIME,   /* timeout */
    WAKEUP_INPUT,  /* fd is readable, or a signal came and its handler has run */
    WAKEUP_BELL,   /* the bell rang, or a spurious wakeup */
    WAKEUP_REFUSED /* the kernel refuses to sleep on this bell */
};

/* Starts the thread. mask: its signal mask while it waits; signals for the thread must be blocked in the caller. *w
 * must not move until wakeup_close. 0; -errno with *w set to WAKEUP_CLOSED. */
int wakeup_open(struct wakeup *w, int fd, const sigset_t *mask);

/* Sleeps until until_us (microseconds of CLOCK_MONOTONIC), until there is input or a signal, or until *word, a bell, is no
 * longer `seen`; returns at once if it already isn't. word: NULL for none. */
enum wakeup_woken wakeup_sleep(struct wakeup *w, const void *word, uint32_t seen, uint64_t until_us);

/* Watches again, once the input has been handled. Does nothing if it watches already. */
void wakeup_watch(struct wakeup *w);

/* Ends the thread. *w may be WAKEUP_CLOSED. */
void wakeup_close(struct wakeup *w);

#endif
