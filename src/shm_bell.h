/* A bell: a 32-bit counter in shared memory that a writer increments ("rings") after each write, so that readers can
 * sleep until it changes instead of polling.
 *
 *   #include "shm_bell.h"
 *   struct board { int score; shm_bell bell; };        (all bytes 0: not rung yet)
 *
 *   board->score = 7;
 *   SHM_BELL_RING(&board->bell);
 *
 * Ringing adds 1 and wakes every process that sleeps on the counter in FUTEX_WAIT (futex(2)), which also works through
 * a read-only mapping. It costs one system call, about half a microsecond if nobody sleeps. Write first, then ring;
 * after several writes in a row one ring is enough. Any number of processes may ring the same bell.
 *
 * shm-view recognises a field of this type in any layout and sleeps on it. This header has no dependencies and works
 * in C and C++ (gcc and clang, Linux), so you can copy it into any program. Nothing here fails. */
#ifndef SHM_BELL_H
#define SHM_BELL_H

#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The number of rings, modulo 2^32. Must be aligned to 4 bytes, as futex(2) requires. */
typedef uint32_t shm_bell;

#ifndef __cplusplus
extern long syscall(long number, ...); /* <unistd.h> doesn't declare it under -std=c11 */
#endif

/* Sleeps until the bell rings. Returns at once if it has rung since `rings` was read with shm_bell_rings, and may also
 * return early, on a signal or for no reason. So read the counter again, and call this in a loop. */
static inline void shm_bell_wait(const shm_bell *bell, uint32_t rings)
{
    syscall(SYS_futex, bell, FUTEX_WAIT, rings, (void *)0, (void *)0, 0);
}

/* The counter. All writes made before the ring that it counts are visible after this call. */
static inline uint32_t shm_bell_rings(const shm_bell *bell)
{
    return __atomic_load_n(bell, __ATOMIC_ACQUIRE);
}

/* Rings. Without FUTEX_PRIVATE_FLAG: the sleepers are other processes. Changes errno only for an invalid address. */
static inline void shm_bell_ring(shm_bell *bell)
{
    __atomic_fetch_add(bell, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, bell, FUTEX_WAKE, INT_MAX, (void *)0, (void *)0, 0);
}

#define SHM_BELL_RING(bell) shm_bell_ring(bell)

#endif
