/* first: makes a shared memory segment, holds it until Enter is pressed, and
 * removes it.
 *
 *   first [PATH [SIZE]]      build it: make */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 1 /* for ftok */

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";
    size_t size = argc > 2 ? strtoul(argv[2], NULL, 10) : 1024; /* bytes */

    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        perror("shmat");
        shmctl(id, IPC_RMID, NULL);
        return 1;
    }
    printf("Segment %d under key 0x%08x, %zu bytes, attached at %p.\n", id, (unsigned)key, size, (void *)base);
    printf("Look at it, then press Enter.\n");
    getchar();

    shmdt(base);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
