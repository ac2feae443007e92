/* The phase goes from 1 to 2 at once. Who waits for exactly 1 may never see it.
 *
 * race: lost by waits-for-ever: skipped-a.c skipped-b.c */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct board {
    atomic_int phase;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    board->phase = 1;
    board->phase = 2;
    return 0;
}
