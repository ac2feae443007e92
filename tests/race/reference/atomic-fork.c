/* Each takes tickets from one counter with __sync_fetch_and_add, and no ticket is given twice.
 *
 * race: won: atomic-fork.c */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct tickets {
    int next;
    int taken[4];
};

static void take(struct tickets *tickets)
{
    int mine = __sync_fetch_and_add(&tickets->next, 1);
    tickets->taken[mine]++;
}

int main(void)
{
    struct tickets *tickets = mmap(NULL, sizeof *tickets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    take(tickets);
    take(tickets);
    if (child == 0) {
        return 0;
    }
    wait(NULL);
    for (int i = 0; i < 4; i++) {
        assert(tickets->taken[i] == 1);
    }
    return 0;
}
