/* A ring of 2 slots, whose test for "full" is wrong by one: the third value goes over the first.
 *
 * race: lost by exit-status: ring-full-a.c ring-full-b.c */
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
    for (int value = 1; value <= 3; value++) {
        while (ring->head - ring->tail > SLOTS) {
        }
        ring->slot[ring->head % SLOTS] = value;
        ring->head++;
    }
    return 0;
}
