/* See dekker-key-a.c. */
#include <stddef.h>
#include <sys/shm.h>

struct door {
    volatile int first_wants, second_wants;
    volatile int first_in, second_in;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct door), IPC_CREAT | 0600);
    struct door *door = shmat(id, NULL, 0);
    door->second_wants = 1;
    if (!door->first_wants) {
        door->second_in = 1;
    }
    return 0;
}
