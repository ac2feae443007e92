#include <stdio.h>
#include <sys/shm.h>

struct board {
    int counter;
    char name[12];
};

int main(void)
{
    int id = shmget(0x1234, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    for (int i = 0; i < 3; i++) {
        board->counter++;
    }
    printf("done: %d\n", board->counter);
    shmdt(board);
    return 0;
}
