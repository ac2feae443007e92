/* maker: makes the segment that counter counts in, or removes it.
 *
 *   maker [PATH]             makes it, for the key of ftok(PATH, 9)
 *   maker PATH remove        removes it */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 9
#define SIZE 64

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";
    const int first = 255;

    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, SIZE, argc > 2 ? 0 : IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    if (argc > 2)
        return shmctl(id, IPC_RMID, NULL) == -1;
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        perror("shmat");
        return 1;
    }
    strcpy(base, "clicks");
    memcpy(base + 8, &first, sizeof first);
    return 0;
}
