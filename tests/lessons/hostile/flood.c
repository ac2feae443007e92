/* Gigabytes, to both outputs and into files. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    static char block[1 << 16];
    char name[32];

    signal(SIGXFSZ, SIG_IGN);
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 1 << 16; i++) {
        if (write(1, block, sizeof block) < 0 && write(2, block, sizeof block) < 0) {
            snprintf(name, sizeof name, "flood.%d", i);
            int fd = open(name, O_CREAT | O_WRONLY, 0600);
            if (fd >= 0)
                close(fd);
        }
    }
    return 0;
}
