/* See ring-full-a.c: this one takes the first value, which must be 1. */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

#define SLOTS 2

struct ring {
    atomic_uint head, tail;
    atomic_int slot[SLOTS];
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct ring), IPC_CREAT | 0600);
    struct ring *ring = shmat(id, NULL, 0);
    while (ring->head == ring->tail) {
    }
    int value = ring->slot[ring->tail % SLOTS];
    ring->tail++;
    return value == 1 ? 0 : 1;
}
