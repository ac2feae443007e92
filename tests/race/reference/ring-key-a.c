/* A ring of 2 slots with one producer and one consumer: each moves one index on, when it is done with the slot.
 *
 * race: won: ring-key-a.c ring-key-b.c --memory weak */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

#define SLOTS 2

struct ring {
    atomic_uint head, tail;
    int slot[SLOTS];
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct ring), IPC_CREAT | 0600);
    struct ring *ring = shmat(id, NULL, 0);
    for (unsigned i = 0; i < 3; i++) {
        while (i - atomic_load_explicit(&ring->tail, memory_order_acquire) == SLOTS) {
        }
        ring->slot[i % SLOTS] = (int)i + 1;
        atomic_store_explicit(&ring->head, i + 1, memory_order_release);
    }
    return 0;
}
