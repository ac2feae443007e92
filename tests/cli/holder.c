/* holder ID: attaches the segment of that id read-only, says so, and holds it until it is killed. For tests. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2 || shmat(atoi(argv[1]), NULL, SHM_RDONLY) == (void *)-1)
        return 1;
    puts("attached");
    fflush(stdout);
    for (;;)
        pause();
}
