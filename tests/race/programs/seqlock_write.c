/* Writes two fields that belong together, twice, under a seqlock. */
#include <stddef.h>
#include <sys/shm.h>

#include "shm_seqlock.h"

struct board {
    shm_seqlock sequence;
    int x, y;
};

int main(void)
{
    struct board *board = shmat(shmget(0x1234, sizeof *board, IPC_CREAT | 0600), NULL, 0);
    for (int i = 1; i <= 2; i++) {
        SHM_SEQLOCK_BEGIN(&board->sequence);
        board->x = i;
        board->y = i;
        SHM_SEQLOCK_END(&board->sequence);
    }
    return 0;
}
