/* A barrier of a counter: three processes write, wait for each other, and read what the next one has written.
 *
 * race: won: barrier-fork.c */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 3

struct round {
    int arrived;
    int mark[MANY];
};

static void play(struct round *round, int me)
{
    round->mark[me] = 1;
    __sync_fetch_and_add(&round->arrived, 1);
    while (__atomic_load_n(&round->arrived, __ATOMIC_ACQUIRE) < MANY) {
    }
    assert(round->mark[(me + 1) % MANY] == 1);
}

int main(void)
{
    struct round *round = mmap(NULL, sizeof *round, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int child = 1; child < MANY; child++) {
        if (fork() == 0) {
            play(round, child);
            return 0;
        }
    }
    play(round, 0);
    while (wait(NULL) > 0) {
    }
    return 0;
}
