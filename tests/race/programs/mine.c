/* The parent keeps what it read in a field that nobody else uses, and goes on the same way whatever it was. */
#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct numbers {
    atomic_int flag, other;
    int mine;
};

static __attribute__((noinline)) void keep(struct numbers *n)
{
    n->mine = n->flag;
}

int main(void)
{
    struct numbers *n = mmap(NULL, sizeof *n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        n->flag = 1;
        n->other = 1;
        return 0;
    }
    keep(n);
    int other = n->other;
    wait(NULL);
    assert(n->mine || !other);
    return 0;
}
