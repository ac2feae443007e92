/* Mistake: malloc gives memory of this process alone. */
/* first: makes a shared memory segment, holds it until Enter is pressed, and removes it.
 *
 *   first [PATH [SIZE]]      build it: make
 */
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
    char *base = malloc(size);
    if (base == NULL) {
        perror("malloc");
        return 1;
    }
    printf("Segment under key 0x%08x, %zu bytes, attached at %p.\n", (unsigned)key, size, (void *)base);
    printf("Look at it, then press Enter.\n");
    getchar();

    free(base);
    return 0;
}
