/* The parent looks how far the child is. Any number will do, but the field is not atomic.
 *
 * race: lost by data-race: data-race-fork.c */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHARED (PROT_READ | PROT_WRITE), (MAP_SHARED | MAP_ANONYMOUS)

int main(void)
{
    unsigned *percent = mmap(NULL, sizeof *percent, SHARED, -1, 0);
    if (fork() == 0) {
        for (unsigned i = 1; i <= 2; i++) {
            *percent = 50 * i;
        }
        return 0;
    }
    printf("%u %%\n", *percent);
    wait(NULL);
    return *percent == 100 ? 0 : 1;
}
