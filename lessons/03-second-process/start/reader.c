/* reader: reads the message that writer has put into a segment, and prints it.
 *
 *   reader [PATH]      build it: make */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 3 /* for ftok */

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";

    /* TODO 1: make the key from path and PROJ, and find the segment with this
     * key. Don't make one. */

    /* TODO 2: attach it, for reading only. */

    /* TODO 3: read the eight values at their offsets, and print them. */
    printf("%s: nothing read yet\n", path);

    /* TODO 4: wait for Enter, and detach the segment. */

    return 0;
}
