/* Peterson's lock with fences: one behind each store. The one between the two stores is needed, too.
 *
 * race: won: peterson-key.c peterson-key.c --memory weak --check 'counter == 2' */
#include <stddef.h>
#include <sys/shm.h>

struct room {
    int visitors, wants[2], turn, counter;
};

#define GET(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
#define SET(place, value, order) __atomic_store_n(&(place), value, order)

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct room), IPC_CREAT | 0600);
    struct room *room = shmat(id, NULL, 0);
    int me = __sync_fetch_and_add(&room->visitors, 1), other = 1 - me;
    SET(room->wants[me], 1, __ATOMIC_RELAXED);
    __sync_synchronize();
    SET(room->turn, other, __ATOMIC_RELAXED);
    __sync_synchronize();
    while (GET(room->wants[other]) && GET(room->turn) == other) {
    }
    room->counter++;
    SET(room->wants[me], 0, __ATOMIC_RELEASE);
    return 0;
}
