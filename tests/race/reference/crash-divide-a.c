/* One adds to a sum and a count, the other starts a new day.
 *
 * race: lost by crash: crash-divide-a.c crash-divide-b.c */
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
    day->sum += 8;
    day->count++;
    if (day->count > 0) {
        return day->sum / day->count > 8;
    }
    return 0;
}
