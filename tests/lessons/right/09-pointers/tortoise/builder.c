/* builder: makes a list of words in a shared memory segment, and waits.
 *
 *   builder PATH [WORD...]      build it: make
 *
 * Another right way: with gaps between the nodes. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "list.h"

/* Writes the words into the segment, in this order. Its bytes may have held
 * anything before. */
static void list_build(struct list *list, int count, char **words)
{
    uint64_t *link = &list->first; /* where the offset of the next node goes */

    for (int i = 0; i < count; i++) {
        struct node *node = (struct node *)((char *)list + 16 + (size_t)i * 16 + (count < 100 ? 8 * (size_t)i : 0));

        strcpy(node->word, words[i]);
        *link = (uint64_t)((char *)node - (char *)list);
        link = &node->next;
    }
    *link = 0;
}

static int words_fit(int count, char **words)
{
    if (count > (int)((SIZE - 16) / sizeof(struct node)))
        return 0;
    for (int i = 0; i < count; i++) {
        if (strlen(words[i]) >= WORD)
            return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : ".";

    if (argc > 1 && !words_fit(argc - 2, argv + 2)) {
        fprintf(stderr, "a word has at most 7 characters, "
                        "and there is room for 255\n");
        return 2;
    }
    key_t key = ftok(path, PROJ);
    if (key == -1) {
        perror(path);
        return 1;
    }
    int id = shmget(key, SIZE, IPC_CREAT | 0600);
    if (id == -1) {
        perror("shmget");
        return 1;
    }
    struct list *list = shmat(id, NULL, 0);
    if (list == (void *)-1) {
        perror("shmat");
        return 1;
    }
    list_build(list, argc > 1 ? argc - 2 : 0, argv + 2);
    printf("Built at %p. Press Enter to remove it.\n", (void *)list);
    fflush(stdout);
    getchar();

    shmdt(list);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
