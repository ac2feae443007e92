/* station: counts the rain of some days, and raises the alarm if it was too
 * much. There is nothing to change here: look into it with gdb.
 *
 *   station [PATH [SEED]]
 *
 * Works on the board with the key of PATH; if there is none, it makes one, and
 * removes it at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "visitors.h"

#define PROJ 5    /* for ftok */
#define SIZE 4096 /* bytes of the segment */

/* The segment, in this process; NULL before it is attached. */
struct board *board;

/* Which day it is: 1 to DAYS; volatile: in memory at any time, for gdb. */
volatile int day;

/* Fills a new board with random numbers. */
static void board_fill(struct board *b)
{
    int word = rand();
    double weight = rand() % 100000 / 1000.0;

    memset(b, 0, sizeof *b);
    strcpy(b->name, "rain");
    memcpy(b->sealed, &word, sizeof word);
    memcpy(b->sealed + 4, &weight, sizeof weight);
    for (int i = 0; i < DAYS; i++)
        b->readings[i] = 10 + rand() % 80;
    b->limit = 900 + rand() % 100;
}

static struct board *board_attach(const char *path, int *id, int *made)
{
    key_t key = ftok(path, PROJ);

    if (key == -1) {
        perror(path);
        exit(1);
    }
    *made = 0;
    *id = shmget(key, 0, 0600);
    if (*id == -1) {
        *id = shmget(key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
        *made = 1;
    }
    void *base = *id == -1 ? (void *)-1 : shmat(*id, NULL, 0);
    if (base == (void *)-1) {
        perror("station: segment");
        exit(1);
    }
    /* 1: left by a station that was killed. Start again, and remove it at the
     * end. */
    if (((struct board *)base)->open == 1)
        *made = 1;
    if (*made)
        board_fill(base);
    return base;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";
    int seed = argc > 2 ? atoi(argv[2]) : (int)(time(NULL) + getpid());
    int id, made;

    /* print each line at once, even into a file */
    setvbuf(stdout, NULL, _IOLBF, 0);
    srand((unsigned)seed);
    printf("station: opens the board\n");
    board = board_attach(path, &id, &made);
    board->open = 1;

    work(board, seed);

    report(board);
    board->open = 2;
    printf("station: closes the board: total %d, limit %d, alarm %d\n",
           board->total, board->limit, board->alarm);
    shmdt(board);
    if (made)
        shmctl(id, IPC_RMID, NULL);
    return 0;
}
