/* Two children count under a spinlock. */
#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct guarded {
    atomic_flag lock;
    int count;
};

int main(void)
{
    struct guarded *g = mmap(NULL, sizeof *g, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 2; i++) {
        if (fork() == 0) {
            while (atomic_flag_test_and_set(&g->lock)) {
            }
            g->count++;
            atomic_flag_clear(&g->lock);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    assert(g->count == 2);
    return 0;
}
