/* walker: prints the words of the list that builder has made, a line each.
 *
 *   walker PATH      build it: make
 *
 * Another right way: one walk counts and looks, a second one prints. */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "list.h"

/* Is every link good, and is there an end? */
static int list_good(const struct list *list)
{
    uint64_t at = list->first;

    for (int left = 255; at != 0; left--) {
        if (left == 0 || !offset_good(at))
            return 0;
        at = node_of((struct list *)list, at)->next;
    }
    return 1;
}

/* Prints the words. 0, or -1 if the list is broken: a link leads out of the segment, or the list has no end. */
static int list_print(const struct list *list)
{
    if (!list_good(list))
        return -1;
    for (struct node *n = node_of((struct list *)list, list->first); n != NULL; n = node_of((struct list *)list, n->next))
        printf("%s\n", n->word);
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
