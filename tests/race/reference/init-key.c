/* Who comes first prepares the board. Two may both find it unprepared, and the second clears what the first has done.
 *
 * race: lost by check: init-key.c init-key.c --check 'members == 2' */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/shm.h>

#define MAGIC 0x600d

struct board {
    atomic_int magic;
    atomic_int members;
};

int main(void)
{
    int id = shmget(0x5e1f01, sizeof(struct board), IPC_CREAT | 0600);
    struct board *board = shmat(id, NULL, 0);
    if (board->magic != MAGIC) {
        board->members = 0;
        board->magic = MAGIC;
    }
    board->members++;
    return 0;
}
