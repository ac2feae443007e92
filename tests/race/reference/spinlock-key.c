/* A spinlock: taken with an exchange that acquires, let go with a store that releases.
 *
 * race: won: spinlock-key.c spinlock-key.c --memory weak --check 'counter == 2' */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct board {
    atomic_int locked;
    int counter;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    while (atomic_exchange_explicit(&board->locked, 1, memory_order_acquire)) {
    }
    board->counter++;
    atomic_store_explicit(&board->locked, 0, memory_order_release);
    return 0;
}
