/* See crash-divide-a.c: this one starts a new day, perhaps between the look at the count and the division. */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct day {
    _Atomic unsigned sum, count;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct day), IPC_CREAT | 0600);
    struct day *day = shmat(id, NULL, 0);
    day->sum = 0;
    day->count = 0;
    return 0;
}
