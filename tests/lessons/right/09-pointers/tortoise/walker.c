/* walker: prints the words of the list that builder has made, a line each.
 *
 *   walker PATH      build it: make
 *
 * Another right way: the tortoise meets the hare only in a circle. */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "list.h"

/* The node at an offset; NULL where no whole node can lie. */
static const struct node *node_at(const struct list *list, uint64_t offset)
{
    if (offset < 16 || offset > SIZE - sizeof(struct node))
        return NULL;
    return (const struct node *)((const char *)list + offset);
}

/* Prints the words. 0, or -1 if the list is broken: a link leads out of the
 * segment, or the list has no end. */
static uint64_t after(const struct list *list, uint64_t offset, int *broken)
{
    const struct node *node = node_at(list, offset);

    if (node == NULL)
        *broken = 1;
    return node == NULL ? 0 : node->next;
}

static int list_print(const struct list *list)
{
    int broken = 0;
    uint64_t slow = list->first, fast = list->first;

    while (fast != 0) {
        fast = after(list, fast, &broken);
        if (fast != 0)
            fast = after(list, fast, &broken);
        if (broken)
            return -1;
        slow = after(list, slow, &broken);
        if (fast != 0 && fast == slow)
            return -1;
    }
    for (slow = list->first; slow != 0; slow = after(list, slow, &broken))
        printf("%.8s\n", node_at(list, slow)->word);
    return broken ? -1 : 0;
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
