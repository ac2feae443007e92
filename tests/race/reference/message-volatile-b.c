/* See message-volatile-a.c: this one takes the data if the flag is set. */
#include <stddef.h>
#include <sys/shm.h>

struct box {
    volatile int data, ready;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct box), IPC_CREAT | 0600);
    struct box *box = shmat(id, NULL, 0);
    if (box->ready && box->data != 42) {
        return 1;
    }
    return 0;
}
