/* walker: prints the words of the list that builder has made, a line each.
 *
 *   walker PATH      build it: make
 *
 * Another right way: a table of the nodes that were seen. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "list.h"

/* Prints the words. 0, or -1 if the list is broken: a link leads out of the segment, or the list has no end. */
static int list_print(const struct list *list)
{
    const unsigned char *base = (const unsigned char *)list;
    char seen[SIZE] = {0};
    uint64_t at = list->first;

    while (at != 0) {
        if (at < 16 || at + 16 > SIZE || at + 16 < at || seen[at]) {
            puts("(the list is broken here)"); /* to its standard output, too */
            return -1;
        }
        seen[at] = 1;
        puts((const char *)base + at + 8);
        memcpy(&at, base + at, sizeof at);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";

    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, SIZE, 0);
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    const struct list *list = shmat(id, NULL, SHM_RDONLY);
    if (list == (void *)-1) {
        perror("shmat");
        return 1;
    }
    fprintf(stderr, "Attached at %p.\n", (const void *)list);
    int rc = list_print(list);
    fflush(stdout);
    if (rc != 0)
        fprintf(stderr, "the list is broken\n");

    shmdt(list);
    return rc == 0 ? 0 : 1;
}
