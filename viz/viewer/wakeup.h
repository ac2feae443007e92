/* Wakeup: a thread that listens to the terminal and to signals, so that the thread that looks and draws can sleep on a
 * word of memory: its own, or a bell (shm_bell.h). That is the cheapest sleep there is, and a bell that rings wakes the one
 * who draws without a detour. poll knows no futex, so somebody else has to poll.
 *
 *   wakeup_open -> wakeup_sleep, what was heard, wakeup_again ... -> wakeup_close
 *
 * The kernel is handed the address of a bell, nobody touches its memory: a bad one is told by an error. A bell is slept
 * on only inside wakeup_sleep: once that has returned, its memory may go. */
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
    sigset_t let_in; /* the mask while it listens */
    pthread_t thread;
    _Atomic uint32_t heard;     /* 1: something was, and the thread waits until it is 0 again */
    _Atomic(const void *) word; /* what is slept on beside `heard`; NULL */
    _Atomic bool gone;          /* nothing will ever be read from fd any more */
    _Atomic bool closing;       /* nobody will deal with what is heard any more */
};
#define WAKEUP_CLOSED ((struct wakeup){.call = -1, .fd = -1})

enum wakeup_woken {
    WAKEUP_TIME,  /* time is up */
    WAKEUP_HEARD, /* fd can be read, or a signal came: its handler has run */
    WAKEUP_BELL,  /* the bell rang; sometimes it woke for no reason */
    WAKEUP_DEAF   /* the kernel refuses to sleep on this bell */
};

/* Starts the thread. let_in: the signal mask while it listens; the caller keeps blocked what shall come to this thread.
 * *e stays where it is until wakeup_close. 0 or -errno, and then *e is WAKEUP_CLOSED. */
int wakeup_open(struct wakeup *e, int fd, const sigset_t *let_in);

/* Sleeps until until_us (microseconds of CLOCK_MONOTONIC), until something is heard, or until the word of a bell isn't
 * `seen`: at once where that is so already. word: NULL for none. */
enum wakeup_woken wakeup_sleep(struct wakeup *e, const void *word, uint32_t seen, uint64_t until_us);

/* What was heard is dealt with: listens again. Does nothing where nothing was. */
void wakeup_again(struct wakeup *e);

/* Ends the thread. May be called on WAKEUP_CLOSED. */
void wakeup_close(struct wakeup *e);

#endif
