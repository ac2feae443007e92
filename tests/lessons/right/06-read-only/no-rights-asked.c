/* reader: reads the number in a segment that it must not change, and shows that it can't.
 *
 *   reader [PATH]      build it: make
 *
 * Another right way. */
#include <signal.h>
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

/* Lets a child process write into the segment. Returns the child's status from wait. */
static int try_to_write(struct board *b)
{
    pid_t child = fork();
    int status = 0;

    if (child == -1) {
        perror("fork");
        exit(1);
    }
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* as it is anyhow */
        b->number++;
        _exit(0);
    }
    while (wait(&status) != child)
        ;
    return status;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";

    setvbuf(stdout, NULL, _IOLBF, 0); /* print each line at once, even into a file */
    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, 0, 0); /* 0: we ask for nothing here; shmat asks */
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    const struct board *b = shmat(id, NULL, SHM_RDONLY);
    if (b == (void *)-1) {
        perror("shmat");
        return 1;
    }
    printf("first: %d\n", b->number);

    int status = try_to_write((struct board *)b);
    if (WIFSIGNALED(status))
        printf("refused by signal %d\n", WTERMSIG(status));
    else
        printf("not refused\n");

    getchar(); /* until Enter */
    printf("second: %d\n", b->number);
    shmdt(b);
    return 0;
}
