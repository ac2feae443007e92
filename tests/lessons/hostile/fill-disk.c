/* Fills the disk with files, each below the limit of a file. It prints how many MiB it got. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    static char block[1000 << 10];
    char name[32];
    int got = 0;

    for (; got < 2000; got++) {
        snprintf(name, sizeof name, "fill.%d", got);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        if (fd < 0 || write(fd, block, sizeof block) != sizeof block)
            break;
        close(fd);
    }
    unlink("fill.0"); /* room for the next line */
    printf("got %d MiB\n", got);
    return 1;
}
