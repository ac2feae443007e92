/* reader: reads the number in a segment that it must not change, and shows that
 * it can't.
 *
 *   reader [PATH]      build it: make
 *
 * It reads already. But it could also write. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROJ 6 /* for ftok */

struct board {
    int number;
    char text[28];
};

/* Lets a child process write into the segment. Returns the child's status from
 * wait. */
static int try_to_write(struct board *b)
{
    /* TODO: fork. The child writes into b->number; if that works, it ends at
     * once, by _exit(0). The parent waits for the child and returns its
     * status. */
    (void)b;
    return 0;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";

    /* print each line at once, even into a file */
    setvbuf(stdout, NULL, _IOLBF, 0);
    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, 0, 0600); /* TODO: which rights does a reader need? */
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    struct board *b = shmat(id, NULL, 0); /* TODO: for reading only */
    if (b == (void *)-1) {
        perror("shmat");
        return 1;
    }
    printf("first: %d\n", b->number);

    int status = try_to_write(b);
    /* TODO: print "refused by signal N" if a signal ended the child, and which;
     * "not refused" otherwise. */
    (void)status;

    getchar(); /* until Enter */
    printf("second: %d\n", b->number);
    shmdt(b);
    return 0;
}
