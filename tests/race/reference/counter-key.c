/* Both count to 2 with ++, which reads, adds and writes.
 *
 * race: lost by check: counter-key.c counter-key.c --check 'counter == 4' */
#include <stddef.h>
#include <sys/shm.h>

struct board {
    int counter;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    board->counter++;
    board->counter++;
    shmdt(board);
    return 0;
}
