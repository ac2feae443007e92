/* Waker: a thread that sleeps on a bell (shm_bell.h) and tells by a file descriptor that it rang, for one who waits for
 * keys as well: poll knows no futex.
 *
 *   waker_open -> waker_watch -> poll(waker_fd) -> waker_rang -> waker_watch ... -> waker_rest, then unmap -> waker_close
 *
 * The thread touches no memory of the bell's: it hands the address to the kernel, which answers a bad one with an error.
 * It takes no signals. The watch ends with the ring: however often a bell rings, nothing runs until the next watch. */
#ifndef SHMLAB_WAKER_H
#define SHMLAB_WAKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct waker {
    int fd;               /* eventfd; -1: closed */
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t asked; /* the thread has something new to look at */
    pthread_cond_t woke;  /* it has come out of FUTEX_WAIT */
    const void *bell;     /* what is watched; NULL: nothing */
    uint32_t seen;        /* its value when it was looked at last */
    bool sleeping;        /* the thread is in FUTEX_WAIT, or about to be */
    bool quit;
    bool failed;
};
#define WAKER_CLOSED ((struct waker){.fd = -1})

/* Starts the thread. 0 or -errno, and then *w is WAKER_CLOSED. */
int waker_open(struct waker *w);

/* Readable when the bell has rung. */
int waker_fd(const struct waker *w);

/* Watches the bell: at once, or as soon as its value is other than `seen`, waker_fd becomes readable, and the watch is
 * over. Does nothing while one is under way (that one ends at the same ring). */
void waker_watch(struct waker *w, const void *bell, uint32_t seen);

/* Has it rung since the last call? waker_fd is not readable any more then. */
bool waker_rang(struct waker *w);

/* Ends the watch and returns when the thread sleeps on no bell: from then on the memory may go. Wakes others who sleep
 * on the same bell, who see that it didn't ring. */
void waker_rest(struct waker *w);

/* The kernel refuses to sleep on this bell: look in another way. waker_rest forgets it. */
bool waker_failed(struct waker *w);

/* Ends the thread. May be called on WAKER_CLOSED. */
void waker_close(struct waker *w);

#endif
