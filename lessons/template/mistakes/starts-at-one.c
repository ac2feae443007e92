/* Mistake: what was counted before is lost. */
/* counter: adds 1 to the counter in a segment.
 *
 *   counter [PATH]      the segment has the key of ftok(PATH, 9) */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 9

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";

    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, 0, 0);
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    char *base = shmat(id, NULL, 0);
    if (base == (void *)-1) {
        perror("shmat");
        return 1;
    }
    const int one = 1;
    memcpy(base + 8, &one, sizeof one);
    shmdt(base);
    return 0;
}
