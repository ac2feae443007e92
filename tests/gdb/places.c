/* places: maps shared memory of each kind, for the tests of gdb's commands: places NAME [private]. With "private" it also
 * has a copy of the object in /dev/shm, which isn't shared. It removes all of it. stop() is for a breakpoint. */
#define _GNU_SOURCE /* memfd_create */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "shm_layout.h"

struct item {
    double price;
    char sym;
};

struct place {
    char from[12];
    int num;
    struct item items[2];
    int last;
};
SHM_LAYOUT(struct place);

int calls;

int called(void)
{
    return ++calls;
}

static void stop(void)
{
}

static void fill(struct place *p, const char *from)
{
    snprintf(p->from, sizeof p->from, "%s", from);
    stop();
    p->num++;
}

/* A function with a variable, which shm-window is told to show. */
static void work(struct place *segment)
{
    struct place *mine = segment;
    struct item item = {2.5, 'x'};
    fill(mine, "work");
    mine->items[1] = item;
}

int main(int argc, char **argv)
{
    int posix = shm_open(argv[1], O_CREAT | O_EXCL | O_RDWR, 0600), memfd = memfd_create("ring", 0);
    if (argc < 2 || posix < 0 || ftruncate(posix, 100) != 0 || ftruncate(memfd, 5000) != 0) {
        return 1;
    }
    struct place *p = mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_SHARED, posix, 0);
    struct place *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
    struct place *n = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (argc > 2) {
        mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_PRIVATE, posix, 0);
    }
    close(posix);
    mprotect((char *)m + 4096, 4096, PROT_READ); /* one object, two lines in /proc/PID/maps */
    fill(p, "posix");
    fill(m, "memfd");
    fill(n, "nameless");
    int id = shmget(IPC_PRIVATE, 200, IPC_CREAT | 0600);
    struct place *s = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    fill(s, "sysv");
    shm_unlink(argv[1]);
    work(s);
    stop();
    munmap(m, 8192);
    stop();
    return 0;
}
