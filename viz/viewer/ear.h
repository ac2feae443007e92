/* Ear: a thread that listens to the terminal and to signals, so that the thread that looks and draws can sleep on a
 * word of memory: its own, or a bell (shm_bell.h). That is the cheapest sleep there is, and a bell that rings wakes the one
 * who draws without a detour. poll knows no futex, so somebody else has to poll.
 *
 *   ear_open -> ear_sleep, what was heard, ear_again ... -> ear_close
 *
 * The kernel is handed the address of a bell, nobody touches its memory: a bad one is told by an error. A bell is slept
 * on only inside ear_sleep: once that has returned, its memory may go. */
#ifndef SHMLAB_EAR_H
#define SHMLAB_EAR_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ear {
    int call;                   /* eventfd that ends the thread; -1: closed */
    int fd;                     /* the terminal's */
    sigset_t let_in;            /* the mask while it listens */
    pthread_t thread;
    _Atomic uint32_t heard;     /* 1: something was, and the thread waits until it is 0 again */
    _Atomic(const void *) word; /* what is slept on beside `heard`; NULL */
    _Atomic bool gone;          /* nothing will ever be read from fd any more */
    _Atomic bool closing;       /* nobody will deal with what is heard any more */
};
#define EAR_CLOSED ((struct ear){.call = -1, .fd = -1})

enum ear_woken {
    EAR_TIME,  /* time is up */
    EAR_HEARD, /* fd can be read, or a signal came: its handler has run */
    EAR_BELL,  /* the bell rang; sometimes it woke for no reason */
    EAR_DEAF   /* the kernel refuses to sleep on this bell */
};

/* Starts the thread. let_in: the signal mask while it listens; the caller keeps blocked what shall come to this thread.
 * *e stays where it is until ear_close. 0 or -errno, and then *e is EAR_CLOSED. */
int ear_open(struct ear *e, int fd, const sigset_t *let_in);

/* Sleeps until until_us (microseconds of CLOCK_MONOTONIC), until something is heard, or until the word of a bell isn't
 * `seen`: at once where that is so already. word: NULL for none. */
enum ear_woken ear_sleep(struct ear *e, const void *word, uint32_t seen, uint64_t until_us);

/* What was heard is dealt with: listens again. Does nothing where nothing was. */
void ear_again(struct ear *e);

/* Ends the thread. May be called on EAR_CLOSED. */
void ear_close(struct ear *e);

#endif
