/* A seqlock without fences: the data are stored with release and loaded with acquire.
 *
 * race: won: seqlock-key-a.c seqlock-key-b.c --memory weak */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct point {
    atomic_uint seq;
    atomic_int x, y;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct point), IPC_CREAT | 0600);
    struct point *point = shmat(id, NULL, 0);
    atomic_store_explicit(&point->seq, 1, memory_order_relaxed);
    atomic_store_explicit(&point->x, 5, memory_order_release);
    atomic_store_explicit(&point->y, 5, memory_order_release);
    atomic_store_explicit(&point->seq, 2, memory_order_release);
    return 0;
}
