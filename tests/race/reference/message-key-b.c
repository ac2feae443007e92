/* See message-key-a.c: this one waits for the flag, then reads the data. */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct box {
    int data[3];
    atomic_bool ready;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct box), IPC_CREAT | 0600);
    struct box *box = shmat(id, NULL, 0);
    while (!atomic_load_explicit(&box->ready, memory_order_acquire)) {
    }
    return box->data[0] + box->data[1] + box->data[2] == 4 ? 0 : 1;
}
