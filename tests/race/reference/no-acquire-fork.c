/* The writer releases, but the reader's load is relaxed: it may see the flag and yet the old data.
 *
 * race: lost by assert: no-acquire-fork.c --memory weak */
#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct box {
    int data;
    atomic_bool ready;
};

int main(void)
{
    struct box *box = mmap(NULL, sizeof *box, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        box->data = 42;
        atomic_store_explicit(&box->ready, 1, memory_order_release);
        return 0;
    }
    while (!atomic_load_explicit(&box->ready, memory_order_relaxed)) {
    }
    assert(box->data == 42);
    wait(NULL);
    return 0;
}
