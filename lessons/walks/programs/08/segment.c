/* segment: prints a number of the segment with holder's key: its id, or the pid of its creator.
 *
 *   segment id|creator
 *
 * shmget without IPC_CREAT makes no segment: it only asks. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 8 /* for ftok */

int main(int argc, char **argv)
{
    struct shmid_ds now;
    int id = shmget(ftok(".", PROJ), 0, 0);

    if (id == -1 || shmctl(id, IPC_STAT, &now) == -1) {
        perror("segment");
        return 1;
    }
    printf("%d\n", argc > 1 && strcmp(argv[1], "creator") == 0 ? now.shm_cpid : id);
    return 0;
}
