/* A list linked by indexes: the new node is made the head before its own link is set.
 *
 * race: lost by assert: push-early-fork.c */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct list {
    int head;
    int next[4]; /* 0: the end */
};

static int length(struct list *list)
{
    int count = 0;
    for (int at = __atomic_load_n(&list->head, __ATOMIC_SEQ_CST); at != 0;
         at = __atomic_load_n(&list->next[at], __ATOMIC_SEQ_CST)) {
        count++;
    }
    return count;
}

int main(void)
{
    struct list *list = mmap(NULL, sizeof *list, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    list->head = 1;
    list->next[1] = 2;
    if (fork() == 0) {
        __atomic_store_n(&list->head, 3, __ATOMIC_SEQ_CST);
        __atomic_store_n(&list->next[3], 1, __ATOMIC_SEQ_CST);
        return 0;
    }
    assert(length(list) >= 2);
    wait(NULL);
    return 0;
}
