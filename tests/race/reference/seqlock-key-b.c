/* See seqlock-key-a.c: this one copies the point, and again if it was changed meanwhile. */
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
    unsigned before;
    int x, y;
    do {
        before = atomic_load_explicit(&point->seq, memory_order_acquire);
        x = atomic_load_explicit(&point->x, memory_order_acquire);
        y = atomic_load_explicit(&point->y, memory_order_acquire);
    } while (before % 2 != 0 || atomic_load_explicit(&point->seq, memory_order_relaxed) != before);
    return x == y ? 0 : 1;
}
