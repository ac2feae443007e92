/* See no-acquire-key-a.c: this one reads the newest slot. */
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
    unsigned newest = __atomic_load_n(&log->newest, __ATOMIC_RELAXED);
    if (newest != 0 && log->slot[newest] != 7) {
        return 1;
    }
    return 0;
}
