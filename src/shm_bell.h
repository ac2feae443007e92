/* A bell: a 32-bit counter in shared memory that a writer rings after it has written, so that whoever looks on need not
 * poll.
 *
 *   #include "shm_bell.h"
 *   struct board { int score; shm_bell bell; };        (all bytes 0: it was never rung)
 *
 *   board->score = 7;
 *   SHM_BELL_RING(&board->bell);
 *
 * Ringing adds 1 and wakes all who sleep on the counter in FUTEX_WAIT (futex(2)), which works through a read-only mapping
 * too. It is one system call: without a sleeper about half a microsecond. Write first and ring then; for many writes in
 * a row one ring behind them is enough. Any number of processes may ring one bell.
 *
 * shm-view knows a field of this type in any layout, and sleeps on it. This header stands alone, for C and C++ (gcc and
 * clang, Linux), so that it can be copied into any program. */
#ifndef SHM_BELL_H
#define SHM_BELL_H

#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often it was rung, modulo 2^32. It lies at a multiple of 4, as futexes must. */
typedef uint32_t shm_bell;

#ifndef __cplusplus
extern long syscall(long number, ...); /* with -std=c11 <unistd.h> keeps it back */
#endif

/* For one's own process to sleep on: returns at a ring, at once where the bell has been rung since `rings` was read, and
 * sometimes for no reason. */
static inline void shm_bell_wait(const shm_bell *bell, uint32_t rings)
{
    syscall(SYS_futex, bell, FUTEX_WAIT, rings, (void *)0, (void *)0, 0);
}

static inline uint32_t shm_bell_rings(const shm_bell *bell)
{
    return __atomic_load_n(bell, __ATOMIC_ACQUIRE);
}

/* FUTEX_WAKE without FUTEX_PRIVATE_FLAG: the sleepers are other processes. Changes errno only for an address that is
 * none. */
static inline void shm_bell_ring(shm_bell *bell)
{
    __atomic_fetch_add(bell, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, bell, FUTEX_WAKE, INT_MAX, (void *)0, (void *)0, 0);
}

#define SHM_BELL_RING(bell) shm_bell_ring(bell)

#endif
