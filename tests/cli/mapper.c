/* mapper NAME FILE [COUNT]: makes the POSIX shared memory NAME, a memfd "ring" (COUNT of them) and the file FILE, which
 * it deletes; maps all of them, says so, and waits until it is killed. For tests. */
#define _GNU_SOURCE /* memfd_create */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "message.h"
#include "shm_layout.h"

SHM_LAYOUT(struct message);

static void *map(int fd, size_t size, int rights)
{
    void *at = fd >= 0 && ftruncate(fd, (off_t)size) == 0 ? mmap(NULL, size, rights, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (at == MAP_FAILED) {
        exit(1);
    }
    return at;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4) {
        return 2;
    }
    struct message_live message = message_first();
    void *shared = map(shm_open(argv[1], O_RDWR | O_CREAT | O_EXCL, 0600), 5000, PROT_READ | PROT_WRITE);
    message_write(shared, MESSAGE_NATURAL, false, &message);
    for (int i = argc == 4 ? atoi(argv[3]) : 1; i > 0; i--) {
        strcpy(map(memfd_create("ring", 0), 4096, PROT_READ | PROT_WRITE), "ring");
    }
    int file = open(argv[2], O_RDWR | O_CREAT | O_EXCL, 0600);
    if (pwrite(file, "deleted", 7, 0) != 7) {
        return 1;
    }
    map(file, 100, PROT_READ);
    unlink(argv[2]);
    puts("mapped");
    fflush(stdout);
    for (;;) {
        pause();
    }
}
