/* See skipped-a.c: this one waits for phase 1. */
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
    while (board->phase != 1) {
    }
    return 0;
}
