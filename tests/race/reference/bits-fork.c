/* Each sets a bit of its own, but the two bits are in one byte, which is read and written as a whole.
 *
 * race: lost by assert: bits-fork.c */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct lamps {
    unsigned red : 1;
    unsigned green : 1;
};

int main(void)
{
    struct lamps *lamps = mmap(NULL, sizeof *lamps, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        lamps->green = 1;
        return 0;
    }
    lamps->red = 1;
    wait(NULL);
    assert(lamps->red && lamps->green);
    return 0;
}
