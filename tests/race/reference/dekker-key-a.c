/* Each says that it wants to enter, then looks whether the other does. On x86 both may look before either is heard.
 *
 * race: lost by check: dekker-key-a.c dekker-key-b.c --memory tso --check '!(first_in && second_in)' */
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
    door->first_wants = 1;
    if (!door->second_wants) {
        door->first_in = 1;
    }
    return 0;
}
