/* First the data, then a flag with release; the reader's load acquires.
 *
 * race: won: message-key-a.c message-key-b.c --memory weak */
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
    box->data[0] = 1;
    box->data[2] = 3;
    atomic_store_explicit(&box->ready, 1, memory_order_release);
    return 0;
}
