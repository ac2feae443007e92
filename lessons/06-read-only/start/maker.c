/* maker: makes a segment with a number in it, for reader. There is nothing to
 * change here.
 *
 *   maker [PATH [NUMBER [MODE]]]        as: ./maker . 22 0400
 *
 * Each number that you type goes into the segment. At the end of its input
 * (Ctrl-D) it removes the segment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 6    /* for ftok */
#define SIZE 1024 /* bytes of the segment */

struct board {
    int number;
    char text[28];
};

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";
    int number = argc > 2 ? atoi(argv[2]) : 22;
    unsigned mode = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 8) : 0600;
    struct shmid_ds ds;
    char line[32];

    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1) {
        perror("maker: shmget (does one exist already? "
               "ipcs -m shows it)");
        return 1;
    }
    struct board *b = shmat(id, NULL, 0);
    if (b == (void *)-1) {
        perror("maker: shmat");
        return 1;
    }
    b->number = number;
    strcpy(b->text, "made by maker");
    /* From now on these rights hold. We have it attached already, so we may go
     * on writing. */
    if (shmctl(id, IPC_STAT, &ds) == -1) {
        perror("maker: shmctl");
        return 1;
    }
    ds.shm_perm.mode = (unsigned short)mode;
    if (shmctl(id, IPC_SET, &ds) == -1) {
        perror("maker: shmctl");
        return 1;
    }
    printf("maker: segment %d, mode %04o, number %d. "
           "Type another number, or Ctrl-D.\n",
           id, mode, number);
    while (fgets(line, sizeof line, stdin) != NULL)
        b->number = atoi(line);

    shmdt(b);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
