/* A pool of three slots. The parent takes one; the child takes two and gives its first one back. In the end, nobody
 * should have the slot at the top.
 *
 * race: lost by check: aba-key.c --check 'top != parent && top != child' */
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

struct pool {
    int top, below[4];
    int parent, child;
};

#define READ(place) __atomic_load_n(&(place), __ATOMIC_SEQ_CST)
#define TAKE(slot)              \
    do {                        \
        slot = READ(pool->top); \
    } while (!__sync_bool_compare_and_swap(&pool->top, slot, READ(pool->below[slot])))
#define GIVE(slot)                                                               \
    do {                                                                         \
        __atomic_store_n(&pool->below[slot], READ(pool->top), __ATOMIC_SEQ_CST); \
    } while (!__sync_bool_compare_and_swap(&pool->top, READ(pool->below[slot]), slot))

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct pool), IPC_CREAT | 0600);
    struct pool *pool = shmat(id, NULL, 0);
    *pool = (struct pool){.top = 1, .below = {0, 2, 3}};
    if (fork() == 0) {
        int spare;
        TAKE(spare);
        TAKE(pool->child);
        GIVE(spare);
        return 0;
    }
    TAKE(pool->parent);
    wait(NULL);
    return 0;
}
