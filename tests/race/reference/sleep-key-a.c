/* The reader sleeps a while, "so that the writer is done by then".
 *
 * race: lost by exit-status: sleep-key-a.c sleep-key-b.c */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct box {
    atomic_int answer;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct box), IPC_CREAT | 0600);
    struct box *box = shmat(id, NULL, 0);
    box->answer = 42;
    return 0;
}
