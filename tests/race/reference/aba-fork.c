/* A stack of free slots. A slot is taken and given back while another process is about to take it: the head is the same
 * again, but not what lies below. Then one slot is given to both.
 *
 * race: lost by assert: aba-fork.c */
#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct stack {
    atomic_int head, next[3]; /* 0: none */
    atomic_int used[3];
};

static int take(struct stack *s)
{
    int first = s->head;
    while (first != 0 && !atomic_compare_exchange_strong(&s->head, &first, s->next[first])) {
    }
    assert(first == 0 || s->used[first]++ == 0);
    return first;
}

static void give(struct stack *s, int slot)
{
    int first = s->head;
    s->used[slot]--;
    do {
        s->next[slot] = first;
    } while (!atomic_compare_exchange_strong(&s->head, &first, slot));
}

int main(void)
{
    struct stack *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    s->head = 1;
    s->next[1] = 2;
    if (fork() == 0) {
        int slot = take(s);
        if (slot != 0 && take(s) != 0) {
            give(s, slot);
        }
        return 0;
    }
    take(s);
    take(s);
    wait(NULL);
    return 0;
}
