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

    /* TODO 1: make a key from path and PROJ, with ftok. */

    /* TODO 2: make a new segment of size bytes with that key, which only you
     * may read and write, with shmget. */

    /* TODO 3: attach it, for reading and writing, with shmat. */

    /* TODO 4: print what you have, then wait for Enter: getchar() does that. */
    printf("%s: %zu bytes, still to be made\n", path, size);

    /* TODO 5: detach it with shmdt, and remove it with shmctl. */

    return 0;
}
