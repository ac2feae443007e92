/* visitor: attaches the segment of weather.c, for reading only. For the walk of lesson 03, in gdb.
 *
 *   visitor      build it: gcc -g -o visitor visitor.c */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

static void look(const char *base)
{
    (void)base; /* gdb stops here */
}

int main(void)
{
    int id = shmget(ftok(".", 3), 0, 0);
    if (id == -1) {
        perror("visitor: shmget");
        return 1;
    }
    const char *base = shmat(id, NULL, SHM_RDONLY);
    if (base == (void *)-1) {
        perror("visitor: shmat");
        return 1;
    }
    look(base);
    shmdt(base);
    return 0;
}
