/* The largest value is kept: a compare-and-exchange is tried until nobody came between.
 *
 * race: won: cas-fork.c --memory weak */
#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void keep_largest(atomic_int *largest, int value)
{
    int seen = atomic_load(largest);
    while (seen < value && !atomic_compare_exchange_weak(largest, &seen, value)) {
    }
}

int main(void)
{
    atomic_int *largest = mmap(NULL, sizeof *largest, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        keep_largest(largest, 7);
        return 0;
    }
    keep_largest(largest, 5);
    wait(NULL);
    assert(*largest == 7);
    return 0;
}
