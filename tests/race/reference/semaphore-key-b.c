/* See semaphore-key-a.c: this one takes two items out of the box. */
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
    for (int i = 0; i < 2; i++) {
        change(set, FULL, -1);
        box->sum += box->item;
        change(set, EMPTY, 1);
    }
    return 0;
}
