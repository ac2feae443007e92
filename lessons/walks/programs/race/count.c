#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>

struct board {
    int counter;
};

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 2;
    int id = shmget(ftok(".", 33), sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    for (int i = 0; i < rounds; i++) {
        board->counter++;
    }
    printf("counter is %d\n", board->counter);
    return 0;
}
