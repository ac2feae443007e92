/* A transfer locks the account that it takes from, then the one that it gives to: two opposite ones may wait for ever.
 *
 * race: lost by deadlock: order-key-a.c order-key-b.c */
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
    UNLOCK(0);
    UNLOCK(1);
    LOCK(0);
    LOCK(1);
    account[0] -= 5;
    account[1] += 5;
    UNLOCK(1);
    UNLOCK(0);
    return 0;
}
