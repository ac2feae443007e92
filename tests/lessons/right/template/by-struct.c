/* counter, with a struct at the start of the segment. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

struct counter {
    char name[8];
    int count;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

int main(int argc, char **argv)
{
    key_t key = ftok(argc > 1 ? argv[1] : ".", 9);
    int id = key == -1 ? -1 : shmget(key, sizeof(struct counter), 0600);

    if (id == -1)
        die("counter");
    struct counter *counter = shmat(id, NULL, 0);
    if (counter == (void *)-1)
        die("shmat");
    counter->count += 1;
    return 0;
}
