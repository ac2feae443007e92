/* Leaves a process behind, in its own session, without a parent and with an empty environment. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char *name[] = {MARK, NULL}, *none[] = {NULL};

    if (argc == 1) {
        for (;;)
            pause();
    }
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            for (int fd = 0; fd < 64; fd++)
                close(fd);
            execve(argv[0], name, none);
        }
        _exit(0);
    }
    return 0;
}
