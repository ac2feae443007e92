/* The load is atomic and the store is atomic, but another store comes between the two.
 *
 * race: lost by check: load-store-key.c load-store-key.c --check 'visitors == 2' */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct door {
    atomic_int visitors;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct door), IPC_CREAT | 0600);
    struct door *door = shmat(id, NULL, 0);
    int seen = atomic_load(&door->visitors);
    atomic_store(&door->visitors, seen + 1);
    return 0;
}
