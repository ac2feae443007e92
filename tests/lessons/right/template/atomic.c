/* counter, with an atomic addition. It does not detach: the end of the process does that. */
#include <stdatomic.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
    int id = shmget(ftok(argc > 1 ? argv[1] : ".", 9), 0, 0);
    void *base = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

    if (base == (void *)-1) {
        fprintf(stderr, "counter: there is no segment\n");
        return 1;
    }
    atomic_fetch_add((_Atomic int *)((char *)base + 8), 1);
    return 0;
}
