/* A name is replaced while the parent copies it: it may get half of each.
 *
 * race: lost by assert: torn-name-fork.c */
#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    char copy[16];
    char *name = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    strcpy(name, "Lovelace, Ada");
    if (fork() == 0) {
        strcpy(name, "Hopper, Grace");
        return 0;
    }
    memcpy(copy, name, sizeof copy);
    assert(strcmp(copy, "Lovelace, Ada") == 0 || strcmp(copy, "Hopper, Grace") == 0);
    wait(NULL);
    return 0;
}
