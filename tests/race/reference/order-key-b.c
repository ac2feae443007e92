/* See order-key-a.c: this one goes from 1 to 0. The other program unlocks both at its start. */
#include <stddef.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define LOCK(n) semop(set, &(struct sembuf){n, -1, 0}, 1)
#define UNLOCK(n) semop(set, &(struct sembuf){n, 1, 0}, 1)

int main(void)
{
    int set = semget(0x5e1f02, 2, IPC_CREAT | 0600);
    int id = shmget(0x5e1f01, 2 * sizeof(int), IPC_CREAT | 0600);
    int *account = shmat(id, NULL, 0);
    LOCK(1);
    LOCK(0);
    account[1] -= 3;
    account[0] += 3;
    UNLOCK(0);
    UNLOCK(1);
    return 0;
}
