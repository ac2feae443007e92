/* Copies them once. A copy that counts as whole must be. */
#include <assert.h>
#include <stddef.h>
#include <sys/shm.h>

#include "shm_seqlock.h"

struct board {
    shm_seqlock sequence;
    int x, y;
};

int main(void)
{
    const struct board *board = shmat(shmget(0x1234, sizeof *board, IPC_CREAT | 0600), NULL, SHM_RDONLY);
    struct board copy;
    uint32_t seen = shm_seqlock_read(&board->sequence);
    copy.x = board->x;
    copy.y = board->y;
    assert(!shm_seqlock_whole(&board->sequence, seen) || copy.x == copy.y);
    return 0;
}
