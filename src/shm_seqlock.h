/* A seqlock: a 32-bit counter in shared memory that tells a reader whether its copy is consistent, without ever making
 * the writer wait. The counter is odd during a write and even otherwise.
 *
 *   #include "shm_seqlock.h"
 *   struct board { shm_seqlock sequence; int x, y; };  (all bytes 0: no write in progress)
 *
 *   SHM_SEQLOCK_BEGIN(&board->sequence);                the writer
 *   board->x = 3;
 *   board->y = 4;
 *   SHM_SEQLOCK_END(&board->sequence);
 *
 *   uint32_t seen;                                      a reader; a read-only mapping is enough
 *   do {
 *       seen = shm_seqlock_read(&board->sequence);
 *       copy = *board;
 *   } while (!shm_seqlock_whole(&board->sequence, seen));
 *
 * Only one writer at a time: several writers need a lock among themselves. A writer that dies during a write leaves
 * the counter odd, and the next writer's BEGIN accepts that. A reader would be fooled if the counter wrapped around
 * (2^31 writes) during one copy, but no copy takes that long. Readers retry for as long as a write lasts.
 *
 * shm-view recognises a field of this type in any layout and then shows only consistent snapshots. This header has no
 * dependencies and works in C and C++ (gcc and clang), so you can copy it into any program. Nothing here fails. The
 * fences follow H.-J. Boehm, "Can seqlocks get along with programming language memory models?" (2012). */
#ifndef SHM_SEQLOCK_H
#define SHM_SEQLOCK_H

#include <stdint.h>

typedef uint32_t shm_seqlock;

#if defined __SANITIZE_THREAD__ && !defined __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan" /* ThreadSanitizer ignores fences, but it understands the atomics here */
#endif

/* Starts a write: makes the counter odd. Stores that follow become visible only after that. */
static inline void shm_seqlock_begin(shm_seqlock *sequence)
{
    __atomic_store_n(sequence, __atomic_load_n(sequence, __ATOMIC_RELAXED) | 1u, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Ends a write: makes the counter even. All stores of the write become visible before that. */
static inline void shm_seqlock_end(shm_seqlock *sequence)
{
    __atomic_store_n(sequence, __atomic_load_n(sequence, __ATOMIC_RELAXED) + 1u, __ATOMIC_RELEASE);
}

#define SHM_SEQLOCK_BEGIN(sequence) shm_seqlock_begin(sequence)
#define SHM_SEQLOCK_END(sequence) shm_seqlock_end(sequence)

/* The counter, to be read before copying. */
static inline uint32_t shm_seqlock_read(const shm_seqlock *sequence)
{
    return __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
}

/* Orders the loads of the copy before all loads that follow. */
static inline void shm_seqlock_copied(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

#if defined __SANITIZE_THREAD__ && !defined __clang__
#pragma GCC diagnostic pop
#endif

/* Whether the copy made since shm_seqlock_read returned `seen` is consistent. */
static inline int shm_seqlock_whole(const shm_seqlock *sequence, uint32_t seen)
{
    shm_seqlock_copied();
    return (seen & 1u) == 0 && __atomic_load_n(sequence, __ATOMIC_RELAXED) == seen;
}

#endif
