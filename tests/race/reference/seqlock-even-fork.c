/* A seqlock whose writer counts only when it is done: while it writes, the counter is even and doesn't change.
 *
 * race: lost by assert: seqlock-even-fork.c */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct point {
    unsigned seq;
    int x, y;
};

#define GET(place) __atomic_load_n(&(place), __ATOMIC_SEQ_CST)
#define SET(place, value) __atomic_store_n(&(place), value, __ATOMIC_SEQ_CST)

int main(void)
{
    struct point *point = mmap(NULL, sizeof *point, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        SET(point->x, 3);
        SET(point->y, 3);
        SET(point->seq, 2u);
        return 0;
    }
    unsigned before = GET(point->seq);
    int x = GET(point->x), y = GET(point->y);
    if (before % 2 == 0 && GET(point->seq) == before) {
        assert(x == y);
    }
    wait(NULL);
    return 0;
}
