/* reader: reads the message that writer has put into a segment, and prints it.
 *
 *   reader [PATH]      build it: make */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 3 /* for ftok */

static void print_message(const char *base)
{
    int num = *(const int *)(base + 20);
    int den = *(const int *)(base + 28);
    double ratio = *(const double *)(base + 40);

    printf("%.19s%d%c%d%c%c%g\n", base + 0, num, base[24], den, base[32], base[33], ratio);
    printf("%.8s\n", base + 48);
}

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
    const char *base = shmat(id, NULL, SHM_RDONLY);
    if (base == (const char *)-1) {
        perror("shmat");
        return 1;
    }
    print_message(base);
    getchar();

    shmdt(base);
    return 0;
}
