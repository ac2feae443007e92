/* Peterson's lock with release and acquire: these don't keep a later load behind an earlier store.
 *
 * race: lost by assert: peterson-weak-fork.c --memory tso */
#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct room {
    atomic_int wants[2], turn;
    int counter;
};

static void visit(struct room *room, int me)
{
    atomic_store_explicit(&room->wants[me], 1, memory_order_release);
    atomic_store_explicit(&room->turn, 1 - me, memory_order_release);
    while (atomic_load_explicit(&room->wants[1 - me], memory_order_acquire) &&
           atomic_load_explicit(&room->turn, memory_order_acquire) == 1 - me) {
    }
    room->counter++;
    atomic_store_explicit(&room->wants[me], 0, memory_order_release);
}

int main(void)
{
    struct room *room = mmap(NULL, sizeof *room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        visit(room, 1);
        return 0;
    }
    visit(room, 0);
    wait(NULL);
    assert(room->counter == 2);
    return 0;
}
