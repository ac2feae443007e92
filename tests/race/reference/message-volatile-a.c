/* First the data, then a volatile flag. Volatile binds the compiler, not a processor such as ARM.
 *
 * race: lost by exit-status: message-volatile-a.c message-volatile-b.c --memory pso */
#include <stddef.h>
#include <sys/shm.h>

struct box {
    volatile int data, ready;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct box), IPC_CREAT | 0600);
    struct box *box = shmat(id, NULL, 0);
    box->data = 42;
    box->ready = 1;
    return 0;
}
