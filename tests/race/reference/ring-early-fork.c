/* A ring whose producer moves the head on before it fills the slot.
 *
 * race: lost by assert: ring-early-fork.c */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct ring {
    unsigned head, tail;
    int slot[4];
};

static void put(struct ring *ring, int value)
{
    unsigned at = __atomic_fetch_add(&ring->head, 1, __ATOMIC_ACQ_REL);
    __atomic_store_n(&ring->slot[at % 4], value, __ATOMIC_RELEASE);
}

static int take(struct ring *ring)
{
    while (__atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) == ring->tail) {
    }
    return __atomic_load_n(&ring->slot[ring->tail++ % 4], __ATOMIC_ACQUIRE);
}

int main(void)
{
    struct ring *ring = mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        put(ring, 8);
        return 0;
    }
    assert(take(ring) == 8);
    wait(NULL);
    return 0;
}
