/* Each adds atomically: ++ of an atomic_int is one step.
 *
 * race: won: atomic-key.c atomic-key.c atomic-key.c --memory weak --check 'counter == 3' */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct board {
    atomic_int counter;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    board->counter++;
    return 0;
}
