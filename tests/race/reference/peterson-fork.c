/* Peterson's lock. All its accesses are seq_cst, as those of an atomic_int are if nothing else is said.
 *
 * race: won: peterson-fork.c --memory weak */
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
    room->wants[me] = 1;
    room->turn = 1 - me;
    while (room->wants[1 - me] && room->turn == 1 - me) {
    }
    room->counter++;
    room->wants[me] = 0;
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
