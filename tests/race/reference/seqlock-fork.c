/* A seqlock as C11 asks for it (Boehm, 2012): the data are atomic, and fences stand on both sides of them.
 *
 * race: won: seqlock-fork.c --memory weak */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct point {
    unsigned seq;
    int x, y;
};

#define GET(place, order) __atomic_load_n(&(place), __ATOMIC_##order)
#define SET(place, value, order) __atomic_store_n(&(place), value, __ATOMIC_##order)

int main(void)
{
    struct point *point = mmap(NULL, sizeof *point, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        SET(point->seq, 1u, RELAXED);
        __atomic_thread_fence(__ATOMIC_RELEASE);
        SET(point->x, 5, RELAXED);
        SET(point->y, 5, RELAXED);
        SET(point->seq, 2u, RELEASE);
        return 0;
    }
    unsigned before = GET(point->seq, ACQUIRE);
    int x = GET(point->x, RELAXED), y = GET(point->y, RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (before % 2 == 0 && GET(point->seq, RELAXED) == before) {
        assert(x == y);
    }
    wait(NULL);
    return 0;
}
