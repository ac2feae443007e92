/* reader: reads the message that writer has put into a segment, and prints it.
 *
 * Copies each value out with memcpy; adds a NUL to its own copy of a text; asks for the size of the whole segment. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 3
#define SIZE 1024

static void text_copy(char *out, const void *from, size_t size)
{
    memcpy(out, from, size);
    out[size] = '\0';
}

int main(int argc, char *argv[])
{
    char intro[20], farewell[9], line[8];
    const unsigned char *base;
    int id, num, den;
    double ratio;
    key_t key;

    key = ftok(argc > 1 ? argv[1] : ".", PROJ);
    if (key == (key_t)-1)
        err(1, "ftok");
    if ((id = shmget(key, SIZE, 0400)) < 0)
        err(1, "no segment under 0x%x", (unsigned)key);
    if ((base = shmat(id, 0, SHM_RDONLY)) == (void *)-1)
        err(1, "attach");
    text_copy(intro, base, 19);
    text_copy(farewell, base + 48, 8);
    memcpy(&num, base + 20, sizeof num);
    memcpy(&den, base + 28, sizeof den);
    memcpy(&ratio, base + 40, sizeof ratio);
    printf("%s%i%c%i%c%c%g\n%s\n", intro, num, base[24], den, base[32], base[33], ratio, farewell);
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL)
        fprintf(stderr, "(end of input)\n");
    if (shmdt(base) == -1)
        err(1, "shmdt");
    return 0;
}
