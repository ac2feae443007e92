/* A seqlock: a 32-bit counter in shared memory that tells a reader whether what it has copied is whole, without ever
 * making the writer wait. Odd: a write is under way. Even: none is.
 *
 *   #include "shm_seqlock.h"
 *   struct board { shm_seqlock sequence; int x, y; };  (all bytes 0: at rest)
 *
 *   SHM_SEQLOCK_BEGIN(&board->sequence);                the writer
 *   board->x = 3;
 *   board->y = 4;
 *   SHM_SEQLOCK_END(&board->sequence);
 *
 *   uint32_t seen;                                      a reader, who needs read access only
 *   do {
 *       seen = shm_seqlock_read(&board->sequence);
 *       copy = *board;
 *   } while (!shm_seqlock_whole(&board->sequence, seen));
 *
 * There is one writer at a time: several need a lock among themselves. A writer that died in the middle leaves the
 * counter odd; the next one's BEGIN takes that over. A counter that comes around (after 2^31 writes) while a reader
 * copies would fool it: no copy takes so long.
 *
 * shm-view knows a field of this type in any layout, and then shows only whole snapshots of the segment. This header
 * stands alone, for C and C++ (gcc and clang), so that it can be copied into any program. The fences: H.-J. Boehm, "Can
 * seqlocks get along with programming language memory models?" (2012). */
#ifndef SHM_SEQLOCK_H
#define SHM_SEQLOCK_H

#include <stdint.h>

typedef uint32_t shm_seqlock;

#if defined __SANITIZE_THREAD__ && !defined __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan" /* ThreadSanitizer sees no fences; what it sees here are atomics */
#endif

/* Makes the counter odd; no store behind it is seen before that. */
static inline void shm_seqlock_begin(shm_seqlock *sequence)
{
    __atomic_store_n(sequence, __atomic_load_n(sequence, __ATOMIC_RELAXED) | 1u, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Makes the counter even again; all stores before it are seen first. */
static inline void shm_seqlock_end(shm_seqlock *sequence)
{
    __atomic_store_n(sequence, __atomic_load_n(sequence, __ATOMIC_RELAXED) + 1u, __ATOMIC_RELEASE);
}

#define SHM_SEQLOCK_BEGIN(sequence) shm_seqlock_begin(sequence)
#define SHM_SEQLOCK_END(sequence) shm_seqlock_end(sequence)

/* The counter, before a copy is made. */
static inline uint32_t shm_seqlock_read(const shm_seqlock *sequence)
{
    return __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
}

/* The loads of a copy come before all loads that follow. */
static inline void shm_seqlock_copied(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

#if defined __SANITIZE_THREAD__ && !defined __clang__
#pragma GCC diagnostic pop
#endif

/* Is the copy whole that was made since shm_seqlock_read gave `seen`? */
static inline int shm_seqlock_whole(const shm_seqlock *sequence, uint32_t seen)
{
    shm_seqlock_copied();
    return (seen & 1u) == 0 && __atomic_load_n(sequence, __ATOMIC_RELAXED) == seen;
}

#endif
