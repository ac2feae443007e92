/* Each announces itself and looks whether the other has: at least one must see the other. */
#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef ORDER
#define ORDER memory_order_relaxed
#endif

struct flags {
    atomic_int first, second;
    int seen_by_first, seen_by_second;
};

int main(void)
{
    struct flags *flags = mmap(NULL, sizeof *flags, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        atomic_store_explicit(&flags->second, 1, ORDER);
        flags->seen_by_second = atomic_load_explicit(&flags->first, ORDER);
        return 0;
    }
    atomic_store_explicit(&flags->first, 1, ORDER);
    flags->seen_by_first = atomic_load_explicit(&flags->second, ORDER);
    wait(NULL);
    assert(flags->seen_by_first || flags->seen_by_second);
    return 0;
}
