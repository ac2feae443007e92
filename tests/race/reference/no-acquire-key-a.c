/* The number of the newest slot is made known with release, and read relaxed: the slot may seem empty still.
 *
 * race: lost by exit-status: no-acquire-key-a.c no-acquire-key-b.c --memory weak */
#include <stddef.h>
#include <sys/shm.h>

struct log {
    unsigned newest;
    int slot[4];
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct log), IPC_CREAT | 0600);
    struct log *log = shmat(id, NULL, 0);
    log->slot[1] = 7;
    __atomic_store_n(&log->newest, 1, __ATOMIC_RELEASE);
    return 0;
}
