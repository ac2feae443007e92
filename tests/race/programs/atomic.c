/* Each adds 3 to the counter, atomically. */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

struct board {
    atomic_int counter;
};

int main(void)
{
    int id = shmget(0x1234, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    for (int i = 0; i < 3; i++) {
        board->counter++;
    }
    return 0;
}
