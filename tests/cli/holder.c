/* holder ID [NAME]: attaches the segment with that id read-only, sets its name to NAME (prctl(2) takes 15 bytes), says
 * so, and stays attached until it is killed. For tests. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2 || shmat(atoi(argv[1]), NULL, SHM_RDONLY) == (void *)-1) {
        return 1;
    }
    if (argc > 2 && prctl(PR_SET_NAME, argv[2]) != 0) {
        return 1;
    }
    puts("attached");
    fflush(stdout);
    for (;;) {
        pause();
    }
}
