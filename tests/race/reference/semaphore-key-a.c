/* One semaphore says that the box is full, one that it is empty.
 *
 * race: won: semaphore-key-a.c semaphore-key-b.c --memory weak --check 'sum == 7 && item == 4' */
#include <stddef.h>
#include <sys/sem.h>
#include <sys/shm.h>

enum { EMPTY, FULL };

struct box {
    int item, sum;
};

static void change(int set, unsigned short number, short by)
{
    struct sembuf operation = {number, by, 0};
    semop(set, &operation, 1);
}

int main(void)
{
    int set = semget(0x5e1f02, 2, IPC_CREAT | 0600);
    int id = shmget(0x5e1f01, sizeof(struct box), IPC_CREAT | 0600);
    struct box *box = shmat(id, NULL, 0);
    change(set, EMPTY, 1);
    for (int item = 3; item <= 4; item++) {
        change(set, EMPTY, -1);
        box->item = item;
        change(set, FULL, 1);
    }
    return 0;
}
