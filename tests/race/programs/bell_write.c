/* Writes a score and rings. */
#include <stddef.h>
#include <sys/shm.h>

#include "shm_bell.h"

struct board {
    int score;
    shm_bell bell;
};

int main(void)
{
    struct board *board = shmat(shmget(0x1234, sizeof *board, IPC_CREAT | 0600), NULL, 0);
    board->score = 7;
    SHM_BELL_RING(&board->bell);
    return 0;
}
