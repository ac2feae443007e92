/* See seqlock-once-a.c: this one looks at the counter before it reads, but not again afterwards. */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct point {
    atomic_uint seq;
    atomic_int x, y;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct point), IPC_CREAT | 0600);
    struct point *point = shmat(id, NULL, 0);
    while (point->seq % 2 != 0) {
    }
    int x = point->x;
    int y = point->y;
    return x == y ? 0 : 1;
}
