/* The largest value is kept: compared, then stored, both atomically. A smaller one may be stored last.
 *
 * race: lost by assert: load-store-fork.c */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOAD(place) __atomic_load_n(&(place), __ATOMIC_SEQ_CST)
#define STORE(place, value) __atomic_store_n(&(place), value, __ATOMIC_SEQ_CST)
#define RAISE(place, value)          \
    do {                             \
        if (LOAD(place) < (value)) { \
            STORE(place, value);     \
        }                            \
    } while (0)

int main(void)
{
    int *highest = mmap(NULL, sizeof *highest, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        RAISE(*highest, 7);
        return 0;
    }
    RAISE(*highest, 5);
    wait(NULL);
    assert(LOAD(*highest) == 7);
    return 0;
}
