/* The index is looked at, then used; meanwhile the child takes the name away, and there is no name number 0.
 *
 * race: lost by crash: crash-index-fork.c */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {NULL, "red", "green"};

int main(void)
{
    volatile int *colour = mmap(NULL, sizeof *colour, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *colour = 2;
    if (fork() == 0) {
        *colour = 0;
        return 0;
    }
    int wrong = *colour != 0 && strlen(names[*colour]) != 5;
    wait(NULL);
    return wrong;
}
