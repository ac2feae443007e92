/* bench race: two processes of ten accesses each. */
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    volatile int *counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    for (int i = 0; i < 5; i++) {
        ++*counter;
    }
    return child == 0 ? 0 : wait(NULL) < 0;
}
