/* What can't be searched, or goes wrong by itself: the argument says which. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

struct board {
    int counter;
    int *pointer;
};

static void *thread(void *argument)
{
    return argument;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "none") == 0) {
        return 0;
    }
    int id = shmget(0x1234, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    if (strcmp(what, "threads") == 0) {
        pthread_t id_of_thread;
        pthread_create(&id_of_thread, NULL, thread, NULL);
    } else if (strcmp(what, "crash") == 0 && board->counter++ == 1) {
        *board->pointer = 3;
    } else if (strcmp(what, "waits") == 0) {
        while (*(volatile int *)&board->counter == 0) {
        }
    } else if (strcmp(what, "endless") == 0) {
        for (;;) {
            board->counter++;
        }
    } else if (strcmp(what, "slow") == 0 && getpid() % 2 == 1) { /* one of two */
        while (clock() < 11 * CLOCKS_PER_SEC / 10) {
        }
    } else if (strcmp(what, "assembly") == 0) {
        __asm__ volatile("incl %0" : "+m"(board->counter));
    }
    return 0;
}
