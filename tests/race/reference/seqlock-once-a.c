/* A seqlock: the counter is odd while the writer writes.
 *
 * race: lost by exit-status: seqlock-once-a.c seqlock-once-b.c */
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
    point->seq++;
    point->x = 3;
    point->y = 3;
    point->seq++;
    return 0;
}
