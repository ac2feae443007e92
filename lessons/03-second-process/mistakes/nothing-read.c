/* Mistake: the key is made and the segment found, but never attached. */
/* reader: reads the message that writer has put into a segment, and prints it.
 *
 *   reader [PATH]      build it: make
 */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#define PROJ 3 /* for ftok */

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
    printf("found segment %d\n", id);
    getchar();

    return 0;
}
