/* The parent copies a struct while the child replaces it. */
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct reading {
    long first, middle[6], last;
};

int main(void)
{
    struct reading *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) {
        struct reading new = {.first = 1, .last = 1};
        *shared = new;
        return 0;
    }
    struct reading copy = *shared;
    assert(copy.first == copy.last);
    wait(NULL);
    return 0;
}
