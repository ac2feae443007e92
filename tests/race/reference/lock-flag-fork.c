/* A lock made of a flag: first it is read, then it is set. Both may read 0.
 *
 * race: lost by assert: lock-flag-fork.c */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct room {
    volatile int locked;
    volatile int inside;
};

static void visit(struct room *room)
{
    if (!room->locked) {
        room->locked = 1;
        room->inside++;
        assert(room->inside == 1);
        room->inside--;
        room->locked = 0;
    }
}

int main(void)
{
    struct room *room = mmap(NULL, sizeof *room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    visit(room);
    if (child != 0) {
        wait(NULL);
    }
    return 0;
}
