/* walker: prints the words of the list that builder has made, a line each.
 *
 *   walker PATH      build it: make
 *
 * Everything except list_print is finished. */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "list.h"

/* Prints the words. 0, or -1 if the list is broken: a link leads out of the
 * segment, or the list has no end. */
static int list_print(const struct list *list)
{
    /* TODO 3: from an offset to the node.
     * TODO 4: check each offset before you use it. */
    for (const struct node *node = list->first; node != NULL; node = node->next)
        printf("%s\n", node->word);
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
