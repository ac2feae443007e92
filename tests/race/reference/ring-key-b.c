/* See ring-key-a.c: this one takes three values, which must be 1, 2, 3. */
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
        while (atomic_load_explicit(&ring->head, memory_order_acquire) == i) {
        }
        if (ring->slot[i % SLOTS] != (int)i + 1) {
            return 1;
        }
        atomic_store_explicit(&ring->tail, i + 1, memory_order_release);
    }
    return 0;
}
