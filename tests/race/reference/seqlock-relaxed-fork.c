/* A seqlock whose writer uses relaxed stores only: what it wrote may be seen before the counter that warns of it.
 *
 * race: lost by assert: seqlock-relaxed-fork.c --memory weak */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct pair {
    unsigned seq;
    int first, second;
};

#define GET(place, order) __atomic_load_n(&(place), __ATOMIC_##order)
#define SET(place, value) __atomic_store_n(&(place), value, __ATOMIC_RELAXED)

int main(void)
{
    struct pair *pair = mmap(NULL, sizeof *pair, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        SET(pair->seq, 1u);
        SET(pair->first, 5);
        SET(pair->second, 5);
        SET(pair->seq, 2u);
        return 0;
    }
    unsigned before = GET(pair->seq, ACQUIRE);
    int first = GET(pair->first, RELAXED), second = GET(pair->second, RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    unsigned after = GET(pair->seq, RELAXED);
    if (before == after && before % 2 == 0) {
        assert(first == second);
    }
    wait(NULL);
    return 0;
}
