/* first: makes a shared memory segment, holds it until Enter is pressed, and removes it.
 *
 * One function for each part; its own message if a segment exists already; waits with read(2); removes, then detaches. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#define PROJ 1

static int make(key_t key, size_t size)
{
    int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);

    if (id >= 0)
        return id;
    if (errno == EEXIST)
        fprintf(stderr, "There is a segment under 0x%x already. It isn't mine: I leave it alone.\n", (unsigned)key);
    else
        perror("make a segment");
    exit(1);
}

static void wait_for_enter(void)
{
    char c = 0;

    while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        continue;
}

int main(int argc, char **argv)
{
    char *path = argc > 1 ? argv[1] : ".";
    size_t size = argc > 2 ? strtoul(argv[2], NULL, 0) : 1024;
    key_t key = ftok(path, PROJ);

    if (key == -1) {
        fprintf(stderr, "No key for %s: %s\n", path, strerror(errno));
        return 1;
    }
    int id = make(key, size);
    char *p = shmat(id, NULL, 0);
    if (p == (char *)-1) {
        perror("shmat");
        shmctl(id, IPC_RMID, NULL);
        return 1;
    }
    strcpy(p, "Hello");
    wait_for_enter();
    shmctl(id, IPC_RMID, NULL);
    shmdt(p);
    return 0;
}
