/* The child looks at `second` only if it finds `first` set: at the first try nobody knows that both use it. */
#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct numbers {
    atomic_int first, second;
};

int main(void)
{
    struct numbers *n = mmap(NULL, sizeof *n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        assert(!n->first || !n->second);
        return 0;
    }
    n->first = 1;
    n->second = 1;
    n->second = 0;
    wait(NULL);
    return 0;
}
