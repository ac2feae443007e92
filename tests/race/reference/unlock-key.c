/* Who doesn't get the lock unlocks it all the same, and so lets others in beside the one that has it.
 *
 * race: lost by assert: unlock-key.c unlock-key.c */
#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct room {
    atomic_int locked, inside;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct room), IPC_CREAT | 0600);
    struct room *room = shmat(id, NULL, 0);
    for (int i = 0; i < 2; i++) {
        if (atomic_exchange(&room->locked, 1) == 0) {
            int others = room->inside++;
            assert(others == 0);
            room->inside--;
        }
        room->locked = 0;
    }
    return 0;
}
