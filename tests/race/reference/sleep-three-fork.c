/* Two children count, and the parent looks at the sum after a sleep instead of after wait.
 *
 * race: lost by assert: sleep-three-fork.c */
#define _GNU_SOURCE
#include <assert.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int *sum = mmap(NULL, sizeof *sum, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int child = 1; child <= 2; child++) {
        if (fork() == 0) {
            __sync_fetch_and_add(sum, child);
            return 0;
        }
    }
    usleep(20000);
    assert(__sync_fetch_and_add(sum, 0) == 3);
    wait(NULL);
    wait(NULL);
    return 0;
}
